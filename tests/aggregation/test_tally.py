"""Sums that merge exactly."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import STANCES, make_row

from stance.aggregation.changes import change_points
from stance.aggregation.tables import make_table
from stance.aggregation.tally import Tally, merge_tallies, tally
from stance.analysis import Model
from stance.errors import InputError, OptionError

_PROBABILITY = st.integers(0, 10_000).map(lambda n: n / 10_000)
_WORDS = "the envoy said talks with both sides would go on despite doubts in the capital".split()


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of a few documents, each pair of a sentence once, as analyses give them."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        date = draw(st.sampled_from([None, "2015-01-31", "2015-02-01", "2016-07-09"]))
        source = draw(st.sampled_from([None, "Herald", "Courier"]))
        for index in range(draw(st.integers(0, 3))):
            sentence = " ".join(draw(st.lists(st.sampled_from(_WORDS), min_size=3, max_size=14)))
            pairs = st.tuples(st.sampled_from("ABC"), st.sampled_from(["A", "B", "C", None]))
            for actor, target in draw(st.lists(pairs, max_size=4, unique=True)):
                found.append(
                    make_row(
                        f"d{number}",
                        actor,
                        target,
                        draw(st.tuples(_PROBABILITY, _PROBABILITY, _PROBABILITY)),
                        date=date,
                        source=source,
                        sent_index=index,
                        sentence=sentence,
                        abstained=draw(st.sampled_from([None, None, None, "too far"])),
                    )
                )
    return found


@given(rows(), st.randoms(use_true_random=False), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_merged_parts_equal_the_whole_to_the_last_bit(
    whole: list[dict[str, Any]], random: Any, n: int
) -> None:
    shuffled = list(whole)
    random.shuffle(shuffled)
    parts = [tally(shuffled[i::n]) for i in range(n)]
    random.shuffle(parts)
    merged = merge_tallies(parts)
    assert merged == tally(whole)
    for by in ("dyad", "pair year", "source"):
        assert make_table(merged, by, n_boot=50) == make_table(tally(whole), by, n_boot=50)


def test_a_document_that_is_split_over_parts_is_one_document() -> None:
    whole = [make_row("d0", sent_index=i, sentence=f"Sentence {i} of one.") for i in range(4)]
    merged = merge_tallies([tally(whole[:2]), tally(whole[2:])])
    assert len(merged.documents) == 1
    assert merged == tally(whole)


def test_a_tally_travels_between_processes() -> None:
    one = tally([make_row()])
    assert pickle.loads(pickle.dumps(one)) == one


def test_tallies_of_other_stances_do_not_merge() -> None:
    row = {k: v for k, v in make_row().items() if k not in STANCES[1:]}
    with pytest.raises(OptionError, match="the same stances, here cooperation; found"):
        merge_tallies([tally([row]), tally([make_row()])])


def test_no_scores_at_all_make_an_empty_tally() -> None:
    assert tally([]) == merge_tallies([])
    assert len(tally([]).documents) == 0


def test_the_strongest_sentence_of_many_copies_is_kept_once() -> None:
    same = [make_row(f"d{i}", sentence="Russia hailed Iran.") for i in range(9)]
    other = make_row("e", probabilities=(0.6, 0, 0), sentence="Russia met Iran.")
    quotes = tally([*same, other]).quotes
    assert [quote.sentence for quote in quotes] == ["Russia hailed Iran.", "Russia met Iran."]
    assert quotes[0].doc_id == "d0"


def test_evidence_spans_become_marks_in_the_sentence() -> None:
    row = make_row(sentence="Russia hailed Iran.", start=100, end=119, evidence="107-113")
    (quote,) = tally([row]).quotes
    assert [quote.sentence[a:b] for a, b in quote.marks] == ["hailed"]


def test_evidence_that_lies_outside_its_sentence_is_dropped() -> None:
    row = make_row(sentence="Russia hailed Iran.", start=100, end=119, evidence="7-13|300-310")
    assert tally([row]).quotes[0].marks == ()


BAD_ROWS = [
    ({"doc_id": None}, "2: every row names its document .*; fill in doc_id"),
    ({"rivalry": 1.2}, "2: a probability lies between 0 and 1; found 1.2; correct the row"),
    ({"rivalry": "much"}, "2: a score is a number; found 'much'; correct it"),
    ({"date": "last May"}, "2: a date is a day as in 2015-11-23; found 'last May'; correct it"),
    ({"date": "2015-02-30"}, "2: a date is a day as in 2015-11-23; found '2015-02-30'"),
    ({"date": "20151123"}, "2: a date is a day as in 2015-11-23; found '20151123'"),
    ({"date": "2015-W48-1"}, "2: a date is a day as in 2015-11-23; found '2015-W48-1'"),
    ({"date": "2015-11-23x"}, "2: a date is a day as in 2015-11-23; found '2015-11-23x'"),
    (
        dict.fromkeys(STANCES),
        "2: a relation has a probability of each stance, here cooperation, rivalry, threat; add up",
    ),
    ({"rivalry": None}, "2: a relation has a probability of each stance"),
    ({"stances": "love"}, "the stances of these scores are cooperation, .*; found 'love'"),
]


@pytest.mark.parametrize(("change", "message"), BAD_ROWS, ids=lambda v: str(v)[:30])
def test_a_bad_row_is_refused_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        tally([make_row(), make_row() | change])


def test_what_is_no_score_is_refused() -> None:
    with pytest.raises(OptionError, match=r"scores are a score file, .*; found 'int'"):
        tally(3)
    with pytest.raises(InputError, match=r"scores have the columns .*; target is missing"):
        tally([{"doc_id": "d", "actor": "A", "stances": ""}])


def test_documents_without_relations_are_read_but_add_nothing() -> None:
    empty = make_row("empty", None, None) | dict.fromkeys(STANCES) | {"stances": ""}
    counted = tally([make_row(), empty])
    assert [document.doc_id for document in counted.documents] == ["d0", "empty"]
    assert make_table(counted).rows == make_table(tally([make_row()])).rows


def test_a_day_may_come_with_an_hour() -> None:
    rows = [make_row(date=f"2015-11-23{hour}") for hour in ("", "T09:30", " 00:00:00")]
    assert [document.date for document in tally(rows).documents] == ["2015-11-23"]


def test_rows_of_other_stances_are_not_left_out_in_silence() -> None:
    other = {key.replace("threat", "blows"): value for key, value in make_row("d1").items()}
    with pytest.raises(OptionError, match=r"the same stances, here .*; found '.*, blows"):
        tally([make_row(), other])


def test_a_column_that_only_later_rows_have_is_read() -> None:
    counted = tally([make_row("d0"), make_row("d1", source="Herald"), make_row("d2")])
    assert [document.source for document in counted.documents] == ["", "Herald", ""]


TEXTS = ("Iran praised Oman.", "Oman attacked Iran.", "Iran praised Oman.", "Iran praised Oman.")


@pytest.mark.parametrize("n", range(1, 5))
def test_texts_without_ids_are_documents_of_their_own_also_in_merged_parts(
    n: int, tiny: Model
) -> None:
    analyses = [tiny.analyze(text) for text in TEXTS]
    whole = tally(analyses)
    assert len(whole.documents) == 4
    parts = [tally(analyses[i::n]) for i in range(n)]
    assert merge_tallies(parts) == merge_tallies(parts[::-1]) == whole
    assert tally([analyses[:2], make_row(), *analyses[2:]]).documents[1:] == whole.documents


def test_texts_without_ids_of_two_days_are_two_documents(tiny: Model) -> None:
    first, second = (tiny.analyze(TEXTS[0], date=f"2015-11-0{day}") for day in (1, 2))
    whole = tally([second, first])
    assert [document.date for document in whole.documents] == ["2015-11-01", "2015-11-02"]
    assert merge_tallies([tally(first), tally(second)]) == whole


def test_copies_among_texts_without_ids_count_once(tiny: Model) -> None:
    long = "Iran praised Oman for the new road over the hills and for the bridge at its end."
    table = make_table(merge_tallies([tally(tiny.analyze(long))] * 2))
    assert (table.n_documents, table.n_copied) == (2, 1)


def test_a_tally_is_taken_as_it_is() -> None:
    one = tally([make_row()])
    assert isinstance(one, Tally)
    assert tally(one) is one
    assert change_points(one, ("RUS", "IRN")) == ()
