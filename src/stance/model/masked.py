"""Sentences and pairs as a model sees them: numbers for words, and a role for each mention."""

from __future__ import annotations

from array import array

import msgspec

from stance.records import Span

__all__ = [
    "ACTOR",
    "BOTH",
    "ONE_END",
    "ORDERS",
    "OTHER",
    "ROLE_NAMES",
    "STEM_BITS",
    "TARGET",
    "GatheredPairs",
    "MaskedPair",
]

ACTOR, TARGET, BOTH, OTHER = 1, 2, 3, 4
ROLE_NAMES = {ACTOR: "ACTOR", TARGET: "TARGET", BOTH: "BOTH", OTHER: "OTHER"}
STEM_BITS = 32

ORDERS = ("actor first", "target first", "joint", "actor alone", "target alone")
ONE_END = 3  # orders from here on have one end only


class MaskedPair(msgspec.Struct, frozen=True):
    """A pair as a model sees it.

    Attributes
    ----------
    ids : list of int
        Numbers of roles, and of stems and lexicon entries.
    words : list of str
        The surface of each (role names for mentions).
    spans : list of (int, int)
        Where each stands in the sentence.
    first, second : int
        Positions of the two ends, in order of place; equal if one phrase stands for both,
        or if there is one end only.
    order : int
        Index into ``ORDERS``.
    """

    ids: list[int]
    words: list[str]
    spans: list[Span]
    first: int
    second: int
    order: int


def _numbers() -> array[int]:
    return array("q")


class GatheredPairs(msgspec.Struct):
    """Pairs of many sentences, each sentence's words once: what a batch is made of.

    Attributes
    ----------
    ids : list of int
        Numbers of the words of all texts, one after the other.
    text_lengths : list of int
    text_of, first, second, order : array of int, length n_pairs
        Text of each pair, positions of its ends in the text, index into ``ORDERS``.
    places, roles : array of int
        Where, counting the words of all pairs one after the other, which role stands.
    """

    ids: list[int] = []
    text_lengths: list[int] = []
    text_of: array[int] = msgspec.field(default_factory=_numbers)
    first: array[int] = msgspec.field(default_factory=_numbers)
    second: array[int] = msgspec.field(default_factory=_numbers)
    order: array[int] = msgspec.field(default_factory=_numbers)
    places: array[int] = msgspec.field(default_factory=_numbers)
    roles: array[int] = msgspec.field(default_factory=_numbers)

    def add_pair(self, pair: MaskedPair) -> None:
        """Add a pair that is masked already."""
        self.text_of.append(len(self.text_lengths))
        self.text_lengths.append(len(pair.ids))
        self.ids += pair.ids
        self.first.append(pair.first)
        self.second.append(pair.second)
        self.order.append(pair.order)
