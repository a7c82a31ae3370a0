"""Labels that are likely wrong are found, each with the reason."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from stance.errors import OptionError
from stance.labels.files import read_labels
from stance.learning.doubts import confident_flips, find_contradictions, find_doubts
from stance.learning.examples import examples_of
from stance.records import LabeledSentence

SMALL = read_labels("tests/data/small.stance")


def relabeled(label: LabeledSentence, stance: tuple[str, ...], **fields: object) -> LabeledSentence:
    relation = msgspec.structs.replace((label.relations or ())[0], stance=stance)
    return msgspec.structs.replace(label, relations=(relation,), **fields)


def test_the_same_sentence_with_another_label_is_a_duplicate() -> None:
    twin = relabeled(SMALL[0], ("threat",), id="again", doc_id="again")
    found = find_contradictions([*SMALL, twin])
    assert {(d.kind, d.sentence, d.other) for d in found} == {
        ("duplicate", "a17:0", "again"),
        ("duplicate", "again", "a17:0"),
    }
    assert found[0].reason == "the same words in again are labelled threat"


def test_the_same_words_with_other_names_are_twins() -> None:
    text = "Cuba was condemned by the UN."
    mentions = SMALL[0].mentions or ()
    other = relabeled(
        SMALL[0],
        ("cooperation",),
        id="again",
        text=text,
        mentions=(
            msgspec.structs.replace(mentions[0], actor="CUB", text="Cuba"),
            msgspec.structs.replace(mentions[1], actor="UN", text="UN"),
        ),
    )
    found = find_contradictions([SMALL[0], other])
    assert {d.kind for d in found} == {"twin"}
    assert found[0].reason.endswith("again, other names, are labelled cooperation")


def test_twins_that_agree_raise_no_doubt() -> None:
    assert not find_contradictions([*SMALL, msgspec.structs.replace(SMALL[0], id="again")])


def test_a_label_that_was_flipped_is_found_by_the_model(
    labels: tuple[LabeledSentence, ...],
) -> None:
    """One "praised" of three is labelled a threat."""
    flipped = (relabeled(labels[0], ("threat",)), *labels[1:])
    probabilities = np.array(
        [
            [
                0.9 if name in wanted.stances else 0.05
                for name in ("cooperation", "rivalry", "threat")
            ]
            for wanted in examples_of(labels)
        ],
        np.float32,
    )
    found = [d for d in find_doubts(flipped, probabilities) if d.kind == "model"]
    assert (found[0].sentence, found[0].stances) == ("0", ("threat",))
    assert found[0].instead == ("cooperation",)
    assert "gives cooperation 0.90" in found[0].reason


def test_doubts_without_probabilities_train_a_model(labels: tuple[LabeledSentence, ...]) -> None:
    """One "praised" of three is labelled a threat; nothing else is doubted."""
    flipped = (relabeled(labels[0], ("threat",)), *labels[1:])
    (doubt,) = find_doubts(flipped, n_folds=2)
    assert (doubt.kind, doubt.sentence) == ("model", "0")
    assert (doubt.stances, doubt.instead) == (("threat",), ("cooperation",))
    assert not find_doubts(labels, n_folds=2)


def test_a_stance_that_everything_holds_is_not_doubted() -> None:
    assert not confident_flips(np.ones(3, np.bool_), np.full(3, 0.1, np.float32)).any()


def test_probabilities_of_another_shape_are_refused() -> None:
    with pytest.raises(OptionError, match=r"probabilities have the shape \(5, 2\)"):
        find_doubts(SMALL, np.zeros((3, 3), np.float32))


def test_empty_probabilities_are_refused_like_any_other_shape() -> None:
    with pytest.raises(OptionError, match=r"probabilities have the shape \(5, 2\)"):
        find_doubts(SMALL, np.zeros((0, 0), np.float32))


def test_contradictions_and_what_a_model_doubts_are_joined() -> None:
    twin = relabeled(SMALL[0], ("threat",), id="again", doc_id="again")
    contradictions = find_contradictions([*SMALL, twin])
    examples = list(examples_of([*SMALL, twin]))
    stances = sorted({name for example in examples for name in example.stances})
    agreed = np.array([[name in e.stances for name in stances] for e in examples], np.float32)
    assert find_doubts([*SMALL, twin], agreed) == contradictions
    agreed[0] = 1 - agreed[0]
    assert find_doubts([*SMALL, twin], agreed)[: len(contradictions)] == contradictions
    assert {d.kind for d in find_doubts([*SMALL, twin], agreed)} == {"duplicate", "model"}


def test_labels_without_relations_are_refused() -> None:
    with pytest.raises(OptionError, match="doubts are about labelled relations"):
        find_doubts([LabeledSentence(id="a", text="x")])
    with pytest.raises(OptionError, match="doubts are about labelled relations"):
        find_contradictions([LabeledSentence(id="a", text="x")])
