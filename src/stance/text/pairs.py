"""Directed pairs: who may take a stance towards whom in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stance.records import Mention

__all__ = ["directed_pairs"]

MAX_ACTORS = 12
"""A sentence with more actors is a list: pairs grow with their square and say little."""


def directed_pairs(mentions: Iterable[Mention]) -> Iterator[tuple[str, str]]:
    """Yield the ordered pairs of different actors of one sentence, in order of place.

    Examples
    --------
    >>> list(directed_pairs([Mention("IRN", "Iran", 0, 4), Mention("EU", "EU", 20, 22)]))
    [('IRN', 'EU'), ('EU', 'IRN')]
    """
    actors = list(dict.fromkeys(mention.id for mention in mentions))[:MAX_ACTORS]
    for actor in actors:
        for target in actors:
            if actor != target:
                yield actor, target
