"""Features over role-masked pairs: groups of numbered n-grams, made for many pairs at once.

Each group exists over two streams: the stems of the words, and their clusters. What stands near
the two ends of a pair counts more than what stands far away.

A group is a function from a batch to its occurrences: for each, the pair it belongs to, the
number of what was seen, and the first and last token that show it. Numbers are folded into a
table of ``TABLE_SIZE`` rows (feature hashing, Weinberger et al. 2009, ICML), so a model needs no
vocabulary; what an occurrence shows is read back from the text.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.masking import OTHER, STEM_BITS, MaskedPair

__all__ = ["GROUPS", "TABLE_SIZE", "Batch", "Occurrences", "make_batch", "table_rows"]

TABLE_BITS = 20
TABLE_SIZE = 2**TABLE_BITS

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

_PRIMES = tuple(
    np.uint64(p)
    for p in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
)
BEFORE, FIRST, BETWEEN, SECOND, AFTER = range(5)
REACH = 8.0  # tokens
_FIRST_CLUSTER = np.uint64(1000)  # above the numbers of roles

Stream = Literal["words", "clusters"]


class Batch(msgspec.Struct, frozen=True):
    """Tokens of many pairs, one after the other.

    Attributes
    ----------
    words, clusters : (n_tokens,) uint64
        Numbers of roles and stems; of roles and clusters (of the stem where there is none).
    pair : (n_tokens,) int64
        Which pair a token belongs to.
    zone : (n_tokens,) uint64
        Before the first end, the end itself, between, the second end, after.
    nearness : (n_tokens,) float32
        1 at the ends, falling by e every ``REACH`` tokens.
    order : (n_pairs,) uint64
        Index into ``ORDERS``.
    start : (n_pairs + 1,) int64
        Where each pair's tokens begin.
    first, second : (n_pairs,) int64
        Positions of the ends in the batch.
    """

    words: Numbers
    clusters: Numbers
    pair: Ints
    zone: Numbers
    nearness: Floats
    order: Numbers
    start: Ints
    first: Ints
    second: Ints

    @property
    def n_pairs(self) -> int:
        """Return the number of pairs."""
        return len(self.order)

    def stream(self, name: Stream) -> Numbers:
        """Return the numbers of one stream."""
        return self.words if name == "words" else self.clusters


class Occurrences(msgspec.Struct, frozen=True):
    """What a group saw: pair, number, and the tokens (first to last) that show it."""

    pair: Ints
    number: Numbers
    first: Ints
    last: Ints


def make_batch(pairs: Sequence[MaskedPair]) -> Batch:
    """Return the batch of some masked pairs."""
    lengths = np.fromiter((len(p.ids) for p in pairs), np.int64, len(pairs))
    start = np.zeros(len(pairs) + 1, np.int64)
    np.cumsum(lengths, out=start[1:])
    flat: list[int] = []
    for p in pairs:
        flat += p.ids
    pair = np.repeat(np.arange(len(pairs)), lengths)
    first = start[:-1] + np.fromiter((p.first for p in pairs), np.int64, len(pairs))
    second = start[:-1] + np.fromiter((p.second for p in pairs), np.int64, len(pairs))
    position = np.arange(len(flat))
    first_of, second_of = first[pair], second[pair]
    zone = np.full(len(flat), BETWEEN, np.uint64)
    zone[position < first_of] = BEFORE
    zone[position > second_of] = AFTER
    zone[position == second_of] = SECOND
    zone[position == first_of] = FIRST
    distance = np.minimum(np.abs(position - first_of), np.abs(position - second_of))
    nearness = np.exp(np.arange(distance.max(initial=0) + 1) / -REACH).astype(np.float32)[distance]
    order = np.fromiter((p.order for p in pairs), np.uint64, len(pairs))
    numbers = np.array(flat, np.uint64)
    words = numbers & np.uint64(2**STEM_BITS - 1)
    cluster = numbers >> np.uint64(STEM_BITS)
    clusters = np.where(cluster, cluster + _FIRST_CLUSTER, words)
    return Batch(words, clusters, pair, zone, nearness, order, start, first, second)


def mix(*columns: Numbers | np.uint64) -> Numbers:
    """Return one number for each row of some columns; the order of columns matters."""
    total = np.zeros(1, np.uint64)
    for column, prime in zip(columns, _PRIMES, strict=False):
        total = (total ^ column) * prime
        total = total ^ (total >> np.uint64(29))
    return total


def _ngrams(batch: Batch, stream: Stream, n: int) -> tuple[Ints, Numbers]:
    """Return first positions and numbers of the n-grams that lie within one pair."""
    numbers = batch.stream(stream)
    count = len(numbers) - n + 1
    if count <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    first = np.flatnonzero(batch.pair[:count] == batch.pair[n - 1 :])
    return first, mix(*(numbers[first + i] for i in range(n)))


def anywhere(batch: Batch, stream: Stream, n: int) -> Occurrences:
    """Return n-grams wherever they stand."""
    first, number = _ngrams(batch, stream, n)
    return Occurrences(batch.pair[first], number, first, first + n - 1)


def zoned(batch: Batch, stream: Stream, n: int) -> Occurrences:
    """Return n-grams with their zone and the order of the two ends."""
    first, number = _ngrams(batch, stream, n)
    pair = batch.pair[first]
    place = batch.zone[first] * np.uint64(8) + batch.order[pair]
    return Occurrences(pair, mix(number, place), first, first + n - 1)


def window(batch: Batch, stream: Stream, reach: int) -> Occurrences:
    """Return the tokens within ``reach`` of each end, with end, side and distance."""
    numbers = batch.stream(stream)
    found: list[tuple[Ints, Numbers, Ints]] = []
    everyone = np.arange(batch.n_pairs)
    two_ends = batch.first != batch.second
    for end, position in enumerate((batch.first, batch.second)):
        role = batch.words[position]
        for step in (*range(-reach, 0), *range(1, reach + 1)):
            at = position + step
            inside = (at >= batch.start[:-1]) & (at < batch.start[1:])
            if end:
                inside &= two_ends
            place = np.uint64((step + reach) * 2 + end)
            number = mix(numbers[at[inside]], role[inside] * np.uint64(64) + place)
            found.append((everyone[inside], number, at[inside]))
    return _joined(found)


def shape(batch: Batch) -> Occurrences:
    """Return the order of the ends, how far apart they stand, and how many others there are."""
    apart = np.minimum(np.log2(batch.second - batch.first + 1.0) * 2, 12).astype(np.uint64)
    everyone = np.arange(batch.n_pairs)
    found = [
        (everyone, mix(batch.order, np.uint64(1)), batch.first),
        (everyone, mix(batch.order * np.uint64(16) + apart, np.uint64(2)), batch.first),
    ]
    others = batch.words == OTHER
    for zone in (BEFORE, BETWEEN, AFTER):
        count = np.bincount(batch.pair, others & (batch.zone == zone), batch.n_pairs)
        number = np.minimum(count, 3).astype(np.uint64) * np.uint64(8) + batch.order
        found.append((everyone, mix(number, np.uint64(10 + zone)), batch.first))
    return _joined(found)


def _joined(found: Sequence[tuple[Ints, Numbers, Ints]]) -> Occurrences:
    """Return lists of (pair, number, token) as one, ordered by pair."""
    if not found:
        empty = np.zeros(0, np.int64)
        return Occurrences(empty, np.zeros(0, np.uint64), empty, empty)
    pair = np.concatenate([f[0] for f in found])
    by_pair = np.argsort(pair, kind="stable")
    number = np.concatenate([np.broadcast_to(f[1], f[0].shape) for f in found])[by_pair]
    token = np.concatenate([f[2] for f in found])[by_pair]
    return Occurrences(pair[by_pair], number, token, token)


def _of_stream(stream: Stream) -> dict[str, Callable[[Batch], Occurrences]]:
    return {
        f"{stream}-1": functools.partial(anywhere, stream=stream, n=1),
        f"{stream}-2": functools.partial(anywhere, stream=stream, n=2),
        f"{stream}-zoned-1": functools.partial(zoned, stream=stream, n=1),
        f"{stream}-zoned-2": functools.partial(zoned, stream=stream, n=2),
        f"{stream}-zoned-3": functools.partial(zoned, stream=stream, n=3),
        f"{stream}-window": functools.partial(window, stream=stream, reach=3),
    }


GROUPS: dict[str, Callable[[Batch], Occurrences]] = {
    **_of_stream("words"),
    **_of_stream("clusters"),
    "shape": shape,
}
"""Name -> feature group; the name stands in explanations, ablations and manifests."""


def table_rows(group: str, occurrences: Occurrences) -> Ints:
    """Return the row of the weight table for each occurrence of a group."""
    salt = np.uint64(zlib.crc32(group.encode()))
    return (mix(occurrences.number, salt) >> np.uint64(64 - TABLE_BITS)).astype(np.int64)


def group_values(batch: Batch, occurrences: Occurrences) -> Floats:
    """Return the value of each occurrence: its nearness, each pair scaled to length 1."""
    near = np.maximum(batch.nearness[occurrences.first], batch.nearness[occurrences.last])
    squares = np.bincount(occurrences.pair, near * near, batch.n_pairs)
    scale = (1.0 / np.sqrt(np.maximum(squares, 1e-12))).astype(np.float32)
    values: Floats = near * scale[occurrences.pair]
    return values
