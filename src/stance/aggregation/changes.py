"""Change points: when a dyad's balance shifted, and the sentences that show it.

Binary segmentation (Scott and Knott 1974; Vostrikova 1981): the series is split where the balance
before and after differ most, weighted by how much was said; the split is kept if a permutation
test over documents, as in Matteson and James (2014, JASA 109), says that chance seldom makes one
as clear; then each side is looked at in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.aggregation.balance import check_places
from stance.aggregation.chunks import Ints
from stance.aggregation.grouping import Grouped, group
from stance.aggregation.intervals import ratio_intervals
from stance.aggregation.periods import PERIODS, period_of
from stance.aggregation.quotes import Quote
from stance.aggregation.tables import Estimate, statistics_of
from stance.aggregation.tally import Tally, tally
from stance.errors import OptionError, Problem

__all__ = ["MIN_SEGMENT", "Change", "change_points"]

Floats = npt.NDArray[np.float64]

MIN_SEGMENT = 5
"""Documents that must stand on each side of a change point."""

_PERMUTATIONS = 999
_QUOTES = 3
_VALUES_AT_ONCE = 2_000_000


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change point in the balance of an actor towards a target.

    Attributes
    ----------
    actor, target : str
    period : str
        The first period after the change.
    before, after : Estimate
        Balance since the last change point, and until the next.
    n_before, n_after : int
        Documents that these rest on.
    p_value : float
        How often documents in random order make as clear a split.
    fell, rose : str
        The stance whose share fell the most, and the one whose share rose the most.
    quotes_before, quotes_after : tuple of Quote
        Strongest sentences of the stance that fell, before, and of the one that rose, after.
    """

    actor: str
    target: str
    period: str
    before: Estimate
    after: Estimate
    n_before: int
    n_after: int
    p_value: float
    fell: str
    rose: str
    quotes_before: tuple[Quote, ...] = ()
    quotes_after: tuple[Quote, ...] = ()


def change_points(
    scores: Any,
    dyad: tuple[str, str],
    period: str = "month",
    level: float = 0.01,
    weights: Mapping[str, float] | None = None,
    random_state: int = 0,
) -> tuple[Change, ...]:
    """Find when the balance of a dyad changed.

    Parameters
    ----------
    scores : Tally, or what :func:`stance.aggregate` takes
        Change points show sentences only if the tally holds quotes.
    dyad : (str, str)
        Ids of actor and target.
    period : str
        Day, week, month, quarter or year; a change falls between two of these.
    level : float
        Largest p-value of a change that is kept. With .01 about one series in a hundred without
        any change shows one.
    weights : mapping of str to float, optional
        As in :func:`stance.aggregate`.
    random_state : int

    Returns
    -------
    tuple of Change
        In order of time.

    Raises
    ------
    OptionError
        If ``period`` or ``level`` is outside what it may be, or the stances have no balance.

    Examples
    --------
    >>> import stance
    >>> texts = ["Iran praised Oman."] * 10 + ["Iran threatened Oman."] * 10
    >>> scores = [
    ...     stance.analyze(text, date=f"20{10 + i}-01-01", doc_id=f"d{i}")
    ...     for i, text in enumerate(texts)
    ... ]
    >>> [(c.period, c.fell) for c in change_points(scores, ("IRN", "OMN"), "year")]
    [('2020', 'cooperation')]
    """
    check_series(period, level)
    counted = tally(scores)
    places = check_places(counted.stances, weights)
    if places is None:
        raise OptionError(
            Problem(
                "a change point is one of the balance", "give weights", ", ".join(counted.stances)
            )
        )
    grouped = group(counted, ("actor", "target", period))
    return changes_of(counted, grouped, dyad, places, (level, random_state))


def check_series(period: str, level: float) -> None:
    """Raise OptionError unless change points can be sought by ``period`` at ``level``."""
    if period not in PERIODS:
        raise OptionError(Problem(f"a period is one of {', '.join(PERIODS)}", "correct it", period))
    if not 0 < level < 1:
        raise OptionError(Problem("a level lies between 0 and 1", "correct it", level))


def changes_of(
    scores: Tally,
    grouped: Grouped,
    dyad: tuple[str, str],
    places: tuple[float, ...],
    how: tuple[float, int],
) -> tuple[Change, ...]:
    """Return the change points of one dyad of a tally that is grouped by dyad and period."""
    chosen = [i for i, key in enumerate(grouped.keys) if key[:2] == dyad]
    if not chosen:
        return ()
    first, end = grouped.starts[chosen[0]], grouped.starts[chosen[-1] + 1]
    starts = grouped.starts[chosen] - first
    values = statistics_of(grouped.sums[first:end], len(scores.stances), places)
    level, random_state = how
    splits = sorted(_splits(values, starts, (0, len(values)), level, random_state))
    if not splits:
        return ()
    edges = np.array([0, *(place for place, _ in splits), len(values)])
    ratios = ((2, 3),)
    ends = ratio_intervals(values, edges, ratios, 1000, random_state)[:, 0]
    sums = np.add.reduceat(values, edges[:-1], axis=0)
    balances = [_balance(*both) for both in zip(sums, ends, strict=True)]
    shares = sums[:, 4:] / sums[:, 3:4]
    periods = [grouped.keys[i][2] for i in chosen]
    of_edge = [periods[int(np.searchsorted(starts, edge))] for edge in edges[:-1]]
    found = []
    for k, (place, p_value) in enumerate(splits):
        shift = shares[k + 1] - shares[k]
        found.append(
            Change(
                actor=dyad[0],
                target=dyad[1],
                period=of_edge[k + 1],
                before=balances[k],
                after=balances[k + 1],
                n_before=int(place - edges[k]),
                n_after=int(edges[k + 2] - place),
                p_value=p_value,
                fell=scores.stances[int(shift.argmin())],
                rose=scores.stances[int(shift.argmax())],
            )
        )
    return tuple(_with_quotes(scores, grouped.by[2], found, [*of_edge, None]))


def _balance(sums: Floats, ends: Floats) -> Estimate:
    value = float(sums[2] / sums[3])
    return Estimate(value) if np.isnan(ends).any() else Estimate(value, *map(float, ends))


def _with_quotes(
    scores: Tally, period: str, changes: Sequence[Change], edges: Sequence[str | None]
) -> Iterator[Change]:
    """Yield changes with their sentences; ``edges`` are where segments of the series begin."""
    for k, change in enumerate(changes):
        dyad = (change.actor, change.target)
        before, at, end = edges[k : k + 3]
        yield msgspec.structs.replace(
            change,
            quotes_before=_quotes(scores, dyad, change.fell, period, (before or "", at)),
            quotes_after=_quotes(scores, dyad, change.rose, period, (at or "", end)),
        )


def _splits(
    values: Floats, starts: Ints, within: tuple[int, int], level: float, random_state: int
) -> Iterator[tuple[int, float]]:
    """Yield where to split, and with which p-value."""
    low, high = within
    places = starts[(starts >= low + MIN_SEGMENT) & (starts <= high - MIN_SEGMENT)]
    if not len(places):
        return
    placed, mass = values[low:high, 2], values[low:high, 3]
    gains = _gains(placed[None], mass[None], places - low)[0]
    best = int(gains.argmax())
    place = int(places[best])
    rng = np.random.default_rng((random_state, low, high))
    reached = 0
    at_once = max(1, _VALUES_AT_ONCE // (high - low))
    for done in range(0, _PERMUTATIONS, at_once):
        n = min(at_once, _PERMUTATIONS - done)
        order = rng.permuted(np.tile(np.arange(high - low), (n, 1)), axis=1)
        drawn = _gains(placed[order], mass[order], places - low).max(axis=1)
        reached += int((drawn >= gains[best] * (1 - 1e-9)).sum())
    p_value = (reached + 1) / (_PERMUTATIONS + 1)
    if p_value <= level:
        yield place, p_value
        yield from _splits(values, starts, (low, place), level, random_state)
        yield from _splits(values, starts, (place, high), level, random_state)


def _gains(placed: Floats, mass: Floats, places: Ints) -> Floats:
    """Return how much less the squared deviations are with a split at each place."""
    placed_sums, mass_sums = np.cumsum(placed, axis=1), np.cumsum(mass, axis=1)
    left, left_mass = placed_sums[:, places - 1], mass_sums[:, places - 1]
    right, right_mass = placed_sums[:, -1:] - left, mass_sums[:, -1:] - left_mass
    usable = (left_mass > 0) & (right_mass > 0)
    left_mass, right_mass = np.where(usable, left_mass, 1), np.where(usable, right_mass, 1)
    gap = left / left_mass - right / right_mass
    gain = left_mass * right_mass / (left_mass + right_mass) * gap**2
    return np.asarray(np.where(usable, gain, 0.0))


def _quotes(
    scores: Tally,
    dyad: tuple[str, str],
    stance: str,
    period: str,
    between: tuple[str, str | None],
) -> tuple[Quote, ...]:
    """Return the strongest sentences of a stance from one period until before another."""
    first, end = between
    found = []
    for quote in scores.quotes:
        if (quote.actor, quote.target, quote.stance) == (*dyad, stance) and quote.date:
            when = period_of(quote.date, period)
            if first <= when and (end is None or when < end):
                found.append(quote)
    return tuple(strongest(found, _QUOTES))


def strongest(quotes: list[Quote], n: int) -> list[Quote]:
    """Return the ``n`` strongest quotes, each sentence once."""
    kept: dict[str, Quote] = {}
    for quote in sorted(quotes, key=lambda one: one.order):
        kept.setdefault(quote.sentence, quote)
    return list(kept.values())[:n]
