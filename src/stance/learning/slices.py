"""Slices: ways to part labelled pairs, so that one sees where a model does well and where not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from stance.learning.examples import Example
from stance.learning.metrics import f1
from stance.records import LabeledRelation, LabeledSentence

__all__ = ["SLICES", "Slice", "micro_f1", "slices"]

Bools = npt.NDArray[np.bool_]

_MOST_SLICES = 12


class Slice(msgspec.Struct, frozen=True):
    """Precision, recall and F1 over all stances of some of the pairs."""

    name: str
    n_pairs: int
    support: int
    precision: float
    recall: float
    f1: float


def _n_words(example: Example, label: LabeledSentence) -> tuple[str, ...]:
    n = len(label.text.split())
    return ("short (up to 12 words)" if n <= 12 else "long (over 25)" if n > 25 else "13 to 25",)


def _n_actors(example: Example, label: LabeledSentence) -> tuple[str, ...]:
    n = len({mention.actor for mention in label.mentions or ()})
    return ("one or two" if n <= 2 else "three" if n == 3 else "four and more",)


def _relation_of(example: Example, label: LabeledSentence) -> LabeledRelation | None:
    for relation in label.relations or ():
        ends = (label.mention(relation.actor), label.mention(relation.target))
        if tuple(end.actor if end else None for end in ends) == (example.actor, example.target):
            return relation
    return None


def _speaker(example: Example, label: LabeledSentence) -> tuple[str, ...]:
    relation = _relation_of(example, label)
    said = relation is not None and relation.speaker
    return ("attributed" if said else "told by the author",)


def _ends(example: Example, label: LabeledSentence) -> tuple[str, ...]:
    return ("one implied" if None in (example.actor, example.target) else "both named",)


def _source(example: Example, label: LabeledSentence) -> tuple[str, ...]:
    return (label.source or "not given",)


def _register(example: Example, label: LabeledSentence) -> tuple[str, ...]:
    return (str(label.meta.get("register", "not given")),)


def _construction(example: Example, label: LabeledSentence) -> tuple[str, ...]:
    tags = str(label.meta.get("tags", "")).split(",")
    return tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip())) or ("plain",)


SLICES: dict[str, Callable[[Example, LabeledSentence], tuple[str, ...]]] = {
    "words": _n_words,
    "actors": _n_actors,
    "speaker": _speaker,
    "ends": _ends,
    "source": _source,
    "register": _register,
    "construction": _construction,
}
"""Name of a way to slice -> the slices that a pair belongs to.

``register`` and ``construction`` are the values of ``meta.register`` and ``meta.tags``.
"""


def micro_f1(wanted: Bools, held: Bools) -> tuple[float, float, float]:
    """Return precision, recall and F1 over all stances together.

    Examples
    --------
    >>> micro_f1(np.array([[True, False]]), np.array([[True, True]]))
    (0.5, 1.0, 0.6666666666666666)
    """
    return f1(int((wanted & held).sum()), int(held.sum()), int(wanted.sum()))


def slices(
    examples: Sequence[Example],
    labels: Mapping[str, LabeledSentence],
    wanted: Bools,
    held: Bools,
    ways: Collection[str] = tuple(SLICES),
) -> Iterator[Slice]:
    """Yield the slices of some pairs, for each way the largest first; a way with one is left out.

    Parameters
    ----------
    examples : sequence of Example
    labels : mapping of str to LabeledSentence
        The sentences, by id.
    wanted, held : (n_examples, n_stances) bool
        What the labels say, and what the model says.
    ways : collection of str
        Names in ``SLICES``.
    """
    for way in ways:
        found: dict[str, list[int]] = {}
        for i, example in enumerate(examples):
            for value in SLICES[way](example, labels[example.sentence]):
                found.setdefault(value, []).append(i)
        if len(found) < 2:
            continue
        largest = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        for value, rows in largest[:_MOST_SLICES]:
            yield Slice(
                f"{way}: {value}",
                len(rows),
                int(wanted[rows].sum()),
                *(round(number, 6) for number in micro_f1(wanted[rows], held[rows])),
            )
