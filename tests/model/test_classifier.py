from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from stance.analysis import Model
from stance.errors import OptionError
from stance.learning.training import train
from stance.model.classifier import StanceClassifier
from stance.records import LabeledSentence, Pair

PAIRS = [
    Pair(f"A {verb} B {when}.", (0, 1), (3 + len(verb), 4 + len(verb)))
    for when in ("today", "again", "twice", "in May")
    for verb in ("praised", "thanked", "accused", "rebuked", "neighbours")
]
STANCES = [["cooperation"], ["cooperation"], ["rivalry"], ["rivalry"], []] * 4
SENTIMENTS = ["positive", "positive", "negative", "negative", "neutral"] * 4


@pytest.fixture(scope="module")
def fitted() -> StanceClassifier:
    return StanceClassifier(n_folds=2).fit(PAIRS, STANCES, SENTIMENTS)


def test_fit_returns_the_estimator_and_a_clone_is_unfitted() -> None:
    estimator = StanceClassifier(n_folds=2)
    assert estimator.fit(PAIRS, STANCES) is estimator
    with pytest.raises(NotFittedError):
        clone(estimator).predict(PAIRS)


def test_the_constructor_only_stores() -> None:
    groups = (("words-1", 0.5),)
    parameters = StanceClassifier(groups=groups, C=2.0, n_folds=3).get_params()
    assert parameters == {"groups": groups, "C": 2.0, "n_folds": 3, "n_jobs": 1, "random_state": 0}


def test_it_learns_what_can_be_told_apart(fitted: StanceClassifier) -> None:
    assert fitted.stances_ == ("cooperation", "rivalry")
    expected = [[("cooperation" in y), ("rivalry" in y)] for y in STANCES]
    assert fitted.predict(PAIRS).tolist() == expected


def test_sentiments_are_probabilities_that_sum_to_one(fitted: StanceClassifier) -> None:
    scored = fitted.scorer_.score([]).sentiment
    assert scored.shape == (0, 3)
    from stance.model.masking import mask_pair

    scored = fitted.scorer_.score([mask_pair(pair) for pair in PAIRS]).sentiment
    assert np.allclose(scored.sum(axis=1), 1)
    assert scored.argmax(axis=1).tolist() == [2, 2, 0, 0, 1] * 4


def test_fitting_twice_gives_the_same_weights(fitted: StanceClassifier) -> None:
    again = StanceClassifier(n_folds=2).fit(PAIRS, STANCES, SENTIMENTS)
    assert again.scorer_.weights.tobytes() == fitted.scorer_.weights.tobytes()
    assert again.scorer_.thresholds == fitted.scorer_.thresholds


def test_the_seed_decides_the_weights_and_is_zero_unless_given(fitted: StanceClassifier) -> None:
    def weights(**how: int) -> bytes:
        estimator = StanceClassifier(n_folds=2, **how).fit(PAIRS, STANCES, SENTIMENTS)
        return bytes(estimator.scorer_.weights.tobytes())

    assert weights(random_state=0) == fitted.scorer_.weights.tobytes() != weights(random_state=1)
    assert weights(random_state=1) == weights(random_state=1, n_jobs=2)


def test_training_hands_its_seed_on(labels: tuple[LabeledSentence, ...], tiny: Model) -> None:
    again, other = (train(labels, random_state=seed).scorer.weights.tobytes() for seed in (0, 1))
    assert again == tiny.scorer.weights.tobytes() != other


def test_a_stance_that_every_pair_holds_is_always_found() -> None:
    estimator = StanceClassifier(n_folds=2).fit(PAIRS, [["cooperation"]] * len(PAIRS))
    assert estimator.predict(PAIRS).all()


def test_weights_of_samples_count() -> None:
    contradicting = [*PAIRS, *PAIRS]
    stances = [*STANCES, *([["rivalry"]] * len(PAIRS))]
    weight = [1.0] * len(PAIRS) + [1e-6] * len(PAIRS)
    estimator = StanceClassifier(n_folds=2).fit(contradicting, stances, sample_weight=weight)
    assert estimator.predict_proba(PAIRS[:1])[0].argmax() == 0


def test_nothing_to_learn_is_an_error() -> None:
    with pytest.raises(OptionError, match="training needs at least one pair with a stance"):
        StanceClassifier().fit(PAIRS, [[] for _ in PAIRS])


def test_what_every_pair_holds_is_found_in_all_and_folds_of_one_kind_tell_nothing() -> None:
    pairs = [Pair("A praised B.", (0, 1), (9, 10)), Pair("A accused B.", (0, 1), (10, 11))] * 8
    held = [["cooperation", "always"], ["rivalry", "always"]] * 8
    # each fold holds one of the two sentences alone
    found = StanceClassifier(n_folds=2).fit(pairs, held).predict(pairs[:2])
    assert found.tolist() == [[True, True, False], [True, False, True]]
