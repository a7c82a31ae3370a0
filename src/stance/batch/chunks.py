"""Chunks: the documents that are scored and recorded together, cut the same way every time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from stance.batch.documents import BadRecord, Document

__all__ = ["Chunk", "cut"]

_MOST_RECORDS = 4000
_encoder = msgspec.msgpack.Encoder()


class Chunk(msgspec.Struct, frozen=True):
    """Some documents in order, and the bad records that stood among them.

    ``read`` is how many bytes of all inputs had been read when it was cut: for progress only.
    """

    index: int
    documents: tuple[Document, ...]
    bad: tuple[BadRecord, ...]
    read: int = 0

    def digest(self) -> str:
        """Return a checksum of all that was read (BLAKE2b): the same input gives the same."""
        content = _encoder.encode((self.documents, self.bad))
        return hashlib.blake2b(content, digest_size=16).hexdigest()


def cut(records: Iterable[tuple[Document | BadRecord, int]], characters: int) -> Iterator[Chunk]:
    """Yield chunks of about ``characters`` characters; only the records decide where they end.

    Examples
    --------
    >>> documents = [(Document(str(i), "Iran protested."), 0) for i in range(5)]
    >>> [[one.doc_id for one in chunk.documents] for chunk in cut(documents, 30)]
    [['0', '1'], ['2', '3'], ['4']]
    """
    documents: list[Document] = []
    bad: list[BadRecord] = []
    size = index = 0
    read = 0
    for record, read in records:
        if isinstance(record, Document):
            documents.append(record)
            size += len(record.text)
        else:
            bad.append(record)
        if size >= characters or len(documents) + len(bad) >= _MOST_RECORDS:
            yield Chunk(index, tuple(documents), tuple(bad), read)
            documents, bad, size, index = [], [], 0, index + 1
    if documents or bad:
        yield Chunk(index, tuple(documents), tuple(bad), read)
