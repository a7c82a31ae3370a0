"""Periods: from a day to a year."""

from __future__ import annotations

import datetime
from collections.abc import Callable

__all__ = ["PERIODS", "first_day", "period_of"]


def _week(day: str) -> str:
    year, week, _ = datetime.date.fromisoformat(day).isocalendar()
    return f"{year:04}-W{week:02}"


PERIODS: dict[str, Callable[[str], str]] = {
    "day": lambda day: day,
    "week": _week,
    "month": lambda day: day[:7],
    "quarter": lambda day: f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}",
    "year": lambda day: day[:4],
}
"""Name of a period -> the period of an ISO day. Names sort as time runs."""


def period_of(day: str, period: str) -> str:
    """Return the period of an ISO day; weeks are those of ISO 8601.

    Examples
    --------
    >>> [period_of("2015-11-23", name) for name in PERIODS]
    ['2015-11-23', '2015-W48', '2015-11', '2015-Q4', '2015']
    """
    return PERIODS[period](day)


def first_day(period: str) -> str:
    """Return the ISO day on which a period begins.

    Examples
    --------
    >>> [first_day(name) for name in ("2015-11-23", "2015-W48", "2015-11", "2015-Q4", "2015")]
    ['2015-11-23', '2015-11-23', '2015-11-01', '2015-10-01', '2015-01-01']
    """
    if "W" in period:
        return datetime.date.fromisocalendar(int(period[:4]), int(period[6:]), 1).isoformat()
    if "Q" in period:
        return f"{period[:4]}-{int(period[6]) * 3 - 2:02}-01"
    return period + "2015-01-01"[len(period) :]
