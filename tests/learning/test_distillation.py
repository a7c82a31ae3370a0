"""A linear model learns from a teacher what its own labels do not show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from stance.analysis import Model
from stance.errors import OptionError
from stance.learning.distillation import taught_pairs
from stance.learning.training import train
from stance.records import LabeledSentence, Pair

TEXTS = [f"Iran zorbled Iraq {when}." for when in ("on Monday", "again", "last year", "twice")]
UNHEARD = Pair("Peru zorbled Chile.", (0, 4), (13, 18))


@pytest.fixture(scope="module")
def teacher(labels: tuple[LabeledSentence, ...]) -> Model:
    """A model whose labels also show the verb that the texts turn on."""
    new = []
    for label in labels:
        if "invaded" in label.text:  # as long as "zorbled", so offsets hold
            text = label.text.replace("invaded", "zorbled")
            new.append(msgspec.structs.replace(label, id=f"new {label.id}", text=text))
    return train([*labels, *new])


def threat(model: Model, pair: Pair = UNHEARD) -> float:
    return float(model.predict_proba([pair])[0, model.stances.index("threat")])


def test_it_learns_a_word_that_only_the_teacher_knew(
    teacher: Model, tiny: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    taught = train(labels, teacher=teacher, unlabeled=TEXTS)
    assert threat(tiny) < 0.3 < 0.5 < threat(taught)
    backwards = Pair(UNHEARD.text, UNHEARD.target, UNHEARD.actor)
    assert threat(taught, backwards) < 0.3
    assert taught.about["teacher"]["n_pairs"] == 2 * len(TEXTS)
    assert taught.predict_sentiment([UNHEARD])[0].argmax() == 0


def test_the_order_of_the_texts_makes_no_difference(
    teacher: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    one, other = (train(labels, teacher=teacher, unlabeled=t) for t in (TEXTS, TEXTS[::-1]))
    assert np.array_equal(one.scorer.weights, other.scorer.weights)  # type: ignore[attr-defined]


def test_taught_pairs_are_those_of_the_texts_with_what_the_teacher_says(teacher: Model) -> None:
    taught = taught_pairs(teacher, ["It rained.", "Iran zorbled Iraq.", "Oman praised Chad."])
    assert len(taught.pairs) == 4
    alone = taught_pairs(teacher, ["Oman praised Chad."])
    assert np.allclose(taught.stances[2:], alone.stances)
    assert np.allclose(taught.sentiment.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unlabeled": TEXTS}, "a teacher and unlabelled texts go together; found 4"),
        ({"teacher": "base"}, "a teacher and unlabelled texts go together; found 0"),
        (
            {"unlabeled": TEXTS, "backend": "encoder"},
            "a teacher and unlabelled texts go together; found 4",
        ),
        ({"teacher": "base", "unlabeled": TEXTS[0]}, "unlabelled texts are a list of texts"),
        (
            {"teacher": "base", "unlabeled": TEXTS, "backend": "encoder"},
            "a teacher is for a linear model; found 'encoder'",
        ),
    ],
)
def test_what_does_not_go_together_is_an_error(
    labels: Sequence[LabeledSentence], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        train(labels, **options)


def test_texts_without_pairs_are_an_error(
    teacher: Model, labels: Sequence[LabeledSentence]
) -> None:
    with pytest.raises(OptionError, match="hold sentences with two actors"):
        train(labels, teacher=teacher, unlabeled=["It rained in Oslo."])


def test_labelled_sentences_are_not_taught(teacher: Model) -> None:
    taught = taught_pairs(teacher, ["Oman left Chad. Iran left Iraq."], but={"Oman left Chad."})
    assert len(taught.pairs) == 2


def test_a_teacher_of_other_stances_is_an_error(
    teacher: Model, labels: Sequence[LabeledSentence]
) -> None:
    fewer = [label for label in labels if "threat" not in str(label.relations)]
    with pytest.raises(OptionError, match="the teacher knows the stances of the labels"):
        train(fewer, teacher=teacher, unlabeled=TEXTS)
