"""The resumable run: a corpus in, a score file out, and nothing lost however often it is killed."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from stance.analysis import ModelKey, cached_model, model_key
from stance.batch.chunks import Chunk, cut
from stance.batch.documents import BadRecord, Document
from stance.batch.engines import in_order
from stance.batch.opening import STDIN, Opened, need_pyarrow
from stance.batch.options import BatchOptions, check_options
from stance.batch.parts import PartHeader, Parts, how_to_go_on, remove_done, what_differs
from stance.batch.readers import read_source
from stance.batch.schema import Column, columns_of
from stance.batch.scoring import ScoredChunk, score_chunk
from stance.batch.sources import ERRORS, META, Source, find_sources
from stance.batch.writers import Written, join_parts, measure, output_kind, put_in_place
from stance.errors import InputError, OptionError, Problem
from stance.files import write_atomically, writing

__all__ = ["FORMAT", "Progress", "Summary", "score"]

FORMAT = 1
"""Number of the format of score files; it stands in what goes with them."""


class Progress(msgspec.Struct, frozen=True):
    """How far a run is: counts, and bytes of the inputs (``size`` is None for standard input)."""

    documents: int
    sentences: int
    read: int
    size: int | None


class Summary(msgspec.Struct, frozen=True):
    """What a run did.

    Attributes
    ----------
    out : str
    documents, sentences, relations : int
        What was scored; bad records are not among the documents.
    bad : int
        Records that could not be read or scored.
    errors : str or None
        The file that lists them.
    first_bad : tuple of BadRecord
        The first few of them.
    resumed : int
        Parts that an earlier, unfinished run had left.
    parts : int
    already : bool
        Whether the output was there and whole, so that nothing had to be done.
    """

    out: str
    documents: int
    sentences: int
    relations: int
    bad: int
    errors: str | None
    first_bad: tuple[BadRecord, ...] = ()
    resumed: int = 0
    parts: int = 0
    already: bool = False


class _Tally:
    """Counts that grow while parts come in."""

    def __init__(self) -> None:
        self.documents = self.sentences = self.relations = self.bad = 0
        self.first_bad: tuple[BadRecord, ...] = ()
        self.input = hashlib.blake2b(digest_size=16)

    def add(self, header: PartHeader) -> None:
        self.documents += header.documents
        self.sentences += header.sentences
        self.relations += header.relations
        self.bad += len(header.bad)
        self.first_bad = (*self.first_bad, *header.bad)[:3]
        self.input.update(header.digest.encode())


def score(
    inputs: Iterable[Path | str] | Path | str,
    out: Path | str,
    options: BatchOptions | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_skip: Callable[[str], None] | None = None,
) -> Summary:
    """Score a corpus and write a file with one row a relation.

    A run that was killed goes on where it stopped when it is called again with the same inputs,
    model and options; in the end the bytes are those of a run that was never disturbed, with any
    number of processes. Beside ``out`` stand ``OUT.meta.json`` (model, options, counts, columns)
    and, if there were bad records, ``OUT.errors.jsonl``.

    Parameters
    ----------
    inputs : path or iterable of paths
        Files (.txt, .jsonl, .csv, .tsv, .parquet, also .gz and .zst), folders, patterns, and
        ``-`` for standard input.
    out : path
        A .jsonl, .csv or .parquet file, or a folder to be if it is partitioned.
    options : BatchOptions, optional
    on_progress : callable, optional
        Is called with a Progress after each chunk.
    on_skip : callable, optional
        Is called with the path of each file in a folder that is left out, since an earlier run
        wrote it.

    Returns
    -------
    Summary

    Raises
    ------
    NotFoundError
        If an input or the model does not exist.
    OptionError
        If an option is wrong, the output is there already, or the unfinished run was another.
    InputError
        If the input is not what it was when the run began.
    OutputError
        If the output cannot be written (a full disk, say); what is done stays done.
    WorkerError
        If a worker process dies; what is done stays done.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     out = Path(folder, "scores.jsonl")
    ...     summary = score("tests/batch/data/three.jsonl", out)
    ...     rows = out.read_text().splitlines()
    ...     summary.documents, summary.sentences, summary.relations == len(rows)
    (3, 4, True)
    """
    options = BatchOptions() if options is None else options
    check_options(options)
    out = Path(out)
    kind = output_kind(out, options.partition)
    if kind == "parquet":
        need_pyarrow("writing Parquet")
    names = [inputs] if isinstance(inputs, (str, Path)) else list(inputs)
    sources = find_sources(names, options, on_skip)
    _check_apart(out, sources)
    key = model_key(options.model, options.actors)
    columns = columns_of(cached_model(key).stances, options.evidence)
    return _Run(out, kind, sources, key, columns, options).go(on_progress)


def _beside(out: Path, ending: str) -> Path:
    return out.with_name(out.name + ending)


def _check_apart(out: Path, sources: Iterable[Source]) -> None:
    """Raise OptionError if what is written would replace what is read."""
    written = {_beside(out, ending).resolve() for ending in ("", META, ERRORS)}
    for source in sources:
        file = Path(source.file).resolve()
        if source.file != STDIN and not written.isdisjoint((file, *file.parents)):
            rule = "an output replaces none of its inputs"
            raise OptionError(Problem(rule, "name another output (--out)", path=source.path))


class _Run:
    """One run: what is read, what scores it, where it goes."""

    def __init__(
        self,
        out: Path,
        kind: str,
        sources: tuple[Source, ...],
        key: ModelKey,
        columns: tuple[Column, ...],
        options: BatchOptions,
    ) -> None:
        self.out = out
        self.kind = kind
        self.sources = sources
        self.key = key
        self.columns = columns
        self.options = options
        sizes = [source.size for source in sources]
        self.size = None if None in sizes else sum(size or 0 for size in sizes)
        self.meta = _beside(out, META)
        self.errors = _beside(out, ERRORS)
        self.folder = _beside(out, ".parts")

    def about(self) -> dict[str, Any]:
        """Return what the bytes of the output depend on."""
        return {
            "format": FORMAT,
            "version": importlib.metadata.version("stance-ir"),
            "model": self.key.name,
            "model_sha256": self.key.sha256,
            "actors": self.key.actors,
            "actors_sha256": self.key.actors_sha256,
            "inputs": [[source.path, source.size] for source in self.sources],
            "options": self.options.that_matter(),
        }

    def go(self, on_progress: Callable[[Progress], None] | None) -> Summary:
        """Do what is left to do."""
        with self._writing():
            self.out.parent.mkdir(parents=True, exist_ok=True)
            remove_done(self.folder)
        if self.out.exists() and not self.folder.exists() and not self.options.overwrite:
            return self._already()
        with contextlib.ExitStack() as stack:
            with self._writing():
                parts = stack.enter_context(
                    Parts.open(self.folder, self.about(), self.options.overwrite)
                )
            resumed = parts.count()
            tally = _Tally()
            n_parts = 0
            for header, read in self._headers(parts):
                n_parts += 1
                tally.add(header)
                if on_progress is not None:
                    on_progress(Progress(tally.documents, tally.sentences, read, self.size))
            parts.check_length(n_parts)
            with self._writing():
                self._finish(parts, n_parts, tally)
                parts.remove()
        return self._summary(tally, resumed, n_parts)

    def _writing(self) -> contextlib.AbstractContextManager[None]:
        """Return what names the output where the system refuses to write something."""
        step = f"make room or correct the path; {how_to_go_on(self.options.overwrite)}"
        return writing(self.out, step)

    def _headers(self, parts: Parts) -> Iterator[tuple[PartHeader, int]]:
        """Yield what each part says, in order: those recorded already, and those made now."""
        recorded: dict[int, PartHeader] = {}

        def left() -> Iterator[tuple[Chunk, bool]]:
            for chunk in self._chunks():
                header = parts.header(chunk.index)
                if header is not None:
                    parts.check(chunk, header)
                    recorded[chunk.index] = header
                    chunk = _without_records(chunk)
                yield chunk, header is not None

        scoring = functools.partial(
            _score_left,
            key=self.key,
            output=self.kind,
            options=self.options,
        )
        for chunk, scored in in_order(scoring, left(), self.options):
            if scored is None:
                yield recorded.pop(chunk.index), chunk.read
            else:
                with self._writing():
                    header = parts.write(chunk.index, scored)
                yield header, chunk.read

    def _chunks(self) -> Iterator[Chunk]:
        return cut(self._records(), self.options.chunk_characters)

    def _records(self) -> Iterator[tuple[Document | BadRecord, int]]:
        """Yield all records, each with the number of bytes read so far."""
        before = 0
        for source in self.sources:
            opened: list[Opened] = []
            position = 0
            for number, record in enumerate(read_source(source, self.options, opened.append)):
                if number % 64 == 0 and opened:
                    position = opened[0].position()
                yield record, before + position
            before += source.size or 0

    def _already(self) -> Summary:
        """Return the summary of an output that is there, if it is what was asked for.

        Raises
        ------
        OptionError
            If it is anything else.
        """
        step = "name another output, or pass --overwrite to replace it"
        try:
            meta = msgspec.json.decode(self.meta.read_bytes(), type=_Meta)
        except (OSError, msgspec.MsgspecError):
            rule = "the output is not there yet"
            raise OptionError(Problem(rule, step, path=str(self.out))) from None
        other = what_differs(meta.run, msgspec.json.decode(msgspec.json.encode(self.about())))
        if other:
            rule = "the output that is there is of the same inputs, model and options"
            rule = f"{rule}; {', '.join(other)}"
            raise OptionError(Problem(rule, step, path=str(self.out)))
        if meta.output is not None and measure(self.out) != meta.output:
            rule = f"the output is as it was written ({meta.output.size} bytes)"
            found = f"{measure(self.out).size} bytes"
            raise OptionError(Problem(rule, step, found, str(self.out)))
        digest = hashlib.blake2b(digest_size=16)
        for chunk in self._chunks():
            digest.update(chunk.digest().encode())
        if digest.hexdigest() != meta.input_digest:
            rule = "the input is what it was when the output was written"
            raise InputError(Problem(rule, step, path=str(self.out)))
        return msgspec.structs.replace(meta.summary, out=str(self.out), already=True)

    def _finish(self, parts: Parts, n_parts: int, tally: _Tally) -> None:
        """Write what goes with the output, the error file, and last the output itself.

        In this order: by what goes with it, an error file in a folder of inputs is known as ours.
        """
        about = {
            "stance.format": str(FORMAT),
            "stance.version": str(self.about()["version"]),
            "stance.model": self.key.name,
            "stance.model_sha256": self.key.sha256,
        }
        joined = join_parts(self.out, parts, n_parts, self.columns, about, self.options.partition)
        meta = _Meta(
            format=FORMAT,
            run=self.about(),
            input_digest=tally.input.hexdigest(),
            summary=self._summary(tally, 0, n_parts),
            columns=self.columns,
            output=measure(joined),
        )
        encoded = msgspec.json.format(msgspec.json.encode(meta), indent=2)
        write_atomically(self.meta, encoded + b"\n")
        if tally.bad:
            _write_errors(self.errors, parts, n_parts)
        else:
            self.errors.unlink(missing_ok=True)
        put_in_place(joined, self.out)

    def _summary(self, tally: _Tally, resumed: int, n_parts: int) -> Summary:
        return Summary(
            out=str(self.out),
            documents=tally.documents,
            sentences=tally.sentences,
            relations=tally.relations,
            bad=tally.bad,
            errors=str(self.errors) if tally.bad else None,
            first_bad=tally.first_bad,
            resumed=resumed,
            parts=n_parts,
        )


class _Meta(msgspec.Struct, frozen=True):
    """What goes with an output: ``OUT.meta.json``."""

    format: int
    run: dict[str, Any]
    input_digest: str
    summary: Summary
    columns: tuple[Column, ...] = ()
    output: Written | None = None


def _score_left(
    task: tuple[Chunk, bool], key: ModelKey, output: str, options: BatchOptions
) -> tuple[Chunk, ScoredChunk | None]:
    """Score a chunk unless it is recorded: what worker processes run.

    The records do not travel back; the process that writes the output has enough to do.
    """
    chunk, is_recorded = task
    if is_recorded:
        return chunk, None
    return _without_records(chunk), score_chunk(chunk, key, output, options)


def _without_records(chunk: Chunk) -> Chunk:
    return Chunk(chunk.index, (), (), chunk.read)


def _write_errors(path: Path, parts: Parts, n_parts: int) -> None:
    """Write the bad records of all parts as JSON lines."""
    encode = msgspec.json.Encoder().encode
    lines = []
    for index in range(n_parts):
        header = parts.header(index)
        lines += [encode(one) + b"\n" for one in (header.bad if header else ())]
    write_atomically(path, b"".join(lines))
