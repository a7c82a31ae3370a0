"""Tables of what relations add up to, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.aggregation.balance import check_places
from stance.aggregation.chunks import UNIT
from stance.aggregation.grouping import Copies, Grouped, group
from stance.aggregation.intervals import ratio_intervals
from stance.aggregation.periods import PERIODS
from stance.aggregation.tally import Tally, tally
from stance.errors import InputError, OptionError, Problem, optional_library

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Estimate", "Row", "StanceSum", "Table", "aggregate", "make_table"]

Floats = npt.NDArray[np.float64]


class Estimate(msgspec.Struct, frozen=True, gc=False):
    """A value, and the ends of its 95 % interval; None where there are too few documents."""

    value: float
    low: float | None = None
    high: float | None = None


class StanceSum(msgspec.Struct, frozen=True, gc=False):
    """What one stance adds up to.

    Attributes
    ----------
    expected : float
        Sum of its probabilities: how many relations are expected to hold it.
    held : int
        How many relations reach its threshold.
    mean : Estimate or None
        Mean probability; None if no relation is believed.
    """

    expected: float
    held: int
    mean: Estimate | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One group of relations.

    Attributes
    ----------
    actor, target, period, source, speaker : str or None
        What the group has in common; None for what was not asked for, or is no one in
        particular. A pair without direction stands in ``actor`` and ``target``, in order.
    n_documents : int
    n_relations, n_abstained : int
        Relations believed, and those that the model abstained from.
    stances : dict of str to StanceSum
    balance : Estimate or None
        From -1 (enmity) to +1 (friendship).
    sentiment : Estimate or None
        Mean of the probability of positive less that of negative sentiment, -1 to +1.
    """

    actor: str | None = None
    target: str | None = None
    period: str | None = None
    source: str | None = None
    speaker: str | None = None
    n_documents: int
    n_relations: int
    n_abstained: int
    stances: dict[str, StanceSum]
    balance: Estimate | None
    sentiment: Estimate | None


class Table(msgspec.Struct, frozen=True):
    """Rows of an aggregation, sorted by what they are grouped by.

    Attributes
    ----------
    by : tuple of str
    stances : tuple of str
    rows : tuple of Row
    n_documents : int
        Documents read, those without relations and copies included.
    n_copied : int
        Documents left out as near-duplicates of others.
    n_undated : int
        Relations left out because their documents have no date.
    """

    by: tuple[str, ...]
    stances: tuple[str, ...]
    rows: tuple[Row, ...]
    n_documents: int
    n_copied: int = 0
    n_undated: int = 0

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain values, ready for JSON."""
        return {
            "by": list(self.by),
            "n_documents": self.n_documents,
            "n_copied": self.n_copied,
            "n_undated": self.n_undated,
            "rows": [flat_row(row, self.by) for row in self.rows],
        }

    def to_pandas(self) -> pd.DataFrame:
        """Return one flat row a group.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        pandas = optional_library("pandas", "to_pandas needs pandas", "frames")
        return pandas.DataFrame([flat_row(row, self.by) for row in self.rows])

    def __str__(self) -> str:
        names = _key_names(self.by)
        head = [*names, "documents", "relations", *self.stances, "balance", "95 % interval"]
        lines = [head]
        for row in self.rows:
            held = [str(row.stances[name].held or ".") for name in self.stances]
            lines.append(
                [
                    *(getattr(row, name) or "*" for name in names),
                    str(row.n_documents),
                    str(row.n_relations),
                    *held,
                    *_shown(row.balance),
                ]
            )
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        n = len(names)
        undated = f"\nleft out: {self.n_undated} relations without a date" * bool(self.n_undated)
        shown = "\n".join(
            "  ".join(
                cell.ljust(width) if i < n else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )
        return shown + undated


def _shown(estimate: Estimate | None) -> tuple[str, str]:
    if estimate is None:
        return ".", "."
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:+.2f}", "."
    return f"{estimate.value:+.2f}", f"{estimate.low:+.2f} to {estimate.high:+.2f}"


def _key_names(by: tuple[str, ...]) -> list[str]:
    names: list[str] = []
    for name in by:
        names += (
            ["actor", "target"] if name == "pair" else ["period"] if name in PERIODS else [name]
        )
    return names


def flat_row(row: Row, by: tuple[str, ...]) -> dict[str, Any]:
    """Return a row as one level of plain values; numbers are rounded to four decimals."""

    def spread(name: str, estimate: Estimate | None) -> dict[str, float | None]:
        parts = ("value", "low", "high")
        found = {part: getattr(estimate, part, None) for part in parts}
        return {
            name if part == "value" else f"{name}_{part}": None if v is None else round(v, 4)
            for part, v in found.items()
        }

    flat: dict[str, Any] = {name: getattr(row, name) for name in _key_names(by)}
    flat |= {
        "n_documents": row.n_documents,
        "n_relations": row.n_relations,
        "n_abstained": row.n_abstained,
    }
    flat |= spread("balance", row.balance)
    flat |= spread("sentiment", row.sentiment)
    for name, one in row.stances.items():
        flat[f"{name}_held"] = one.held
        flat[f"{name}_expected"] = round(one.expected, 4)
        flat |= spread(f"{name}_mean", one.mean)
    return flat


def aggregate(
    scores: Any,
    by: str | Sequence[str] = ("actor", "target"),
    weights: Mapping[str, float] | None = None,
    copies: Copies = "once",
    n_boot: int = 1000,
    random_state: int = 0,
) -> Table:
    """Add up relations by actor, target, period, source or speaker, with intervals.

    Parameters
    ----------
    scores : path, data frame, Arrow table, Analysis, Tally, or an iterable of these or of rows
        What ``stance score`` wrote, or rows of :meth:`stance.Analysis.rows`. A folder stands for
        all score files in it. Files are read in chunks and may be larger than memory.
    by : str or sequence of str
        Any of ``actor``, ``target``, ``source``, ``speaker``, one of ``day``, ``week``,
        ``month``, ``quarter``, ``year``, and ``pair`` (actor and target without direction) or
        ``dyad`` (with it); ``"dyad month"``, say.
    weights : mapping of str to float, optional
        Where each stance stands between enmity (-1) and friendship (+1); by default the places
        of :mod:`stance.aggregation.balance`. Stances of another codebook have no balance without.
    copies : "once" or "all"
        Whether near-duplicate documents count once (:mod:`stance.aggregation.sketch`).
    n_boot : int
        Resamples of the bootstrap over documents; 0 leaves the intervals out.
    random_state : int

    Returns
    -------
    Table

    Raises
    ------
    NotFoundError, InputError, MissingExtraError
        If scores cannot be read.
    InputError
        If ``by`` names a period, and no relation has a date.
    OptionError
        If ``by``, ``weights``, ``copies`` or ``n_boot`` is outside what it may be.

    Examples
    --------
    >>> import stance
    >>> texts = ["Iran praised Oman.", "Oman thanked Iran.", "Iran thanked Oman."]
    >>> scores = [stance.analyze(text) for text in texts]
    >>> table = stance.aggregate(scores, by="pair")
    >>> [(row.actor, row.target, row.n_documents, row.balance.value > 0) for row in table]
    [('IRN', 'OMN', 3, True)]
    """
    table = make_table(tally(scores, quotes=False), by, weights, copies, n_boot, random_state)
    if table.n_undated and not table.rows:
        raise InputError(
            Problem(
                "relations by period come from documents with dates",
                "give the texts their dates and score them again, or leave the period out",
                f"{table.n_undated} relations without a date",
            )
        )
    return table


def make_table(
    scores: Tally,
    by: str | Sequence[str] = ("actor", "target"),
    weights: Mapping[str, float] | None = None,
    copies: Copies = "once",
    n_boot: int = 1000,
    random_state: int = 0,
) -> Table:
    """Return the table of a tally; see :func:`aggregate` for the parameters."""
    if n_boot < 0 or n_boot == 1:
        raise OptionError(Problem("resamples are 0 or at least 2", "correct n_boot", n_boot))
    places = check_places(scores.stances, weights)
    grouped = group(scores, by, copies)
    return Table(
        by=grouped.by,
        stances=scores.stances,
        rows=tuple(_rows(grouped, scores.stances, places, n_boot, random_state)),
        n_documents=len(scores.documents),
        n_copied=grouped.n_copied,
        n_undated=grouped.n_undated,
    )


def statistics_of(sums: Any, n_stances: int, places: tuple[float, ...] | None) -> Floats:
    """Return what ratios are made of, (n, 4 + n_stances) float64.

    Relations believed; positive less negative sentiment; the sum over stances of place times
    probability; the sum of probabilities; and the probability of each stance.
    """
    probabilities = sums[:, 2 : 2 + n_stances] / UNIT
    sentiment = sums[:, 2 + 2 * n_stances :] / UNIT
    placed = probabilities @ np.array(places if places is not None else [0.0] * n_stances)
    return np.column_stack(
        [
            sums[:, 0],
            sentiment[:, 2] - sentiment[:, 0],
            placed,
            probabilities.sum(axis=1),
            probabilities,
        ]
    )


def _rows(
    grouped: Grouped,
    stances: tuple[str, ...],
    places: tuple[float, ...] | None,
    n_boot: int,
    random_state: int,
) -> Iterator[Row]:
    if not grouped.keys:
        return
    n = len(stances)
    statistics = statistics_of(grouped.sums, n, places)
    ratios = ((2, 3), (1, 0), *((4 + k, 0) for k in range(n)))
    ends = ratio_intervals(statistics, grouped.starts, ratios, n_boot, random_state)
    totals = np.add.reduceat(grouped.sums, grouped.starts[:-1], axis=0)
    estimates = _estimates(statistics_of(totals, n, places), ratios, ends)
    sizes = np.diff(grouped.starts).tolist()
    for key, size, whole, values in zip(
        grouped.keys, sizes, totals.tolist(), estimates, strict=True
    ):
        yield Row(
            **_named(grouped.by, key),
            n_documents=size,
            n_relations=whole[0],
            n_abstained=whole[1],
            stances={
                name: StanceSum(whole[2 + k] / UNIT, whole[2 + n + k], values[2 + k])
                for k, name in enumerate(stances)
            },
            balance=values[0] if places is not None else None,
            sentiment=values[1],
        )


def _estimates(
    summed: Floats, ratios: tuple[tuple[int, int], ...], ends: Floats
) -> Iterator[list[Estimate | None]]:
    """Yield the estimate of each ratio for each group."""
    above, below = (summed[:, [one[i] for one in ratios]] for i in (0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        values = (above / below).tolist()
    for some, some_ends in zip(values, ends.tolist(), strict=True):
        yield [
            None
            if value != value  # nan: nothing was said
            else Estimate(value)
            if low != low  # nan: too few documents
            else Estimate(value, low, high)
            for value, (low, high) in zip(some, some_ends, strict=True)
        ]


def _named(by: tuple[str, ...], key: tuple[str, ...]) -> dict[str, str | None]:
    named: dict[str, str | None] = {}
    for name, value in zip(by, key, strict=True):
        if name == "pair":
            named["actor"], named["target"] = value.split("\0")
        else:
            named["period" if name in PERIODS else name] = value or None
    return named
