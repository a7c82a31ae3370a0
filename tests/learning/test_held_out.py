"""What is measured on documents held out is what they say, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.analysis import Model
from stance.errors import ModelError
from stance.labels.files import read_labels
from stance.learning.examples import Example, examples_of
from stance.learning.held_out import (
    HeldOut,
    Predictions,
    _two_a_sentence,
    held_out_of,
    measure_held_out,
)
from stance.learning.metrics import precision_coverage, reliability, stance_scores
from stance.learning.slices import slices
from stance.learning.training import train
from stance.model.classifier import StanceClassifier
from stance.model.familiarity import known_stems
from stance.model.masking import mask_pair
from stance.records import LabeledSentence, Pair

PAIR = mask_pair(Pair("A rebuked B.", (0, 1), (10, 11)))
LABEL = LabeledSentence(id="s", text="A rebuked B.", relations=(), mentions=())


def example(document: str, actor: str, target: str, held: bool, listed: bool = True) -> Example:
    stances = ("rivalry",) if held else ()
    return Example(PAIR, stances, None, document, "s", actor, target, listed)


def predictions(
    examples: Sequence[Example], folds: Sequence[int], said: Sequence[float]
) -> Predictions:
    return Predictions(
        ("rivalry",),
        examples,
        np.array(folds),
        np.array(said, np.float32)[:, None],
        (0.5,),
        (0.7,),
    )


def measured(one: Predictions) -> HeldOut:
    found = held_out_of({"held_out": measure_held_out(one, [LABEL])})
    assert found is not None
    return found


def test_only_what_was_held_out_counts() -> None:
    examples = [example(str(i), "A", "B", held=True) for i in range(4)]
    found = measured(predictions(examples, [-1, -1, 0, 0], [0, 0, 0.9, 0.6]))
    assert (found.n_folds, found.n_documents, found.n_pairs) == (1, 2, 2)
    assert found.listed["rivalry"].recall == 1.0  # at 0.5
    assert found.found["rivalry"].recall == 0.5  # at 0.7
    assert [b.n_pairs for b in found.reliability["rivalry"]] == [1, 1]


def test_nothing_held_out_is_nothing_measured() -> None:
    examples = [example("a", "A", "B", held=True)]
    assert measure_held_out(predictions(examples, [-1], [0.9]), [LABEL]) is None


def test_implied_negatives_count_for_calibration_and_not_for_the_scores_of_listed_pairs() -> None:
    examples = [example("a", "A", "B", held=True), example("b", "B", "A", held=False, listed=False)]
    found = measured(predictions(examples, [0, 1], [0.9, 0.9]))
    assert (found.n_pairs, found.n_listed) == (2, 1)
    assert found.listed["rivalry"].precision == 1.0
    assert found.found["rivalry"].precision == 0.5


def test_an_actor_is_unseen_if_only_its_own_fold_mentions_it() -> None:
    examples = [
        example("a", "A", "B", held=True),
        example("b", "B", "A", held=True),
        example("c", "C", "A", held=True),  # C occurs in fold 1 only, twice
        example("d", "A", "C", held=False),
        example("e", "D", "A", held=True),  # D occurs in two folds, the dyad too
        example("f", "D", "A", held=True),
    ]
    found = measured(predictions(examples, [0, 1, 1, 1, 0, 1], [0.9, 0.9, 0.9, 0.9, 0.9, 0.1]))
    actors = found.unseen["actors"]
    assert (actors.n_unseen, actors.n_met) == (2, 4)
    assert actors.unseen == pytest.approx(2 / 3, abs=1e-4)  # one hit, one false alarm
    assert actors.met == pytest.approx(6 / 7, abs=1e-4)  # three hits, one missed
    assert actors.low <= actors.difference <= actors.high
    assert not actors.worse
    assert found.unseen["dyads"] == actors


def test_what_is_learned_from_only_makes_an_actor_known() -> None:
    examples = [example(str(i), "A", "B", held=True) for i in range(3)]
    examples += [example("n", "A", "N", held=True), example("m", "A", "M", held=False)]
    found = measured(predictions(examples, [-1, 0, 0, 0, -1], [0, 0.9, 0.9, 0.1, 0]))
    assert (found.unseen["actors"].n_met, found.unseen["actors"].n_unseen) == (2, 1)


def test_unseen_actors_are_shown_to_be_worse_where_they_are() -> None:
    met = [example(f"m{i}", "A", "B", held=True) for i in range(40)]
    new = [example(f"n{i}", f"N{i}", "B", held=True) for i in range(40)]
    found = measured(predictions([*met, *new], [0, 1] * 40, [0.9] * 40 + [0.1] * 40))
    assert found.unseen["actors"].worse
    assert found.unseen["actors"].high == -1.0


def test_training_measures_what_cross_validation_said(labels: tuple[LabeledSentence, ...]) -> None:
    examples = list(examples_of(labels))
    classifier = StanceClassifier().fit(
        [e.pair for e in examples],
        [e.stances for e in examples],
        documents=[e.document for e in examples],
        listed=[e.listed for e in examples],
    )
    found = held_out_of(train(labels).about)
    assert found is not None
    assert found.n_folds == 4
    for k, name in enumerate(classifier.stances_):
        wanted = np.array([name in e.stances for e in examples])
        said = classifier.out_of_fold_[:, k]
        scores = stance_scores(wanted, said, said >= classifier.scorer_.found_thresholds[k])
        for field, value in msgspec.structs.asdict(scores).items():
            assert getattr(found.found[name], field) == pytest.approx(value, abs=1e-4), field


def test_one_document_cannot_be_held_out_from_itself(labels: tuple[LabeledSentence, ...]) -> None:
    whole = [msgspec.structs.replace(label, doc_id="one") for label in labels]
    assert train(whole).about["held_out"] is None


def test_two_pairs_a_sentence_know_the_same_stems() -> None:
    examples = list(examples_of(read_labels("data/labeled/africa")))
    some = _two_a_sentence(examples)
    assert len(some) < len(examples)
    np.testing.assert_array_equal(
        known_stems([examples[i].pair for i in some]), known_stems([e.pair for e in examples])
    )


def test_it_survives_the_manifest(tiny: Model) -> None:
    about = msgspec.json.decode(msgspec.json.encode(tiny.about))
    assert held_out_of(about) == held_out_of(tiny.about)


def test_a_damaged_manifest_is_refused() -> None:
    assert held_out_of({}) is None
    with pytest.raises(ModelError, match=r"about\.held_out of a manifest is what training wrote"):
        held_out_of({"held_out": {"n_folds": "five"}})


def test_a_pair_belongs_to_the_slice_of_each_of_its_tags() -> None:
    labels = {
        name: msgspec.structs.replace(LABEL, id=name, meta=meta)
        for name, meta in {"s": {"tags": "twin, passive"}, "t": {}}.items()
    }
    examples = [example("a", "A", "B", held=True), example("b", "A", "B", held=False)]
    examples[1] = msgspec.structs.replace(examples[1], sentence="t")
    wanted, held = np.array([[True], [False]]), np.array([[True], [True]])
    found = {one.name: one for one in slices(examples, labels, wanted, held, ["construction"])}
    assert {name: (one.n_pairs, one.precision) for name, one in found.items()} == {
        "construction: twin": (1, 1.0),
        "construction: passive": (1, 1.0),
        "construction: plain": (1, 0.0),
    }


ANSWERS = st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9])), min_size=1)


def _arrays(answers: list[tuple[bool, float]]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[Any]]:
    return np.array([right for right, _ in answers]), np.array([sure for _, sure in answers])


@given(ANSWERS)
def test_coverage_grows_to_all_answers_and_their_precision(
    answers: list[tuple[bool, float]],
) -> None:
    right, certainty = _arrays(answers)
    points = precision_coverage(right, certainty)
    assert [p.share for p in points] == sorted({p.share for p in points})
    assert [p.at_least for p in points] == sorted({p.at_least for p in points}, reverse=True)
    assert points[-1].share == 1.0
    assert points[-1].precision == pytest.approx(right.mean(), abs=1e-6)
    for point in points:
        assert point.precision == pytest.approx(right[certainty >= point.at_least].mean(), abs=1e-6)


@given(ANSWERS)
def test_bins_hold_every_pair_once(answers: list[tuple[bool, float]]) -> None:
    wanted, stated = _arrays(answers)
    bins = reliability(wanted, stated)
    assert sum(b.n_pairs for b in bins) == len(wanted)
    assert sum(b.n_pairs * b.observed for b in bins) == pytest.approx(wanted.sum(), abs=1e-4)


def test_no_answers_have_no_coverage() -> None:
    assert precision_coverage(np.zeros(0, bool), np.zeros(0)) == ()
