"""What a report says, as plain records: all its numbers are made here, its pages only show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from stance.aggregation.balance import check_places
from stance.aggregation.changes import Change, changes_of, check_series, strongest
from stance.aggregation.grouping import group, of_dyads
from stance.aggregation.quotes import Quote
from stance.aggregation.tables import Row, Table, make_table
from stance.aggregation.tally import Tally
from stance.errors import OptionError, Problem

__all__ = ["Contents", "DyadPart", "LeftOut", "ReportOptions", "Trust", "make_contents"]


class ReportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a report shows.

    Attributes
    ----------
    title : str
    period : str
        Day, week, month, quarter or year.
    n_dyads : int
        Dyads shown one by one, those with the most stances first.
    n_actors : int
        Actors of the matrix and the network.
    n_quotes : int
        Sentences shown of each stance of a dyad, three at most of one month.
    level : float
        Largest p-value of a change point.
    weights : mapping of str to float, optional
        Places of the stances between enmity and friendship; see :func:`stance.aggregate`.
    """

    title: str = "Who stands how towards whom"
    period: str = "month"
    n_dyads: int = 12
    n_actors: int = 12
    n_quotes: int = 3
    level: float = 0.01
    weights: Mapping[str, float] | None = None


class LeftOut(msgspec.Struct, frozen=True):
    """What the numbers do not hold.

    ``n_bad`` and ``n_read``, records that could not be read and documents that were, are None
    where scores do not come with such counts.
    """

    n_abstained: int
    n_copied: int
    n_undated: int
    n_bad: int | None = None
    n_read: int | None = None


class Trust(msgspec.Struct, frozen=True):
    """What is known of the model that made the scores: facts as pairs of label and value."""

    model: str
    facts: tuple[tuple[str, str], ...] = ()


class DyadPart(msgspec.Struct, frozen=True):
    """One dyad: its sums, its series, its change points and its strongest sentences."""

    actor: str
    target: str
    row: Row
    series: tuple[Row, ...]
    changes: tuple[Change, ...]
    quotes: dict[str, tuple[Quote, ...]]


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a report says.

    ``level`` is the largest p-value of a change point; ``places`` are those of the stances between
    enmity and friendship, None where there is no balance. ``names`` holds the usual name of each
    actor. ``shown`` are the actors of matrix and network, ``dyads`` all dyads, ``parts`` those that
    are shown one by one.
    """

    title: str
    summary: tuple[str, ...]
    stances: tuple[str, ...]
    period: str
    level: float
    places: dict[str, float] | None
    first: str | None
    last: str | None
    n_documents: int
    n_relations: int
    names: dict[str, str]
    shown: tuple[str, ...]
    dyads: tuple[Row, ...]
    parts: tuple[DyadPart, ...]
    sources: tuple[Row, ...]
    speakers: tuple[Row, ...]
    left_out: LeftOut
    trust: Trust

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def n_held(row: Row) -> int:
    """Return how many stances a group holds."""
    return sum(one.held for one in row.stances.values())


def make_contents(
    scores: Tally,
    options: ReportOptions | None = None,
    names: Mapping[str, str] | None = None,
    trust: Trust | None = None,
    counts: tuple[int, int] | None = None,
) -> Contents:
    """Work out what a report says.

    Parameters
    ----------
    scores : Tally
        With quotes and sketches.
    options : ReportOptions, optional
    names : mapping of str to str, optional
        Usual names of actors.
    trust : Trust, optional
    counts : (int, int), optional
        Documents read, and records that could not be.

    Raises
    ------
    OptionError
        If an option is outside what it may be.

    Examples
    --------
    >>> import stance
    >>> from stance.aggregation.tally import tally
    >>> contents = make_contents(tally(stance.analyze("The EU praised Ghana.")))
    >>> contents.n_documents, contents.shown
    (1, ('EU', 'GHA'))
    """
    options = ReportOptions() if options is None else options
    check_series(options.period, options.level)
    for name in ("n_dyads", "n_actors", "n_quotes"):
        if (n := getattr(options, name)) < 0:
            raise OptionError(Problem(f"{name} is 0 or more", "correct it", n))
    places = check_places(scores.stances, options.weights)
    table = make_table(scores, "dyad", options.weights)
    ranked = sorted(
        (row for row in table if row.actor and row.target and n_held(row)),
        key=lambda row: (-n_held(row), row.actor, row.target),
    )
    parts = _parts(scores, ranked[: options.n_dyads], options, places)
    days = [document.date for document in scores.documents if document.date]
    speakers = make_table(scores, "speaker", options.weights)
    known = {actor for row in table for actor in (row.actor, row.target) if actor}
    named = {actor: (names or {}).get(actor, actor) for actor in sorted(known)}
    return Contents(
        title=options.title,
        summary=_summary(scores, table, ranked, parts, named),
        stances=scores.stances,
        period=options.period,
        level=options.level,
        places=None if places is None else dict(zip(scores.stances, places, strict=True)),
        first=days[0] if days else None,
        last=days[-1] if days else None,
        n_documents=len(scores.documents),
        n_relations=sum(row.n_relations for row in table),
        names=named,
        shown=_most_active(ranked, options.n_actors),
        dyads=table.rows,
        parts=parts,
        sources=_named_rows(make_table(scores, "source", options.weights).rows, "source"),
        speakers=_named_rows(speakers.rows, "speaker"),
        left_out=_left_out(scores, table, counts),
        trust=trust or Trust("unknown"),
    )


def _left_out(scores: Tally, table: Table, counts: tuple[int, int] | None) -> LeftOut:
    n_dated = int(group(scores, "year").sums[:, 0].sum())
    n_read, n_bad = (None, None) if counts is None else counts
    return LeftOut(
        n_abstained=sum(row.n_abstained for row in table),
        n_copied=table.n_copied,
        n_undated=sum(row.n_relations for row in table) - n_dated,
        n_bad=n_bad,
        n_read=n_read,
    )


def _named_rows(rows: tuple[Row, ...], name: str) -> tuple[Row, ...]:
    """Return rows that have a name, those with the most stances first."""
    named = [row for row in rows if getattr(row, name) and n_held(row)]
    return tuple(sorted(named, key=lambda row: (-n_held(row), getattr(row, name))))


def _most_active(ranked: Sequence[Row], n: int) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for row in ranked:
        for actor in (row.actor, row.target):
            counts[actor or ""] = counts.get(actor or "", 0) + n_held(row)
    return tuple(sorted(sorted(counts, key=lambda actor: (-counts[actor], actor))[:n]))


def _parts(
    scores: Tally,
    rows: Sequence[Row],
    options: ReportOptions,
    places: tuple[float, ...] | None,
) -> tuple[DyadPart, ...]:
    dyads = {(row.actor or "", row.target or "") for row in rows}
    some = of_dyads(scores, dyads)
    grouped = group(some, ("actor", "target", options.period))
    series: dict[tuple[str | None, str | None], list[Row]] = {}
    for row in make_table(some, ("actor", "target", options.period), options.weights):
        series.setdefault((row.actor, row.target), []).append(row)
    parts = []
    for row in rows:
        dyad = (row.actor or "", row.target or "")
        quotes = {
            stance: tuple(
                strongest(
                    [
                        quote
                        for quote in some.quotes
                        if (quote.actor, quote.target, quote.stance) == (*dyad, stance)
                    ],
                    options.n_quotes,
                )
            )
            for stance in scores.stances
        }
        changes = (
            () if places is None else changes_of(some, grouped, dyad, places, (options.level, 0))
        )
        parts.append(DyadPart(*dyad, row, tuple(series.get(dyad, ())), changes, quotes))
    return tuple(parts)


def _summary(
    scores: Tally,
    table: Table,
    ranked: Sequence[Row],
    parts: Sequence[DyadPart],
    names: Mapping[str, str],
) -> tuple[str, ...]:
    """Say in words what stands out."""
    days = [document.date for document in scores.documents if document.date]
    when = f" from {days[0]} to {days[-1]}" if days else ""
    n = sum(row.n_relations for row in table)
    said = [
        f"{_count(len(scores.documents), 'document')}{when}, {_count(n, 'pair')} of actors in one"
        f" sentence; {_count(sum(map(n_held, table)), 'stance')} held in"
        f" {_count(len(ranked), 'dyad')}."
    ]
    sure = [row for row in ranked if row.balance is not None and row.balance.low is not None]
    friendly = [row for row in sure if row.balance is not None and (row.balance.low or 0) > 0]
    hostile = [row for row in sure if row.balance is not None and (row.balance.high or 0) < 0]
    for word, some, sign in (("friendly", friendly, -1), ("hostile", hostile, 1)):
        some.sort(key=lambda row: (sign * (row.balance.value if row.balance else 0), row.actor))
        for row in some[:2]:
            said.append(f"Most {word}: {_towards(row, names)}, {_in_words(row)}.")
    if ranked and not friendly and not hostile:
        said.append("No dyad has a balance that can be told from zero with this many documents.")
    often = [row for row in ranked[:3] if n_held(row) > 1]
    said += [f"Most often: {_towards(row, names)}, {_mostly(row)}." for row in often]
    for part in parts:
        for change in part.changes:
            said.append(
                f"{names[part.actor]} towards {names[part.target]} changed in {change.period}:"
                f" balance {_signed(change.before.value)} before,"
                f" {_signed(change.after.value)} after (p = {change.p_value:.3f})."
            )
    return tuple(said)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _count(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def _towards(row: Row, names: Mapping[str, str]) -> str:
    return f"{names[row.actor or '']} towards {names[row.target or '']}"


def _mostly(row: Row) -> str:
    most = max(row.stances, key=lambda name: row.stances[name].held)
    return (
        f"{_count(n_held(row), 'stance')} in {_count(row.n_documents, 'document')},"
        f" {row.stances[most].held} of them {most}"
    )


def _in_words(row: Row) -> str:
    balance = row.balance
    assert balance is not None
    return (
        f"balance {_signed(balance.value)} (95 % interval {_signed(balance.low or 0.0)} to"
        f" {_signed(balance.high or 0.0)},"
        f" {_count(row.n_documents, 'document')})"
    )
