"""Inputs: files, folders, patterns and standard input, as a list in a fixed order."""

from __future__ import annotations

import csv
import glob
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stance.batch.opening import READ_ERRORS, STDIN, need_pyarrow, open_input
from stance.batch.options import BatchOptions, InputFormat
from stance.errors import InputError, MissingExtraError, OptionError, Problem, missing

__all__ = ["KINDS", "Source", "find_sources"]

KINDS: dict[str, InputFormat] = {
    ".txt": "txt",
    ".text": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
}
"""File ending, after .gz or .zst is taken off -> input format."""

_PACKED = (".gz", ".zst")
_MAX_HEADER = 1_000_000  # characters
_OUR_COLUMNS = {"actor", "target", "stances"}
_OUR_META = {"run", "input_digest", "summary"}


class Source(msgspec.Struct, frozen=True):
    """One input file.

    ``kind`` is None for standard input, whose beginning tells; ``size`` is in bytes.
    """

    path: str
    doc_id: str
    kind: InputFormat | None
    size: int | None


def find_sources(
    inputs: Iterable[Path | str],
    options: BatchOptions,
    on_skip: Callable[[str], None] | None = None,
) -> tuple[Source, ...]:
    """Return the files that some inputs name; those of a folder or a pattern sorted by path.

    What ``stance score`` wrote into a folder is left out, and its path given to ``on_skip``: read
    as articles, the scores of a corpus would multiply. A score file that is named itself is read.

    Raises
    ------
    NotFoundError
        If an input does not exist.
    InputError
        If a folder or pattern holds nothing to read.
    OptionError
        If the ending of a file says nothing, or a file is named twice.

    Examples
    --------
    >>> [source.kind for source in find_sources(["tests/batch/data"], BatchOptions())][:2]
    ['csv', 'jsonl']
    """
    skipped: list[str] = []
    found = [source for one in inputs for source in _expand(str(one), options, skipped)]
    if on_skip is not None:
        for path_left_out in skipped:
            on_skip(path_left_out)
    if not found:
        raise OptionError(Problem("there is at least one input", "name a file or a folder"))
    seen: set[str] = set()
    for source in found:
        if source.path in seen:
            rule = "an input is read once"
            raise OptionError(Problem(rule, "name it once", path=source.path))
        seen.add(source.path)
    return tuple(found)


def _expand(name: str, options: BatchOptions, skipped: list[str]) -> list[Source]:
    if name == STDIN:
        return [Source(STDIN, "stdin", options.input_format, None)]
    path = Path(name)
    if path.is_dir():
        files = sorted(
            file for file in path.rglob("*") if _counts(file.relative_to(path)) and file.is_file()
        )
        sources = [
            _source(file, file.relative_to(path).as_posix(), options)
            for file in files
            if _kind(file) is not None
        ]
        what = "a folder of a corpus"
    elif path.exists():
        return [_source(path, path.name, options)]
    elif any(sign in name for sign in "*?["):
        matches = sorted(map(Path, glob.glob(name, recursive=True)))  # noqa: PTH207
        sources = [_source(file, file.as_posix(), options) for file in matches if file.is_file()]
        what = "a pattern"
    else:
        raise missing(path, "input file or folder")
    skipped += [source.path for source in sources if _is_scored(source, options)]
    sources = [source for source in sources if source.path not in skipped]
    if not sources:
        raise InputError(
            Problem(
                f"{what} names files that end in {', '.join(KINDS)} (also .gz, .zst)",
                "check the path" + "; what 'stance score' wrote is left out" * bool(skipped),
                path=name,
            )
        )
    return sources


def _counts(relative: Path) -> bool:
    """Return whether a file in a folder is meant: hidden ones and unfinished runs are not."""
    return not any(part.startswith((".", "_")) or ".parts" in part for part in relative.parts)


def _is_scored(source: Source, options: BatchOptions) -> bool:
    """Return whether 'stance score' wrote a file: what goes with it says so, or its header."""
    file = Path(source.path)
    output = file.with_name(file.name.removesuffix(".errors.jsonl"))
    for one in (output, file.parent.parent):  # the latter of a partitioned output
        meta = one.parent / f"{one.name}.meta.json"
        try:
            if msgspec.json.decode(meta.read_bytes(), type=dict[str, Any]).keys() >= _OUR_META:
                return True
        except (OSError, msgspec.MsgspecError):
            pass
    return set(_header(source, options)) >= _OUR_COLUMNS


def _header(source: Source, options: BatchOptions) -> Sequence[str]:
    """Return the names in a file's first record; none where it cannot be read, which is said later.

    Plain text has none.
    """
    try:
        if source.kind == "parquet":
            parquet = need_pyarrow("Parquet").parquet
            with open_input(source.path) as opened, opened.seekable() as file:
                return tuple(parquet.read_schema(file).names)
        if source.kind not in ("csv", "tsv", "jsonl"):
            return ()
        with open_input(source.path) as opened:
            line = opened.text(options.encoding, newline="\n")[0].readline(_MAX_HEADER)
        if source.kind == "jsonl":
            return tuple(msgspec.json.decode(line, type=dict[str, Any]))
        return next(csv.reader([line], delimiter="\t" if source.kind == "tsv" else ","), ())
    except (*READ_ERRORS, MissingExtraError, msgspec.MsgspecError, csv.Error, ValueError):
        return ()


def _kind(path: Path) -> InputFormat | None:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return KINDS.get(suffixes[-1]) if suffixes else None


def _source(path: Path, doc_id: str, options: BatchOptions) -> Source:
    kind = options.input_format or _kind(path)
    if kind is None:
        raise OptionError(
            Problem(
                f"an input ends in {', '.join(KINDS)} (also .gz, .zst)",
                "say what it is (--format)",
                path=str(path),
            )
        )
    return Source(str(path), doc_id, kind, path.stat().st_size)
