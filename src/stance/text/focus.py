"""What a document has talked about so far: who is in mind when a pronoun comes.

Sentences are taken in only when a pronoun or phrase has to be resolved: most texts are read
without that work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from stance.records import Mention
from stance.text.catalogue import Catalogue
from stance.text.places import ONLY_WHERE
from stance.text.views import SentenceView

__all__ = ["Focus"]

_DECAY = 0.6
_FORGOTTEN = 0.02
_PROMINENT = 0.25
_LOOK_BACK = 3
_MEMORY = 8  # sentences: what is older has decayed below what counts
_PRONOUN_WEIGHT = 0.6
_BEFORE_WEIGHT, _AFTER_WEIGHT, _TOGETHER_WEIGHT = 1.2, 0.5, 0.2
_AT_MOST = 2  # mentions of an actor that count in one sentence


class Focus:
    """The actors in mind, by salience; the last persons, subjects and speaker.

    Parameters
    ----------
    catalogue : Catalogue
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._waiting: deque[tuple[int, SentenceView, Sequence[Mention]]] = deque(maxlen=_MEMORY)
        self._index = 0
        self._persons: list[tuple[str, int]] = []  # the most recent last, with the sentence
        self.salience: dict[str, float] = {}
        self.subject: tuple[str, ...] = ()  # of the last sentence that named somebody
        self.together: tuple[str, ...] = ()  # the coordination named last
        self.speaker: str | None = None

    def add(self, view: SentenceView | None, mentions: Sequence[Mention]) -> None:
        """Remember a sentence; None for one that names nobody."""
        if view is not None:
            self._waiting.append((self._index, view, mentions))
        self._index += 1

    def catch_up(self) -> None:
        """Take in the sentences that were only remembered."""
        while self._waiting:
            self._take_in(*self._waiting.popleft())

    def _take_in(self, index: int, view: SentenceView, mentions: Sequence[Mention]) -> None:
        self.salience = {
            actor: weight * _DECAY
            for actor, weight in self.salience.items()
            if weight * _DECAY >= _FORGOTTEN
        }
        counted: dict[str, int] = {}
        for mention in mentions:
            if mention.confidence > ONLY_WHERE and counted.get(mention.id, 0) < _AT_MOST:
                counted[mention.id] = counted.get(mention.id, 0) + 1
                weight = _PRONOUN_WEIGHT if mention.kind in ("pronoun", "phrase") else 1.0
                self.salience[mention.id] = self.salience.get(mention.id, 0.0) + weight
        if mentions:
            self.subject = view.subject(mentions)
            self.together = view.together(mentions)
        for mention in reversed(mentions):
            if view.is_person(mention) or view.is_he(mention):
                self._persons.append((mention.id, index))
        if view.attributions:
            self.speaker = view.speaker_actor(mentions)

    def is_a(self, actor: str, kinds: frozenset[str]) -> bool:
        """Return whether an actor is of one of these kinds."""
        return self._catalogue.kind(actor) in kinds

    def prominent(
        self, view: SentenceView, before: int, kinds: frozenset[str] | None = None
    ) -> list[str]:
        """Return the actors in mind at token ``before``, the most prominent first."""
        salience = dict(self.salience)
        for actor in self.together:
            salience[actor] = salience.get(actor, 0.0) + _TOGETHER_WEIGHT
        for mention in view.mentions:
            if mention.confidence > ONLY_WHERE:
                is_before = view.token_at(mention.start) < before
                weight = _BEFORE_WEIGHT if is_before else _AFTER_WEIGHT
                salience[mention.id] = salience.get(mention.id, 0.0) + weight
        ranked = sorted(salience.items(), key=lambda item: (-item[1], item[0]))
        return [
            actor
            for actor, weight in ranked
            if weight >= _PROMINENT and (kinds is None or self.is_a(actor, kinds))
        ]

    def recent_person(self, excluded: Sequence[str] = ()) -> tuple[str, int] | None:
        """Return the actor of the last person, and how many sentences ago that was."""
        for actor, index in reversed(self._persons):
            if self._index - index > _LOOK_BACK:
                return None
            if actor not in excluded:
                return actor, self._index - index
        return None
