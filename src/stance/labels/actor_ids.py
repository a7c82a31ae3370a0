"""Actors' ids that are likely misspelt: known nowhere else."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable

from stance.records import LabeledSentence

__all__ = ["lone_actors"]


def lone_actors(
    labels: Iterable[LabeledSentence], known: Collection[str]
) -> list[tuple[str, str, str | None]]:
    """Return ids that neither a catalogue nor another sentence has.

    Parameters
    ----------
    labels : iterable of LabeledSentence
    known : collection of str
        Ids of the catalogue.

    Returns
    -------
    list of (str, str, str or None)
        The id, its sentence's id, and the nearest id among all others, if one is near.

    Examples
    --------
    >>> from stance.records import LabeledMention
    >>> mention = LabeledMention("m0", "IRQN", 0, 4, "Iraq")
    >>> label = LabeledSentence(id="a:0", text="Iraq left.", mentions=(mention,))
    >>> lone_actors([label], ["IRQ", "USA"])
    [('IRQN', 'a:0', 'IRQ')]
    """
    sentences: Counter[str] = Counter()
    where: dict[str, str] = {}
    for label in labels:
        for actor in {mention.actor for mention in label.mentions or ()}:
            sentences[actor] += 1
            where.setdefault(actor, label.id)
    lone = sorted(actor for actor, n in sentences.items() if n == 1 and actor not in known)
    others = sorted({*known, *sentences} - {*lone})
    return [
        (actor, where[actor], next(iter(difflib.get_close_matches(actor, others, 1)), None))
        for actor in lone
    ]
