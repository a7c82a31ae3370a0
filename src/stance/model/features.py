"""Features over role-masked pairs: groups of numbered n-grams, made for many pairs at once.

N-grams exist over two streams: the stems of the words, and their clusters. Beside them stand the
vectors of single words, added up in each zone, and their letters.

A group is a function from a batch to what it sees there: for each place of each pair the number
of what stands there, how much that counts, and the tokens that show it. Numbers are folded into a
table of ``TABLE_SIZE`` rows (feature hashing, Weinberger et al. 2009, ICML), so a model needs no
vocabulary; what an occurrence shows is read back from the text.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.batches import (
    AFTER,
    BEFORE,
    BETWEEN,
    PRIMES,
    Batch,
    Floats,
    Ints,
    Numbers,
    Stream,
    mix,
    scaled,
    stir,
)
from stance.model.lexicon import WordParts, lexicon
from stance.model.masked import ORDERS, OTHER

__all__ = [
    "GROUPS",
    "TABLE_SIZE",
    "Occurrences",
    "Seen",
    "WordGroup",
    "feature_matrix",
    "group_matrix",
    "occurrences",
    "table_rows",
]

TABLE_BITS = 20
TABLE_SIZE = 2**TABLE_BITS

Rows = npt.NDArray[np.int32]

_AROUND = 6  # tokens


class Seen(msgspec.Struct, frozen=True):
    """What a group sees in a batch, at some places of each pair.

    Attributes
    ----------
    start : (n_pairs + 1,) int64
        Where the places of each pair begin.
    number : (n_places,) uint64
        What was seen, well mixed.
    value : (n_places,) float32
        How much it counts; 0 where there is nothing. N-grams and letters of a pair are scaled to
        length 1; parts of vectors may be negative.
    first : (n_places,) int64
        The first token that shows it.
    width : int
        How many tokens show it.
    """

    start: Ints
    number: Numbers
    value: Floats
    first: Ints
    width: int = 1


class Occurrences(msgspec.Struct, frozen=True):
    """What a group saw, without empty places: pair, table row, value, and first to last token."""

    pair: Ints
    row: Rows
    value: Floats
    first: Ints
    last: Ints


def anywhere(batch: Batch, stream: Stream, n: int) -> Seen:
    """See n-grams wherever they stand."""
    return Seen(batch.start, batch.mixed(stream, n), batch.values(n), batch.position, n)


def zoned(batch: Batch, stream: Stream, n: int) -> Seen:
    """See n-grams with their zone and the order of the two ends."""
    number = mix(stir(batch.mixed(stream, n), batch.place, 1))
    return Seen(batch.start, number, batch.values(n), batch.position, n)


def window(batch: Batch, stream: Stream, reach: int) -> Seen:
    """See the tokens within ``reach`` of each end, with end, side and distance."""
    steps = np.array([step for step in range(-reach, reach + 1) if step])
    ends = np.stack([batch.first, batch.second], axis=1)
    at = ends[:, :, None] + steps
    inside = (at >= batch.start[:-1, None, None]) & (at < batch.start[1:, None, None])
    inside[:, 1] &= (batch.first != batch.second)[:, None]
    at = np.where(inside, at, ends[:, :, None])
    place = (steps[None] + reach) * 2 + np.arange(2)[:, None]
    role = batch.words[ends][:, :, None] * np.uint64(64) + place.astype(np.uint64)
    pair = np.repeat(np.arange(batch.n_pairs), 2 * len(steps))
    first = at.ravel()
    near = batch.nearness[first] * inside.ravel()
    return Seen(
        np.arange(batch.n_pairs + 1) * 2 * len(steps),
        mix(mix(batch.stream(stream)[first], role.ravel())),
        scaled(near, pair, batch.n_pairs),
        first,
    )


def shape(batch: Batch) -> Seen:
    """See the order of the ends, how far apart they stand, and how many others there are."""
    apart = np.minimum(np.log2(batch.second - batch.first + 1.0) * 2, 12).astype(np.uint64)
    numbers = [
        mix(batch.order, np.uint64(1)),
        mix(batch.order * np.uint64(16) + apart, np.uint64(2)),
    ]
    others = np.flatnonzero(batch.words == OTHER)
    cell = batch.pair[others] * 5 + batch.zone[others].astype(np.int64)
    counts = np.minimum(np.bincount(cell, minlength=5 * batch.n_pairs), 3).reshape(-1, 5)
    for zone in (BEFORE, BETWEEN, AFTER):
        number = counts[:, zone].astype(np.uint64) * np.uint64(8) + batch.order
        numbers.append(mix(number, np.uint64(10 + zone)))
    number = mix(np.stack(numbers, axis=1).ravel())
    first = np.repeat(batch.first, len(numbers))
    value = np.full(len(number), len(numbers) ** -0.5, np.float32)
    return Seen(np.arange(batch.n_pairs + 1) * len(numbers), number, value, first)


class WordUses(msgspec.Struct, frozen=True):
    """Where a word group sees words: token, kind of place, and how much the word counts there."""

    token: Ints
    place: Ints
    value: Floats


class WordGroup(msgspec.Struct, frozen=True, dict=True):
    """A group that sees words of the lexicon one by one.

    What a word shows depends on the word and the kind of place alone. So over many pairs a model
    need not look at the parts: what a word adds in a place is worked out once.

    Attributes
    ----------
    parts : function
        Returns what each word shows.
    uses : function from a batch
        Returns where words are seen, in the order of their tokens.
    n_places : int
        How many kinds of places there are.
    """

    parts: Callable[[], WordParts]
    uses: Callable[[Batch], WordUses]
    n_places: int = 1

    @property
    def n_words(self) -> int:
        """Return the number of words, the unknown one included."""
        return len(self.parts().start) - 1

    def __call__(self, batch: Batch) -> Seen:
        """See every part of every word."""
        uses = self.uses(batch)
        start, number, value = self.shown(self.keys(batch, uses))
        use = np.repeat(np.arange(len(uses.token)), np.diff(start))
        in_pair = np.bincount(batch.pair[uses.token[use]], minlength=batch.n_pairs)
        pair_start = np.concatenate(([0], np.cumsum(in_pair)))
        return Seen(pair_start, number, value * uses.value[use], uses.token[use])

    def keys(self, batch: Batch, uses: WordUses) -> Ints:
        """Return place and word of each use as one number: place * n_words + word."""
        return uses.place * self.n_words + batch.entry[uses.token]

    def shown(self, keys: Ints) -> tuple[Ints, Numbers, Floats]:
        """Return what some words show in some places: where that begins, numbers and values."""
        parts = self.parts()
        place, word = np.divmod(keys, self.n_words)
        begin, count = parts.start[word], np.diff(parts.start)[word]
        start = np.concatenate(([0], np.cumsum(count)))
        at = np.arange(start[-1]) + np.repeat(begin - start[:-1], count)
        number = np.repeat(place * parts.n_kinds, count) + parts.kind[at]
        return start, mix(number.astype(np.uint64)), parts.value[at]

    def words(self, batch: Batch) -> Any:
        """Return how much each word in each place counts, (n_pairs, n_places * n_words) sparse."""
        from scipy import sparse  # takes longer to load than a short text to analyse

        uses = self.uses(batch)
        in_pair = np.bincount(batch.pair[uses.token], minlength=batch.n_pairs)
        start = np.concatenate(([0], np.cumsum(in_pair)))
        shape = (batch.n_pairs, self.n_places * self.n_words)
        wide = uses.value.astype(np.float64)
        return sparse.csr_matrix((wide, self.keys(batch, uses), start), shape=shape)

    @functools.cached_property
    def content(self) -> Any:
        """Return the parts of each word, (n_words, n_kinds) sparse."""
        from scipy import sparse

        parts = self.parts()
        shape = (len(parts.start) - 1, parts.n_kinds)
        return sparse.csr_matrix((parts.value, parts.kind, parts.start), shape=shape)

    @functools.cached_property
    def numbers(self) -> Numbers:
        """Return the number of each kind of part in each place, (n_places, n_kinds)."""
        kinds = np.arange(self.n_places * self.parts().n_kinds, dtype=np.uint64)
        return mix(kinds).reshape(self.n_places, -1)


_VECTOR_ZONES = np.array([0, 0, 1, 1, 2])  # before, between, after: at the ends stand roles


def vector_uses(batch: Batch) -> WordUses:
    """See the vectors of the words before, between and after the ends, with the ends' order.

    Words weigh as much as they are near; a zone is divided by the root of its weight, so that it
    grows with the words in it, but slower than they do.
    """
    token = np.flatnonzero(batch.entry)
    zone = _VECTOR_ZONES[batch.zone[token].astype(np.int64)]
    cell = batch.pair[token] * 3 + zone
    near = batch.nearness[token]
    weight = np.bincount(cell, near, 3 * batch.n_pairs)
    value = near / np.sqrt(weight)[cell]
    order = batch.order.astype(np.int64)[batch.pair[token]]
    return WordUses(token, order * 3 + zone, value.astype(np.float32))


def letter_uses(batch: Batch) -> WordUses:
    """See the letters of the words between the ends or within ``_AROUND`` of them."""
    lengths = np.diff(batch.start)
    inside = batch.position >= np.repeat(batch.first - _AROUND, lengths)
    inside &= batch.position <= np.repeat(batch.second + _AROUND, lengths)
    token = np.flatnonzero(inside & (batch.entry > 0))
    pair, entry = batch.pair[token], batch.entry[token]
    count = np.diff(lexicon().letters.start)[entry]
    in_pair = np.bincount(pair, count, batch.n_pairs)
    value = np.maximum(in_pair, 1) ** -0.5
    return WordUses(token, np.zeros(len(token), np.int64), value[pair].astype(np.float32))


GROUPS: dict[str, Callable[[Batch], Seen]] = {
    "words-1": functools.partial(anywhere, stream="words", n=1),
    "words-2": functools.partial(anywhere, stream="words", n=2),
    "words-zoned-1": functools.partial(zoned, stream="words", n=1),
    "words-zoned-2": functools.partial(zoned, stream="words", n=2),
    "words-window": functools.partial(window, stream="words", reach=3),
    "clusters-1": functools.partial(anywhere, stream="clusters", n=1),
    "clusters-zoned-1": functools.partial(zoned, stream="clusters", n=1),
    "clusters-zoned-3": functools.partial(zoned, stream="clusters", n=3),
    "vectors": WordGroup(lambda: lexicon().vectors, vector_uses, n_places=3 * len(ORDERS)),
    "letters": WordGroup(lambda: lexicon().letters, letter_uses),
    "shape": shape,
}
"""Name -> feature group; the name stands in explanations, ablations and manifests."""


def table_rows(group: str, number: Numbers) -> Rows:
    """Return the row of the weight table for each number that a group saw."""
    salt = np.uint64(zlib.crc32(group.encode()))
    rows: Rows = (((number ^ salt) * PRIMES[1]) >> np.uint64(64 - TABLE_BITS)).astype(np.int32)
    return rows


def group_matrix(batch: Batch, group: str) -> Any:
    """Return what a group sees, (n_pairs, TABLE_SIZE) sparse."""
    from scipy import sparse

    see = GROUPS[group]
    if isinstance(see, WordGroup):
        numbers, content = see.numbers, see.content
        words = see.words(batch).reshape(-1, content.shape[0])  # one row for each pair and place
        summed = (words @ content).reshape(batch.n_pairs, numbers.size).tocsr()
        value, start = summed.data.astype(np.float32), summed.indptr
        number = numbers.ravel()[summed.indices]
    else:
        seen = see(batch)
        value, number, start = seen.value, seen.number, seen.start
    shape = (batch.n_pairs, TABLE_SIZE)
    return sparse.csr_matrix((value, table_rows(group, number), start), shape=shape)


def feature_matrix(batch: Batch, groups: Iterable[tuple[str, float]]) -> Any:
    """Return what some groups see together, each with its scale: (n_pairs, TABLE_SIZE) sparse."""
    from scipy import sparse

    whole = sparse.csr_matrix((batch.n_pairs, TABLE_SIZE), dtype=np.float32)
    for name, scale in groups:
        whole += group_matrix(batch, name) * np.float32(scale)
    whole.eliminate_zeros()
    return whole


def occurrences(batch: Batch, group: str) -> Occurrences:
    """Return what a group sees, without the places where there is nothing."""
    seen = GROUPS[group](batch)
    some = np.flatnonzero(seen.value)
    pair = np.repeat(np.arange(batch.n_pairs), np.diff(seen.start))[some]
    first = seen.first[some]
    row = table_rows(group, seen.number[some])
    return Occurrences(pair, row, seen.value[some], first, first + seen.width - 1)
