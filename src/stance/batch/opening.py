"""Opening inputs: compression taken off, encoding found or stated, lines of bounded length."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from stance.errors import MissingExtraError, Problem

__all__ = [
    "MAX_RECORD",
    "READ_ERRORS",
    "STDIN",
    "Opened",
    "need_pyarrow",
    "numbered_lines",
    "open_input",
]

MAX_RECORD = 30_000_000
"""Longest line in characters: five million characters of text, each escaped in JSON."""

STDIN = "-"
READ_ERRORS = (OSError, EOFError, zlib.error)
"""What a damaged or unreadable file raises."""

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MARKS = (  # the longer ones first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


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
        raw: IO[bytes] = sys.stdin.buffer if name == STDIN else Path(name).open("rb")  # noqa: SIM115
        self._raw = raw
        self._text: io.TextIOWrapper | None = None
        self.stream = _without_compression(raw, name)

    def position(self) -> int:
        """Return how many bytes of the file, as it lies on the disk, have been read."""
        try:
            return self._raw.tell()
        except (OSError, ValueError):  # a pipe, or a file that is closed
            return 0

    def text(self, encoding: str | None, newline: str) -> tuple[io.TextIOWrapper, str]:
        """Return the text and the name of its encoding.

        Bytes that are wrong in the encoding become lone surrogates, so that only the record
        that holds them is lost.
        """
        if encoding is None:
            begin = self.stream.peek(4)
            encoding = next((name for mark, name in _MARKS if begin.startswith(mark)), "utf-8")
        elif encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
            encoding = "utf-8-sig"
        text = io.TextIOWrapper(self.stream, encoding, errors="surrogateescape", newline=newline)
        self._text = text
        return text, encoding.removesuffix("-sig").upper()

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._text is not None:
            self._text.detach()
        if self.name != STDIN:
            self.stream.close()
            self._raw.close()


def _without_compression(raw: IO[bytes], name: str) -> Any:
    """Return a stream of plain bytes; what a file begins with tells how it is packed."""
    buffered: Any = raw if hasattr(raw, "peek") else io.BufferedReader(raw)
    begin = buffered.peek(4)
    if begin.startswith(_GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=buffered))
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
