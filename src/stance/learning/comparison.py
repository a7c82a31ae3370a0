"""Is one model better than another? A paired bootstrap over held-out documents.

Both models answer the same pairs. Documents are drawn with replacement (Efron and Tibshirani
1993, ch. 6; Berg-Kirkpatrick, Burkett and Klein 2012 for language models); each draw gives one
difference of macro F1. A model is called better only if nearly all draws say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from stance.analysis import Model
from stance.errors import OptionError, Problem
from stance.labels.splits import split_labels
from stance.learning.examples import Example, examples_of
from stance.learning.metrics import f1_of_counts
from stance.learning.training import labels_hash, train
from stance.model.documents import score_pairs
from stance.model.linear import reaches
from stance.records import LabeledSentence
from stance.resampling import LEVEL, document_draws, interval

__all__ = ["Comparison", "Gain", "added_value", "compare_models", "replace_labels", "weigh_labels"]

_FEWEST = 2  # documents: a bootstrap over one says nothing
Floats = npt.NDArray[np.float64]
Verdict = Literal["better", "worse", "no difference shown"]


class Gain(msgspec.Struct, frozen=True):
    """What two models reach, and the difference (second minus first) with its interval."""

    first: float
    second: float
    difference: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """Return what may be said of the second model: better only if the interval is above 0."""
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "no difference shown"


class Comparison(msgspec.Struct, frozen=True):
    """Two models on the same labels.

    Attributes
    ----------
    macro_f1 : Gain
        Mean F1 of the stances that the labels hold, with the pairs given.
    stances : dict of str to Gain
        F1 of each.
    n_pairs, n_documents : int
    seen : tuple of str
        Models that were trained on exactly these labels: then the comparison says nothing.
    level : float
        Coverage of the intervals.
    """

    macro_f1: Gain
    stances: dict[str, Gain]
    n_pairs: int
    n_documents: int
    seen: tuple[str, ...] = ()
    level: float = LEVEL

    def sentence(self, where: str) -> str:
        """Return the verdict in words, "better on yours by .060 [.021, .100]"."""
        gain = self.macro_f1
        interval = f"[{gain.low:+.3f}, {gain.high:+.3f}]"
        if gain.verdict == "no difference shown":
            return f"no difference shown on {where}: {gain.difference:+.3f} {interval}"
        return f"{gain.verdict} on {where} by {abs(gain.difference):.3f} {interval}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        plain["macro_f1"]["verdict"] = self.macro_f1.verdict
        return plain


def compare_models(
    first: Model,
    second: Model,
    labels: Iterable[LabeledSentence],
    n_resamples: int = 1000,
    random_state: int = 0,
) -> Comparison:
    """Compare two models on labels that neither was trained on.

    Parameters
    ----------
    first, second : Model
        They may know different stances; one that a model does not know it never finds.
    labels : iterable of LabeledSentence
    n_resamples, random_state : int
        Of the bootstrap.

    Raises
    ------
    OptionError
        If the labels hold no stance that a model knows, or fewer than two documents.

    Examples
    --------
    >>> import stance
    >>> model, labels = stance.load_model("base"), stance.read_labels("tests/data/small.stance")
    >>> compare_models(model, model, labels).macro_f1.verdict
    'no difference shown'
    """
    labels = tuple(labels)
    examples = list(examples_of(labels))
    known = set(first.stances) | set(second.stances)
    stances = sorted({name for example in examples for name in example.stances} & known)
    documents = sorted({example.document for example in examples})
    if not stances or len(documents) < 2:
        raise OptionError(
            Problem(
                "a comparison needs two documents or more, with stances that the models know",
                "give more labels",
                value=f"{len(documents)} documents, stances {', '.join(stances) or 'none'}",
            )
        )
    place = {name: i for i, name in enumerate(documents)}
    where = np.array([place[example.document] for example in examples])
    counts = [_counts(model, examples, stances, where, len(documents)) for model in (first, second)]
    draws = document_draws(len(documents), n_resamples, random_state)
    one, two = (f1_of_counts(count.sum(axis=0)[None])[0] for count in counts)
    some, others = (f1_of_counts(np.tensordot(draws, count, axes=(1, 0))) for count in counts)
    return Comparison(
        macro_f1=_gain(one.mean(), two.mean(), (others - some).mean(axis=1)),
        stances={
            name: _gain(one[k], two[k], (others - some)[:, k]) for k, name in enumerate(stances)
        },
        n_pairs=len(examples),
        n_documents=len(documents),
        seen=tuple(
            model.name
            for model in (first, second)
            if model.about.get("labels_sha256") == labels_hash(labels)
        ),
    )


def _counts(
    model: Model,
    examples: Sequence[Example],
    stances: Sequence[str],
    where: npt.NDArray[np.int64],
    n_documents: int,
) -> Floats:
    """Return hits, predicted and wanted by document and stance: (n_documents, 3, n_stances)."""
    probabilities = score_pairs(model.scorer, [example.pair for example in examples]).stances
    held = reaches(probabilities, model.thresholds)
    counts = np.zeros((n_documents, 3, len(stances)))
    for k, name in enumerate(stances):
        wanted = np.array([name in example.stances for example in examples])
        predicted = (
            held[:, model.stances.index(name)]
            if name in model.stances
            else np.zeros(len(examples), bool)
        )
        for j, values in enumerate((wanted & predicted, predicted, wanted)):
            counts[:, j, k] = np.bincount(where, values, n_documents)
    return counts


def _gain(first: float, second: float, differences: Floats) -> Gain:
    return Gain(float(first), float(second), float(second - first), *interval(differences))


def weigh_labels(labels: Iterable[LabeledSentence], weight: float) -> tuple[LabeledSentence, ...]:
    """Return labels that count ``weight`` times in training (``meta.weight``).

    Examples
    --------
    >>> weigh_labels([LabeledSentence(id="a", text="x")], 2.0)[0].meta
    {'weight': 2.0}
    """
    return tuple(
        msgspec.structs.replace(label, meta={**label.meta, "weight": weight}) for label in labels
    )


def replace_labels(
    ours: Iterable[LabeledSentence], yours: Iterable[LabeledSentence]
) -> tuple[LabeledSentence, ...]:
    """Return ours and yours, without those of ours whose sentence you labelled too.

    Examples
    --------
    >>> ours = [LabeledSentence(id="a", text="x"), LabeledSentence(id="b", text="y")]
    >>> [label.id for label in replace_labels(ours, [LabeledSentence(id="c", text="x")])]
    ['b', 'c']
    """
    yours = tuple(yours)
    texts = {label.text for label in yours}
    return (*(label for label in ours if label.text not in texts), *yours)


def _shares(held_out: float) -> dict[str, float]:
    return {"train": 1 - held_out, "test": held_out}


def added_value(
    ours: Iterable[LabeledSentence],
    yours: Iterable[LabeledSentence],
    n_jobs: int = 1,
    held_out: float = 0.2,
    n_resamples: int = 1000,
) -> dict[str, Comparison]:
    """Say whether your labels make a better model: train without and with them, and compare.

    A part of the documents of both is held out from both trainings, so that neither model has
    seen what it is measured on.

    Parameters
    ----------
    ours, yours : iterable of LabeledSentence
        What a model is trained on without, and what with.
    n_jobs : int
    held_out : float
        Share of the documents; more of yours, up to a half, where that would be less than five.
    n_resamples : int

    Returns
    -------
    dict of str to Comparison
        On held-out documents of ``yours`` and of ``ours``; the second model has your labels.

    Raises
    ------
    OptionError
        If there are too few documents to hold any out.
    """
    yours = tuple(yours)
    n_documents = len({label.group for label in yours})
    if n_documents < 2 * _FEWEST:
        raise OptionError(
            Problem(
                f"a check needs {2 * _FEWEST} documents of yours or more, to hold some out",
                "label more documents, or compare on other labels with 'stance model compare'",
                value=n_documents,
            )
        )
    own = max(held_out, min(0.5, 5 / n_documents))
    parts = {"ours": split_labels(ours, _shares(held_out), exact=True)}
    parts["yours"] = split_labels(yours, _shares(own), exact=True, previous=parts["ours"])
    without = train(parts["ours"]["train"], n_jobs=n_jobs)
    added = train([*parts["ours"]["train"], *parts["yours"]["train"]], n_jobs=n_jobs)
    return {
        name: compare_models(without, added, parts[name]["test"], n_resamples)
        for name in ("yours", "ours")
    }
