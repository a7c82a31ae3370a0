"""The options of a batch run, in one frozen value."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from stance.analysis.checks import check_jobs
from stance.errors import OptionError, Problem

__all__ = ["ENGINES", "INPUT_FORMATS", "BatchOptions", "check_options"]

InputFormat = Literal["txt", "lines", "jsonl", "csv", "tsv", "parquet"]
Engine = Literal["local", "dask"]

INPUT_FORMATS: tuple[InputFormat, ...] = ("txt", "lines", "jsonl", "csv", "tsv", "parquet")
ENGINES: tuple[Engine, ...] = ("local", "dask")
_HOW_ONLY = ("n_jobs", "engine", "scheduler", "overwrite")  # change the way, never the result


class BatchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a corpus is read, scored and written.

    Attributes
    ----------
    model : str
        A shipped model or a folder.
    actors : str, optional
        Your own actor catalogue, laid over the one of the library.
    text_column, id_column, date_column, source_column : str, optional
        Names of columns; by default usual names are looked for. An empty one of the last three
        means that there is none.
    input_format : str, optional
        One of ``INPUT_FORMATS`` for all inputs; by default the ending of a file tells.
        ``lines`` takes every line of a text file as a document.
    encoding : str, optional
        Of text files; by default a byte order mark tells, else it is UTF-8.
    evidence : bool
        Also find the words that decided; it costs about as much as all the rest.
    coreference : bool
        Also resolve pronouns and phrases (the two countries).
    all_documents : bool
        Write a row for a document without relations, too.
    partition : "month", optional
        Write Parquet as a folder with one folder a month.
    chunk_characters : int
        Documents are scored in chunks of about this many characters; a chunk is what is
        lost at most, in each process, when a run is killed.
    n_jobs : int
        Processes; -1 takes all cores.
    engine : "local" or "dask"
    scheduler : str, optional
        Address of the Dask scheduler.
    overwrite : bool
        Replace an output that is there, and forget an unfinished run.
    """

    model: str = "base"
    actors: str | None = None
    text_column: str | None = None
    id_column: str | None = None
    date_column: str | None = None
    source_column: str | None = None
    input_format: InputFormat | None = None
    encoding: str | None = None
    evidence: bool = False
    coreference: bool = True
    all_documents: bool = False
    partition: Literal["month"] | None = None
    chunk_characters: int = 200_000
    n_jobs: int = 1
    engine: Engine = "local"
    scheduler: str | None = None
    overwrite: bool = False

    def that_matter(self) -> dict[str, Any]:
        """Return the options on which the bytes of the output depend."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {
            name: value
            for name, value in plain.items()
            if name not in (*_HOW_ONLY, "model", "actors")
        }


def check_options(options: BatchOptions) -> None:
    """Raise OptionError where an option is outside what it may be.

    Examples
    --------
    >>> check_options(BatchOptions(n_jobs=0))
    Traceback (most recent call last):
    stance.errors.OptionError: processes are 1 or more, or -1 for all cores; found 0; correct --jobs
    """
    problems: list[Problem] = []
    try:
        check_jobs(options.n_jobs)
    except OptionError as error:
        problems += error.problems
    if options.input_format is not None and options.input_format not in INPUT_FORMATS:
        problems.append(
            Problem(
                f"an input format is one of {', '.join(INPUT_FORMATS)}",
                "correct --format",
                options.input_format,
            )
        )
    if options.engine not in ENGINES:
        problems.append(
            Problem("an engine is local or dask", "correct --engine", value=options.engine)
        )
    elif (options.engine == "dask") != (options.scheduler is not None):
        problems.append(
            Problem(
                "the dask engine and the address of its scheduler go together",
                "pass --engine dask --scheduler tcp://HOST:8786",
                options.scheduler or options.engine,
            )
        )
    if options.partition not in (None, "month"):
        problems.append(
            Problem("a partition is month", "correct --partition", value=options.partition)
        )
    if options.chunk_characters < 1:
        problems.append(
            Problem("a chunk has at least one character", "correct it", options.chunk_characters)
        )
    if options.encoding is not None and not _is_encoding(options.encoding):
        problems.append(
            Problem(
                "an encoding is one that Python knows, utf-8 or cp1252 say",
                "correct --encoding",
                options.encoding,
            )
        )
    if problems:
        raise OptionError(problems)


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True
