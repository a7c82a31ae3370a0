"""Labelled sentences as examples to learn from and to measure on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from stance.model.masking import MaskedPair, MaskedSentence
from stance.records import LabeledSentence, Mention, Sentiment

__all__ = ["Example", "examples_of", "label_mentions"]


class Example(msgspec.Struct, frozen=True):
    """One pair of a labelled sentence, as a model sees it.

    ``sentiment`` is None where it was not annotated, ``listed`` is False for the pairs that an
    exhaustive sentence says nothing about: its true negatives.
    """

    pair: MaskedPair
    stances: tuple[str, ...]
    sentiment: Sentiment | None
    document: str
    sentence: str
    actor: str | None
    target: str | None
    listed: bool = True


def label_mentions(label: LabeledSentence) -> list[Mention]:
    """Return the mentions of a labelled sentence that stand in its text."""
    return [
        Mention(m.actor, m.text or "", m.start, m.end)
        for m in label.mentions or ()
        if m.start is not None and m.end is not None
    ]


def examples_of(labels: Iterable[LabeledSentence]) -> Iterator[Example]:
    """Yield the examples that labels hold.

    A relation whose stance was not annotated is none; rejected and suggested sentences are
    left out. An end that the sentence only implies is None, as in ``Pair``.
    """
    for label in labels:
        if label.status in ("suggested", "rejected"):
            continue
        sentence = MaskedSentence(label.text, label_mentions(label))
        listed = set()
        for relation in label.relations or ():
            ends = [label.mention(relation.actor), label.mention(relation.target)]
            actor, target = (
                end.actor if end is not None and end.actor in sentence.slot_of else None
                for end in ends
            )
            listed.add((actor, target))
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
            )
        if not label.exhaustive:
            continue
        for actor in sentence.slot_of:
            for target in sentence.slot_of:
                if actor != target and (actor, target) not in listed:
                    yield Example(
                        sentence.pair(actor, target),
                        (),
                        None,
                        label.group,
                        label.id,
                        actor,
                        target,
                        listed=False,
                    )
