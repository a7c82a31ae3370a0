"""What a model is worth on documents that it did not learn from, measured while it is trained.

Cross-validation scores each document with a model that learned from the others, for a linear
model; an encoder leaves one part of the documents out. Either way the figures come from documents
that the scores were not learned from, at no further cost, and travel in the manifest of the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.analysis import MIN_FAMILIAR
from stance.errors import ModelError, Problem
from stance.learning.examples import Example
from stance.learning.metrics import (
    Bin,
    Coverage,
    StanceScores,
    f1_of_counts,
    precision_coverage,
    reliability,
    stance_scores,
)
from stance.learning.slices import Slice, micro_f1, slices
from stance.model.batches import make_batch
from stance.model.familiarity import familiar_share, known_stems
from stance.model.linear import reaches
from stance.records import LabeledSentence
from stance.resampling import document_draws, interval

__all__ = ["Abstention", "HeldOut", "Predictions", "Unseen", "held_out_of", "measure_held_out"]

_RESAMPLES = 1000
_DIGITS = 4  # of what is written down
_WAYS = ("register", "construction", "speaker", "words", "actors", "ends")

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]


class Predictions(msgspec.Struct, frozen=True):
    """What models said of examples that they had not learned from.

    Attributes
    ----------
    stances : tuple of str
    examples : sequence of Example
        All of the labels.
    folds : (n_examples,) int
        The part in which an example was held out; -1 if it was learned from only.
    probabilities : (n_examples, n_stances) float
        Calibrated; rows with fold -1 do not count.
    thresholds, found_thresholds : tuple of float
        As in ``Scorer``.
    """

    stances: tuple[str, ...]
    examples: Sequence[Example]
    folds: Ints
    probabilities: Floats
    thresholds: tuple[float, ...]
    found_thresholds: tuple[float, ...]


class Unseen(msgspec.Struct, frozen=True):
    """Macro F1 where training had met the actors (or the dyad), and where it had not.

    ``low`` and ``high`` bound the difference, unseen minus met: a bootstrap over documents.
    """

    met: float
    unseen: float
    difference: float
    low: float
    high: float
    n_met: int
    n_unseen: int

    @property
    def worse(self) -> bool:
        """Say whether the unseen are shown to be worse: the whole interval lies below 0."""
        return self.high < 0


class Abstention(msgspec.Struct, frozen=True):
    """How often the model abstains for unfamiliar language, and F1 of the rest and of these."""

    n_pairs: int
    n_abstained: int
    f1_answered: float
    f1_abstained: float | None


class HeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is worth on documents that it did not learn from.

    Attributes
    ----------
    n_folds : int
        Parts of the documents; 1 if a single part was held out of training.
    n_documents, n_pairs, n_listed : int
        Held out. ``n_listed`` counts the pairs that the labels list, ``n_pairs`` also those that
        an exhaustive sentence implies to hold no stance.
    listed : dict of str to StanceScores
        Pairs that the labels list, at the thresholds for pairs that are asked about.
    found : dict of str to StanceScores
        All pairs, at the thresholds for pairs found in raw text. Its calibration error is that
        of the model.
    macro_f1 : float
        Of ``listed``.
    slices : tuple of Slice
        Of the pairs that the labels list.
    reliability : dict of str to tuple of Bin
        All pairs.
    coverage : tuple of Coverage
        Precision of the stances found in all pairs when the less probable ones are left out.
    abstention : Abstention
        All pairs, at the thresholds for raw text.
    unseen : dict of str to Unseen
        ``actors`` and ``dyads``; pairs that the labels list and that name both ends.
    """

    n_folds: int
    n_documents: int
    n_pairs: int
    n_listed: int
    listed: dict[str, StanceScores]
    found: dict[str, StanceScores]
    macro_f1: float
    slices: tuple[Slice, ...]
    reliability: dict[str, tuple[Bin, ...]]
    coverage: tuple[Coverage, ...]
    abstention: Abstention
    unseen: dict[str, Unseen]


def held_out_of(about: Mapping[str, Any]) -> HeldOut | None:
    """Return what a model's manifest says of documents held out; None if nothing.

    Raises
    ------
    ModelError
        If it is damaged.
    """
    if about.get("held_out") is None:
        return None
    try:
        return msgspec.convert(about["held_out"], HeldOut)
    except msgspec.ValidationError as error:
        raise ModelError(
            Problem(
                f"about.held_out of a manifest is what training wrote ({error})",
                "train the model again (stance train) or fetch a whole copy",
            )
        ) from None


def measure_held_out(
    predictions: Predictions, labels: Sequence[LabeledSentence]
) -> dict[str, Any] | None:
    """Return :class:`HeldOut` as plain values for a manifest; None if nothing was held out."""
    rows = np.flatnonzero(predictions.folds >= 0)
    if not len(rows):
        return None
    examples = [predictions.examples[i] for i in rows.tolist()]
    stances = predictions.stances
    probabilities = predictions.probabilities[rows]
    wanted = np.array([[name in e.stances for name in stances] for e in examples])
    asked = reaches(probabilities, predictions.thresholds)
    found = reaches(probabilities, predictions.found_thresholds)
    listed = np.array([example.listed for example in examples])
    some = [example for example in examples if example.listed]
    scores = _scores(stances, wanted[listed], probabilities[listed], asked[listed])
    measured = HeldOut(
        n_folds=len(set(predictions.folds[rows].tolist())),
        n_documents=len({example.document for example in examples}),
        n_pairs=len(examples),
        n_listed=len(some),
        listed=scores,
        found=_scores(stances, wanted, probabilities, found),
        macro_f1=float(np.mean([one.f1 for one in scores.values()])),
        slices=tuple(slices(some, {x.id: x for x in labels}, wanted[listed], asked[listed], _WAYS)),
        reliability={
            name: reliability(wanted[:, k], probabilities[:, k]) for k, name in enumerate(stances)
        },
        coverage=precision_coverage(wanted[found], probabilities[found]),
        abstention=_abstention(_familiar(predictions, rows), wanted, found),
        unseen=_unseen(predictions, rows[listed], wanted[listed], asked[listed]),
    )
    plain: dict[str, Any] = _rounded(msgspec.to_builtins(measured))
    return plain


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return round(value, _DIGITS) if isinstance(value, float) else value


def _scores(
    stances: Sequence[str], wanted: Bools, probabilities: Floats, held: Bools
) -> dict[str, StanceScores]:
    return {
        name: stance_scores(wanted[:, k], probabilities[:, k], held[:, k])
        for k, name in enumerate(stances)
        if wanted[:, k].any()
    }


def _familiar(predictions: Predictions, rows: Ints) -> Floats:
    """Return the share of each held-out pair's words that the other documents know."""
    pairs = [example.pair for example in predictions.examples]
    shares = np.zeros(len(pairs), np.float32)
    enough = _two_a_sentence(predictions.examples)
    for fold in sorted(set(predictions.folds[rows].tolist())):
        inside = np.flatnonzero(predictions.folds == fold)
        known = known_stems([pairs[i] for i in enough if predictions.folds[i] != fold])
        shares[inside] = familiar_share(make_batch([pairs[i] for i in inside]), known)
    return shares[rows]


def _two_a_sentence(examples: Sequence[Example]) -> list[int]:
    """Return the rows of at most two examples of each sentence.

    A stem is known from its second pair on, and the pairs of a sentence share their words: more
    than two of them change nothing, and take their time.
    """
    counts: Counter[str] = Counter()
    rows = []
    for row, example in enumerate(examples):
        counts[example.sentence] += 1
        if counts[example.sentence] <= 2:
            rows.append(row)
    return rows


def _abstention(familiar: Floats, wanted: Bools, found: Bools) -> Abstention:
    silent = familiar < MIN_FAMILIAR
    return Abstention(
        len(silent),
        int(silent.sum()),
        micro_f1(wanted[~silent], found[~silent])[2],
        micro_f1(wanted[silent], found[silent])[2] if silent.any() else None,
    )


def _unseen(predictions: Predictions, rows: Ints, wanted: Bools, held: Bools) -> dict[str, Unseen]:
    """Return how pairs fare whose actors, or whose dyad, no document learned from mentions."""
    examples, folds = predictions.examples, predictions.folds
    homes: dict[Any, set[int]] = {}  # actor or dyad -> the folds that it occurs in
    for example, fold in zip(examples, folds.tolist(), strict=True):
        for key in (example.actor, example.target, frozenset((example.actor, example.target))):
            homes.setdefault(key, set()).add(fold)
    both = [i for i, row in enumerate(rows) if None not in _ends(examples[row])]
    places = rows[both]

    def only_here(key: Any, row: int) -> bool:
        return homes[key] == {int(folds[row])}

    groups = {
        "actors": [any(only_here(end, row) for end in _ends(examples[row])) for row in places],
        "dyads": [only_here(frozenset(_ends(examples[row])), row) for row in places],
    }
    documents = _drawn([examples[row].document for row in places])
    return {
        name: _compared(np.array(new), documents, wanted[both], held[both])
        for name, new in groups.items()
        if 0 < sum(new) < len(new)
    }


def _ends(example: Example) -> tuple[str | None, str | None]:
    return example.actor, example.target


class _Documents(msgspec.Struct, frozen=True):
    """The document of each pair, by number, and how often each draw of the bootstrap takes it."""

    of_pair: Ints
    draws: Floats


def _drawn(documents: Sequence[str]) -> _Documents:
    names = {name: i for i, name in enumerate(sorted(set(documents)))}
    draws = document_draws(max(len(names), 1), _RESAMPLES, random_state=0)
    return _Documents(np.array([names[name] for name in documents]), draws)


def _compared(new: Bools, documents: _Documents, wanted: Bools, held: Bools) -> Unseen:
    """Return the macro F1 of two groups of pairs, and a bootstrap interval of the difference."""
    n = documents.draws.shape[1]
    counts = np.zeros((n, 2, 3, wanted.shape[1]))
    for side, rows in enumerate((~new, new)):
        for j, values in enumerate((wanted & held, held, wanted)):
            for k in range(wanted.shape[1]):
                counts[:, side, j, k] = np.bincount(documents.of_pair[rows], values[rows, k], n)
    met, unseen = f1_of_counts(counts.sum(axis=0)).mean(axis=1).tolist()
    drawn = np.tensordot(documents.draws, counts, axes=(1, 0))
    differences = (f1_of_counts(drawn[:, 1]) - f1_of_counts(drawn[:, 0])).mean(axis=1)
    low, high = interval(differences)
    return Unseen(met, unseen, unseen - met, low, high, int((~new).sum()), int(new.sum()))
