"""The figures of an evaluation, counted by hand on seven pairs whose scores are set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import stance
from stance.analysis import Model
from stance.errors import OptionError
from stance.labels.files import read_labels
from stance.learning.evaluation import Evaluation
from stance.model.batches import make_batch
from stance.model.linear import Contribution, Scored, TokenShares
from stance.model.masked import MaskedPair
from stance.records import LabeledSentence

LABELS = """
# doc: a1   exhaustive: yes
[Iran|IRN] condemned [France|FRA].
    IRN > FRA: rivalry -
[Oman|OMN] praised [Chad|TCD].
    OMN > TCD: cooperation +
# doc: a2   exhaustive: yes
    context: Japan attacked China.
[Ghana|GHA] scolded [Togo|TGO].
    GHA > TGO: rivalry -
# doc: a3   exhaustive: no
[Peru|PER] attacked [Chile|CHL].
    PER > CHL: threat -
"""

# a hit with a weak second stance, the wrong direction, a miss with a weak wrong direction, a hit
SAID = {
    "ACTOR condemned TARGET .": ((0.125, 0.75, 0.375), (0.75, 0.125, 0.125)),
    "TARGET praised ACTOR .": ((0.75, 0.125, 0.125), (0.125, 0.125, 0.75)),
    "TARGET scolded ACTOR .": ((0.125, 0.375, 0.125), (0.75, 0.125, 0.125)),
    "ACTOR attacked TARGET .": ((0.125, 0.125, 0.75), (0.75, 0.125, 0.125)),
}
OTHERWISE = ((0.125, 0.125, 0.125), (0.125, 0.75, 0.125))


class Fixed:
    """A scorer that says of each masked sentence what stands in ``SAID``."""

    stances = ("cooperation", "rivalry", "threat")
    thresholds = (0.5, 0.5, 0.5)
    found_thresholds = (0.25, 0.25, 0.25)

    def score(self, pairs: Sequence[MaskedPair]) -> Scored:
        rows = [SAID.get(" ".join(pair.words), OTHERWISE) for pair in pairs]
        stances, sentiment = (
            np.array([row[k] for row in rows], np.float32).reshape(-1, 3) for k in (0, 1)
        )
        return Scored(stances, sentiment, np.ones(len(pairs), np.float32))

    def token_shares(self, pairs: Sequence[MaskedPair]) -> TokenShares:
        batch = make_batch(pairs)
        return TokenShares(batch, np.zeros((int(batch.start[-1]), 6), np.float32))

    def contributions(self, pair: MaskedPair, output: int) -> tuple[float, list[Contribution]]:
        return 0.0, []


@pytest.fixture
def labels(tmp_path: Path) -> tuple[LabeledSentence, ...]:
    (tmp_path / "labels.stance").write_text(LABELS)
    return tuple(read_labels(tmp_path / "labels.stance"))


@pytest.fixture
def evaluation(labels: tuple[LabeledSentence, ...]) -> Evaluation:
    return stance.evaluate(Model(Fixed()), labels)


@pytest.mark.parametrize(
    ("name", "expected"),
    [  # pairs, precision, recall, F1, average precision, Brier, calibration error
        ("cooperation", (1, 0, 0, 0, 1 / 7, 1.40625 / 7, 1 / 7)),
        ("rivalry", (2, 1, 1 / 2, 2 / 3, 9 / 14, 1.03125 / 7, 1 / 7)),
        ("threat", (1, 1, 1, 1, 1, 0.28125 / 7, 1.25 / 7)),
    ],
)
def test_each_stance_is_measured_with_the_pairs_given(
    evaluation: Evaluation, name: str, expected: tuple[float, ...]
) -> None:
    assert msgspec.structs.astuple(evaluation.stances[name]) == pytest.approx(expected)


def test_the_whole_is_the_mean_of_what_occurs(evaluation: Evaluation) -> None:
    assert evaluation.n_pairs == 7  # that of Peru stands alone: its other direction is not known
    assert evaluation.macro_f1 == pytest.approx(5 / 9)
    assert evaluation.sentiment_f1 == pytest.approx((4 / 5 + 0) / 2)  # neutral is never wanted


def test_end_to_end_counts_what_is_found_in_exhaustive_sentences(evaluation: Evaluation) -> None:
    end = evaluation.end_to_end
    assert end is not None
    assert end.n_sentences == 3
    assert end.tuples == pytest.approx((1 / 4, 1 / 3, 2 / 7))
    assert end.pairs == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert end.by_stance == {
        "cooperation": (0.0, 0.0, 0.0),
        "rivalry": (0.5, 0.5, 0.5),
        "threat": (0.0, 0.0, 0.0),  # the war of the context belongs to no sentence
    }


def test_an_evaluation_is_printed_as_two_tables(evaluation: Evaluation) -> None:
    assert str(evaluation).splitlines() == [
        "with the pairs given",
        "               pairs      P      R     F1     AP  Brier    ECE",
        "cooperation        1  0.000  0.000  0.000  0.143  0.201  0.143",
        "rivalry            2  1.000  0.500  0.667  0.643  0.147  0.143",
        "threat             1  1.000  1.000  1.000  1.000  0.040  0.179",
        "macro F1 0.556, sentiment macro F1 0.400, 7 pairs",
        "",
        "end to end",
        "                    P      R     F1",
        "cooperation     0.000  0.000  0.000",
        "rivalry         0.500  0.500  0.500",
        "threat          0.000  0.000  0.000",
        "tuples          0.250  0.333  0.286",
        "pairs           0.333  0.333  0.333",
    ]


def _as_json(evaluation: Evaluation) -> Any:
    return json.loads(msgspec.json.encode(evaluation.to_dict()))


def test_without_exhaustive_sentences_nothing_is_measured_end_to_end(
    labels: tuple[LabeledSentence, ...],
) -> None:
    open_ended = [msgspec.structs.replace(label, exhaustive=False) for label in labels]
    evaluation = stance.evaluate(Model(Fixed()), open_ended)
    assert evaluation.n_pairs == 4
    assert evaluation.end_to_end is None
    assert _as_json(evaluation)["end_to_end"] is None
    said = "end to end: not measured, because no sentence is exhaustive"
    assert str(evaluation).splitlines()[-1] == said


def test_without_labelled_sentiments_none_is_measured(labels: tuple[LabeledSentence, ...]) -> None:
    replace = msgspec.structs.replace
    unfelt = [
        replace(label, relations=tuple(replace(r, sentiment=None) for r in label.relations or ()))
        for label in labels
    ]
    evaluation = stance.evaluate(Model(Fixed()), unfelt)
    assert evaluation.sentiment_f1 is None
    assert _as_json(evaluation)["sentiment_f1"] is None
    assert "macro F1 0.556, sentiment macro F1 not measured, 7 pairs" in str(evaluation)


def test_labels_of_other_stances_are_refused(labels: tuple[LabeledSentence, ...]) -> None:
    scorer = Fixed()
    scorer.stances = ("assist", "oppose", "strike")
    with pytest.raises(OptionError, match=r"the labels hold stances .*\(assist, oppose, strike\)"):
        stance.evaluate(Model(scorer), labels)
