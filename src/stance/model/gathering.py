"""The pairs of many sentences gathered for scoring: no object is made for a pair, only entries.

A sentence gives its words once and, for each actor, where he stands. Which pairs there are, which
mentions are their ends and which roles stand where is worked out for all of them at once.
"""

from __future__ import annotations

from array import array
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.masked import ACTOR, TARGET, GatheredPairs
from stance.model.masking import MaskedSentence
from stance.records import Mention
from stance.text.pairs import paired_actors, taking_part
from stance.text.reading import ReadSentence

__all__ = ["FoundPairs", "GatheredSentences", "masked_sentence"]

Ints = npt.NDArray[np.int64]

_ONE_PLACE = 1000  # how far apart two ends count that are one phrase: any other place is nearer
_LOW = 2**32 - 1


class FoundPairs(msgspec.Struct):
    """Columns: the document of each pair, its sentence, and the two mentions nearest to each other.

    In order of documents and sentences.
    """

    documents: list[int] = []
    sentences: list[ReadSentence] = []
    actors: list[Mention] = []
    targets: list[Mention] = []

    def __len__(self) -> int:
        return len(self.documents)


def masked_sentence(one: ReadSentence) -> tuple[MaskedSentence, list[str]] | None:
    """Return a sentence as a model sees it and the actors of its pairs, None if there are none."""
    mentions = one.sentence.mentions
    actors = paired_actors(mentions)  # who takes part is among them, pronoun or not
    if len(actors) < 2:
        return None
    if len(actors) < len(mentions):
        mentions = taking_part(mentions)
        actors = paired_actors(mentions)
        if len(actors) < 2:
            return None
    sentence = MaskedSentence(one.sentence.text, mentions, one.sentence.start, one.tokens)
    if not sentence.slot_of.keys() >= set(actors):
        actors = [actor for actor in actors if actor in sentence.slot_of]
    return (sentence, actors) if len(actors) > 1 else None


class GatheredSentences:
    """Sentences with pairs, as plain lists; ``len`` is the number of pairs.

    Attributes
    ----------
    ids : list of int
        Numbers of the words of all sentences, one after the other.
    lengths, n_actors : list of int
        For each sentence.
    n_slots : list of int
        For each actor of each sentence: at how many positions he stands.
    slots, mentions : list of int, list of Mention
        For each of these: the position in the sentence, and what stands there.
    """

    def __init__(self) -> None:
        self._n_pairs = 0
        self._owners: list[tuple[int, ReadSentence]] = []
        self.ids: list[int] = []
        self.lengths: list[int] = []
        self.n_actors: list[int] = []
        self.n_slots: list[int] = []
        self.slots: list[int] = []
        self.mentions: list[Mention] = []

    def __len__(self) -> int:
        return self._n_pairs

    def add(self, document: int, one: ReadSentence) -> None:
        """Add a sentence, if it has pairs."""
        found = masked_sentence(one)
        if found is None:
            return
        sentence, actors = found
        self._n_pairs += len(actors) * (len(actors) - 1)
        self._owners.append((document, one))
        self.ids += sentence.ids
        self.lengths.append(len(sentence.ids))
        self.n_actors.append(len(actors))
        for actor in actors:
            slots = sentence.slot_of[actor]
            self.n_slots.append(len(slots))
            self.slots += slots
            self.mentions += sentence.mentions_of[actor]

    def pairs(self, found: FoundPairs) -> GatheredPairs:
        """Return the pairs as arrays are made of them; what they are goes to ``found``."""
        text, actor, target = _ordered_pairs(np.array(self.n_actors, np.int64))
        n_slots = np.array(self.n_slots, np.int64)
        slots = np.array(self.slots, np.int64)
        actor_slot, target_slot = _nearest(n_slots, slots, actor, target)
        at, to = slots[actor_slot], slots[target_slot]
        lengths = np.array(self.lengths, np.int64)[text]
        roles = np.zeros(int(lengths.sum()), np.uint8)
        begin = np.cumsum(lengths) - lengths
        first_slot = np.cumsum(n_slots) - n_slots
        for side, role in ((actor, ACTOR), (target, TARGET)):
            pair, slot = _ranges(first_slot[side], n_slots[side])
            roles[begin[pair] + slots[slot]] |= role  # both roles at one place add up to BOTH
        places = np.flatnonzero(roles)

        owners = [self._owners[number] for number in text.tolist()]
        found.documents += [document for document, _ in owners]
        found.sentences += [sentence for _, sentence in owners]
        found.actors += [self.mentions[slot] for slot in actor_slot.tolist()]
        found.targets += [self.mentions[slot] for slot in target_slot.tolist()]
        return GatheredPairs(
            self.ids,
            self.lengths,
            text_of=_plain(text),
            first=_plain(np.minimum(at, to)),
            second=_plain(np.maximum(at, to)),
            order=_plain((to < at) + 2 * (to == at)),
            places=_plain(places),
            roles=_plain(roles[places]),
        )


def _plain(values: npt.NDArray[np.integer[Any]]) -> array[int]:
    return array("q", values.astype(np.int64).tobytes())


def _ranges(start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return the numbers of some ranges, and before them which range each is of.

    Examples
    --------
    >>> _ranges(np.array([10, 50]), np.array([2, 3]))
    (array([0, 0, 1, 1, 1]), array([10, 11, 50, 51, 52]))
    """
    owner = np.repeat(np.arange(len(count)), count)
    return owner, np.arange(len(owner)) + (start - np.cumsum(count) + count)[owner]


def _ordered_pairs(n_actors: Ints) -> tuple[Ints, Ints, Ints]:
    """Return text, actor and target of all ordered pairs; actors of all texts are numbered on.

    Examples
    --------
    >>> _ordered_pairs(np.array([2, 2]))
    (array([0, 0, 1, 1]), array([0, 1, 2, 3]), array([1, 0, 3, 2]))
    """
    text, place = _ranges(np.zeros(len(n_actors), np.int64), n_actors * (n_actors - 1))
    first_actor = (np.cumsum(n_actors) - n_actors)[text]
    actor, target = np.divmod(place, n_actors[text] - 1)
    target += target >= actor
    return text, first_actor + actor, first_actor + target


def _nearest(n_slots: Ints, slots: Ints, actor: Ints, target: Ints) -> tuple[Ints, Ints]:
    """Return the slots of actor and target that are nearest to each other, the first of equals."""
    first_slot = np.cumsum(n_slots) - n_slots
    count = n_slots[actor] * n_slots[target]
    pair, place = _ranges(np.zeros(len(actor), np.int64), count)
    of_actor, of_target = np.divmod(place, n_slots[target][pair])
    of_actor += first_slot[actor][pair]
    of_target += first_slot[target][pair]
    apart = np.abs(slots[of_actor] - slots[of_target])
    apart[apart == 0] = _ONE_PLACE
    key = (apart << 32) | np.arange(len(apart))
    best = np.minimum.reduceat(key, np.cumsum(count) - count) & _LOW
    return of_actor[best], of_target[best]
