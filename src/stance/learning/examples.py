"""Labelled sentences as examples to learn from and to measure on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from stance.errors import LabelError, Problem
from stance.model.masked import MaskedPair
from stance.model.masking import MaskedSentence
from stance.records import LabeledSentence, Mention, Sentiment
from stance.text.catalogue import default_catalogue
from stance.text.mentions import find_mentions
from stance.text.pairs import directed_pairs
from stance.text.tokens import tokenize

__all__ = ["Example", "examples_of", "label_mentions", "label_weight"]


class Example(msgspec.Struct, frozen=True):
    """One pair of a labelled sentence, as a model sees it.

    ``sentiment`` is None where it was not annotated, ``listed`` is False for the pairs that an
    exhaustive sentence says nothing about: its true negatives. ``weight`` is how much it counts in
    training.
    """

    pair: MaskedPair
    stances: tuple[str, ...]
    sentiment: Sentiment | None
    document: str
    sentence: str
    actor: str | None
    target: str | None
    listed: bool = True
    weight: float = 1.0


def label_mentions(label: LabeledSentence) -> list[Mention]:
    """Return the mentions of a labelled sentence that stand in its text."""
    return [
        Mention(m.actor, m.text or "", m.start, m.end)
        for m in label.mentions or ()
        if m.start is not None and m.end is not None
    ]


def label_weight(label: LabeledSentence) -> float:
    """Return how much a label counts in training: its ``meta.weight``, 1 by default.

    Raises
    ------
    LabelError
        If it is no positive number.

    Examples
    --------
    >>> label_weight(LabeledSentence(id="a", text="x", meta={"weight": "2.5"}))
    2.5
    """
    given = label.meta.get("weight", 1.0)
    try:
        weight = float(given)
    except (TypeError, ValueError):
        weight = math.nan
    if not 0 < weight < math.inf:
        raise LabelError(
            Problem(
                f"sentence {label.id}: meta.weight is a positive number", "correct it", value=given
            )
        )
    return weight


def _pairing(text: str, marked: Sequence[Mention]) -> tuple[MaskedSentence, list[Mention]]:
    """Return a labelled sentence with its mentions as slots, and the mentions that form pairs.

    Names of the catalogue that the annotator left unmarked (venues, mostly) are masked as they will
    be in raw text, so none reaches a model; and they form pairs as they will there, but for names
    of an actor whom the annotator marked under an id of his own.
    """
    unmarked, overlapping = [], set()
    for found in find_mentions(text, tokenize(text), default_catalogue()):
        if all(found.end <= m.start or m.end <= found.start for m in marked):
            unmarked.append(found)
        else:
            overlapping.add(found.id)
    renamed = overlapping - {mention.id for mention in marked}
    ends = [*marked, *(name for name in unmarked if name.id not in renamed)]
    return MaskedSentence(text, [*marked, *unmarked]), sorted(ends, key=lambda m: m.span)


def examples_of(labels: Iterable[LabeledSentence]) -> Iterator[Example]:
    """Yield the examples that labels hold.

    Of an exhaustive sentence, the pairs that it does not list hold none (of twelve actors at most,
    as in raw text), those with names that it leaves unmarked included: bare places, which raw text
    does not tell from actors. A relation whose stance was not annotated is none; rejected and
    suggested sentences are left out. An end that the sentence only implies is None, as in
    ``Pair``.
    """
    for label in labels:
        if label.status in ("suggested", "rejected"):
            continue
        marked = label_mentions(label)
        sentence, ends = _pairing(label.text, marked)
        present = {mention.id for mention in marked} & sentence.slot_of.keys()
        weight = label_weight(label)
        listed = set()
        for relation in label.relations or ():
            ids = [
                None if one is None else one.actor
                for one in (label.mention(relation.actor), label.mention(relation.target))
            ]
            listed.add(tuple(ids))
            actor, target = (one if one in present else None for one in ids)
            if relation.stance is None or actor is target is None:
                continue
            yield Example(
                sentence.pair(actor, target),
                relation.stance,
                relation.sentiment,
                label.group,
                label.id,
                actor,
                target,
                weight=weight,
            )
        if not label.exhaustive:
            continue
        for actor, target in directed_pairs(ends):
            if (actor, target) not in listed and {actor, target} <= sentence.slot_of.keys():
                yield Example(
                    sentence.pair(actor, target),
                    (),
                    None,
                    label.group,
                    label.id,
                    actor,
                    target,
                    listed=False,
                    weight=weight,
                )
