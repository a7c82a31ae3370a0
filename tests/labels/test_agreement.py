"""Agreement by layers, held to nltk's alpha and to counts made by hand."""

from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, masi_distance

from stance.errors import LabelError, OptionError
from stance.labels.agreement import Layer, _alpha, agreement
from stance.labels.files import read_labels
from stance.labels.merging import align, merge_labels
from stance.records import LabeledSentence

SMALL = read_labels("tests/data/small.stance")


def by(annotator: str, labels: tuple[LabeledSentence, ...] = SMALL) -> list[LabeledSentence]:
    return [msgspec.structs.replace(label, annotator=annotator) for label in labels]


def changed(index: int, relation: int, **fields: object) -> tuple[LabeledSentence, ...]:
    """Return the small corpus with one relation changed, or left out."""
    labels = list(SMALL)
    relations = list(labels[index].relations or ())
    if fields:
        relations[relation] = msgspec.structs.replace(relations[relation], **fields)
    else:
        del relations[relation]
    labels[index] = msgspec.structs.replace(labels[index], relations=tuple(relations))
    return tuple(labels)


def layers(*sources: list[LabeledSentence]) -> dict[str, Layer]:
    return agreement([label for source in sources for label in source], 0).layers


def test_annotators_who_agree_reach_one_in_every_layer() -> None:
    for name, layer in layers(by("a"), by("b")).items():
        assert layer.f1.value == 1.0, name
        assert layer.alpha.value in (1.0, None), name


def test_another_stance_lowers_the_stance_and_not_the_pair() -> None:
    found = layers(by("a"), by("b", changed(0, 0, stance=("threat",))))
    assert found["pair with a stance"].f1.value == 1.0
    assert found["stance, given the pair"].f1.value == pytest.approx(3 / 4)
    assert found["full tuple"].f1.value == pytest.approx(3 / 4)
    assert found["full tuple, threat"].f1.value == 0.0
    assert found["sentiment, given the pair"].f1.value == 1.0


def test_a_missing_direction_lowers_the_direction_and_not_the_pair() -> None:
    found = layers(by("a"), by("b", changed(1, 0)))
    assert found["pair with a stance"].f1.value == 1.0
    assert found["direction, given the pair"].f1.value == pytest.approx(6 / 7)
    assert found["stance, given the pair"].f1.value == 1.0


def test_a_missing_pair_lowers_the_pair_and_no_layer_after_it() -> None:
    found = layers(by("a"), by("b", changed(0, 0)))
    assert found["pair with a stance"].f1.value == pytest.approx(4 / 5)
    assert found["direction, given the pair"].f1.value == 1.0
    assert found["full tuple"].f1.value == pytest.approx(6 / 7)


def test_other_marks_lower_the_spans_and_other_actors_the_ids() -> None:
    mentions = SMALL[0].mentions or ()
    other_actor = (msgspec.structs.replace(mentions[0], actor="IRQ"), *mentions[1:])
    moved = (msgspec.structs.replace(mentions[0], start=0, end=3, text="Ira"), *mentions[1:])
    for marks, layer in ((moved, "mention span"), (other_actor, "actor, given the span")):
        label = msgspec.structs.replace(SMALL[0], mentions=marks)
        found = layers(by("a"), by("b", (label, *SMALL[1:])))
        lower = {name for name, x in found.items() if (x.f1.value or 0) < 1}
        assert layer in lower
        assert ("mention span" in lower) == (layer == "mention span")


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_alpha_is_that_of_nltk(rng: random.Random) -> None:
    values = [frozenset({"c"}), frozenset({"r"}), frozenset({"c", "r"}), frozenset({"t", "r"})]
    documents = [
        [[rng.choice(values) for _ in range(rng.randint(2, 4))] for _ in range(rng.randint(0, 3))]
        for _ in range(8)
    ]
    if len({v for units in documents for unit in units for v in unit}) < 2:
        return
    for distance in (masi_distance, binary_distance):
        data = [
            (str(k), f"{i}:{j}", value)
            for i, units in enumerate(documents)
            for j, unit in enumerate(units)
            for k, value in enumerate(unit)
        ]
        wanted = AnnotationTask(data, distance=distance).alpha()
        assert _alpha(documents, distance, np.zeros((0, 8))).value == pytest.approx(wanted)


def test_the_order_of_files_and_labels_makes_no_difference() -> None:
    a, b, c = by("a"), by("b", changed(0, 0)), by("c", changed(1, 0, stance=("rivalry",)))
    usual = agreement([*a, *b, *c], 50)
    assert agreement([*c[::-1], *a, *b[::-1]], 50) == usual
    assert usual.annotators == ("a", "b", "c")


def test_intervals_hold_the_figure_and_are_the_same_each_time() -> None:
    many = [msgspec.structs.replace(SMALL[0], id=f"{i}", doc_id=f"{i}") for i in range(40)]
    fewer = [
        msgspec.structs.replace(label, relations=()) if i % 4 == 0 else label
        for i, label in enumerate(many)
    ]
    labels = [*by("a", tuple(many)), *by("b", tuple(fewer))]
    figure = agreement(labels, 200).layers["full tuple"].f1
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    assert 0.7 < figure.low < figure.value < figure.high < 0.97
    assert agreement(labels, 200).layers["full tuple"].f1 == figure


def test_three_annotators_are_compared_two_by_two() -> None:
    found = layers(by("a"), by("b"), by("c", changed(0, 0)))
    assert found["full tuple"].f1.value == pytest.approx(2 * (4 + 3 + 3) / (8 + 7 + 7))


def test_sentences_of_one_annotator_are_counted_and_left_out() -> None:
    found = agreement([*by("a"), *by("b", SMALL[:1])], 0)
    assert (found.sentences, found.alone) == (1, 2)


def test_one_annotator_alone_is_refused() -> None:
    with pytest.raises(OptionError, match="agreement needs sentences that two annotators labelled"):
        agreement(by("a"))


def test_labels_without_annotator_are_refused() -> None:
    nameless = [msgspec.structs.replace(SMALL[0], annotator=None)]
    with pytest.raises(LabelError, match="each label names its annotator; found 'a17:0'; merge"):
        agreement(nameless)


def test_merging_names_the_annotator_of_each_source() -> None:
    nameless = [msgspec.structs.replace(label, annotator=None) for label in SMALL]
    merged = merge_labels({"kb": nameless, "lm": nameless})
    assert [(s.id, s.annotator) for s in merged[:2]] == [("a17:0", "kb"), ("a17:0", "lm")]
    assert merge_labels({"lm": nameless, "kb": nameless}) == merged


def test_merging_gives_one_id_to_the_same_sentence() -> None:
    renamed = [msgspec.structs.replace(s, id=f"x{s.id}", annotator="b") for s in SMALL]
    merged = merge_labels({"a": by("a"), "b": renamed})
    assert {s.id for s in merged} == {"a17:0", "a17:1", "a18:0"}


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ((0, 2), (2,), 1),  # the places tell which
        ((0, 2), (0, 2), 2),
        ((0, 2), (1, 3), 2),  # as many each: counted, though one splits sentences otherwise
        ((0,), (4,), 1),
        ((0, 2), (None,), 1),  # no place: counted
    ],
)
def test_equal_sentences_of_a_document_are_told_apart(
    first: tuple[int | None, ...], second: tuple[int | None, ...], shared: int
) -> None:
    def labels(places: tuple[int | None, ...]) -> list[LabeledSentence]:
        return [
            LabeledSentence(id=f"d:{i}", doc_id="d", sent_index=place, text="They agreed.")
            for i, place in enumerate(places)
        ]

    merged = merge_labels({"a": labels(first), "b": labels(second)})
    assert len(merged) == len(first) + len(second)
    both = [by for by in align(merged).values() if len(by) == 2]
    assert len(both) == shared
    if (first, second) == ((0, 2), (2,)):
        assert [label.sent_index for label in both[0].values()] == [2, 2]


def test_merging_refuses_two_labels_of_one_annotator() -> None:
    with pytest.raises(LabelError, match="own labels a sentence in one way; a17:0 has two"):
        merge_labels({"a": SMALL, "b": changed(0, 0)})


def test_merging_refuses_one_id_for_two_texts() -> None:
    other = msgspec.structs.replace(SMALL[0], text="Iran was condemned by the EU!", annotator="b")
    with pytest.raises(LabelError, match="an id stands for one sentence; a17:0 has two texts"):
        merge_labels({"a": SMALL, "b": [other]})
