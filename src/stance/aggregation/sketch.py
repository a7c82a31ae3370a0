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
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from stance.aggregation.chunks import Bools, Ints, distinct_keys

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
_HASH = 0xFFFFFFFF
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


def shingle_hashes(sentences: Sequence[str]) -> tuple[Ints, Ints]:
    """Return the hashes of the three-word shingles of sentences.

    Case and punctuation make no difference. A word is known by its length and its first and last
    eight bytes, which are read as two numbers, so there is no loop over words.

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
    text = joined.lower().encode("utf-8", "replace")
    data = np.frombuffer(text, np.uint8)
    letters = _LETTERS[data]
    edges = np.flatnonzero(letters[1:] != letters[:-1]) + 1
    edges = np.concatenate(
        ([0] if letters[:1].any() else [], edges, [len(data)] if letters[-1:].any() else [])
    ).astype(np.int64)
    starts, ends = edges[::2], edges[1::2]
    if len(starts) < 3:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    words = _word_hashes(text, starts, ends)
    shingles = _mix(_mix(words[:-2] * _ODD + words[1:-1]) * _ODD + words[2:])
    upto = np.searchsorted(starts, np.append(np.flatnonzero(data == 0), len(data)))
    sentence = np.repeat(np.arange(len(upto)), np.diff(upto, prepend=0))
    whole = sentence[:-2] == sentence[2:]
    return sentence[:-2][whole], (shingles[whole] >> np.uint64(32)).astype(np.int64)


def _word_hashes(text: bytes, starts: Ints, ends: Ints) -> _Words:
    """Return 64 well mixed bits of each word."""
    padded = bytes(8) + text + bytes(8)
    eights = np.ndarray(len(text) + 9, "<u8", padded, strides=(1,))  # from each byte on
    length = (ends - starts).astype(np.uint64)
    other = (np.uint64(8) - np.minimum(length, np.uint64(8))) * np.uint64(8)
    first = eights[starts + 8] << other  # bits of other words fall off
    last = eights[ends] >> other
    return _mix(_mix(first + length) * _ODD + last)


def among_first(values: Ints, n: int) -> Bools:
    """Return which values are among the first ``n`` of a run of equal values.

    Examples
    --------
    >>> among_first(np.array([4, 4, 7, 7, 7]), 2).tolist()
    [True, True, True, True, False]
    """
    kept = np.ones(len(values), bool)
    kept[n:] = values[n:] != values[:-n]
    return kept


def smallest(sketches: Ints) -> Ints:
    """Return the smallest distinct hashes of each document, sorted by document and hash.

    Parameters
    ----------
    sketches : (n,) int64
        The number of a document, shifted left by 32 bits, and a hash of it.

    Examples
    --------
    >>> sketches = smallest(np.array([1 << 32 | 7, 5, 1 << 32 | 7, 1 << 32 | 2]))
    >>> (sketches >> 32).tolist(), (sketches & 0xFFFFFFFF).tolist()
    ([0, 1, 1], [5, 2, 7])
    """
    sketches = distinct_keys(sketches)
    return sketches[among_first(sketches >> 32, SKETCH_SIZE)]


def copies_of(
    sketches: Ints, days: Sequence[str | None], sources: Sequence[str | None] | None
) -> Ints:
    """Return for each document the first one that it is a copy of; itself, if of none.

    Parameters
    ----------
    sketches : (n,) int64
        As :func:`smallest` returns them.
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
    left, right = _candidates(sketches, _ordinals(days))
    if sources is not None and len(left):
        names = {name: i for i, name in enumerate(dict.fromkeys(sources))}
        codes = np.array([names[name] for name in sources])
        kept = codes[left] == codes[right]
        left, right = left[kept], right[kept]
    for first in range(0, len(left), _PAIRS_AT_ONCE):
        some = slice(first, first + _PAIRS_AT_ONCE)
        alike = _resemblance(sketches, left[some], right[some]) >= COPY_RESEMBLANCE
        for a, b in zip(left[some][alike].tolist(), right[some][alike].tolist(), strict=True):
            _join(same, a, b)
    return np.array([_root(same, i) for i in range(n)], np.int64)


def _ordinals(days: Sequence[str | None]) -> Ints:
    """Return day numbers; documents without a day stand together, far from all others."""
    known = {day: datetime.date.fromisoformat(day).toordinal() for day in set(days) if day}
    return np.array([known[day] if day else -(10**6) for day in days], np.int64)


def _candidates(sketches: Ints, days: Ints) -> tuple[Ints, Ints]:
    """Return pairs of documents that share one of their smallest hashes, near in time."""
    documents = sketches >> 32
    sizes = np.bincount(documents, minlength=len(days))
    used = among_first(documents, _BANDS) & (sizes[documents] >= MIN_SHINGLES)
    by_hash = np.sort((sketches[used] & _HASH) << 31 | documents[used])
    documents, hashes = by_hash & 0x7FFFFFFF, by_hash >> 31
    pairs = [np.zeros(0, np.int64)]
    for step in range(1, min(_NEIGHBOURS, len(documents) - 1) + 1):
        shared = np.flatnonzero(hashes[:-step] == hashes[step:])
        if not len(shared):
            break
        left, right = documents[shared], documents[shared + step]
        near = days[right] - days[left] <= COPY_DAYS
        pairs.append(left[near] << 32 | right[near])
    found = distinct_keys(np.concatenate(pairs))
    return found >> 32, found & 0xFFFFFFFF


def _resemblance(sketches: Ints, left: Ints, right: Ints) -> npt.NDArray[np.float64]:
    """Return the estimated Jaccard resemblance of pairs of documents."""

    def padded(of: Ints, filler: int) -> Ints:
        first = np.searchsorted(sketches, of << 32)
        size = np.searchsorted(sketches, (of + 1) << 32) - first
        column = np.arange(SKETCH_SIZE)
        inside = column < size[:, None]
        place = np.where(inside, first[:, None] + column, 0)
        return np.where(inside, sketches[place] & _HASH, filler + column)

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
