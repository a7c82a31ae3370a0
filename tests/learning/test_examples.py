"""Labelled sentences as examples: what is asked, and what counts as a true negative."""

from __future__ import annotations

from pathlib import Path

import pytest

from stance.errors import LabelError
from stance.labels.files import read_labels
from stance.learning.examples import Example, examples_of, label_weight
from stance.records import LabeledSentence

MARKED = """\
# doc: d1   exhaustive: {exhaustive}
{sentence}
    {relation}: rivalry -
"""


def examples(
    tmp_path: Path, sentence: str, exhaustive: str = "yes", relation: str = "IRN > USA"
) -> dict[object, Example]:
    path = tmp_path / "labels.stance"
    text = MARKED.format(sentence=sentence, exhaustive=exhaustive, relation=relation)
    path.write_text(text, "utf-8")
    return {(e.actor, e.target): e for e in examples_of(read_labels(path))}


@pytest.mark.parametrize(
    ("sentence", "implied"),
    [
        ("[Iran|IRN] condemned [the United States|USA].", {("USA", "IRN")}),
        # a name that stands for nobody here, but that raw text would take for an actor
        (
            "[Iran|IRN] condemned [the United States|USA] over Syria.",
            {("USA", "IRN"), ("IRN", "SYR"), ("SYR", "IRN"), ("USA", "SYR"), ("SYR", "USA")},
        ),
        # a place that raw text tells from an actor forms no pair there, and none here
        ("[Iran|IRN] condemned [the United States|USA] at talks in Syria.", {("USA", "IRN")}),
        # another name of a marked actor is that actor
        ("[Iran|IRN] condemned [the United States|USA], Tehran said.", {("USA", "IRN")}),
    ],
)
def test_an_exhaustive_sentence_implies_that_all_other_pairs_hold_nothing(
    tmp_path: Path, sentence: str, implied: set[tuple[str, str]]
) -> None:
    found = examples(tmp_path, sentence)
    assert {key for key, one in found.items() if not one.listed} == implied
    assert all(one.stances == () for one in found.values() if not one.listed)
    assert found["IRN", "USA"].stances == ("rivalry",)


def test_an_implied_end_is_not_bound_to_a_bare_place_of_its_name(tmp_path: Path) -> None:
    found = examples(tmp_path, "[Iran|IRN] was blamed over Syria.", relation="(SYR) > IRN")
    assert found[None, "IRN"].stances == ("rivalry",)
    assert {key for key, one in found.items() if not one.listed} == {("IRN", "SYR")}


def test_a_name_of_an_actor_with_an_id_of_its_own_forms_no_pairs(tmp_path: Path) -> None:
    sentence = "[Iran|REGIME] condemned [America|STATES], and Iran recalled its envoy."
    found = examples(tmp_path, sentence, relation="REGIME > STATES")
    assert set(found) == {("REGIME", "STATES"), ("STATES", "REGIME")}


def test_a_sentence_that_is_not_exhaustive_implies_nothing(tmp_path: Path) -> None:
    sentence = "[Iran|IRN] condemned [the United States|USA] over Syria."
    assert list(examples(tmp_path, sentence, "no")) == [("IRN", "USA")]


def test_a_name_that_is_left_unmarked_reaches_no_model(tmp_path: Path) -> None:
    over = [
        examples(tmp_path, f"[Iran|IRN] condemned [the United States|USA] over {place}.")
        for place in ("Syria", "Turkey")
    ]
    pairs = [one["IRN", "USA"].pair for one in over]
    assert pairs[0].ids == pairs[1].ids


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf", "heavy"])
def test_a_weight_that_is_no_positive_number_is_refused(weight: str) -> None:
    with pytest.raises(LabelError, match=r"meta\.weight is a positive number"):
        label_weight(LabeledSentence(id="a", text="x", meta={"weight": weight}))
