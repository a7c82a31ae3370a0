"""A model is called better only if it is."""

from __future__ import annotations

import msgspec
import pytest

from stance.analysis import Model
from stance.errors import LabelError, OptionError
from stance.learning.comparison import (
    added_value,
    compare_models,
    replace_labels,
    weigh_labels,
)
from stance.learning.examples import label_weight
from stance.learning.training import train
from stance.records import LabeledSentence


@pytest.fixture(scope="module")
def poor(labels: tuple[LabeledSentence, ...]) -> Model:
    """A model that was told that praise is a threat."""
    turn = {("cooperation",): ("threat",), ("threat",): ("cooperation",)}
    wrong = [
        msgspec.structs.replace(
            label,
            relations=tuple(
                msgspec.structs.replace(r, stance=turn.get(r.stance or (), r.stance))
                for r in label.relations or ()
            ),
        )
        for label in labels
    ]
    return train(wrong)


def test_a_better_model_is_called_better_and_a_worse_one_worse(
    tiny: Model, poor: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    better = compare_models(poor, tiny, labels)
    assert better.macro_f1.verdict == "better"
    assert better.macro_f1.low - 1e-9 <= better.macro_f1.difference <= better.macro_f1.high + 1e-9
    assert better.sentence("yours").startswith("better on yours by 0.")
    assert compare_models(tiny, poor, labels).macro_f1.verdict == "worse"
    assert better.stances["rivalry"].verdict == "no difference shown"


def test_a_model_is_not_better_than_itself(
    tiny: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    same = compare_models(tiny, tiny, labels)
    assert (same.macro_f1.difference, same.macro_f1.low, same.macro_f1.high) == (0, 0, 0)
    assert same.sentence("ours") == "no difference shown on ours: +0.000 [+0.000, +0.000]"


def test_a_model_that_was_trained_on_the_labels_is_named(
    tiny: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    assert compare_models(tiny, tiny, labels).seen == (tiny.name, tiny.name)
    assert compare_models(tiny, tiny, labels[:20]).seen == ()


def test_labels_without_known_stances_are_refused(
    tiny: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    with pytest.raises(OptionError, match="a comparison needs two documents or more"):
        compare_models(tiny, tiny, labels[:1])


def test_a_weight_counts_like_repeated_labels(labels: tuple[LabeledSentence, ...]) -> None:
    light = train(labels)
    heavy = train([*labels[:15], *weigh_labels(labels[15:], 5.0)])
    assert heavy.about["labels_sha256"] != light.about["labels_sha256"]
    assert heavy.scorer.found_thresholds != light.scorer.found_thresholds or (
        heavy.scorer.thresholds != light.scorer.thresholds
    )


@pytest.mark.parametrize("weight", ["none", "-1", 0, "nan", [1]])
def test_a_weight_is_a_positive_number(weight: object) -> None:
    label = LabeledSentence(id="a", text="x", meta={"weight": weight})
    with pytest.raises(LabelError, match=r"sentence a: meta\.weight is a positive number"):
        label_weight(label)


def test_replacing_keeps_one_label_a_sentence(labels: tuple[LabeledSentence, ...]) -> None:
    yours = [msgspec.structs.replace(labels[3], id="mine", relations=())]
    joined = replace_labels(labels, yours)
    assert len(joined) == len(labels)
    assert [s.id for s in joined if s.text == labels[3].text] == ["mine"]


def test_added_labels_are_measured_on_documents_that_no_training_saw(
    labels: tuple[LabeledSentence, ...],
) -> None:
    yours = [msgspec.structs.replace(s, id=f"y{s.id}") for s in labels[::3]]
    found = added_value(labels[1::3], yours, n_resamples=100)
    assert set(found) == {"yours", "ours"}
    assert found["yours"].n_documents >= 4
    assert not found["yours"].seen


def test_a_check_of_too_few_documents_is_refused(labels: tuple[LabeledSentence, ...]) -> None:
    with pytest.raises(OptionError, match="a check needs 4 documents of yours or more"):
        added_value(labels, labels[:3])
