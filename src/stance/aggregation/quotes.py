"""The strongest sentences of each stance: what a reader checks a number against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from stance.aggregation.chunks import UNIT, Chunk, Coded, Ints, group_codes
from stance.aggregation.sketch import among_first
from stance.records import Span

__all__ = ["Quote", "best_quotes", "quotes_of"]

KEPT = 3
"""Sentences kept for each actor, target, stance and month."""


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence in which an actor takes a stance towards a target.

    Attributes
    ----------
    actor, target : str or None
        Ids.
    stance : str
    probability : float
        Of this stance.
    sentence : str
    marks : tuple of (int, int)
        Spans in ``sentence`` of the words that decided; empty where scores hold none.
    actor_text, target_text, speaker : str or None
    doc_id : str
    sent_index : int
    date, source : str or None
    """

    actor: str | None
    target: str | None
    stance: str
    probability: float
    sentence: str
    marks: tuple[Span, ...] = ()
    actor_text: str | None = None
    target_text: str | None = None
    speaker: str | None = None
    doc_id: str
    sent_index: int = 0
    date: str | None = None
    source: str | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """Return what quotes are sorted by: the strongest first, then the earliest."""
        return (
            -self.probability,
            self.date or "",
            self.doc_id,
            self.source or "",
            self.sent_index,
            self.sentence,
            self.speaker or "",
            self.actor_text or "",
            self.target_text or "",
            self.marks,
        )

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Return actor, target, stance and month: among whom the strongest are kept."""
        return (self.actor or "", self.target or "", self.stance, (self.date or "")[:7])


def best_quotes(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    """Return the strongest quotes of each place; a sentence that stands in many counts once.

    The best of parts, taken together, hold the best of the whole.
    """
    places: dict[tuple[str, str, str, str], list[Quote]] = {}
    for quote in quotes:
        places.setdefault(quote.place, []).append(quote)
    kept = []
    for place in sorted(places):
        seen: set[str] = set()
        for quote in sorted(places[place], key=lambda one: one.order):
            if quote.sentence not in seen:
                kept.append(quote)
                seen.add(quote.sentence)
                if len(seen) == KEPT:
                    break
    return tuple(kept)


def quotes_of(chunk: Chunk, stances: tuple[str, ...]) -> list[Quote]:
    """Return the strongest rows of each place of a chunk."""
    columns = chunk.columns
    usable = ~chunk.empty & (columns["abstained"].codes < 0) & (columns["sentence"].codes >= 0)
    day, months = _rank(columns["date"]), _rank(columns["date"], 7)
    ranks = [_rank(columns[name]) for name in ("speaker", "source", "doc_id")]
    found: list[Quote] = []
    for k, stance in enumerate(stances):
        rows = np.flatnonzero(chunk.held[:, k] & usable)
        if not len(rows):
            continue
        _, place = group_codes(
            columns["actor"].codes[rows], columns["target"].codes[rows], months[rows]
        )
        speaker, source, document = (rank[rows] for rank in ranks)
        order = np.lexsort(
            (
                speaker,
                chunk.places[rows, 0],
                source,
                document,
                day[rows],
                -chunk.stances[rows, k],
                place,
            )
        )
        rows, place = rows[order], place[order]
        first, _ = group_codes(place, columns["sentence"].codes[rows])
        first.sort()
        rows, place = rows[first], place[first]
        kept = among_first(place, KEPT)
        found += [
            _quote(chunk, row, stance, int(chunk.stances[row, k])) for row in rows[kept].tolist()
        ]
    return found


def _rank(column: Coded, length: int | None = None) -> Ints:
    """Return for each row the rank of its value, cut to a length, among all; none comes first."""
    values = [value[:length] for value in column.values]
    ranks = {value: rank for rank, value in enumerate(sorted(set(values)), 1)}
    return np.array([*(ranks[value] for value in values), 0], np.int64)[column.codes]


def _quote(chunk: Chunk, row: int, stance: str, millionths: int) -> Quote:
    columns = chunk.columns
    sentence = columns["sentence"].at(row) or ""
    start = int(chunk.places[row, 1])
    marks = () if chunk.evidence is None else read_spans(chunk.evidence[row])
    inside = tuple(
        (a - start, b - start)
        for a, b in marks
        if start >= 0 and 0 <= a - start < b - start <= len(sentence)
    )
    return Quote(
        actor=columns["actor"].at(row),
        target=columns["target"].at(row),
        stance=stance,
        probability=millionths / UNIT,
        sentence=sentence,
        marks=inside,
        actor_text=columns["actor_text"].at(row),
        target_text=columns["target_text"].at(row),
        speaker=columns["speaker"].at(row),
        doc_id=columns["doc_id"].at(row) or "",
        sent_index=int(chunk.places[row, 0]),
        date=columns["date"].at(row),
        source=columns["source"].at(row),
    )


def read_spans(value: Any) -> tuple[Span, ...]:
    """Return spans from what a row holds: pairs of numbers, or text as in ``10-19|30-34``.

    Examples
    --------
    >>> read_spans("10-19|30-34"), read_spans([[1, 2]]), read_spans(None)
    (((10, 19), (30, 34)), ((1, 2),), ())
    """
    if not value:
        return ()
    if isinstance(value, str):
        parts = [part.split("-") for part in value.split("|")]
        if not all(len(part) == 2 and part[0].isdigit() and part[1].isdigit() for part in parts):
            return ()
        return tuple((int(a), int(b)) for a, b in parts)
    return tuple((int(a), int(b)) for a, b in value)
