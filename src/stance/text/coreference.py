"""Coreference: pronouns and phrases that stand for actors named before, by salience and rules.

The most recent and most prominent actor that fits wins: number, person or state, role in the
sentence (Lappin and Leass 1994, "An algorithm for pronominal anaphora resolution", Computational
Linguistics 20:4, reduced to what needs no parser). Each kind of answer has its own confidence.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Mapping, Sequence

from stance.records import Mention, MentionKind, Span
from stance.text.attribution import Attribution
from stance.text.catalogue import Catalogue
from stance.text.focus import Focus, Rule
from stance.text.phrases import AFTER_THE, PHRASES, STAND_FOR_SOMEBODY
from stance.text.pronouns import PRONOUNS
from stance.text.tokens import Tokens
from stance.text.views import NUMBERS, SentenceView

__all__ = ["Resolver"]

_MOST_MENTIONS = 40  # a sentence with more is a list or no prose: nothing is resolved there


def _forms(words: Iterable[str]) -> Iterable[str]:
    """Yield words in lower case and with a capital."""
    for word in words:
        yield word
        yield word.capitalize()


_RULES: dict[str, Rule] = {
    form: rule for words, rule in (*PRONOUNS, *PHRASES) for form in _forms(words)
}
"""Word -> what it may stand for."""

_TRIGGERS = frozenset(_forms(STAND_FOR_SOMEBODY.union(*(words for words, _ in PRONOUNS))))
"""Words without which a sentence holds nothing to resolve."""

_BEGINNINGS = frozenset(_RULES)
_CUES = _TRIGGERS | _BEGINNINGS
_THE = frozenset(("the", "The"))


class Resolver:
    """Resolves the pronouns and phrases of one document, sentence by sentence.

    Parameters
    ----------
    catalogue : Catalogue
        Tells states from organisations and groups.
    late_speakers : mapping
        Where speakers stand that are named after what they say, in a later sentence -> actors.
    """

    def __init__(self, catalogue: Catalogue, late_speakers: Mapping[Span, str]) -> None:
        self._focus = Focus(catalogue, late_speakers)

    def resolve(
        self,
        text: str,
        tokens: Tokens,
        offset: int,
        mentions: Sequence[Mention],
        attributions: Sequence[Attribution],
    ) -> tuple[Mention, ...]:
        """Return the mentions of one sentence with those that were resolved, in order of place.

        Parameters
        ----------
        text : str
            The sentence.
        tokens : Tokens
            Its tokens.
        offset : int
            Where it begins in the document.
        mentions : sequence of Mention
            What the catalogue found.
        attributions : sequence of Attribution
            Who speaks in it.
        """
        every = tuple(mentions)
        cues = _CUES.intersection(tokens.words)
        may_resolve = len(every) <= _MOST_MENTIONS and not _TRIGGERS.isdisjoint(cues)
        if not (every or may_resolve or attributions):
            self._focus.add(None, ())
            return every
        view = SentenceView(text, tokens, offset, every, attributions)
        if may_resolve:
            self._focus.catch_up()
            starts = _rule_starts(tokens, cues)
            found = self._resolved(view, starts) if starts else ()
            if found:
                every = _joined(every, found)
        self._focus.add(view, every)
        return every

    def _resolved(self, view: SentenceView, starts: Sequence[int]) -> list[Mention]:
        """Return what is resolved, speakers first: "we" in their quotations needs them."""
        if view.attributions and view.has_unnamed_speaker():
            speakers = [m for m in self._pass(view, starts) if view.is_in_speaker(m)]
            view.add(speakers)
            return speakers + self._pass(view, starts)
        return self._pass(view, starts)

    def _pass(self, view: SentenceView, starts: Sequence[int]) -> list[Mention]:
        """Return what the rules resolve that begin at some tokens."""
        position = 0
        words = view.tokens.words
        every: list[Mention] = []
        view.resolved = every
        for at in starts:
            found = _RULES[words[at]](self._focus, view, at) if at >= position else None
            if found is None:
                continue
            first, last, actors, confidence = found
            span = view.span(first, last)
            position = last
            if view.crosses(span):
                continue
            start, end = span
            single = last - first == 1 and view.lower[first] not in NUMBERS
            kind: MentionKind = "pronoun" if single else "phrase"
            surface = view.text[start - view.offset : end - view.offset]
            for actor in actors:
                every.append(Mention(actor, surface, start, end, kind, confidence))
        return every


def _rule_starts(tokens: Tokens, cues: frozenset[str]) -> list[int]:
    """Return the tokens at which a rule may begin; ``cues`` are those of its words that matter."""
    words, lower = tokens.words, tokens.lower
    there = cues & _BEGINNINGS
    if there <= _THE and AFTER_THE.isdisjoint(lower):  # nothing is a part of _THE, too
        return []
    starts = list(itertools.compress(itertools.count(), map(there.__contains__, words)))
    if _THE.isdisjoint(there):
        return starts
    return [
        at
        for at in starts
        if words[at] not in _THE or (at + 1 < len(lower) and lower[at + 1] in AFTER_THE)
    ]


_order = operator.attrgetter("start", "end", "id")


def _joined(named: Sequence[Mention], resolved: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return mentions in order of place, without the named ones that a resolved one holds."""
    every = list(resolved)
    for mention in named:
        start, end = mention.start, mention.end
        for outer in resolved:
            if outer.start <= start and end <= outer.end:
                break
        else:
            every.append(mention)
    every.sort(key=_order)
    return tuple(every)
