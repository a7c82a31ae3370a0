"""Near-duplicate documents: agency copy that runs in many papers, found by sketches.

A document is the set of its three-word shingles; of their hashes the smallest 64 are kept, from
which the Jaccard resemblance of two documents is estimated without bias (Broder 1997, "On the
resemblance and containment of documents", SEQUENCES). Sketches of parts merge into the sketch of
the whole. Candidates are documents that share one of their smallest hashes (a banding of the
sketch, Leskovec, Rajaraman and Ullman 2014, *Mining of Massive Datasets*, chapter 3); they are
copies if their resemblance reaches ``COPY_RESEMBLANCE`` and they appeared within a week.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from stance.aggregation.chunks import Ints, distinct_keys

__all__ = [
    "COPY_DAYS",
    "COPY_RESEMBLANCE",
    "SKETCH_SIZE",
    "copies_of",
    "shingle_hashes",
    "smallest",
]

SKETCH_SIZE = 64
COPY_RESEMBLANCE = 0.7
COPY_DAYS = 7
MIN_SHINGLES = 8
"""Texts shorter than this many shingles cannot be told to be copies: formulas recur."""

_BANDS = 12
_NEIGHBOURS = 24
_PAIRS_AT_ONCE = 20_000
_BLOCK = 600
_Words = npt.NDArray[np.uint64]
_ODD = np.uint64(0x9E3779B97F4A7C15)


def _mix(values: _Words) -> _Words:
    """Return well mixed bits (the finaliser of splitmix64, Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _letter_table() -> npt.NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[[ord(c) for c in "0123456789abcdefghijklmnopqrstuvwxyz"]] = True
    table[128:] = True
    return table


_LETTERS = _letter_table()


@functools.lru_cache(maxsize=2)
def _powers(n: int) -> tuple[_Words, _Words]:
    """Return the powers of an odd number modulo 2**64, and of its inverse."""
    base = 0x9E3779B97F4A7C15
    inverse = pow(base, -1, 1 << 64)

    def powers(number: int) -> _Words:
        steps = np.full(n, np.uint64(number))
        steps[:1] = 1
        return np.cumprod(steps, dtype=np.uint64)

    return powers(base), powers(inverse)


def shingle_hashes(sentences: Sequence[str]) -> tuple[Ints, Ints]:
    """Return the hashes of the three-word shingles of sentences.

    Case and punctuation make no difference. Words are hashed by one running polynomial over all
    the bytes (Karp and Rabin 1987), so there is no loop over words.

    Returns
    -------
    sentence, hash : (n_shingles,) int64
        The sentence that each shingle stands in, and 32 bits of its hash.

    Examples
    --------
    >>> sentence, hashes = shingle_hashes(["Iran protested again.", "IRAN protested, again"])
    >>> sentence.tolist(), bool(hashes[0] == hashes[1])
    ([0, 1], True)
    """
    found: list[tuple[Ints, Ints]] = [(np.zeros(0, np.int64),) * 2]
    first = 0
    for block in _blocks(sentences):
        inside, hashes = _block_hashes(block)
        found.append((inside + first, hashes))
        first += len(block)
    return np.concatenate([one for one, _ in found]), np.concatenate([one for _, one in found])


def _blocks(sentences: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield sentences some at a time: arrays that fit the processor's cache are faster."""
    for first in range(0, len(sentences), _BLOCK):
        yield sentences[first : first + _BLOCK]


def _block_hashes(sentences: Sequence[str]) -> tuple[Ints, Ints]:
    joined = "\0".join(sentences)
    if joined.count("\0") >= len(sentences):  # texts hold none, but a foreign table may
        joined = "\0".join(sentence.replace("\0", " ") for sentence in sentences)
    data = np.frombuffer(joined.lower().encode("utf-8", "replace"), np.uint8)
    letters = _LETTERS[data]
    edges = np.flatnonzero(letters[1:] != letters[:-1]) + 1
    edges = np.concatenate(
        ([0] if letters[:1].any() else [], edges, [len(data)] if letters[-1:].any() else [])
    ).astype(np.int64)
    starts, ends = edges[::2], edges[1::2]
    if len(starts) < 3:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    powers, inverse = _powers(1 << len(data).bit_length())
    running = np.zeros(len(data) + 1, np.uint64)
    np.cumsum(data * powers[: len(data)], dtype=np.uint64, out=running[1:])
    words = _mix((running[ends] - running[starts]) * inverse[starts])
    shingles = _mix(_mix(words[:-2] * _ODD + words[1:-1]) * _ODD + words[2:])
    sentence = np.searchsorted(np.flatnonzero(data == 0), starts)
    whole = sentence[:-2] == sentence[2:]
    return sentence[:-2][whole], (shingles[whole] >> np.uint64(32)).astype(np.int64)


def places_in_runs(values: Ints) -> Ints:
    """Return how many equal values stand right before each.

    Examples
    --------
    >>> places_in_runs(np.array([4, 4, 7, 7, 7])).tolist()
    [0, 1, 0, 1, 2]
    """
    if not len(values):
        return values
    first = np.flatnonzero(np.diff(values, prepend=values[:1] - 1))
    return np.arange(len(values)) - np.repeat(first, np.diff(first, append=len(values)))


def smallest(documents: Ints, hashes: Ints) -> tuple[Ints, Ints]:
    """Return the smallest distinct hashes of each document, sorted by document and hash.

    Examples
    --------
    >>> smallest(np.array([1, 0, 1, 1]), np.array([7, 5, 7, 2]))
    (array([0, 1, 1]), array([5, 2, 7]))
    """
    keys = distinct_keys(documents << 32 | hashes)
    documents = keys >> 32
    kept = places_in_runs(documents) < SKETCH_SIZE
    return documents[kept], keys[kept] & 0xFFFFFFFF


def copies_of(
    documents: Ints, hashes: Ints, days: Sequence[str | None], sources: Sequence[str | None] | None
) -> Ints:
    """Return for each document the first one that it is a copy of; itself, if of none.

    Parameters
    ----------
    documents, hashes : (n,) int64
        Sketches, as :func:`smallest` returns them.
    days : sequence of str or None
        ISO day of each document, in ascending order.
    sources : sequence of str or None, optional
        If given, only documents of one source can be copies of each other.

    Returns
    -------
    (n_documents,) int64
    """
    n = len(days)
    same = np.arange(n)
    left, right = _candidates(documents, hashes, _ordinals(days))
    if sources is not None and len(left):
        names = {name: i for i, name in enumerate(dict.fromkeys(sources))}
        codes = np.array([names[name] for name in sources])
        kept = codes[left] == codes[right]
        left, right = left[kept], right[kept]
    for first in range(0, len(left), _PAIRS_AT_ONCE):
        some = slice(first, first + _PAIRS_AT_ONCE)
        alike = _resemblance(documents, hashes, left[some], right[some]) >= COPY_RESEMBLANCE
        for a, b in zip(left[some][alike].tolist(), right[some][alike].tolist(), strict=True):
            _join(same, a, b)
    return np.array([_root(same, i) for i in range(n)], np.int64)


def _ordinals(days: Sequence[str | None]) -> Ints:
    """Return day numbers; documents without a day stand together, far from all others."""
    known = {day: datetime.date.fromisoformat(day).toordinal() for day in set(days) if day}
    return np.array([known[day] if day else -(10**6) for day in days], np.int64)


def _candidates(documents: Ints, hashes: Ints, days: Ints) -> tuple[Ints, Ints]:
    """Return pairs of documents that share one of their smallest hashes, near in time."""
    sizes = np.bincount(documents, minlength=len(days))
    place = places_in_runs(documents)
    used = (place < _BANDS) & (sizes[documents] >= MIN_SHINGLES)
    documents, hashes = documents[used], hashes[used]
    order = np.lexsort((documents, hashes))
    documents, hashes = documents[order], hashes[order]
    pairs = [np.zeros(0, np.int64)]
    for step in range(1, min(_NEIGHBOURS, len(documents) - 1) + 1):
        left, right = documents[:-step], documents[step:]
        near = (hashes[:-step] == hashes[step:]) & (days[right] - days[left] <= COPY_DAYS)
        pairs.append(left[near] << 32 | right[near])
    found = distinct_keys(np.concatenate(pairs))
    return found >> 32, found & 0xFFFFFFFF


def _resemblance(documents: Ints, hashes: Ints, left: Ints, right: Ints) -> npt.NDArray[np.float64]:
    """Return the estimated Jaccard resemblance of pairs of documents."""

    def padded(of: Ints, filler: int) -> Ints:
        first = np.searchsorted(documents, of)
        size = np.searchsorted(documents, of, side="right") - first
        column = np.arange(SKETCH_SIZE)
        inside = column < size[:, None]
        place = np.where(inside, first[:, None] + column, 0)
        return np.where(inside, hashes[place], filler + column)

    none = 1 << 40  # above every hash; no two of these are equal
    both = np.sort(np.hstack([padded(left, none), padded(right, none << 1)]), axis=1)
    shared = np.zeros(both.shape, bool)
    shared[:, 1:] = both[:, 1:] == both[:, :-1]
    rank = np.cumsum(~shared, axis=1)  # which of the distinct hashes this is
    inside = (rank <= SKETCH_SIZE) & (both < none)
    distinct = np.maximum((~shared & inside).sum(axis=1), 1)
    return np.asarray((shared & inside).sum(axis=1) / distinct)


def _root(same: Ints, i: int) -> int:
    while same[i] != i:
        same[i] = same[same[i]]
        i = int(same[i])
    return i


def _join(same: Ints, a: int, b: int) -> None:
    a, b = _root(same, a), _root(same, b)
    same[max(a, b)] = min(a, b)
