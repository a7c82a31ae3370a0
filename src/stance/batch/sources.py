"""Inputs: files, folders, patterns and standard input, as a list in a fixed order."""

from __future__ import annotations

import csv
import glob
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stance.batch.opening import STDIN, need_pyarrow, open_input
from stance.batch.options import BatchOptions, InputFormat
from stance.errors import InputError, MissingExtraError, OptionError, Problem, missing
from stance.files import READ_ERRORS, files_below, is_unfinished

__all__ = ["ERRORS", "KINDS", "META", "Source", "find_sources"]

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

META, ERRORS = ".meta.json", ".errors.jsonl"
"""What the names of the files beside a score file add to its own."""

_PACKED = (".gz", ".zst")
_MAX_HEADER = 1_000_000  # characters
_OUR_COLUMNS = {"actor", "target", "stances"}
_OUR_META = {"run", "input_digest", "summary"}


class Source(msgspec.Struct, frozen=True):
    """One input file.

    ``path`` is as it is shown, ``file`` as the system knows it: its name need not be Unicode.
    ``kind`` is None for standard input, whose beginning tells; ``size`` is in bytes.
    """

    path: str
    doc_id: str
    kind: InputFormat | None
    size: int | None
    file: str


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
        place = STDIN if source.file == STDIN else os.path.abspath(source.file)  # noqa: PTH100
        if place in seen:
            rule = "an input is read once"
            raise OptionError(Problem(rule, "name it once", path=source.path))
        seen.add(place)
    named = Counter(source.doc_id for source in found)
    return tuple(
        source if named[source.doc_id] == 1 else msgspec.structs.replace(source, doc_id=source.path)
        for source in found
    )


def _expand(name: str, options: BatchOptions, skipped: list[str]) -> list[Source]:
    if name == STDIN:
        return [Source(STDIN, "stdin", options.input_format, None, STDIN)]
    path = Path(name)
    if path.is_dir():
        sources = [
            _source(file, file.relative_to(path).as_posix(), options) for file in _files(path)
        ]
        what = "a folder of a corpus"
    elif path.exists():
        return [_source(path, path.name, options)]
    elif any(sign in name for sign in "*?["):
        matches = [Path(one) for one in glob.glob(name, recursive=True)]  # noqa: PTH207
        folders = [one for one in matches if one.is_dir() and not is_unfinished(one)]
        files = {file for one in folders for file in _files(one)}
        files |= {one for one in matches if one.is_file()}
        sources = [_source(file, file.as_posix(), options) for file in sorted(files)]
        what = "a pattern"
    else:
        raise missing(path, "input file or folder")
    articles: list[Source] = []
    for source in sources:
        if _is_scored(source, options):
            skipped.append(source.path)
        else:
            articles.append(source)
    if not articles:
        raise InputError(
            Problem(
                f"{what} names files that end in {', '.join(KINDS)} (also .gz, .zst)",
                "check the path" + "; what 'stance score' wrote is left out" * bool(skipped),
                path=name,
            )
        )
    return articles


def _files(folder: Path) -> list[Path]:
    """Return the files in a folder that are meant: neither hidden nor of an unfinished run."""
    return [file for file in files_below(folder, is_unfinished) if _kind(file) is not None]


def _is_scored(source: Source, options: BatchOptions) -> bool:
    """Return whether 'stance score' wrote a file: what goes with it says so, or its header."""
    file = Path(source.file)
    output = file.with_name(file.name.removesuffix(ERRORS))
    for one in (output, file.parent.parent):  # the latter of a partitioned output
        meta = one.parent / f"{one.name}{META}"
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
    unreadable = (*READ_ERRORS, MissingExtraError, msgspec.MsgspecError, csv.Error, ValueError)
    try:
        if source.kind == "parquet":
            parquet = need_pyarrow("Parquet").parquet
            with open_input(source.file) as opened, opened.seekable() as file:
                return tuple(parquet.read_schema(file).names)
        if source.kind not in ("csv", "tsv", "jsonl"):
            return ()
        with open_input(source.file) as opened:
            line = opened.text(options.encoding, newline="\n")[0].readline(_MAX_HEADER)
        if source.kind == "jsonl":
            return tuple(msgspec.json.decode(line, type=dict[str, Any]))
        return next(csv.reader([line], delimiter="\t" if source.kind == "tsv" else ","), ())
    except (*unreadable, RecursionError):  # the last of JSON nested too deeply
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
    return Source(_shown(str(path)), _shown(doc_id), kind, path.stat().st_size, str(path))


def _shown(name: str) -> str:
    r"""Return a file name as text: bytes in it that are no UTF-8 are written as in ``caf\xe9``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
