"""Inputs: files, folders, patterns and standard input, as a list in a fixed order."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

import msgspec

from stance.batch.opening import STDIN
from stance.batch.options import BatchOptions, InputFormat
from stance.errors import InputError, OptionError, Problem, missing

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


class Source(msgspec.Struct, frozen=True):
    """One input file.

    ``kind`` is None for standard input, whose beginning tells; ``size`` is in bytes.
    """

    path: str
    doc_id: str
    kind: InputFormat | None
    size: int | None


def find_sources(inputs: Iterable[Path | str], options: BatchOptions) -> tuple[Source, ...]:
    """Return the files that some inputs name; those of a folder or a pattern sorted by path.

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
    found = [source for one in inputs for source in _expand(str(one), options)]
    if not found:
        raise OptionError(Problem("there is at least one input", "name a file or a folder"))
    seen: set[str] = set()
    for source in found:
        if source.path in seen:
            rule = "an input is read once"
            raise OptionError(Problem(rule, "name it once", path=source.path))
        seen.add(source.path)
    return tuple(found)


def _expand(name: str, options: BatchOptions) -> list[Source]:
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
    if not sources:
        raise InputError(
            Problem(
                f"{what} names files that end in {', '.join(KINDS)} (also .gz, .zst)",
                "check the path",
                path=name,
            )
        )
    return sources


def _counts(relative: Path) -> bool:
    """Return whether a file in a folder is meant: hidden ones and unfinished runs are not."""
    return not any(part.startswith((".", "_")) or ".parts" in part for part in relative.parts)


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
