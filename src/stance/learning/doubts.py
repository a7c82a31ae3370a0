"""Labels that are likely wrong, each with the reason.

Three kinds, the surest first:

duplicate
    The same sentence stands twice, and the same pair of actors holds other stances.
twin
    Two sentences are the same but for the actors' names, so that no model can tell them apart,
    and their stances differ.
model
    A model that did not see the document is confident of something else: confident learning
    (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset
    Labels", JAIR 70). What counts as confident is the mean probability that the model gives to a
    class where the labels agree with it, so that a stance that is hard to see is not doubted
    wholesale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from stance.analysis import check_jobs
from stance.errors import OptionError, Problem
from stance.learning.examples import Example, examples_of
from stance.model.classifier import StanceClassifier
from stance.records import LabeledSentence

__all__ = ["Doubt", "confident_flips", "find_contradictions", "find_doubts"]

Kind = Literal["duplicate", "twin", "model"]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


class Doubt(msgspec.Struct, frozen=True):
    """A relation whose label is likely wrong.

    Attributes
    ----------
    kind : str
        ``duplicate``, ``twin`` or ``model``.
    sentence : str
        The sentence's id.
    actor, target : str or None
    text : str
    stances : tuple of str
        As labelled; empty for neutral.
    instead : tuple of str
        What the other sentence, or the model, says.
    score : float
        How sure the doubt is, 0 to 1.
    reason : str
    other : str or None
        Id of the sentence that contradicts it.
    """

    kind: Kind
    sentence: str
    actor: str | None
    target: str | None
    text: str
    stances: tuple[str, ...]
    instead: tuple[str, ...]
    score: float
    reason: str
    other: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def find_contradictions(labels: Iterable[LabeledSentence]) -> tuple[Doubt, ...]:
    """Return the relations that other labels contradict, the surest first; no model is trained.

    Raises
    ------
    OptionError
        If there are no pairs.

    Examples
    --------
    >>> import msgspec, stance
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> relation = msgspec.structs.replace(labels[0].relations[0], stance=("threat",))
    >>> twin = msgspec.structs.replace(labels[0], id="again", relations=(relation,))
    >>> found = find_contradictions([*labels, twin])
    >>> found[0].kind, found[0].sentence, found[0].instead
    ('duplicate', 'a17:0', ('threat',))
    """
    return _surest_first(_contradictions(*_asked(labels)))


def find_doubts(
    labels: Iterable[LabeledSentence],
    probabilities: Floats | None = None,
    n_folds: int = 5,
    n_jobs: int = 1,
) -> tuple[Doubt, ...]:
    """Return the relations that other labels contradict or a model doubts, the surest first.

    Parameters
    ----------
    labels : iterable of LabeledSentence
    probabilities : (n_pairs, n_stances) array, optional
        Out-of-fold probabilities of the pairs, in the order of ``examples_of(labels)`` and of the
        sorted stances. By default a model is trained to get them.
    n_folds, n_jobs : int
        Folds of the cross-validation, and its processes.

    Raises
    ------
    OptionError
        If there are no pairs, ``n_jobs`` is no number of processes, or ``probabilities`` has
        another shape.

    Examples
    --------
    >>> import numpy, stance
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> given = [[0.1, 0.9], [0.1, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.05]]
    >>> found = find_doubts(labels, numpy.array(given, numpy.float32))
    >>> [(doubt.kind, doubt.sentence, doubt.stances, doubt.instead) for doubt in found]
    [('model', 'a18:0', ('rivalry',), ())]
    """
    check_jobs(n_jobs)
    examples, texts = _asked(labels)
    stances = sorted({name for example in examples for name in example.stances})
    if probabilities is None:
        probabilities = _out_of_fold(examples, n_folds, n_jobs)
    if probabilities.shape != (len(examples), len(stances)):
        raise OptionError(
            Problem(
                f"probabilities have the shape ({len(examples)}, {len(stances)})",
                "give one row a pair and one column a stance",
                value=probabilities.shape,
            )
        )
    contradictions = _contradictions(examples, texts)
    return _surest_first([*contradictions, *_model_doubts(examples, stances, probabilities, texts)])


def _asked(labels: Iterable[LabeledSentence]) -> tuple[list[Example], dict[str, str]]:
    """Return the pairs of some labels, and the text of each sentence by its id."""
    labels = tuple(labels)
    examples = list(examples_of(labels))
    if not examples:
        raise OptionError(
            Problem("doubts are about labelled relations", "add relations to the labels", value=0)
        )
    return examples, {label.id: label.text for label in labels}


def _surest_first(found: Iterable[Doubt]) -> tuple[Doubt, ...]:
    order: tuple[Kind, ...] = ("duplicate", "twin", "model")
    return tuple(
        sorted(
            found,
            key=lambda d: (
                order.index(d.kind),
                -d.score,
                d.sentence,
                d.actor or "",
                d.target or "",
            ),
        )
    )


def _out_of_fold(examples: Sequence[Example], n_folds: int, n_jobs: int) -> Floats:
    classifier = StanceClassifier(n_folds=n_folds, n_jobs=n_jobs).fit(
        [example.pair for example in examples],
        [example.stances for example in examples],
        None,
        [example.document for example in examples],
        listed=[example.listed for example in examples],
    )
    found: Floats = classifier.out_of_fold_
    return found


def _contradictions(examples: Sequence[Example], texts: dict[str, str]) -> Iterator[Doubt]:
    groups: dict[tuple[object, ...], list[Example]] = {}
    for example in examples:
        pair = example.pair
        groups.setdefault((tuple(pair.ids), pair.order, pair.first, pair.second), []).append(
            example
        )
    for same in groups.values():
        if len({frozenset(example.stances) for example in same}) < 2:
            continue
        for example in same:
            others = [e for e in same if frozenset(e.stances) != frozenset(example.stances)]
            share = len(others) / len(same)
            text = texts[example.sentence]
            other = next((e for e in others if _duplicates(e, example, texts)), others[0])
            kind: Kind = "duplicate" if _duplicates(other, example, texts) else "twin"
            reason = (
                f"the same words in {other.sentence}"
                f"{'' if kind == 'duplicate' else ', other names,'} are labelled"
                f" {_names(other.stances)}"
            )
            yield _doubt(kind, example, other.stances, (share, reason, text), other.sentence)


def _duplicates(one: Example, other: Example, texts: dict[str, str]) -> bool:
    return texts[one.sentence] == texts[other.sentence] and (one.actor, one.target) == (
        other.actor,
        other.target,
    )


def _doubt(
    kind: Kind,
    example: Example,
    instead: tuple[str, ...],
    told: tuple[float, str, str],
    other: str | None = None,
) -> Doubt:
    score, reason, text = told
    return Doubt(
        kind=kind,
        sentence=example.sentence,
        actor=example.actor,
        target=example.target,
        text=text,
        stances=example.stances,
        instead=instead,
        score=round(score, 4),
        reason=reason,
        other=other,
    )


def confident_flips(wanted: Bools, probabilities: Floats) -> Bools:
    """Return where a model is confident that a yes or no label is wrong.

    Parameters
    ----------
    wanted : (n_pairs,) of bool
    probabilities : (n_pairs,)
        Of yes, each from a model that did not see the pair.

    Examples
    --------
    >>> wanted = np.array([True, True, True, False, False, False])
    >>> given = np.array([0.9, 0.8, 0.05, 0.1, 0.2, 0.95], np.float32)
    >>> confident_flips(wanted, given).tolist()
    [False, False, True, False, False, True]
    """
    if wanted.all() or not wanted.any():
        return np.zeros(len(wanted), np.bool_)
    sure_yes = float(probabilities[wanted].mean())
    sure_no = float((1 - probabilities[~wanted]).mean())
    # where both thresholds are passed, the likelier class counts (Northcutt et al., eq. 1)
    yes = (probabilities >= sure_yes) & (probabilities >= 0.5)
    no = (1 - probabilities >= sure_no) & (probabilities < 0.5)
    flips: Bools = np.where(wanted, no, yes)
    return flips


def _model_doubts(
    examples: Sequence[Example],
    stances: Sequence[str],
    probabilities: Floats,
    texts: dict[str, str],
) -> Iterator[Doubt]:
    wanted = np.array([[name in example.stances for name in stances] for example in examples])
    flips = np.column_stack(
        [confident_flips(wanted[:, k], probabilities[:, k]) for k in range(len(stances))]
    )
    for i in np.flatnonzero(flips.any(axis=1)).tolist():
        example = examples[i]
        turned = np.flatnonzero(flips[i]).tolist()
        instead = tuple(
            name for k, name in enumerate(stances) if bool(wanted[i, k]) != bool(flips[i, k])
        )
        given = [float(p if wanted[i, k] else 1 - p) for k in turned for p in [probabilities[i, k]]]
        reason = "; ".join(
            f"a model that did not see the document gives {stances[k]}"
            f" {float(probabilities[i, k]):.2f}"
            for k in turned
        )
        told = (1 - min(given), reason, texts[example.sentence])
        yield _doubt("model", example, instead, told)


def _names(stances: Sequence[str]) -> str:
    return ", ".join(stances) or "none"
