"""What a model gets wrong, as plain records: confusion, reliability, curves, slices, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.analysis import Model
from stance.errors import OptionError, Problem
from stance.learning.examples import Example, examples_of
from stance.learning.metrics import StanceScores, f1, stance_scores
from stance.records import LabeledRelation, LabeledSentence

__all__ = ["Diagnosis", "diagnose"]

Floats = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_BINS = 10
_CURVE_POINTS = 60


class Bin(msgspec.Struct, frozen=True):
    """Pairs whose stated probability lies close together, and how often the stance is there."""

    stated: float
    observed: float
    n_pairs: int


class StanceDiagnosis(msgspec.Struct, frozen=True):
    """Measures, reliability and precision-recall curve of one stance."""

    stance: str
    scores: StanceScores
    reliability: tuple[Bin, ...]
    curve: tuple[tuple[float, float], ...]


class Slice(msgspec.Struct, frozen=True):
    """Precision, recall and F1 over all stances of some of the pairs."""

    name: str
    n_pairs: int
    support: int
    precision: float
    recall: float
    f1: float


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
    probabilities = model.scorer.score([example.pair for example in examples]).stances
    held = np.asarray(probabilities >= np.array(model.thresholds, np.float32))
    wanted = np.array([[name in e.stances for name in model.stances] for e in examples])
    names = ("none", *model.stances, "several")
    parts = tuple(
        StanceDiagnosis(
            name,
            stance_scores(wanted[:, k], probabilities[:, k], held[:, k]),
            _reliability(wanted[:, k], probabilities[:, k]),
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
        confusion_names=names,
        confusion=_confusion(wanted, held),
        slices=tuple(_slices(examples, by_id, wanted, held)),
        errors=_errors(examples, by_id, (wanted, probabilities), model.stances, n_errors),
    )


def _summary(parts: Sequence[StanceDiagnosis], wanted: Bools, held: Bools) -> tuple[str, ...]:
    whole = _f1(wanted, held)
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


def _f1(wanted: Bools, held: Bools) -> tuple[float, float, float]:
    return f1(int((wanted & held).sum()), int(held.sum()), int(wanted.sum()))


def _reliability(wanted: Bools, probabilities: Floats) -> tuple[Bin, ...]:
    """Return bins of equal width (Niculescu-Mizil and Caruana 2005, ICML)."""
    number = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    return tuple(
        Bin(
            round(float(probabilities[number == b].mean()), 6),
            round(float(wanted[number == b].mean()), 6),
            int((number == b).sum()),
        )
        for b in range(_BINS)
        if (number == b).any()
    )


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


def _n_words(example: Example, label: LabeledSentence) -> str:
    n = len(label.text.split())
    return "short (up to 12 words)" if n <= 12 else "long (over 25)" if n > 25 else "13 to 25"


def _n_actors(example: Example, label: LabeledSentence) -> str:
    n = len({mention.actor for mention in label.mentions or ()})
    return "one or two" if n <= 2 else "three" if n == 3 else "four and more"


def _relation_of(example: Example, label: LabeledSentence) -> LabeledRelation | None:
    for relation in label.relations or ():
        ends = (label.mention(relation.actor), label.mention(relation.target))
        if tuple(end.actor if end else None for end in ends) == (example.actor, example.target):
            return relation
    return None


def _speaker(example: Example, label: LabeledSentence) -> str:
    relation = _relation_of(example, label)
    return "attributed" if relation is not None and relation.speaker else "told by the author"


SLICES: dict[str, Callable[[Example, LabeledSentence], str]] = {
    "words": _n_words,
    "actors": _n_actors,
    "speaker": _speaker,
    "ends": lambda example, label: (
        "one implied" if None in (example.actor, example.target) else "both named"
    ),
    "source": lambda example, label: label.source or "not given",
}
"""Name of a way to slice -> the slice of a pair."""

_MOST_SLICES = 12


def _slices(
    examples: Sequence[Example], by_id: dict[str, LabeledSentence], wanted: Bools, held: Bools
) -> Iterable[Slice]:
    for name, of in SLICES.items():
        values = np.array([of(example, by_id[example.sentence]) for example in examples])
        found, counts = np.unique(values, return_counts=True)
        if len(found) < 2:
            continue
        for value in found[np.argsort(-counts, kind="stable")][:_MOST_SLICES].tolist():
            rows = values == value
            yield Slice(
                f"{name}: {value}",
                int(rows.sum()),
                int(wanted[rows].sum()),
                *(round(number, 6) for number in _f1(wanted[rows], held[rows])),
            )


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
