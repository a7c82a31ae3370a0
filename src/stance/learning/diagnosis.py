"""What a model gets wrong, as plain records: confusion, reliability, curves, slices, errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.analysis import Model
from stance.errors import OptionError, Problem
from stance.learning.examples import Example, examples_of
from stance.learning.metrics import (
    Bin,
    Coverage,
    StanceScores,
    precision_coverage,
    reliability,
    stance_scores,
)
from stance.learning.slices import Slice, micro_f1, slices
from stance.model.documents import score_pairs
from stance.model.linear import reaches
from stance.records import LabeledSentence

__all__ = ["Diagnosis", "diagnose"]

Floats = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_CURVE_POINTS = 60


class StanceDiagnosis(msgspec.Struct, frozen=True):
    """Measures, reliability and precision-recall curve of one stance."""

    stance: str
    scores: StanceScores
    reliability: tuple[Bin, ...]
    curve: tuple[tuple[float, float], ...]


class Mistake(msgspec.Struct, frozen=True):
    """A pair where the model was sure and the labels say otherwise."""

    sentence: str
    text: str
    actor: str
    target: str
    stance: str
    probability: float
    labeled: tuple[str, ...]


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """How well a model does on some labels, with the pairs given, and where it fails."""

    title: str
    model: str
    summary: tuple[str, ...]
    n_sentences: int
    n_pairs: int
    stances: tuple[StanceDiagnosis, ...]
    coverage: tuple[Coverage, ...]
    confusion_names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    slices: tuple[Slice, ...]
    errors: tuple[Mistake, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as plain values, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def diagnose(
    model: Model,
    labels: Iterable[LabeledSentence],
    title: str = "How well the model does",
    n_errors: int = 20,
) -> Diagnosis:
    """Measure a model on labels and look at where it fails.

    Parameters
    ----------
    model : Model
    labels : iterable of LabeledSentence
    title : str
    n_errors : int
        How many of the worst errors to show.

    Raises
    ------
    OptionError
        If the labels hold no pairs.

    Examples
    --------
    >>> import stance
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> diagnose(stance.load_model("base"), labels).n_pairs
    5
    """
    labels = tuple(labels)
    examples = list(examples_of(labels))
    if not examples:
        raise OptionError(
            Problem("the labels hold pairs with a stance annotated", "give other labels")
        )
    probabilities = score_pairs(model.scorer, [example.pair for example in examples]).stances
    held = reaches(probabilities, model.thresholds)
    wanted = np.array([[name in e.stances for name in model.stances] for e in examples])
    names = ("none", *model.stances, "several")
    parts = tuple(
        StanceDiagnosis(
            name,
            stance_scores(wanted[:, k], probabilities[:, k], held[:, k]),
            reliability(wanted[:, k], probabilities[:, k]),
            _curve(wanted[:, k], probabilities[:, k]),
        )
        for k, name in enumerate(model.stances)
        if wanted[:, k].any()
    )
    by_id = {label.id: label for label in labels}
    return Diagnosis(
        title=title,
        model=model.name,
        summary=_summary(parts, wanted, held),
        n_sentences=len(labels),
        n_pairs=len(examples),
        stances=parts,
        coverage=precision_coverage(wanted[held], probabilities[held]),
        confusion_names=names,
        confusion=_confusion(wanted, held),
        slices=tuple(slices(examples, by_id, wanted, held)),
        errors=_errors(examples, by_id, (wanted, probabilities), model.stances, n_errors),
    )


def _summary(parts: Sequence[StanceDiagnosis], wanted: Bools, held: Bools) -> tuple[str, ...]:
    whole = micro_f1(wanted, held)
    said = [
        f"Over all stances, precision {whole[0]:.3f}, recall {whole[1]:.3f}, F1 {whole[2]:.3f}."
    ]
    if len(parts) > 1:
        best = max(parts, key=lambda part: part.scores.f1)
        worst = min(parts, key=lambda part: part.scores.f1)
        if best.scores.f1 > worst.scores.f1:
            said.append(
                f"Best on {best.stance} (F1 {best.scores.f1:.3f}), weakest on {worst.stance}"
                f" (F1 {worst.scores.f1:.3f})."
            )
    silent = ~wanted.any(axis=1)
    if silent.any():
        share = float(held[silent].any(axis=1).mean())
        said.append(f"Of the pairs without a stance, {share:.1%} are given one.")
    return tuple(said)


def _curve(wanted: Bools, probabilities: Floats) -> tuple[tuple[float, float], ...]:
    """Return (recall, precision) at thresholds that are spread evenly over the recalls."""
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(wanted[order])
    ends = np.flatnonzero(np.append(np.diff(probabilities[order]) != 0, True))
    recall, precision = hits[ends] / max(int(hits[-1]), 1), hits[ends] / (ends + 1)
    some = np.unique(np.linspace(0, len(ends) - 1, _CURVE_POINTS).astype(int))
    reached = np.searchsorted(recall, np.linspace(0, 1, _CURVE_POINTS))
    some = np.unique(np.concatenate([some, np.minimum(reached, len(ends) - 1)]))
    return tuple(
        (round(float(r), 4), round(float(p), 4))
        for r, p in zip(recall[some], precision[some], strict=True)
    )


def _confusion(wanted: Bools, held: Bools) -> tuple[tuple[int, ...], ...]:
    """Return counts by what is labelled and what is found: none, each stance, several."""
    n = wanted.shape[1]

    def kind(rows: Bools) -> npt.NDArray[np.int64]:
        count = rows.sum(axis=1)
        return np.where(count == 0, 0, np.where(count > 1, n + 1, rows.argmax(axis=1) + 1))

    counts = np.bincount(kind(wanted) * (n + 2) + kind(held), minlength=(n + 2) ** 2)
    return tuple(tuple(row) for row in counts.reshape(n + 2, n + 2).tolist())


def _errors(
    examples: Sequence[Example],
    by_id: dict[str, LabeledSentence],
    truth: tuple[Bools, Floats],
    stances: tuple[str, ...],
    n: int,
) -> tuple[Mistake, ...]:
    """Return the pairs with the greatest distance of a probability from the truth."""
    wanted, probabilities = truth
    distance = np.abs(probabilities - wanted)
    worst = np.argsort(-distance.max(axis=1), kind="stable")[:n]
    return tuple(
        Mistake(
            examples[i].sentence,
            by_id[examples[i].sentence].text,
            examples[i].actor or "anyone",
            examples[i].target or "anyone",
            stances[int(distance[i].argmax())],
            round(float(probabilities[i, distance[i].argmax()]), 4),
            examples[i].stances,
        )
        for i in worst.tolist()
        if distance[i].max() > 0.5
    )
