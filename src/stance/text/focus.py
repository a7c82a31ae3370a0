"""What a document has talked about so far: who is in mind when a pronoun comes.

Sentences are taken in only when a pronoun or phrase has to be resolved: most texts are read
without that work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from stance.records import Mention, Span
from stance.text.catalogue import Catalogue
from stance.text.places import ONLY_WHERE
from stance.text.views import RESOLVED, SentenceView

__all__ = ["GROUPS", "STATES", "Focus", "Found", "Rule"]

GROUPS = frozenset(("group",))
STATES = frozenset(("state", "territory"))
"""Kinds of actors."""

_DECAY = 0.6
_FORGOTTEN = 0.02
_PROMINENT = 0.25
_LOOK_BACK = 3
_MEMORY = 8  # sentences: what is older has decayed below what counts
_PRONOUN_WEIGHT = 0.6
_BEFORE_WEIGHT, _AFTER_WEIGHT, _TOGETHER_WEIGHT = 1.2, 0.5, 0.2
_AT_MOST = 2  # mentions of an actor that count in one sentence
_MOST_UNWEIGHED = 64

_Seen = tuple[int, SentenceView, Sequence[Mention]]
"""Number of a sentence, the sentence, and its mentions with those resolved."""


class Focus:
    """The actors in mind, by salience; the last persons, subjects and speaker.

    Each is worked out from the remembered sentences when a rule asks for it.

    Parameters
    ----------
    catalogue : Catalogue
    late_speakers : mapping, optional
        Where speakers stand that are named after what they say, in a later sentence -> actors.

    Attributes
    ----------
    late_speakers : mapping
    """

    def __init__(
        self, catalogue: Catalogue, late_speakers: Mapping[Span, str] | None = None
    ) -> None:
        self.late_speakers = late_speakers or {}
        self._catalogue = catalogue
        self._waiting: deque[_Seen] = deque(maxlen=_MEMORY)
        self._recent: deque[_Seen] = deque(maxlen=_LOOK_BACK + 1)
        self._unweighed: list[Sequence[Mention]] = []
        self._named: _Seen | None = None  # the last sentence taken in that names somebody
        self._spoken: _Seen | None = None  # the last one in which somebody speaks
        self._subject: tuple[str, ...] | None = ()  # both None where not yet worked out
        self._together: tuple[str, ...] | None = ()
        self._index = 0
        self._salience: dict[str, float] = {}

    def add(self, view: SentenceView | None, mentions: Sequence[Mention]) -> None:
        """Remember a sentence; None for one that names nobody."""
        if view is not None:
            self._waiting.append((self._index, view, mentions))
        self._index += 1

    def catch_up(self) -> None:
        """Take in the sentences that were only remembered."""
        for seen in self._waiting:
            _, view, mentions = seen
            self._recent.append(seen)
            self._unweighed.append(mentions)
            if mentions:
                self._named = seen
                self._subject = self._together = None
            if view.attributions and view.names_speaker():
                self._spoken = seen
        self._waiting.clear()
        if len(self._unweighed) > _MOST_UNWEIGHED:
            self._weigh()

    def _weigh(self) -> None:
        """Let the weights of all actors decay and add those of the sentences taken in since."""
        salience = self._salience
        for mentions in self._unweighed:
            if salience:
                salience = {
                    actor: less
                    for actor, weight in salience.items()
                    if (less := weight * _DECAY) >= _FORGOTTEN
                }
            for mention in _that_count(mentions):
                actor = mention.id
                weight = _PRONOUN_WEIGHT if mention.kind in RESOLVED else 1.0
                salience[actor] = salience.get(actor, 0.0) + weight
        self._salience = salience
        self._unweighed.clear()

    @property
    def salience(self) -> dict[str, float]:
        """Return how much each actor is in mind."""
        if self._unweighed:
            self._weigh()
        return self._salience

    @property
    def subject(self) -> tuple[str, ...]:
        """Return the subject of the last sentence that named somebody."""
        if self._subject is None and self._named is not None:
            _, view, mentions = self._named
            self._subject = view.subject(mentions)
        return self._subject or ()

    @property
    def quoted_by(self) -> tuple[str, ...]:
        """Return who says the last sentence that named somebody, if it begins with a quotation."""
        if self._named is None:
            return ()
        _, view, mentions = self._named
        speaker = view.speaker_actor(mentions) if view.is_quoted(mentions[0]) else None
        return () if speaker is None else (speaker,)

    @property
    def together(self) -> tuple[str, ...]:
        """Return the actors of the last coordination of the last sentence that named somebody."""
        if self._together is None and self._named is not None:
            _, view, mentions = self._named
            self._together = view.together(mentions)
        return self._together or ()

    @property
    def speaker(self) -> str | None:
        """Return the actor that the last speaker stands for."""
        return None if self._spoken is None else self._spoken[1].speaker_actor(self._spoken[2])

    def is_a(self, actor: str, kinds: frozenset[str]) -> bool:
        """Return whether an actor is of one of these kinds."""
        return self._catalogue.kind(actor) in kinds

    def called(self, actors: list[str], noun: str, only: bool = False) -> list[str]:
        """Return those of some actors who are called so; all if none is, unless ``only`` they."""
        found = [actor for actor in actors if self._catalogue.is_called(actor, noun)]
        return found if found or only else actors

    def prominent(
        self, view: SentenceView, before: int, kinds: frozenset[str] | None = None
    ) -> list[str]:
        """Return the actors in mind at token ``before``, the most prominent first."""
        salience = dict(self.salience)
        for actor in self.together:
            salience[actor] = salience.get(actor, 0.0) + _TOGETHER_WEIGHT
        place = view.place(before)
        for mention in view.mentions:
            if mention.confidence > ONLY_WHERE:
                weight = _BEFORE_WEIGHT if mention.start < place else _AFTER_WEIGHT
                salience[mention.id] = salience.get(mention.id, 0.0) + weight
        least = _PROMINENT
        if kinds is None:
            ranked = [(-weight, actor) for actor, weight in salience.items() if weight >= least]
        else:
            kind_of = self._catalogue.kind
            ranked = [
                (-weight, actor)
                for actor, weight in salience.items()
                if weight >= least and kind_of(actor) in kinds
            ]
        ranked.sort()
        return [actor for _, actor in ranked]

    def persons(self) -> set[str]:
        """Return the actors whom the last sentences named as persons."""
        return {m.id for _, view, mentions in self._recent for m in mentions if view.is_person(m)}

    def two_named_last(self) -> tuple[str, ...]:
        """Return the two actors of the last sentence that named somebody; none if it named more."""
        if self.together or self._named is None:
            return self.together
        return tuple(dict.fromkeys(m.id for m in _that_count(self._named[2])))

    def recent_person(self, excluded: Sequence[str] = ()) -> tuple[str, int] | None:
        """Return the actor of the last person, and how many sentences ago that was."""
        for index, view, mentions in reversed(self._recent):
            if self._index - index > _LOOK_BACK:
                return None
            for mention in mentions:
                if mention.id not in excluded and (view.is_person(mention) or view.is_he(mention)):
                    return mention.id, self._index - index
        return None


def _that_count(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions by which a sentence brings actors to mind: of each the first few."""
    if not mentions:
        return []
    found = [mention for mention in mentions if mention.confidence > ONLY_WHERE]
    if len(found) <= _AT_MOST:
        return found
    kept: list[Mention] = []
    counted: list[str] = []
    for mention in found:
        if counted.count(mention.id) < _AT_MOST:
            counted.append(mention.id)
            kept.append(mention)
    return kept


Found = tuple[int, int, tuple[str, ...], float]
"""First and last token (exclusive) of what was resolved, the actors, and the confidence."""

Rule = Callable[[Focus, SentenceView, int], Found | None]
"""Says what the word at a token may stand for."""
