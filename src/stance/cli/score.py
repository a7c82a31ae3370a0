"""``stance score``: corpora of any size, to a table with one row a relation."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from stance.cli.shell import Actors, Jobs, ModelName, talk

if TYPE_CHECKING:
    from stance.batch.run import Progress, Summary

_READ = "Reading"
_WAY = "Speed"
_STOPPED = 128  # and the number of the signal: the exit status, as shells have it


def score(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Files (.txt .jsonl .csv .tsv .parquet, also .gz .zst), folders, patterns;"
            " - is standard input."
        ),
    ],
    out: Annotated[Path, typer.Option(help="A .jsonl, .csv or .parquet file.")],
    model: ModelName = "base",
    actors: Actors = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Add the words that decided; takes longer.")
    ] = False,
    coreference: Annotated[
        bool, typer.Option(help="Also resolve pronouns and phrases (the two countries).")
    ] = True,
    all_documents: Annotated[
        bool, typer.Option("--all-documents", help="A row for documents without relations, too.")
    ] = False,
    partition: Annotated[
        str | None,
        typer.Option(metavar="month", help="A folder of Parquet files, one folder a month."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the output; forget an unfinished run.")
    ] = False,
    text_column: Annotated[
        str | None, typer.Option(help="Name of the text.", rich_help_panel=_READ)
    ] = None,
    id_column: Annotated[
        str | None, typer.Option(help="Name of the identifier.", rich_help_panel=_READ)
    ] = None,
    date_column: Annotated[
        str | None, typer.Option(help="Name of the day; '' for none.", rich_help_panel=_READ)
    ] = None,
    source_column: Annotated[
        str | None,
        typer.Option(help="Name of who published it; '' for none.", rich_help_panel=_READ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="txt|lines|jsonl|csv|tsv|parquet",
            help="Of all inputs; lines: each line is a document. By default the ending tells.",
            rich_help_panel=_READ,
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of text, if not UTF-8.", rich_help_panel=_READ)
    ] = None,
    jobs: Jobs = 1,
    chunk: Annotated[
        int,
        typer.Option(help="Characters scored and recorded together.", rich_help_panel=_WAY),
    ] = 200_000,
    engine: Annotated[
        str, typer.Option(metavar="local|dask", help="Who runs them.", rich_help_panel=_WAY)
    ] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="Address of the Dask scheduler.", rich_help_panel=_WAY)
    ] = None,
) -> None:
    """Score a corpus: one row for each pair of actors in a sentence.

    A run that was stopped goes on where it was when the same command is given again.
    Exit status 1 if any record could not be read; OUT.errors.jsonl lists them.
    """
    from stance.batch.options import BatchOptions
    from stance.batch.parts import how_to_go_on
    from stance.batch.run import score as score_files

    options = BatchOptions(
        model=model,
        actors=None if actors is None else str(actors),
        text_column=text_column,
        id_column=id_column,
        date_column=date_column,
        source_column=source_column,
        input_format=cast(Any, format_),
        encoding=encoding,
        evidence=evidence,
        coreference=coreference,
        all_documents=all_documents,
        partition=cast(Any, partition),
        chunk_characters=chunk,
        n_jobs=jobs,
        engine=cast(Any, engine),
        scheduler=scheduler,
        overwrite=overwrite,
    )
    skipped: list[str] = []
    try:
        _stop_as_by_hand()
        with _progress_bar() as on_progress:
            summary = score_files(inputs, out, options, on_progress, skipped.append)
    except KeyboardInterrupt as stopped:
        talk(f"stopped; {how_to_go_on(overwrite)}")
        sys.exit(_STOPPED + (stopped.args or (signal.SIGINT,))[0])
    if skipped:
        talk(
            f"note: {len(skipped)} files were left out since 'stance score' wrote them"
            f" ({', '.join(skipped[:3])}{', ...' * (len(skipped) > 3)}); name a file to read it"
        )
    _show(summary)
    if summary.bad:
        sys.exit(1)


def _stop_as_by_hand() -> None:
    """Let the signals of a system that shuts down, or a terminal that closes, act like Ctrl-C."""

    def stop(number: int, _: object) -> None:
        raise KeyboardInterrupt(number)

    for name in ("SIGTERM", "SIGHUP"):  # the latter not on Windows, and ignored under nohup
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, stop)


def _show(summary: Summary) -> None:
    """Say in a line or two what was done, and show the first bad records."""
    done = "is there already and whole" if summary.already else "written"
    left = f", {summary.resumed} of {summary.parts} parts were there" if summary.resumed else ""
    talk(
        f"{summary.out}: {done}: {summary.documents:,} documents, {summary.sentences:,} sentences,"
        f" {summary.relations:,} relations{left}"
    )
    for one in summary.first_bad:
        place = one.path if one.line is None else f"{one.path}:{one.line}"
        found = "" if one.found is None else f"; found {one.found}"
        talk(f"{place}: {one.rule}{found}; {one.next_step}")
    if summary.bad:
        talk(f"{summary.errors}: {summary.bad:,} bad records were left out")


@contextlib.contextmanager
def _progress_bar() -> Iterator[Callable[[Progress], None] | None]:
    """Give what shows progress on standard error; nothing if that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, counts="")
        begun = bar.get_time()

        def show(progress: Progress) -> None:
            rate = progress.sentences / max(bar.get_time() - begun, 1e-3)
            bar.update(
                task,
                total=progress.size,
                completed=progress.read,
                counts=f"{progress.documents:,} documents, {progress.sentences:,} sentences,"
                f" {rate:,.0f} a second",
            )

        yield show
