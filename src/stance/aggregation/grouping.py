"""Cells of a tally brought into groups: by actor, target, pair, period, source, speaker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Literal

import msgspec
import numpy as np

from stance.aggregation.chunks import Bools, Ints, add_up, group_codes
from stance.aggregation.periods import PERIODS, period_of
from stance.aggregation.tally import Tally
from stance.errors import OptionError, Problem

__all__ = ["DIMENSIONS", "Copies", "Grouped", "group", "of_dyads", "read_by"]

Copies = Literal["once", "all"]
Values = tuple[tuple[str, ...], Ints]


class Grouped(msgspec.Struct, frozen=True):
    """Documents in groups.

    Attributes
    ----------
    by : tuple of str
    keys : tuple of tuple of str
        The values of each group, in the order of ``by``; sorted.
    starts : (n_groups + 1,) int64
        Where the rows of each group start, and the end.
    document : (n_rows,) int64
        Which document of the tally a row sums up; ascending in each group.
    sums : (n_rows, n) int64
        As in the tally.
    n_undated : int
        Relations left out because their documents have no date.
    n_copied : int
        Documents left out because they are near-duplicates of others.
    """

    by: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    starts: Ints
    document: Ints
    sums: Ints
    n_undated: int
    n_copied: int


def _link_value(place: int) -> Callable[[Tally], Values]:
    def values(tally: Tally) -> Values:
        names, codes = _distinct([link[place] for link in tally.links])
        return names, codes[tally.link] if len(codes) else tally.link

    return values


def _source(tally: Tally) -> Values:
    names, codes = _distinct([document.source for document in tally.documents])
    return names, codes[tally.document] if len(codes) else tally.document


def _pair(tally: Tally) -> Values:
    """Return pairs without direction; a relation to no one in particular is of no pair."""
    names, codes = _distinct(
        ["\0".join(sorted(link[:2])) if link.actor and link.target else "" for link in tally.links]
    )
    return names, codes[tally.link] if len(codes) else tally.link


def _period(name: str) -> Callable[[Tally], Values]:
    def values(tally: Tally) -> Values:
        days = [document.date for document in tally.documents]
        periods = {day: period_of(day, name) if day else "" for day in set(days)}
        names, codes = _distinct([periods[day] for day in days])
        return names, codes[tally.document] if len(codes) else tally.document

    return values


def _distinct(values: Sequence[str]) -> Values:
    names = sorted(set(values))
    codes = {name: code for code, name in enumerate(names)}
    return tuple(names), np.array([codes[value] for value in values], np.int64)


DIMENSIONS: dict[str, Callable[[Tally], Values]] = {
    "actor": _link_value(0),
    "target": _link_value(1),
    "pair": _pair,
    "speaker": _link_value(2),
    "source": _source,
    **{name: _period(name) for name in PERIODS},
}
"""What relations can be grouped by -> the value of each cell."""


def read_by(by: str | Sequence[str]) -> tuple[str, ...]:
    """Return what to group by; ``dyad`` is short for actor and target.

    Raises
    ------
    OptionError
        If a name is unknown, stands twice, or two periods are named.

    Examples
    --------
    >>> read_by("dyad month")
    ('actor', 'target', 'month')
    """
    words = by.replace(",", " ").split() if isinstance(by, str) else list(by)
    names = tuple(n for word in words for n in (("actor", "target") if word == "dyad" else (word,)))
    for name in names:
        if name not in DIMENSIONS:
            raise OptionError(
                Problem(
                    f"relations are grouped by dyad, {', '.join(DIMENSIONS)}", "correct it", name
                )
            )
    if (
        not names
        or len(set(names)) < len(names)
        or len(set(names) & set(PERIODS)) > 1
        or ("pair" in names and {"actor", "target"} & set(names))
    ):
        raise OptionError(
            Problem(
                "grouping takes each name once, one period at most, and pair or actor and target",
                "correct it",
                " ".join(words),
            )
        )
    return names


def group(tally: Tally, by: str | Sequence[str], copies: Copies = "once") -> Grouped:
    """Bring the documents of a tally into groups.

    Parameters
    ----------
    tally : Tally
    by : str or sequence of str
        Names of ``DIMENSIONS``.
    copies : "once" or "all"
        Whether near-duplicates count once or each. Where sources are told apart, only copies
        within one source count once.

    Raises
    ------
    OptionError
        If ``by`` or ``copies`` is none of these.
    """
    names = read_by(by)
    if copies not in ("once", "all"):
        raise OptionError(Problem("copies count 'once' or 'all'", "correct it", copies))
    first_of = tally.copies("source" in names) if copies == "once" else None
    used, n_copied = _originals(tally, first_of)
    columns = [DIMENSIONS[name](tally) for name in names]
    undated = np.zeros(len(used), bool)
    for name, (values, codes) in zip(names, columns, strict=True):
        if name in PERIODS and values and values[0] == "":
            undated |= codes == 0
        if name == "pair" and values and values[0] == "":
            used = used & (codes != 0)
    n_undated = int(tally.sums[undated & used, :2].sum())
    kept = np.flatnonzero(used & ~undated)
    if not len(kept):
        none = np.zeros(0, np.int64)
        return Grouped(names, (), np.zeros(1, np.int64), none, tally.sums[:0], n_undated, n_copied)
    first, number = group_codes(*(codes[kept] for _, codes in columns))
    keys = tuple(
        tuple(values[codes[kept[row]]] for values, codes in columns) for row in first.tolist()
    )
    rows, sums = add_up(number << 32 | tally.document[kept], tally.sums[kept])
    starts = np.searchsorted(rows, np.arange(len(keys) + 1) << 32)
    return Grouped(names, keys, starts, rows & 0xFFFFFFFF, sums, n_undated, n_copied)


def of_dyads(tally: Tally, dyads: Collection[tuple[str, str]]) -> Tally:
    """Return a tally of some dyads alone; documents and sketches stay as they are."""
    wanted = np.array([link[:2] in dyads for link in tally.links], bool)
    kept = wanted[tally.link] if len(wanted) else np.zeros(0, bool)
    return msgspec.structs.replace(
        tally,
        document=tally.document[kept],
        link=tally.link[kept],
        sums=tally.sums[kept],
        quotes=tuple(q for q in tally.quotes if (q.actor or "", q.target or "") in dyads),
    )


def _originals(tally: Tally, first_of: Ints | None) -> tuple[Bools, int]:
    """Return which cells are of documents that are no copies, and how many documents are."""
    if first_of is None or not len(first_of):
        return np.ones(len(tally.document), bool), 0
    original = first_of == np.arange(len(first_of))
    return np.asarray(original[tally.document]), int((~original).sum())
