"""When a probability reaches a threshold, and pairs that are scored some at a time."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from stance.analysis import Model
from stance.learning.audits import audit
from stance.learning.comparison import compare_models
from stance.model.batches import Ints
from stance.model.documents import score_pairs
from stance.model.evidence import deciding_spans
from stance.model.linear import LinearScorer, Scored, reaches
from stance.model.masked import MaskedPair
from stance.model.masking import mask_pair
from stance.model.scorer import Scorer
from stance.records import LabeledSentence, Pair, Span

PAIR = Pair("Alpha praised Omega again.", (0, 5), (14, 19))


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.7, 0.9])
def test_a_probability_reaches_the_threshold_that_was_chosen_as_it(threshold: float) -> None:
    """Some of these are less in single precision than in double."""
    row = np.array([[threshold, np.nextafter(np.float32(threshold), np.float32(0))]], np.float32)
    assert reaches(row, (threshold, threshold)).tolist() == [[True, False]]


class CountingScorer(LinearScorer, frozen=True):
    """A scorer that writes down of how many pairs it is asked at once."""

    def score(self, pairs: Sequence[MaskedPair]) -> Scored:
        CALLS.append(len(pairs))
        return super().score(pairs)


CALLS: list[int] = []


@pytest.fixture
def counting(tiny: Model, monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setattr("stance.model.documents._AT_ONCE", 7)
    CALLS.clear()
    return Model(CountingScorer(*msgspec.structs.astuple(tiny.scorer)))


def test_many_pairs_are_scored_some_at_a_time(
    counting: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    counting.predict_proba([PAIR] * 20)
    counting.predict([PAIR] * 20)
    counting.predict_sentiment([PAIR] * 20)
    compare_models(counting, counting, labels)
    audit(counting)
    assert len(CALLS) > 20
    assert max(CALLS) == 7


def test_only_pairs_that_hold_a_stance_are_asked_what_decided(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(_: Scorer, pairs: Sequence[MaskedPair], outputs: Ints) -> list[tuple[Span, ...]]:
        asked.extend(outputs.tolist())
        return deciding_spans(tiny.scorer, pairs, outputs)

    monkeypatch.setattr("stance.model.documents.deciding_spans", counted)
    monkeypatch.setattr("stance.model.documents._AT_ONCE", 2)
    text = "Iran praised Oman. Chad lies north of Togo. Iran shelled Oman again. Mali backed Peru."
    found = tiny.analyze(text)
    holding = [relation for relation in found.relations if relation.stances]
    assert len(holding) >= 3
    assert len(asked) == len(holding) < len(found.relations)
    assert min(asked) >= 0
    for relation in found.relations:
        assert bool(relation.evidence) == bool(relation.stances)
        place = found.sentences[relation.sent_index]
        assert all(place.start <= a < b <= place.end for a, b in relation.evidence)


def test_how_many_are_scored_at_a_time_leaves_every_score_unchanged(
    counting: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    pairs = [mask_pair(PAIR), mask_pair(Pair("Omega shelled Alpha.", (14, 19), (0, 5)))] * 150
    whole = counting.scorer.score(pairs)
    parts = score_pairs(counting.scorer, pairs)
    for name in ("stances", "sentiment", "familiar"):
        assert getattr(parts, name).tobytes() == getattr(whole, name).tobytes()
