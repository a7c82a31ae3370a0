"""Opening inputs: compression taken off, encoding found or stated, lines of bounded length."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from stance.errors import InputError, MissingExtraError, Problem

__all__ = [
    "MAX_RECORD",
    "STDIN",
    "Opened",
    "need_pyarrow",
    "numbered_lines",
    "open_input",
]

MAX_RECORD = 30_000_000
"""Longest line in characters: five million characters of text, each escaped in JSON."""

STDIN = "-"
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MARKS = (  # the longer ones first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
"""Byte order mark, the codec that takes it off, and the same encoding without a mark."""


def need_pyarrow(what: str) -> Any:
    """Return the pyarrow package.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError(
            Problem(f"{what} needs pyarrow", "pip install 'stance-ir[parquet]'")
        ) from None
    return pyarrow


class Opened:
    """An input file: its bytes without compression, and how far it has been read."""

    def __init__(self, name: str) -> None:
        self.name = name
        if name == STDIN and sys.stdin is None:
            raise OSError("standard input is closed")
        raw: IO[bytes]
        if name == STDIN:  # a reader of its own: it waits until its buffer is full, so that what
            raw = io.BufferedReader(cast(Any, sys.stdin.buffer))  # it is does not hang on its pace
        else:
            raw = Path(name).open("rb")  # noqa: SIM115
        self._raw = raw
        self._text: io.TextIOWrapper | None = None
        self.stream: Any = _without_compression(raw, name)
        self.share: float | None = None
        """How much has been read, set by a reader that does not go through the file in order."""

    def position(self) -> int:
        """Return how many bytes of the file, as it lies on the disk, have been read."""
        try:
            if self.share is not None:
                return round(self.share * os.fstat(self._raw.fileno()).st_size)
            return self._raw.tell()
        except (OSError, ValueError):  # a pipe, or a file that is closed
            return 0

    @contextlib.contextmanager
    def seekable(self) -> Iterator[Any]:
        """Give the file, or a copy on the disk of what is packed in it, to read in any order."""
        if self.stream is self._raw and self.name != STDIN:
            yield self.name
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(self.stream, copy)
            copy.seek(0)
            yield copy

    def encoding(self, stated: str | None) -> str:
        """Return the encoding as a byte order mark tells it, else as stated, else UTF-8.

        Raises
        ------
        InputError
            If a mark contradicts what is stated.
        """
        begin = self.stream.peek(4)
        marks = [names for mark, *names in _MARKS if begin.startswith(mark)]
        if stated is None:
            return marks[0][0] if marks else "utf-8"
        found = codecs.lookup(stated).name
        if not marks:
            return found
        for names in marks:
            if found in names:
                return names[0]
        rule = f"the input is encoded in {found.upper()}, as stated"
        step = f"state what its mark says (--encoding {marks[0][0]}), or nothing"
        raise InputError(Problem(rule, step, bytes(begin[:4]), self.name, 1))

    def text(self, encoding: str | None, newline: str) -> tuple[io.TextIOWrapper, str]:
        """Return the text and the name of its encoding.

        Bytes that are wrong in the encoding become lone surrogates, so that only the record
        that holds them is lost.

        Raises
        ------
        InputError
            If the text begins with the mark of another encoding than the one stated.
        """
        encoding = self.encoding(encoding)
        text = io.TextIOWrapper(self.stream, encoding, errors="surrogateescape", newline=newline)
        self._text = text
        return text, encoding.removesuffix("-sig").upper()

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._text is not None:
            self._text.detach()
        if self.name == STDIN:
            self._raw.detach()
        else:
            self.stream.close()
            self._raw.close()


def _without_compression(raw: IO[bytes], name: str) -> Any:
    """Return a stream of plain bytes; what a file begins with tells how it is packed."""
    buffered: Any = raw if hasattr(raw, "peek") else io.BufferedReader(raw)
    begin = buffered.peek(4)
    if begin.startswith(_GZIP):
        # no BufferedReader around it: it loses what was unpacked before the place of a damage
        return gzip.GzipFile(fileobj=buffered)
    if begin.startswith(_ZSTD):
        pyarrow = need_pyarrow(f"reading {name} (.zst)")
        return io.BufferedReader(pyarrow.CompressedInputStream(buffered, "zstd"))
    return buffered


@contextlib.contextmanager
def open_input(name: str) -> Iterator[Opened]:
    """Open an input by its path (``-`` is standard input), for a ``with`` statement."""
    opened = Opened(name)
    try:
        yield opened
    finally:
        opened.close()


def numbered_lines(stream: io.TextIOWrapper) -> Iterator[tuple[int, str | None]]:
    """Yield ``(line number, line)``; None stands for a line above ``MAX_RECORD``.

    Such a line is passed over piece by piece, so that memory stays bounded.
    """
    number = 0
    while line := stream.readline(MAX_RECORD):
        number += 1
        if len(line) < MAX_RECORD or line.endswith("\n"):
            yield number, line
            continue
        while line and not line.endswith("\n"):
            line = stream.readline(MAX_RECORD)
        yield number, None
