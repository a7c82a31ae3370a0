"""Evaluation: given pairs and end to end, kept apart.

With the pairs *given*, the model is asked about every pair that the labels list or that an
exhaustive sentence implies to hold none. *End to end*
it gets the text alone, finds actors and pairs itself, and each tuple (sentence, actor, target,
stance) counts. People part over which pairs hold a stance, hardly over which stance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from stance.analysis import Model
from stance.errors import OptionError, Problem
from stance.learning.examples import Example, examples_of
from stance.learning.metrics import StanceScores, f1, stance_scores
from stance.model.linear import reaches
from stance.records import SENTIMENTS, LabeledSentence

__all__ = ["EndToEnd", "Evaluation", "evaluate"]


class EndToEnd(msgspec.Struct, frozen=True):
    """Precision, recall and F1 of what was found from raw text.

    ``tuples`` counts (sentence, actor, target, stance); ``pairs`` leaves the stance out.
    """

    tuples: tuple[float, float, float]
    pairs: tuple[float, float, float]
    by_stance: dict[str, tuple[float, float, float]]
    n_sentences: int


class Evaluation(msgspec.Struct, frozen=True):
    """How well a model does on some labels.

    Attributes
    ----------
    stances : dict of str to StanceScores
        With the pairs given.
    macro_f1 : float
        Mean F1 of the stances that occur, with the pairs given.
    sentiment_f1 : float or None
        Macro F1 of the sentiments that occur, with the pairs given; None where no pair has one.
    end_to_end : EndToEnd or None
        None where no sentence is exhaustive, so that nothing found can be called wrong.
    n_pairs : int
    """

    stances: dict[str, StanceScores]
    macro_f1: float
    sentiment_f1: float | None
    end_to_end: EndToEnd | None
    n_pairs: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def __str__(self) -> str:
        head = f"{'':14}{'pairs':>6}{'P':>7}{'R':>7}{'F1':>7}{'AP':>7}{'Brier':>7}{'ECE':>7}"
        lines = ["with the pairs given", head]
        for name, s in self.stances.items():
            values = (
                s.precision,
                s.recall,
                s.f1,
                s.average_precision,
                s.brier,
                s.calibration_error,
            )
            lines.append(f"{name:14}{s.support:6}" + "".join(f"{v:7.3f}" for v in values))
        felt = "not measured" if self.sentiment_f1 is None else f"{self.sentiment_f1:.3f}"
        lines.append(
            f"macro F1 {self.macro_f1:.3f}, sentiment macro F1 {felt}, {self.n_pairs} pairs"
        )
        end = self.end_to_end
        if end is None:
            lines += ["", "end to end: not measured, because no sentence is exhaustive"]
            return "\n".join(lines)
        lines += ["", "end to end", f"{'':14}{'P':>7}{'R':>7}{'F1':>7}"]
        rows = {**end.by_stance, "tuples": end.tuples, "pairs": end.pairs}
        lines += [f"{name:14}" + "".join(f"{v:7.3f}" for v in row) for name, row in rows.items()]
        return "\n".join(lines)


def evaluate(model: Model, labels: Iterable[LabeledSentence]) -> Evaluation:
    """Measure a model on labels.

    Parameters
    ----------
    model : Model
    labels : iterable of LabeledSentence
        The end-to-end part uses exhaustive sentences only: in others, what is not listed is
        not known to be wrong. Without any, it is None.

    Raises
    ------
    OptionError
        If the labels hold no pairs, or none of the stances that the model knows.

    Examples
    --------
    >>> import stance
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> evaluation = stance.evaluate(stance.load_model("base"), labels)
    >>> evaluation.n_pairs
    5
    """
    labels = tuple(labels)
    examples = list(examples_of(labels))
    known = {name for example in examples for name in example.stances}
    if not known & set(model.stances):
        raise OptionError(
            Problem(
                f"the labels hold stances that the model knows ({', '.join(model.stances)})",
                "evaluate another model, or train one on such labels",
                value=sorted(known),
            )
        )
    by_stance = _given(model, examples)
    present = [scores.f1 for scores in by_stance.values() if scores.support]
    return Evaluation(
        stances=by_stance,
        macro_f1=float(np.mean(present)),
        sentiment_f1=_sentiment_f1(model, examples),
        end_to_end=_end_to_end(model, labels),
        n_pairs=len(examples),
    )


def _given(model: Model, examples: Sequence[Example]) -> dict[str, StanceScores]:
    probabilities = model.scorer.score([example.pair for example in examples]).stances
    held = reaches(probabilities, model.thresholds)
    return {
        name: stance_scores(
            np.array([name in example.stances for example in examples]),
            probabilities[:, k],
            held[:, k],
        )
        for k, name in enumerate(model.stances)
    }


def _sentiment_f1(model: Model, examples: Sequence[Example]) -> float | None:
    labeled = [example for example in examples if example.sentiment is not None]
    if not labeled:
        return None
    scored = model.scorer.score([example.pair for example in labeled]).sentiment
    predicted = np.array(SENTIMENTS)[scored.argmax(axis=1)]
    wanted = np.array([example.sentiment for example in labeled])
    scores = [
        f1(
            int(((predicted == name) & (wanted == name)).sum()),
            int((predicted == name).sum()),
            int((wanted == name).sum()),
        )[2]
        for name in SENTIMENTS
        if (wanted == name).any()
    ]
    return float(np.mean(scores))


Tuple = tuple[str, str | None, str | None, str]


def _end_to_end(model: Model, labels: Sequence[LabeledSentence]) -> EndToEnd | None:
    """Analyse the sentences of each document as one text, and compare the tuples found."""
    documents: dict[str, list[LabeledSentence]] = {}
    for label in labels:
        if label.exhaustive and label.status not in ("suggested", "rejected"):
            documents.setdefault(label.group, []).append(label)
    if not documents:
        return None
    wanted: set[Tuple] = set()
    found: set[Tuple] = set()
    for sentences in documents.values():
        found |= _found_tuples(model, sentences)
        wanted |= {item for label in sentences for item in _wanted_tuples(label)}
    n = sum(map(len, documents.values()))

    def compare(left: set[Any], right: set[Any]) -> tuple[float, float, float]:
        return f1(len(left & right), len(left), len(right))

    return EndToEnd(
        tuples=compare(found, wanted),
        pairs=compare({item[:3] for item in found}, {item[:3] for item in wanted}),
        by_stance={
            name: compare({i for i in found if i[3] == name}, {i for i in wanted if i[3] == name})
            for name in model.stances
        },
        n_sentences=n,
    )


def _wanted_tuples(label: LabeledSentence) -> Iterable[Tuple]:
    for relation in label.relations or ():
        actor, target = label.mention(relation.actor), label.mention(relation.target)
        for stance in relation.stance or ():
            yield (
                label.id,
                actor.actor if actor else None,
                target.actor if target else None,
                stance,
            )


def _found_tuples(model: Model, sentences: Sequence[LabeledSentence]) -> set[Tuple]:
    """Return the tuples that the model finds in one document, by the id of the sentence."""
    pieces = []
    starts = []
    length = 0
    for label in sentences:
        if label.context:
            pieces.append(label.context)
            length += len(label.context) + 2
        starts.append(length)
        pieces.append(label.text)
        length += len(label.text) + 2
    analysis = model.analyze("\n\n".join(pieces), date=sentences[0].date)
    found: set[Tuple] = set()
    for relation in analysis.stanced:
        place = analysis.sentences[relation.sent_index].start
        for start, label in zip(starts, sentences, strict=True):
            if start <= place < start + len(label.text):
                found |= {
                    (
                        label.id,
                        relation.actor.id if relation.actor else None,
                        relation.target.id if relation.target else None,
                        stance,
                    )
                    for stance in relation.stances
                }
    return found
