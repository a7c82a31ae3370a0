"""Directed pairs: who may take a stance towards whom in a sentence."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from stance.records import Mention
from stance.text.places import ONLY_WHERE

__all__ = ["directed_pairs", "paired_actors", "taking_part"]

MAX_ACTORS = 12
"""A sentence with more actors is a list: pairs grow with their square and say little."""


def directed_pairs(mentions: Iterable[Mention]) -> Iterator[tuple[str, str]]:
    """Return the ordered pairs of different actors of one sentence, in order of place.

    Actors that only say where something happens ("in Syria") form no pairs.

    Examples
    --------
    >>> list(directed_pairs([Mention("IRN", "Iran", 0, 4), Mention("EU", "EU", 20, 22)]))
    [('IRN', 'EU'), ('EU', 'IRN')]
    """
    return itertools.permutations(paired_actors(mentions), 2)


def paired_actors(mentions: Iterable[Mention]) -> list[str]:
    """Return the actors that form the pairs of one sentence, in order of place."""
    return list(dict.fromkeys([m.id for m in mentions if m.confidence > ONLY_WHERE]))[:MAX_ACTORS]


def taking_part(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return the mentions by which a model should see a sentence.

    A pronoun whose actor the sentence also names adds nothing ("Iran said that it ..."): labels
    mark the name alone, and a model that learned from them expects the same.

    Examples
    --------
    >>> named = Mention("IRN", "Iran", 0, 4)
    >>> taking_part([named, Mention("IRN", "it", 15, 17, "pronoun", 0.7)]) == (named,)
    True
    """
    mentions = tuple(mentions)
    named = {mention.id for mention in mentions if mention.kind != "pronoun"}
    if len(named) == len(mentions):
        return mentions
    return tuple([m for m in mentions if m.kind != "pronoun" or m.id not in named])
