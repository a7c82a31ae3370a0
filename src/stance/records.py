"""The frozen values that flow from text to analysis, and the records of the labelling format.

Offsets are Unicode code points, half-open: ``text[start:end]`` is the surface form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

__all__ = [
    "SENTIMENTS",
    "LabeledMention",
    "LabeledRelation",
    "LabeledSentence",
    "Mention",
    "Pair",
    "Relation",
    "Scores",
    "Sentence",
    "Sentiment",
    "Span",
]

Span = tuple[int, int]
Sentiment = Literal["negative", "neutral", "positive"]
MentionKind = Literal["name", "person", "institution", "place", "pronoun", "phrase"]
SENTIMENTS: tuple[Sentiment, ...] = ("negative", "neutral", "positive")


class Scores(Mapping[str, float]):
    """Named probabilities, in a fixed order, that cannot be changed.

    Examples
    --------
    >>> scores = Scores(("cooperation", "rivalry"), (0.9, 0.2))
    >>> scores["rivalry"], scores.best()
    (0.2, 'cooperation')
    """

    __slots__ = ("_names", "_values")

    def __init__(self, names: tuple[str, ...], values: tuple[float, ...]) -> None:
        self._names = names
        self._values = values

    def __getitem__(self, name: str) -> float:
        try:
            return self._values[self._names.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __hash__(self) -> int:
        return hash((self._names, self._values))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}: {value:.3f}" for name, value in self.items())
        return f"Scores({inside})"

    def best(self) -> str:
        """Return the name with the highest probability (the first of equals)."""
        return max(self._names, key=self.__getitem__)


class Mention(msgspec.Struct, frozen=True):
    """Words of a text that stand for an actor.

    Attributes
    ----------
    id : str
        The actor's identifier, ``"IRN"`` say.
    text : str
        The surface form.
    start, end : int
        Offsets into the text that was analysed.
    kind : str
        How the actor is named: ``name`` (also adjectives, capitals, metonyms), ``person``,
        ``institution``, ``place``, ``pronoun`` or ``phrase`` ("the two countries").
    confidence : float
        Between 0 and 1; below 1 where context had to decide, or a pronoun was resolved.
    """

    id: str
    text: str
    start: int
    end: int
    kind: MentionKind = "name"
    confidence: float = 1.0

    @property
    def span(self) -> Span:
        """Return ``(start, end)``."""
        return (self.start, self.end)


class Sentence(msgspec.Struct, frozen=True):
    """One sentence of an analysed text, with the mentions found in it."""

    index: int
    start: int
    end: int
    text: str
    mentions: tuple[Mention, ...] = ()


class Relation(msgspec.Struct, frozen=True):
    """How one actor stands towards another in one sentence.

    Attributes
    ----------
    sent_index : int
        Index of the sentence in the analysis.
    actor, target : Mention or None
        Who takes the stance, and towards whom.
    scores : Scores
        Calibrated probability of each stance; they need not sum to one.
    stances : tuple of str
        The stances whose probability reaches the model's threshold.
    sentiment : str
        How the actor values the target: negative, neutral or positive.
    sentiment_scores : Scores
        Probabilities of the three sentiments; they sum to one.
    speaker : str or None
        To whom the text attributes the claim.
    evidence : tuple of (int, int)
        Spans of the words that decided for the most probable stance.
    abstained : str or None
        Why the model should not be believed here, or None.
    """

    sent_index: int
    actor: Mention | None
    target: Mention | None
    scores: Scores
    stances: tuple[str, ...]
    sentiment: Sentiment
    sentiment_scores: Scores
    speaker: str | None = None
    evidence: tuple[Span, ...] = ()
    abstained: str | None = None


class Pair(msgspec.Struct, frozen=True):
    """A question to the model: how, in ``text``, the actor stands towards the target.

    Attributes
    ----------
    text : str
        One sentence.
    actor, target : (int, int) or None
        Spans in ``text``. ``actor=None`` asks how anyone stands towards the target,
        ``target=None`` how the actor stands in general.
    mentions : tuple of Mention
        All mentions of the sentence. Identifiers serve only to tell which spans stand for
        the same actor; names never reach the model.
    """

    text: str
    actor: Span | None = None
    target: Span | None = None
    mentions: tuple[Mention, ...] = ()


class LabeledMention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mention in the labelling format; an implied one has no span and no text."""

    id: str
    actor: str
    start: int | None = None
    end: int | None = None
    text: str | None = None


class LabeledRelation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A relation in the labelling format; ``actor`` and ``target`` are ids of mentions."""

    actor: str | None
    target: str | None
    stance: tuple[str, ...] | None = None
    sentiment: Sentiment | None = None
    speaker: str | None = None
    evidence: tuple[Span, ...] | None = None


class LabeledSentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One labelled sentence: a line of the labelling format, version 1.

    ``None`` means not annotated, an empty tuple means annotated as none. ``exhaustive`` is the
    promise that every pair that holds a stance is listed; names left unmarked hold none.
    """

    schema: int = 1
    id: str
    text: str
    doc_id: str | None = None
    sent_index: int | None = None
    lang: str = "en"
    context: str | None = None
    date: str | None = None
    source: str | None = None
    mentions: tuple[LabeledMention, ...] | None = None
    relations: tuple[LabeledRelation, ...] | None = None
    exhaustive: bool = False
    annotator: str | None = None
    status: Literal["gold", "single", "suggested", "rejected"] = "single"
    meta: dict[str, Any] = {}

    @property
    def group(self) -> str:
        """Return the document this sentence belongs to (itself, if it stands alone)."""
        return self.doc_id if self.doc_id is not None else self.id

    def mention(self, mention_id: str | None) -> LabeledMention | None:
        """Return the mention with this id, or None for None.

        Raises
        ------
        KeyError
            If no mention has this id.
        """
        if mention_id is None:
            return None
        for mention in self.mentions or ():
            if mention.id == mention_id:
                return mention
        raise KeyError(mention_id)
