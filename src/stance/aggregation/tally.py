"""The tally of scores: sums for each document and pair, which add up and merge exactly.

What is kept of a score file is one row of whole numbers for each document, actor, target and
speaker, a sketch of each document, and a few of the strongest sentences. Sums of whole numbers
do not depend on their order, so the tally of parts, merged, is the tally of the whole to the last
bit, and parts can be tallied by other processes or at other times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from stance.aggregation.chunks import (
    Bools,
    Chunk,
    Coded,
    Ints,
    add_up,
    distinct_keys,
    group_codes,
    same_stances,
)
from stance.aggregation.quotes import Quote, best_quotes, quotes_of
from stance.aggregation.reading import read_scores
from stance.aggregation.sketch import copies_of, shingle_hashes, smallest
from stance.aggregation.unnamed import name_apart

__all__ = ["Document", "Link", "Tally", "merge_tallies", "tally"]

_LOW = 0xFFFFFFFF


class Document(NamedTuple):
    """What a relation was read in; an empty string where scores do not say."""

    date: str
    doc_id: str
    source: str


class Link(NamedTuple):
    """Who stands towards whom, as told by whom; an empty string is no one in particular."""

    actor: str
    target: str
    speaker: str


class Tally(msgspec.Struct, frozen=True, eq=False):
    """Sums of scores by document and pair.

    Made by :func:`tally`; added up by :func:`merge_tallies`.

    Attributes
    ----------
    stances : tuple of str
    documents : tuple of Document
        Sorted.
    links : tuple of Link
        Sorted.
    document, link : (n_cells,) int64
        Which document and link each cell belongs to.
    sums : (n_cells, 2 + 2 * n_stances + 3) int64
        Relations believed, relations abstained from; then, over those believed, the sum of the
        probabilities of each stance (in millionths), how often each is held, and the sums of the
        probabilities of negative, neutral and positive sentiment (in millionths).
    sketches : (n,) int64
        The smallest hashes of each document (:func:`stance.aggregation.sketch.smallest`).
    quotes : tuple of Quote
    """

    stances: tuple[str, ...]
    documents: tuple[Document, ...]
    links: tuple[Link, ...]
    document: Ints
    link: Ints
    sums: Ints
    sketches: Ints
    quotes: tuple[Quote, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            if isinstance(getattr(self, name), np.ndarray)
            else getattr(self, name) == getattr(other, name)
            for name in self.__struct_fields__
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"Tally({len(self.documents)} documents, {int(self.sums[:, :2].sum())} relations,"
            f" stances={self.stances})"
        )

    def copies(self, within_source: bool = False) -> Ints:
        """Return for each document the first that it is a near-duplicate of, or itself.

        Parameters
        ----------
        within_source : bool
            Only documents of one source can be copies of each other.
        """
        return copies_of(
            self.sketches,
            [one.date or None for one in self.documents],
            [one.source for one in self.documents] if within_source else None,
        )


class _Builder:
    """Takes in chunks; small whole tables are kept, rows of the input are not."""

    def __init__(self, with_quotes: bool, with_sketches: bool) -> None:
        self.with_quotes = with_quotes
        self.with_sketches = with_sketches
        self.stances: tuple[str, ...] = ()
        self.documents: dict[tuple[str, ...], int] = {}
        self.links: dict[tuple[str, ...], int] = {}
        self.cells: list[Ints] = []
        self.sums: list[Ints] = []
        self.sketches: list[Ints] = []
        self.quotes: list[Quote] = []
        self.compact_sizes = [0, 0, 0]

    def add(self, stances: tuple[str, ...], chunk: Chunk) -> None:
        if not self.stances:
            self.stances = stances
        same_stances(self.stances, stances)
        columns = chunk.columns
        document = _numbered(
            self.documents, [columns[name] for name in ("date", "doc_id", "source")]
        )
        if self.with_sketches:
            self._add_sketches(chunk, document)
        if self.with_quotes:
            self.quotes += quotes_of(chunk, stances)
        full = ~chunk.empty
        link = _numbered(
            self.links, [columns[name] for name in ("actor", "target", "speaker")], full
        )
        believed = (columns["abstained"].codes < 0)[:, None]
        sums = np.hstack(
            [believed, ~believed]
            + [part * believed for part in (chunk.stances, chunk.held, chunk.sentiment)],
            dtype=np.int64,
        )
        self.cells.append(document[full] << 32 | link[full])
        self.sums.append(sums[full])
        self._compact()

    def _add_sketches(self, chunk: Chunk, document: Ints) -> None:
        sentences = chunk.columns["sentence"]
        rows = np.flatnonzero(sentences.codes >= 0)
        if not len(rows):
            return
        hashed_in, hashes = shingle_hashes(sentences.values)
        pairs = distinct_keys(document[rows] << 32 | sentences.codes[rows])
        order = np.argsort(pairs & 0xFFFFFFFF, kind="stable")
        of_document, of_sentence = pairs[order] >> 32, pairs[order] & 0xFFFFFFFF
        first = np.searchsorted(hashed_in, of_sentence)
        size = np.searchsorted(hashed_in, of_sentence, side="right") - first
        place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        self.sketches.append(
            smallest(np.repeat(of_document << 32, size) | hashes[np.repeat(first, size) + place])
        )

    def _compact(self, always: bool = False) -> None:
        """Add up what has come in, once it is as much as what was there before."""
        if sum(map(len, self.cells)) > 2 * self.compact_sizes[0] + 500_000:
            cells, sums = add_up(_taken(self.cells), _taken(self.sums))
            self.cells, self.sums = [cells], [sums]
            self.compact_sizes[0] = len(cells)
        size = sum(map(len, self.sketches))
        if always or size > 2 * self.compact_sizes[1] + 2_000_000:
            self.sketches = [smallest(_taken(self.sketches))]
            self.compact_sizes[1] = len(self.sketches[0])
        if always or len(self.quotes) > 2 * self.compact_sizes[2] + 50_000:
            self.quotes = list(best_quotes(self.quotes))
            self.compact_sizes[2] = len(self.quotes)

    def finish(self) -> Tally:
        none = np.zeros(0, np.int64)
        self.cells.append(none)
        self.sums.append(np.zeros((0, 5 + 2 * len(self.stances)), np.int64))
        self.sketches.append(none)
        self._compact(always=True)
        documents, document_rank = _sorted(self.documents)
        links, link_rank = _sorted(self.links)
        keys = _taken(self.cells)
        keys = document_rank[keys >> 32] << 32 | link_rank[keys & _LOW]
        keys, sums = add_up(keys, _taken(self.sums))
        sketches = _taken(self.sketches)
        return Tally(
            self.stances,
            tuple(map(Document._make, documents)),
            tuple(map(Link._make, links)),
            keys >> 32,
            keys & _LOW,
            sums,
            np.sort(document_rank[sketches >> 32] << 32 | sketches & _LOW),
            tuple(self.quotes),
        )


def _taken(parts: list[Ints]) -> Ints:
    """Return parts as one array, and forget them, so that memory holds them once."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def _numbered(
    known: dict[tuple[str, ...], int], columns: Sequence[Coded], used: Bools | None = None
) -> Ints:
    """Return the number of each row's value among all seen; new ones are added to ``known``."""
    first, group = group_codes(*(column.codes for column in columns))
    wanted = np.ones(len(first), bool)
    if used is not None:
        wanted = np.bincount(group[used], minlength=len(first)) > 0
    names = [
        np.array([*column.values, ""], object)[column.codes[first[wanted]]] for column in columns
    ]
    numbers = np.zeros(len(first), np.int64)
    numbers[wanted] = [known.setdefault(value, len(known)) for value in zip(*names, strict=True)]
    return numbers[group]


def _sorted(known: dict[tuple[str, ...], int]) -> tuple[list[tuple[str, ...]], Ints]:
    """Return the values in order, and the rank of each number."""
    values = sorted(known)
    rank = np.zeros(len(values), np.int64)
    rank[[known[value] for value in values]] = np.arange(len(values))
    return values, rank


def tally(scores: Any, quotes: bool = True, sketches: bool = True) -> Tally:
    """Add up scores by document and pair.

    Parameters
    ----------
    scores : path, data frame, Arrow table, Analysis, or an iterable of these or of rows
        What ``stance score`` wrote, or rows of :meth:`stance.Analysis.rows`. A folder stands for
        all score files in it. Files are read in chunks, so they may be larger than memory.
    quotes : bool
        Keep the strongest sentences of each actor, target, stance and month.
    sketches : bool
        Sketch the documents, so that near-duplicates are found.

    Raises
    ------
    NotFoundError, InputError, MissingExtraError
        If scores cannot be read.
    OptionError
        If they are nothing that holds scores, or their stances differ.

    Examples
    --------
    >>> import stance
    >>> tally(stance.analyze("The EU praised Ghana. Iran threatened to attack Israel."))
    Tally(1 documents, 4 relations, stances=('cooperation', 'rivalry', 'threat'))
    """
    if isinstance(scores, Tally):
        return scores
    builder = _Builder(quotes, sketches)
    for stances, chunk in read_scores(scores, quotes):
        builder.add(stances, chunk)
    return builder.finish()


def merge_tallies(parts: Iterable[Tally]) -> Tally:
    """Return the tally of all scores of some tallies: equal to that of the whole.

    Raises
    ------
    OptionError
        If their stances differ.

    Examples
    --------
    >>> import stance
    >>> texts = ("Iran praised Oman.", "Oman criticised Iran.")
    >>> first, second = (stance.analyze(text, doc_id=text) for text in texts)
    >>> merge_tallies([tally(second), tally(first)]) == tally([first, second])
    True
    """
    builder = _Builder(with_quotes=True, with_sketches=True)
    unnamed: Counter[str] = Counter()
    for part in parts:
        if not part.stances:  # of no scores at all
            continue
        builder.stances = builder.stances or part.stances
        same_stances(builder.stances, part.stances)
        documents = _merged(builder.documents, _named_apart(part.documents, unnamed))
        links = _merged(builder.links, part.links)
        builder.cells.append(documents[part.document] << 32 | links[part.link])
        builder.sums.append(part.sums)
        builder.sketches.append(documents[part.sketches >> 32] << 32 | part.sketches & _LOW)
        builder.quotes += part.quotes
        builder._compact()
    return builder.finish()


def _named_apart(documents: Iterable[Document], counts: Counter[str]) -> Iterator[Document]:
    """Yield documents; those without an id are others than those of the same text before."""
    for date, doc_id, source in documents:
        yield Document(date, name_apart(doc_id, counts), source)


def _merged(known: dict[tuple[str, ...], int], values: Iterable[tuple[str, ...]]) -> Ints:
    return np.array([known.setdefault(tuple(value), len(known)) for value in values], np.int64)
