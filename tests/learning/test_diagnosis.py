"""What a model gets wrong, measured."""

from __future__ import annotations

import msgspec
import pytest

from stance.analysis import Model
from stance.errors import OptionError
from stance.learning.diagnosis import diagnose
from stance.records import LabeledSentence


def test_a_diagnosis_adds_up(tiny: Model, labels: tuple[LabeledSentence, ...]) -> None:
    diagnosis = diagnose(tiny, labels)
    assert sum(map(sum, diagnosis.confusion)) == diagnosis.n_pairs
    for one in diagnosis.stances:
        assert sum(b.n_pairs for b in one.reliability) == diagnosis.n_pairs
        recalls = [recall for recall, _ in one.curve]
        assert recalls == sorted(recalls)
        assert recalls[-1] == 1.0


def test_the_worst_errors_are_those_where_the_model_was_surest(
    tiny: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    turned = [
        msgspec.structs.replace(
            label,
            relations=tuple(
                msgspec.structs.replace(r, stance=() if r.stance else ("threat",))
                for r in label.relations or ()
            ),
        )
        for label in labels
    ]
    errors = diagnose(tiny, turned).errors
    assert errors
    distance = [abs(one.probability - (one.stance in one.labeled)) for one in errors]
    assert distance == sorted(distance, reverse=True)
    assert min(distance) > 0.5


def test_labels_without_pairs_are_refused(tiny: Model) -> None:
    with pytest.raises(OptionError, match="the labels hold pairs with a stance annotated"):
        diagnose(tiny, [LabeledSentence(id="a", text="x")])
