"""Files: text read line by line with clear errors, anything written as a whole or not at all."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from stance.errors import InputError, NotFoundError, OutputError, Problem, StanceError, missing

__all__ = [
    "MAX_LINE",
    "READ_ERRORS",
    "decode_utf8",
    "files_below",
    "is_unfinished",
    "leading_day",
    "read_labels_text",
    "read_lines",
    "read_text",
    "read_texts",
    "text_files",
    "write_atomically",
    "writing",
]

MAX_LINE = 1_000_000
"""Longest line, in characters: no sentence is longer, but a broken export may be."""


READ_ERRORS = (OSError, EOFError, zlib.error)
"""What a damaged or unreadable file raises; the latter two where it is packed."""

_OUTPUTS = (".jsonl", ".csv", ".parquet")
"""Endings of score files."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


def leading_day(name: str) -> str | None:
    """Return the day with which the name of a file begins; None if it begins otherwise.

    Examples
    --------
    >>> leading_day("2015-11-23-summit.txt"), leading_day("2015-11-31.txt"), leading_day("a.txt")
    ('2015-11-23', None, None)
    """
    match = _DAY.match(name)
    try:
        return datetime.date.fromisoformat(match[0]).isoformat() if match else None
    except ValueError:
        return None


def decode_utf8(data: bytes, path: str) -> str:
    """Return ``data`` as text.

    Raises
    ------
    InputError
        If it holds NUL bytes (a binary file) or is not UTF-8; line and byte are named.
    """
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise InputError(
            Problem(
                "a text file holds no NUL bytes (this looks like a binary file, or UTF-16)",
                "give a text file in UTF-8",
                value=data[:16],
                path=path,
                line=line,
            )
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        begin = data.rfind(b"\n", 0, error.start) + 1
        raise InputError(
            Problem(
                "a text file is encoded in UTF-8",
                "convert it to UTF-8 (iconv -f LATIN1 -t UTF-8, say)",
                value=data[error.start : error.start + 8],
                path=path,
                line=line,
                column=len(data[begin : error.start].decode("utf-8")) + 1,
            )
        ) from None


def read_lines(path: Path | str) -> Iterator[tuple[int, str]]:
    """Yield ``(line number, line)`` of a UTF-8 file, without line ends.

    Only line feeds (with or without a carriage return) end a line: other separators may stand
    inside a sentence.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If it is a folder, empty, binary, not UTF-8, or has a line above ``MAX_LINE``.
    """
    for number, line in enumerate(read_labels_text(path).split("\n"), 1):
        yield number, line.removesuffix("\r")


def read_labels_text(path: Path | str) -> str:
    """Return the text of a labels file as it stands, line ends included.

    Raises
    ------
    NotFoundError, InputError
        As :func:`read_lines`.
    """
    path = Path(path)
    if not path.exists():
        raise missing(path, "file")
    if path.is_dir():
        raise InputError(Problem("a file is needed, not a folder", "name a file", path=str(path)))
    text = decode_utf8(path.read_bytes(), str(path))
    if not text.strip():
        raise InputError(
            Problem("a labels file is not empty", "write at least one sentence", path=str(path))
        )
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise InputError(
                Problem(
                    f"a line has at most {MAX_LINE} characters",
                    "split the file into one record a line",
                    value=len(line),
                    path=str(path),
                    line=number,
                )
            )
    return text


def read_text(path: Path | str) -> str:
    """Return the text of a file, or of standard input for ``-``.

    Raises
    ------
    NotFoundError, InputError
        If there is no such file, or it is a folder, empty, binary or not UTF-8.
    """
    path = Path(path)
    if str(path) == "-":
        if sys.stdin is None:
            rule = "standard input can be read (it is closed)"
            raise InputError(Problem(rule, "send it a text, or name a file", path="-"))
        data = sys.stdin.buffer.read()
    elif path.is_dir():
        step = "name a file; 'stance score' and 'stance report' read folders"
        raise InputError(Problem("one text is read here, not a folder", step, path=str(path)))
    elif not path.is_file():
        raise missing(path, "file")
    else:
        data = path.read_bytes()
    text = decode_utf8(data, str(path))
    if not text.strip():
        raise InputError(Problem("a text is not empty", "check the file", path=str(path)))
    return text


def files_below(folder: Path, is_left_out: Callable[[Path], bool] | None = None) -> list[Path]:
    """Return the files in a folder and in the folders inside it, in order of their paths.

    Hidden ones are left out, and folders that ``is_left_out`` names. Links to folders are
    followed; a folder that is reached twice is read once, under the first of its names.

    Raises
    ------
    InputError
        If a folder cannot be listed: its files would be missing without a word.
    """

    def refuse(error: OSError) -> None:
        rule = f"the folders inside a folder can be read ({error.strerror})"
        step = "allow it, or name what is meant"
        raise InputError(Problem(rule, step, path=str(error.filename))) from error

    seen: set[str] = set()
    found: list[Path] = []
    for root, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        inside = [Path(root, name) for name in sorted(folders) if not name.startswith(".")]
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [one.name for one in inside if is_left_out is None or not is_left_out(one)]
        found += [Path(root, name) for name in names if not name.startswith(".")]
    return sorted(file for file in found if file.is_file())


def is_unfinished(folder: Path) -> bool:
    """Return whether a folder holds the parts of an unfinished run, or what is left of them."""
    output = folder.name.removesuffix(".done").removesuffix(".parts")
    is_named_so = folder.name in (f"{output}.parts", f"{output}.parts.done")
    return is_named_so and (output.endswith(_OUTPUTS) or (folder / "run.json").is_file())


def text_files(path: Path) -> list[Path]:
    """Return a file itself, or the .txt files in a folder, in order of their names."""
    if not path.is_dir():
        return [path]
    return [file for file in files_below(path) if file.suffix == ".txt"]


def read_texts(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the text of each file, and of each .txt file in a folder.

    Raises
    ------
    NotFoundError
        If a path does not exist, or a folder holds no .txt files.
    InputError
        If files are empty, binary or not UTF-8; all of them are named.
    """
    texts: dict[Path, str] = {}
    problems: list[Problem] = []
    for path in paths:
        files = text_files(path)
        if not files:
            rule = "a folder of texts holds .txt files"
            raise NotFoundError(Problem(rule, "check it", path=str(path)))
        for file in files:
            try:
                texts[file] = read_text(file)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return texts


def write_atomically(path: Path | str, data: bytes) -> None:
    """Write ``data`` so that ``path`` holds either its old or its whole new content.

    The data reaches the disk before the name changes, so a power cut loses neither.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    path = Path(path)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)


@contextlib.contextmanager
def writing(path: Path | str, next_step: str = "make room or correct the path") -> Iterator[None]:
    """Say of what cannot be written inside that it is the output ``path``.

    Raises
    ------
    OutputError
        For any OSError of the system; one that stands in another such block is told anew.

    Examples
    --------
    >>> with writing("a.csv"):
    ...     raise OSError("no space")
    Traceback (most recent call last):
    stance.errors.OutputError: a.csv: the output can be written (no space); make room or correct ...
    """
    try:
        yield
    except OSError as error:
        cause = error.__cause__ if isinstance(error, OutputError) else error
        if isinstance(cause, StanceError) or not isinstance(cause, OSError):
            raise
        rule = f"the output can be written ({cause})"
        raise OutputError(Problem(rule, next_step, path=str(path))) from cause


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
