"""Features over role-masked pairs: groups of numbered n-grams, made for many pairs at once.

A group is a function from a batch to its occurrences: for each, the pair it belongs to, the
number of what was seen, and the first and last token that show it. Numbers are folded into a
table of ``TABLE_SIZE`` rows (feature hashing, Weinberger et al. 2009, ICML), so a model needs no
vocabulary; what an occurrence shows is read back from the text.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.masking import MaskedPair

__all__ = ["GROUPS", "TABLE_SIZE", "Batch", "Occurrences", "make_batch", "table_rows"]

TABLE_BITS = 18
TABLE_SIZE = 2**TABLE_BITS

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

_PRIMES = tuple(
    np.uint64(p)
    for p in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
)
BEFORE, FIRST, BETWEEN, SECOND, AFTER = range(5)


class Batch(msgspec.Struct, frozen=True):
    """Tokens of many pairs, one after the other.

    Attributes
    ----------
    ids : (n_tokens,) uint64
        Numbers of roles and stems.
    pair : (n_tokens,) int64
        Which pair a token belongs to.
    zone : (n_tokens,) uint64
        Before the first end, the end itself, between, the second end, after.
    order : (n_pairs,) uint64
        Index into ``ORDERS``.
    start : (n_pairs + 1,) int64
        Where each pair's tokens begin.
    first, second : (n_pairs,) int64
        Positions of the ends in the batch.
    """

    ids: Numbers
    pair: Ints
    zone: Numbers
    order: Numbers
    start: Ints
    first: Ints
    second: Ints

    @property
    def n_pairs(self) -> int:
        """Return the number of pairs."""
        return len(self.order)


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
    order = np.fromiter((p.order for p in pairs), np.uint64, len(pairs))
    return Batch(np.array(flat, np.uint64), pair, zone, order, start, first, second)


def mix(*columns: Numbers | np.uint64) -> Numbers:
    """Return one number for each row of some columns; the order of columns matters."""
    total = np.zeros(1, np.uint64)
    for column, prime in zip(columns, _PRIMES, strict=False):
        total = (total ^ column) * prime
        total = total ^ (total >> np.uint64(29))
    return total


def _ngrams(batch: Batch, n: int) -> tuple[Ints, Numbers]:
    """Return first positions and numbers of the n-grams that lie within one pair."""
    count = len(batch.ids) - n + 1
    if count <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    first = np.flatnonzero(batch.pair[:count] == batch.pair[n - 1 :])
    number = mix(*(batch.ids[first + i] for i in range(n)))
    return first, number


def words(batch: Batch, n: int) -> Occurrences:
    """Return word n-grams wherever they stand."""
    first, number = _ngrams(batch, n)
    return Occurrences(batch.pair[first], number, first, first + n - 1)


def zoned(batch: Batch, n: int) -> Occurrences:
    """Return word n-grams with their zone and the order of the two ends."""
    first, number = _ngrams(batch, n)
    pair = batch.pair[first]
    place = batch.zone[first] * np.uint64(8) + batch.order[pair]
    return Occurrences(pair, mix(number, place), first, first + n - 1)


def window(batch: Batch, reach: int) -> Occurrences:
    """Return the words within ``reach`` tokens of each end, with end, side and distance."""
    found: list[tuple[Ints, Numbers, Ints]] = []
    n_pairs = batch.n_pairs
    everyone = np.arange(n_pairs)
    two_ends = batch.first != batch.second
    for end, (position, counted) in enumerate(
        ((batch.first, np.ones(n_pairs, bool)), (batch.second, two_ends))
    ):
        role = batch.ids[position] if len(position) else np.zeros(0, np.uint64)
        for step in (*range(-reach, 0), *range(1, reach + 1)):
            at = position + step
            inside = counted & (at >= batch.start[:-1]) & (at < batch.start[1:])
            place = np.uint64((step + reach) * 2 + end)
            number = mix(batch.ids[at[inside]], role[inside] * np.uint64(64) + place)
            found.append((everyone[inside], number, at[inside]))
    return _joined(found)


def gaps(batch: Batch, reach: int) -> Occurrences:
    """Return pairs of words with a gap of 1 to ``reach`` tokens, in the zones they stand in."""
    found: list[tuple[Ints, Numbers, Ints]] = []
    for step in range(2, reach + 2):
        count = len(batch.ids) - step
        if count <= 0:
            break
        first = np.flatnonzero(batch.pair[:count] == batch.pair[step:])
        number = mix(batch.ids[first], batch.ids[first + step])
        found.append((batch.pair[first], number, first))
    return _joined(found)


def shape(batch: Batch) -> Occurrences:
    """Return the order of the ends, how far apart they stand, and how many others there are."""
    apart = np.minimum(np.log2(batch.second - batch.first + 1.0) * 2, 12).astype(np.uint64)
    everyone = np.arange(batch.n_pairs)
    one = np.uint64(1)
    found = [
        (everyone, mix(batch.order, one), batch.first),
        (everyone, mix(batch.order * np.uint64(16) + apart, one + one), batch.first),
    ]
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


GROUPS: dict[str, Callable[[Batch], Occurrences]] = {
    "words-1": functools.partial(words, n=1),
    "words-2": functools.partial(words, n=2),
    "words-3": functools.partial(words, n=3),
    "zoned-1": functools.partial(zoned, n=1),
    "zoned-2": functools.partial(zoned, n=2),
    "zoned-3": functools.partial(zoned, n=3),
    "window": functools.partial(window, reach=3),
    "gaps": functools.partial(gaps, reach=3),
    "shape": shape,
}
"""Name -> feature group; the name stands in explanations, ablations and manifests."""


def table_rows(group: str, occurrences: Occurrences) -> Ints:
    """Return the row of the weight table for each occurrence of a group."""
    salt = np.uint64(zlib.crc32(group.encode()))
    return (mix(occurrences.number, salt) >> np.uint64(64 - TABLE_BITS)).astype(np.int64)


def group_values(batch: Batch, occurrences: Occurrences) -> Floats:
    """Return the value of each occurrence: 1 / sqrt(number of the pair's in this group)."""
    counts = np.bincount(occurrences.pair, minlength=batch.n_pairs)
    values: Floats = (1.0 / np.sqrt(np.maximum(counts, 1))).astype(np.float32)[occurrences.pair]
    return values
