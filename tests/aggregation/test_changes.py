"""Change points: found where there is one, not where there is none."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from made import make_row

from stance.aggregation.changes import MIN_SEGMENT, change_points
from stance.errors import OptionError


def series(
    moods: list[float], seed: int = 0, per_month: int = 3, sentences: int = 2
) -> list[dict[str, Any]]:
    """Return documents of months, each with a mean probability of cooperation."""
    rng = np.random.default_rng(seed)
    rows = []
    for month, mood in enumerate(moods):
        first = datetime.date(2010 + month // 12, 1 + month % 12, 1)
        for d in range(per_month):
            share = rng.beta(6 * mood + 0.1, 6 * (1 - mood) + 0.1)
            for s in range(sentences):
                friendly = rng.random() < share
                p = rng.beta(6, 2), rng.beta(1, 6), rng.beta(1, 6)
                probabilities = p if friendly else (p[1], p[2], p[0])
                rows.append(
                    make_row(
                        f"{month}-{d}",
                        probabilities=tuple(round(float(x), 4) for x in probabilities),
                        date=(first + datetime.timedelta(days=9 * d)).isoformat(),
                        sent_index=s,
                        sentence=f"Sentence {s} of day {d} in month {month}.",
                    )
                )
    return rows


def test_a_shift_is_found_in_its_month_with_its_sentences() -> None:
    (change,) = change_points(series([0.85] * 12 + [0.15] * 12), ("RUS", "IRN"))
    assert change.period == "2011-01"
    assert change.before.value > 0 > change.after.value
    assert (change.fell, change.rose) == ("cooperation", "threat")
    assert change.p_value <= 0.01
    assert (change.n_before, change.n_after) == (36, 36)
    assert change.quotes_before
    assert all(quote.stance == "cooperation" for quote in change.quotes_before)
    assert all((quote.date or "") < "2011" for quote in change.quotes_before)
    assert all((quote.date or "") >= "2011" for quote in change.quotes_after)


def test_two_shifts_are_found_in_order() -> None:
    found = change_points(series([0.9] * 10 + [0.1] * 10 + [0.9] * 10), ("RUS", "IRN"))
    assert [change.period for change in found] == ["2010-11", "2011-09"]
    assert found[0].n_after == found[1].n_before


def test_a_series_without_a_shift_seldom_shows_one() -> None:
    shown = sum(
        bool(change_points(series([0.5] * 12, seed), ("RUS", "IRN"), level=0.05))
        for seed in range(40)
    )
    assert shown <= 6  # 2 are expected; more than 6 has a probability of .003


def test_too_few_documents_make_no_change_point() -> None:
    rows = series([0.95, 0.05], per_month=MIN_SEGMENT - 1)
    assert change_points(rows, ("RUS", "IRN")) == ()


def test_a_short_segment_has_a_balance_but_no_interval() -> None:
    rows = series([0.97] * 2 + [0.03] * 8)
    (change,) = change_points(rows, ("RUS", "IRN"))
    assert change.n_before == 6
    assert change.before.low is change.before.high is None
    assert change.after.low is not None


def test_a_dyad_that_is_not_there_has_no_change_points() -> None:
    assert change_points(series([0.9] * 3), ("IRN", "RUS")) == ()


def test_the_same_scores_give_the_same_change_points() -> None:
    rows = series([0.8] * 8 + [0.2] * 8)
    assert change_points(rows, ("RUS", "IRN")) == change_points(rows[::-1], ("RUS", "IRN"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"period": "decade"}, "a period is one of day, week, .*; found 'decade'"),
        ({"level": 0.0}, "a level lies between 0 and 1; found 0.0"),
    ],
)
def test_an_option_outside_its_range_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        change_points([make_row()], ("RUS", "IRN"), **options)
