"""What to label next: uncertain, varied, labelled beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from stance.analysis import Model
from stance.errors import OptionError
from stance.labels.check import check_sentence
from stance.labels.files import read_labels, write_labels
from stance.learning.examples import examples_of
from stance.learning.suggestions import (
    choose,
    news_of,
    pair_doubts,
    sentence_values,
    suggest,
    token_features,
)

NEWS = (
    "Iran praised Oman on Monday. Iran praised Oman on Friday. France attacked Chad."
    " Peru whispered to Chile about llamas. It rained. Oman slept."
)


def test_suggestions_are_valid_labels_that_training_leaves_out(
    tiny: Model, tmp_path: object
) -> None:
    found = suggest(tiny, {"news": NEWS}, 3)
    assert len(found) == 3
    for rank, label in enumerate(found, 1):
        assert not check_sentence(label)
        assert (label.status, label.doc_id, label.meta["rank"]) == ("suggested", "news", str(rank))
        assert label.meta["chosen"]
    assert not list(examples_of(found))


def test_suggestions_can_be_typed_over_in_marked_text(
    tiny: Model, tmp_path: pytest.TempPathFactory
) -> None:
    path = f"{tmp_path}/next.stance"
    found = suggest(tiny, {"news": NEWS}, 3)
    write_labels(found, path)
    assert [label.text for label in read_labels(path)] == [label.text for label in found]


def test_sentences_that_are_labelled_already_are_not_suggested(tiny: Model) -> None:
    known = ["France attacked Chad."]
    assert known[0] not in {label.text for label in suggest(tiny, {"news": NEWS}, 9, known)}


def test_only_sentences_with_two_actors_are_suggested(tiny: Model) -> None:
    texts = {label.text for label in suggest(tiny, {"news": NEWS}, 9)}
    assert not texts & {"It rained.", "Oman slept."}


def test_the_same_question_is_not_asked_twice(tiny: Model) -> None:
    first_two = [label.text for label in suggest(tiny, {"news": NEWS}, 2)]
    assert sum("praised Oman" in text for text in first_two) <= 1


def test_text_without_pairs_is_refused(tiny: Model) -> None:
    with pytest.raises(OptionError, match="sentences that name two actors; found 1; give more"):
        suggest(tiny, {"news": "It rained."})
    with pytest.raises(OptionError, match="the number of suggestions is positive; found 0"):
        suggest(tiny, {"news": NEWS}, 0)


def test_a_pair_is_the_more_doubtful_the_nearer_it_is_to_the_threshold() -> None:
    probabilities = np.array([[0.2], [0.1], [0.6], [0.0], [1.0]])
    doubts = pair_doubts(probabilities, np.array([0.2]), np.ones(1))
    assert doubts.tolist() == pytest.approx([1.0, 0.5, 0.5, 0.0, 0.0])


def test_rare_stances_weigh_more() -> None:
    same = np.array([[0.3, 0.0], [0.0, 0.3]])
    assert np.diff(pair_doubts(same, np.full(2, 0.4), np.array([0.5, 1.5])))[0] > 0


def test_what_was_never_met_is_news_if_it_recurs() -> None:
    features = sparse.csr_matrix(np.array([[1, 1, 0, 1], [1, 1, 0, 0], [1, 1, 0, 0]]))
    met = np.array([True, False, False, False])
    assert news_of(features, met).tolist() == pytest.approx([np.log(4)] * 3)
    assert not news_of(features, np.ones(4, bool)).any()
    old, fresh = sentence_values(np.ones(2), np.array([0.0, 2.0]), [1, 1])
    assert 0 < old < fresh


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=12), st.integers(1, 15)
)
def test_a_choice_holds_each_row_once_and_starts_with_the_best(
    documents: list[list[int]], n: int
) -> None:
    values = np.array([len(set(tokens)) / 10 for tokens in documents])
    chosen = choose(values, token_features(documents), n)
    assert len(chosen) == len(set(chosen)) == min(n, len(documents))
    assert values[chosen[0]] == values.max()
