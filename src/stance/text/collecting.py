"""Garbage collection put off while many small objects are made, all of them needed to the end."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

__all__ = ["collection_put_off"]


@contextlib.contextmanager
def collection_put_off() -> Iterator[None]:
    """Stop looking for cycles until the end of a ``with`` statement.

    What has no cycles is freed all the same. Looking for them costs time with each object that
    lives, and a catalogue or a chunk of sentences is many.

    Examples
    --------
    >>> with collection_put_off():
    ...     gc.isenabled()
    False
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
