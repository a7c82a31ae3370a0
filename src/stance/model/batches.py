"""Batches: the tokens of many pairs as arrays, one pair after the other.

Features are made of a whole batch at once. What stands near the two ends of a pair counts more
than what stands far away.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.lexicon import lexicon
from stance.model.masked import STEM_BITS, GatheredPairs, MaskedPair

__all__ = [
    "AFTER",
    "BEFORE",
    "BETWEEN",
    "FIRST",
    "PRIMES",
    "REACH",
    "SECOND",
    "Batch",
    "Floats",
    "Ints",
    "Numbers",
    "Stream",
    "gathered_batch",
    "make_batch",
    "mix",
    "scaled",
    "stir",
]

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

PRIMES = tuple(
    np.uint64(p)
    for p in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
)
BEFORE, FIRST, BETWEEN, SECOND, AFTER = range(5)
REACH = 8.0  # tokens
_STEM = np.uint64(2**STEM_BITS - 1)
_FIRST_CLUSTER = np.uint64(1000)  # above the numbers of roles

Stream = Literal["words", "clusters"]


class Batch(msgspec.Struct, frozen=True, dict=True):
    """Tokens of many pairs, one after the other.

    Attributes
    ----------
    words, clusters : (n_tokens,) uint64
        Numbers of roles and stems; of roles and clusters (of the stem where there is none).
    entry : (n_tokens,) int64
        Number of the word in the lexicon; 0 for roles and other words.
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
    texts : (n_text_tokens,) uint32
        Numbers of the stems of the texts, whose pairs are in the batch; roles are at most 4.
    text_start : (n_texts + 1,) int64
        Where each text begins.
    text_of : (n_pairs,) int64
        Which text a pair stands in.
    """

    words: Numbers
    clusters: Numbers
    entry: Ints
    pair: Ints
    zone: Numbers
    nearness: Floats
    order: Numbers
    start: Ints
    first: Ints
    second: Ints
    texts: npt.NDArray[np.uint32]
    text_start: Ints
    text_of: Ints

    @property
    def n_pairs(self) -> int:
        """Return the number of pairs."""
        return len(self.order)

    def stream(self, name: Stream) -> Numbers:
        """Return the numbers of one stream."""
        return self.words if name == "words" else self.clusters

    @functools.cached_property
    def position(self) -> Ints:
        """Return the number of each token."""
        return np.arange(len(self.words))

    @functools.cached_property
    def place(self) -> Numbers:
        """Return zone and order of each token as one number."""
        places: Numbers = self.zone * np.uint64(8) + np.repeat(self.order, np.diff(self.start))
        return places

    @functools.cached_property
    def _memo(self) -> dict[tuple[str, int], Any]:
        return {}

    def ngrams(self, stream: Stream, n: int) -> Numbers:
        """Return the number of the n-gram that begins at each token, whatever it runs into."""
        found = self._memo.get((stream, n))
        if found is None:
            numbers = self.stream(stream)
            if n == 1:
                found = mix(numbers)
            else:
                found = self.ngrams(stream, n - 1).copy()
                count = max(len(numbers) - n + 1, 0)
                found[:count] = stir(found[:count], numbers[n - 1 :], n - 1)
            self._memo[stream, n] = found
        return found

    def mixed(self, stream: Stream, n: int) -> Numbers:
        """Return the same, mixed once more: what groups go on from."""
        key = (f"mixed {stream}", n)
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = mix(self.ngrams(stream, n))
        return found

    def values(self, n: int) -> Floats:
        """Return how much the n-gram at each token counts; 0 where it leaves its pair."""
        found: Floats | None = self._memo.get(("values", n))
        if found is None:
            near = self.nearness.copy()
            if n > 1:
                count = max(len(near) - n + 1, 0)
                np.maximum(near[:count], self.nearness[n - 1 :], out=near[:count])
                near[count:] = 0
                near[:count][self.pair[:count] != self.pair[n - 1 :]] = 0
            found = scaled(near, self.pair, self.n_pairs)
            self._memo["values", n] = found
        return found


def make_batch(pairs: Sequence[MaskedPair]) -> Batch:
    """Return the batch of some masked pairs."""
    gathered = GatheredPairs()
    for pair in pairs:
        gathered.add_pair(pair)
    return gathered_batch(gathered)


def gathered_batch(pairs: GatheredPairs) -> Batch:
    """Return the batch of some pairs, gathered text by text."""
    ids = np.array(pairs.ids, np.uint64)
    text_lengths = np.array(pairs.text_lengths, np.int64)
    text_start = np.concatenate(([0], np.cumsum(text_lengths)))
    text_of = np.array(pairs.text_of, np.int64)
    lengths = text_lengths[text_of]
    start = np.concatenate(([0], np.cumsum(lengths)))
    n_pairs, n_tokens = len(text_of), int(start[-1])
    position = np.arange(n_tokens)
    numbers = ids[position + np.repeat(text_start[text_of] - start[:-1], lengths)]
    numbers[np.array(pairs.places, np.int64)] = np.array(pairs.roles, np.uint64)
    first = start[:-1] + np.array(pairs.first, np.int64)
    second = start[:-1] + np.array(pairs.second, np.int64)
    from_first = position - np.repeat(first, lengths)
    from_second = position - np.repeat(second, lengths)
    # 0 before the first end, 1 there, 2 between, 3 at the second end, 4 after it
    zone = (
        (from_first >= 0).view(np.uint8) + (from_first > 0) + (from_second >= 0) + (from_second > 0)
    )
    zone[first] = FIRST
    distance = np.minimum(np.abs(from_first), np.abs(from_second))
    nearness = np.exp(np.arange(distance.max(initial=0) + 1) / -REACH).astype(np.float32)[distance]
    words = numbers & _STEM
    entry = (numbers >> np.uint64(STEM_BITS)).astype(np.int64)
    return Batch(
        words,
        np.where(entry, lexicon().clusters[entry] + _FIRST_CLUSTER, words),
        entry,
        np.repeat(np.arange(n_pairs), lengths),
        zone.astype(np.uint64),
        nearness,
        np.array(pairs.order, np.uint64),
        start,
        first,
        second,
        (ids & _STEM).astype(np.uint32),
        text_start,
        text_of,
    )


def stir(total: Numbers, column: Numbers | np.uint64, step: int) -> Numbers:
    """Return numbers with one more column mixed in; the order of columns matters."""
    total = (total ^ column) * PRIMES[step]
    total ^= total >> np.uint64(29)
    return total


def mix(*columns: Numbers | np.uint64) -> Numbers:
    """Return one number for each row of some columns; the order of columns matters."""
    total = np.zeros(1, np.uint64)
    for step, column in enumerate(columns):
        total = stir(total, column, step)
    return total


def scaled(near: Floats, pair: Ints, n_pairs: int) -> Floats:
    """Return values with those of each pair scaled to length 1."""
    squares = np.bincount(pair, near * near, n_pairs)
    scale = (1.0 / np.sqrt(np.maximum(squares, 1e-12))).astype(np.float32)
    values: Floats = near * scale[pair]
    return values
