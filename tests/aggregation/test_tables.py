"""What is summed, over what, and how sure it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import STANCES, make_row

import stance
from stance.aggregation.balance import check_places
from stance.aggregation.grouping import DIMENSIONS
from stance.aggregation.intervals import (
    MIN_DOCUMENTS,
    expanded_tail,
    ratio_intervals,
    student_quantile,
)
from stance.aggregation.periods import PERIODS, first_day, period_of
from stance.aggregation.tables import aggregate
from stance.errors import InputError, OptionError


def many(n: int, seed: int = 0, **others: Any) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return [
        make_row(f"d{i:03}", probabilities=tuple(rng.beta(1, 2, 3).round(4)), **others)
        for i in range(n)
    ]


def test_counts_and_means_are_weighted_by_probability() -> None:
    (row,) = aggregate([make_row("a"), make_row("b", probabilities=(0.1, 0.5, 0.2))])
    assert (row.n_documents, row.n_relations) == (2, 2)
    assert row.stances["cooperation"].expected == pytest.approx(1.0)
    assert row.stances["cooperation"].held == 1
    assert row.stances["rivalry"].held == 1
    mean = row.stances["rivalry"].mean
    assert mean is not None
    assert mean.value == pytest.approx(0.3)
    assert row.sentiment is not None
    assert row.sentiment.value == pytest.approx(0.1)


def test_the_balance_is_the_mean_place_of_the_stances_expected() -> None:
    (row,) = aggregate([make_row(probabilities=(0.6, 0.2, 0.2))])
    assert row.balance is not None
    assert row.balance.value == pytest.approx((0.6 - 0.1 - 0.2) / 1.0)


@pytest.mark.parametrize(
    ("probabilities", "wanted"), [((1, 0, 0), 1.0), ((0, 1, 0), -0.5), ((0, 0, 1), -1.0)]
)
def test_friend_rival_and_enemy_stand_at_their_places(
    probabilities: tuple[float, ...], wanted: float
) -> None:
    (row,) = aggregate([make_row(probabilities=probabilities)])
    assert row.balance is not None
    assert row.balance.value == wanted


def test_without_any_probability_there_is_no_balance() -> None:
    (row,) = aggregate([make_row(probabilities=(0, 0, 0))])
    assert row.balance is None


def test_abstained_relations_are_counted_and_not_summed() -> None:
    (row,) = aggregate([make_row("a"), make_row("b", abstained="too far")])
    assert (row.n_relations, row.n_abstained) == (1, 1)
    assert row.stances["cooperation"].expected == pytest.approx(0.9)


def test_a_pair_adds_up_both_directions() -> None:
    rows = [make_row("a"), make_row("a", "IRN", "RUS"), make_row("b", "RUS", None)]
    (row,) = aggregate(rows, by="pair")
    assert (row.actor, row.target, row.n_relations, row.n_documents) == ("IRN", "RUS", 2, 1)


def test_undated_relations_are_left_out_of_periods_and_counted() -> None:
    table = aggregate([make_row("a"), make_row("b", date="2015-11-23")], by="dyad quarter")
    assert [row.period for row in table] == ["2015-Q4"]
    assert table.n_undated == 1


def test_what_lacks_a_date_is_said_where_the_table_is_shown() -> None:
    rows = [make_row("a"), make_row("b", date="2015-11-23")]
    assert str(aggregate(rows, by="month")).endswith("\nleft out: 1 relations without a date")
    assert "left out" not in str(aggregate(rows, by="dyad"))


def test_periods_of_scores_without_any_date_are_refused() -> None:
    with pytest.raises(InputError, match="found '2 relations without a date'; give the texts"):
        aggregate([make_row("a"), make_row("b")], by="actor month")
    assert len(aggregate([], by="actor month")) == 0


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_dimension_groups_all_relations(name: str) -> None:
    rows = many(9, date="2015-11-23", source="Herald", speaker="Lavrov")
    table = aggregate(rows, by=name)
    assert sum(row.n_relations for row in table) == 9


def test_intervals_hold_their_value_and_need_enough_documents() -> None:
    (row,) = aggregate(many(40))
    for one in (row.balance, row.sentiment, *(row.stances[name].mean for name in STANCES)):
        assert one is not None
        assert one.low is not None
        assert one.high is not None
        assert one.low - 1e-9 <= one.value <= one.high + 1e-9
    (few,) = aggregate(many(MIN_DOCUMENTS - 1))
    assert few.balance is not None
    assert few.balance.low is few.balance.high is None


def test_sentences_of_one_document_do_not_make_the_interval_narrower() -> None:
    once = many(20)
    thrice = [
        row | {"sent_index": i, "sentence": f"{row['sentence']} {i}"}
        for row in once
        for i in range(3)
    ]
    (first,), (second,) = aggregate(once), aggregate(thrice)
    assert first.balance is not None
    assert second.balance is not None
    assert first.balance.low == pytest.approx(second.balance.low)


def test_the_same_scores_give_the_same_intervals_in_any_order() -> None:
    rows = many(30)
    assert aggregate(rows) == aggregate(rows[::-1])
    assert aggregate(rows, random_state=1) != aggregate(rows)


def test_more_documents_than_are_drawn_one_by_one_still_get_an_interval() -> None:
    rng = np.random.default_rng(0)
    values = np.column_stack([rng.normal(0.3, 1, 1201), np.ones(1201)])
    ((low, high),) = ratio_intervals(values, np.array([0, 1201]), ((0, 1),), 1000, 0)[0]
    wanted = 2 * 1.96 / math.sqrt(1201)
    assert high - low == pytest.approx(wanted, rel=0.15)


def test_a_document_that_outweighs_all_others_leaves_no_interval() -> None:
    values = np.ones((20, 2))
    values[0] = 1000
    assert np.isnan(ratio_intervals(values, np.array([0, 20]), ((0, 1),), 100, 0)).all()


@pytest.mark.parametrize(
    ("freedom", "wanted"), [(3, 3.1824), (7, 2.3646), (19, 2.0930), (200, 1.9719)]
)
def test_quantiles_of_student_are_those_of_the_tables(freedom: int, wanted: float) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(wanted, abs=0.003)
    assert student_quantile(0.025, freedom) == pytest.approx(-wanted, abs=0.003)


def test_fewer_documents_cut_off_less() -> None:
    tails = [expanded_tail(0.95, n) for n in (3.0, 5.0, 20.0, 500.0)]
    assert tails == sorted(tails)
    assert tails[-1] < 0.025


def test_near_duplicates_count_once_and_within_a_week() -> None:
    words = [f"word{i}" for i in range(30)]
    text = " ".join(words)
    edited = " ".join([*words[:-1], "changed"])
    other = " ".join(words[::-1])
    rows = [
        make_row("a", date="2015-11-23", sentence=text, source="Herald"),
        make_row("b", date="2015-11-24", sentence=edited, source="Courier"),
        make_row("c", date="2015-12-20", sentence=text, source="Courier"),
        make_row("d", date="2015-11-23", sentence=other, source="Courier"),
    ]
    table = aggregate(rows)
    assert (table.rows[0].n_documents, table.n_copied) == (3, 1)
    assert aggregate(rows, copies="all").rows[0].n_documents == 4
    by_source = aggregate(rows, by="source")
    assert [row.n_documents for row in by_source] == [3, 1]  # each paper did print it


def test_short_formulas_are_no_copies() -> None:
    rows = [make_row(f"d{i}", sentence="Russia condemned Iran.") for i in range(3)]
    assert aggregate(rows).n_copied == 0


def test_other_stances_need_weights_to_have_a_balance() -> None:
    def rename(row: dict[str, Any]) -> dict[str, Any]:
        names = dict(zip(STANCES, ("help", "words", "blows"), strict=True))
        renamed = {names.get(key, key): value for key, value in row.items()}
        return renamed | {"stances": names.get(row["stances"], "")}

    rows = [rename(make_row())]
    assert aggregate(rows).rows[0].balance is None
    weights = {"help": 1.0, "words": -0.3, "blows": -1.0}
    assert aggregate(rows, weights=weights).rows[0].balance is not None


BAD_OPTIONS = [
    ({"by": "colour"}, "relations are grouped by dyad, actor, .*; found 'colour'; correct it"),
    ({"by": "month year"}, "grouping takes each name once, one period at most"),
    ({"by": "pair actor"}, "grouping takes each name once"),
    ({"by": ()}, "grouping takes each name once"),
    ({"copies": "twice"}, "copies count 'once' or 'all'; found 'twice'"),
    ({"n_boot": -1}, "resamples are 0 or at least 2; found -1; correct n_boot"),
    ({"weights": {"cooperation": 1}}, "weights name each stance of the scores once"),
    (
        {"weights": {"cooperation": 2, "rivalry": 0, "threat": 0}},
        "the weight of cooperation lies between -1 and 1; found 2",
    ),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS, ids=lambda v: str(v)[:40])
def test_an_option_outside_its_range_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        aggregate([make_row()], **options)


@given(st.dates(), st.sampled_from(list(PERIODS)))
def test_a_period_begins_in_itself_and_not_after_its_days(day: Any, period: str) -> None:
    if day.year == 1:
        return  # the first week may begin in no year that there is
    name = period_of(day.isoformat(), period)
    assert period_of(first_day(name), period) == name
    assert first_day(name) <= day.isoformat()


def test_places_of_the_codebook_serve_any_part_of_it() -> None:
    assert check_places(("rivalry",), None) == (-0.5,)


def test_a_table_reads_well_and_travels() -> None:
    table = aggregate(many(12, date="2015-11-23"), by="dyad month")
    head, line = str(table).splitlines()
    assert head.split()[:5] == ["actor", "target", "period", "documents", "relations"]
    assert line.split()[:5] == ["RUS", "IRN", "2015-11", "12", "12"]
    (flat,) = table.to_dict()["rows"]
    assert set(flat) >= {"balance", "balance_low", "threat_mean_high", "cooperation_expected"}
    pytest.importorskip("pandas", reason="pandas is not installed")
    assert table.to_pandas().loc[0, "n_documents"] == 12


def test_the_public_function_is_the_one_of_the_package() -> None:
    assert stance.aggregate is aggregate
