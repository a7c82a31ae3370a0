"""Coreference: pronouns and phrases that stand for actors named before, by salience and rules.

The most recent and most prominent actor that fits wins: number, person or state, role in the
sentence (Lappin and Leass 1994, "An algorithm for pronominal anaphora resolution", Computational
Linguistics 20:4, reduced to what needs no parser). Each kind of answer has its own confidence.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence

from stance.records import Mention, MentionKind, Span
from stance.text.attribution import Attribution
from stance.text.catalogue import Catalogue
from stance.text.focus import Focus
from stance.text.offices import NO_LONGER, OFFICE_HEADS
from stance.text.places import ONLY_WHERE
from stance.text.possessives import (
    country_of,
    follows_participle,
    is_empty_it,
    judged_for,
    ordered_to,
    reported_subject,
    subject_ahead,
    subject_of_clause,
)
from stance.text.tokens import Tokens
from stance.text.views import LONGEST_PHRASE, MODIFIERS, NUMBERS, RESOLVED, SentenceView

__all__ = ["Resolver"]

_HE = frozenset("he him his she her".split())
_IT = frozenset("it its itself".split())
_THEY = frozenset("they them their".split())
_WE = frozenset("we us our ours".split())
_YOU = frozenset("you your".split())
_COUNTRY = frozenset("country nation kingdom republic island islands sultanate emirate".split())
_MILITARY_THINGS = frozenset(
    "alliance district base bases operation operations aid exercise exercises presence action"
    " buildup build-up intervention campaign assistance junta government council coup drills"
    " budget commander commanders equipment".split()
)
_OWN = frozenset("its his their itself himself themselves".split())
_AUTHORITY = frozenset(
    "government ministry president premier cabinet army military parliament authorities regime"
    " administration chancellor junta".split()
)
_MILITANTS = frozenset(
    "militants terrorists group rebels insurgents jihadists separatists militia fighters guerrillas"
    " movement militias extremists".split()
)
_BLOC = frozenset("bloc alliance union group grouping forum club cartel".split())
_ONLY_IF_CALLED = frozenset("group grouping forum club cartel".split())
_BODY = frozenset("organisation organization watchdog agency body".split())
_COMPANY = frozenset("company firm manufacturer corporation monopoly utility giant".split())
_ALLIES = frozenset(
    "neighbour neighbor ally rival adversary foe enemy partner counterpart neighbours neighbors"
    " allies rivals adversaries enemies partners".split()
)
_MEDIATES = frozenset(
    "urged urges urging asked calls called call mediate mediated mediating between brought hosted"
    " told reconcile appealed warned invited helping help helped brokered broker brokering".split()
)
_NO_DEED = (["in"], ["'s"], ["’s"], ["said"], ["says"])
"""After "the ministry": what follows need not be somebody else."""
_IS = (["is"], ["was"], ["'s"], ["’s"])
_OF_TWO = frozenset(("former", "latter"))
_PERSONS = frozenset("leaders presidents ministers men diplomats statesmen strongmen heads".split())
_ANYBODY = frozenset(("side", "sides", "party", "parties"))
_MOST_MENTIONS = 40  # a sentence with more is a list or no prose: nothing is resolved there
_NEAR = 6
_GROUPS = frozenset(("group",))
_STATES = frozenset(("state", "territory"))
_BLOCS = frozenset(("organization", "bloc"))

Found = tuple[int, int, tuple[str, ...], float]
"""First and last token (exclusive), the actors, and the confidence."""


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
        self._focus = Focus(catalogue)
        self._late_speakers = late_speakers

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
            found = _RULES[words[at]](self, view, at) if at >= position else None
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

    def he(self, view: SentenceView, at: int) -> Found | None:
        """Resolve he, him, his, she, her: the last person, the subject first."""
        clause = view.in_clause(at) if view.is_object(at) else ()
        ordered = None
        if view.lower[at] in _OWN:
            ordered = ordered_to(view, at) or judged_for(view, at)
            if ordered is None:
                ordered = subject_ahead(view, at) or subject_of_clause(view, at)
        if ordered is not None and view.is_person(ordered):
            return at, at + 1, (ordered.id,), 0.8
        before = [m for m in view.before(at) if view.is_person(m) and m.id not in clause]
        if before and view.attributions and view.quotation_at(at) is None:
            # "Iran's president lies," he said
            before = [m for m in before if not view.is_quoted(m)]
        if before:
            return at, at + 1, (before[0].id,), 0.8
        if view.has_unknown_subject(at):
            return None
        recent = self._focus.recent_person(clause)
        if recent is not None:
            return at, at + 1, (recent[0],), 0.7 if recent[1] < 2 else 0.5
        speaker = self._focus.speaker
        if speaker is not None and speaker not in clause:
            return at, at + 1, (speaker,), 0.5
        return None

    def it(self, view: SentenceView, at: int) -> Found | None:
        """Resolve it, its: the subject of the sentence, or of the one before."""
        lower = view.lower
        if at + 1 < len(lower) and lower[at + 1] in _AFTER_ITS:
            ally = self._ally(view, at)
            if ally is not None:
                return ally
        if lower[at] == "it" and is_empty_it(view, at):
            return None
        nearest = reported_subject(view, at)
        if lower[at] in _OWN:
            nearest = ordered_to(view, at) or judged_for(view, at) or nearest
            nearest = nearest or country_of(view, at)
            if nearest is None:
                nearest = subject_ahead(view, at) or subject_of_clause(view, at)
        if nearest is not None:
            return at, at + 1, (nearest.id,), 0.7
        before = view.before(at)
        if follows_participle(view, at):
            others = [m.id for m in before if m.id != before[0].id]
            return (at, at + 1, (others[-1],), 0.6) if others else None
        clause = view.in_clause(at) if view.is_object(at) else ()
        own = [m for m in before if m.id not in clause] if clause else before
        for m in own:
            if m.kind not in RESOLVED and not view.is_person(m):
                return at, at + 1, (m.id,), 0.7
        for m in own:
            if m.kind in RESOLVED:  # is_person says no to all of them
                return at, at + 1, (m.id,), 0.7
        if not clause:
            if before:
                return at, at + 1, (before[0].id,), 0.6
        else:
            others = [a for a in self._focus.prominent(view, at) if a not in clause]
            return (at, at + 1, (others[0],), 0.4) if others else None
        subject = self._focus.subject
        if len(subject) == 1:
            if lower[at] == "it" and subject[0] == self._quoted_speaker(view, at):
                if lower[at + 1 : at + 2] in _IS:
                    return None  # "It is over," said Hill
                others = [a for a in self._focus.prominent(view, at) if a != subject[0]]
                return (at, at + 1, (others[0],), 0.4) if others else None
            return at, at + 1, subject, 0.6
        return None

    def they(self, view: SentenceView, at: int) -> Found | None:
        """Resolve they, them, their: a group, or actors that were named together."""
        before = view.before(at)
        own = subject_ahead(view, at) if view.lower[at] == "their" else None
        if own is not None:
            return at, at + 1, (own.id,), 0.6
        speaker = self._quoted_speaker(view, at)
        clause = view.in_clause(at) if view.is_object(at) else ()
        if speaker is not None:
            others = [
                a for a in self._focus.prominent(view, at) if a != speaker and a not in clause
            ]
            return (at, at + 1, (others[0],), 0.4) if others else None
        groups = [m for m in before if self._is_plural(m) and m.id not in clause]
        if groups:
            return at, at + 1, (groups[0].id,), 0.7
        together = view.listed(before)
        if len(together) > 1 and (view.lower[at - 1] == "of" or set(clause).isdisjoint(together)):
            return at, at + 1, together, 0.7
        last = self._focus.subject
        if clause and not set(clause).isdisjoint(last):
            last = ()
        if last:
            if len(last) > 1 or self._focus.is_a(last[0], _GROUPS):
                return at, at + 1, last, 0.6
            if not before:
                return at, at + 1, last, 0.4
        plural = [a for a in self._focus.prominent(view, at, _GROUPS) if a not in clause]
        return (at, at + 1, (plural[0],), 0.4) if plural else None

    def _quoted_speaker(self, view: SentenceView, at: int) -> str | None:
        """Return the actor whose quotation a token stands in, None outside of quotations."""
        if not view.attributions:
            return None
        said = view.quotation_at(at)
        if said is None:
            return None
        start, end = said.span
        if view.offset <= start < view.offset + len(view.text):
            named = [m.id for m in view.mentions if m.start < end and start < m.end]
            if named:
                return named[0]
            # "Ada Roe, a novelist, said": a stranger speaks for nobody who spoke before
            return None if any(map(str.isupper, said.speaker[1:])) else self._focus.speaker
        if start > view.offset:
            return self._late_speakers.get(said.span)
        return self._focus.speaker

    def we(self, view: SentenceView, at: int) -> Found | None:
        """Resolve we, us, our inside a quotation: the speaker's side."""
        speaker = self._quoted_speaker(view, at)
        return None if speaker is None else (at, at + 1, (speaker,), 0.7)

    def you(self, view: SentenceView, at: int) -> Found | None:
        """Resolve you, your inside a quotation: the other side, if there is just one."""
        speaker = self._quoted_speaker(view, at)
        if speaker is None:
            return None
        others = [a for a in self._focus.prominent(view, at, _STATES) if a != speaker]
        return (at, at + 1, (others[0],), 0.4) if others else None

    def two(self, view: SentenceView, at: int) -> Found | None:
        """Resolve "the two countries", "both sides", "the two": the two most prominent."""
        last, number = view.end_of_several(at)
        if not last and view.lower[at] == "both" and view.is_alone(at):
            clause = view.in_clause(at) if view.is_object(at) else ()
            together = view.together(view.before(at)) or tuple(
                [a for a in self._focus.prominent(view, at) if a not in clause][:2]
            )
            return (at, at + 1, together, 0.5) if len(together) == 2 else None
        if not last:
            return None
        noun = view.lower[last - 1]
        kinds = None if noun in NUMBERS or noun in _ANYBODY else _STATES
        if number > 2:
            several = tuple(self._focus.prominent(view, at, kinds))
            return (at, last, several, 0.4) if len(several) == number else None
        actors = view.explained_pair(last) or self._two_actors(view, at, noun)
        return (at, last, actors, 0.7) if len(actors) == 2 else None

    def _two_actors(self, view: SentenceView, at: int, noun: str) -> tuple[str, ...]:
        kinds = None if noun in NUMBERS or noun in _ANYBODY else _STATES
        named = view.before(at)
        ranked = self._focus.prominent(view, at, kinds) or self._focus.prominent(view, at)
        if noun in _PERSONS:
            persons = self._focus.persons()
            persons.update(m.id for m in named if view.is_person(m))
            known = [actor for actor in ranked if actor in persons]
            ranked = known if len(known) > 1 else ranked
        if named and not _MEDIATES.isdisjoint(view.lower[max(0, at - 5) : at]):
            mediators = view.subject(named)
            others = [actor for actor in ranked if actor not in mediators]
            if len(others) >= 2:
                return tuple(others[:2])
        together = view.together(named)
        if kinds:
            together = tuple([a for a in together if self._focus.is_a(a, kinds)])
        if len(together) == 2:
            return together
        before = [
            a for a in dict.fromkeys(m.id for m in named) if not kinds or self._focus.is_a(a, kinds)
        ]
        if len(before) == 2 and not self._focus.salience:
            return tuple(before)
        if len(before) == 1:
            others = [actor for actor in ranked if actor not in before]
            return (before[0], *others[:1])
        return tuple(ranked[:2])

    def the(self, view: SentenceView, at: int) -> Found | None:
        """Resolve "the country", "the ministry", "the militants", "the bloc", "the two sides"."""
        if view.lower[at + 1] in _OF_TWO:
            return self._one_of_two(view, at)
        two = self.two(view, at)
        if two is not None:
            return two
        for last in range(at + 2, min(at + 2 + LONGEST_PHRASE, len(view.lower) + 1)):
            noun = view.lower[last - 1]
            if view.is_mentioned(last - 1):
                return None
            if noun == "giant" and last == at + 2:
                continue  # a giant of some trade is a company, a giant neighbour is none
            if noun == "military" and not _MILITARY_THINGS.isdisjoint(view.lower[last : last + 1]):
                continue
            for nouns, kinds, confidence in _NOUNS:
                if noun in nouns:
                    found = self._definite(view, at, last, kinds, confidence)
                    if found is not None or noun not in _ONLY_IF_CALLED:
                        return found
            if noun not in MODIFIERS:
                return None
        return None

    def _one_of_two(self, view: SentenceView, at: int) -> Found | None:
        """Resolve "the former" and "the latter": of the two named last."""
        if at + 2 >= len(view.lower) or view.has_other_noun(at + 2):
            return None
        before = tuple(dict.fromkeys(m.id for m in view.before(at)))
        pair = view.together(view.before(at)) or before or self._focus.two_named_last()
        if len(pair) != 2:
            return None
        return at, at + 2, (pair[view.lower[at + 1] == "latter"],), 0.5

    def _definite(
        self, view: SentenceView, at: int, last: int, kinds: frozenset[str], confidence: float
    ) -> Found | None:
        lower = view.lower
        if lower[last : last + 1] == ["of"] or view.is_mentioned(last):
            return None  # a country follows: "the president of Iran", "the group Hamas"
        if not NO_LONGER.isdisjoint(lower[at:last]):
            return None
        noun = lower[last - 1]
        explained_name = view.explained_name(at, last)
        if explained_name is not None and self._focus.is_a(explained_name.id, kinds):
            return at, last, (explained_name.id,), confidence
        if noun in _AUTHORITY and noun not in OFFICE_HEADS:
            whose = view.speaker_before(at)
            if lower[last : last + 1] == ["in"]:
                whose = view.mention_from(last + 1)  # "the junta in Myanmar"
            if whose is not None and self._focus.is_a(whose.id, kinds):
                return at, last, (whose.id,), confidence
        while last < len(lower) and lower[last] in OFFICE_HEADS:
            last += 1
        if lower[last - 1] in OFFICE_HEADS:
            last = view.end_of_name(last)
        if lower[last : last + 1] in (["'s"], ["’s"]) and lower[last + 1 : last + 2] == ["of"]:
            return None
        office = last
        if lower[last : last + 1] in (["'s"], ["’s"]) and lower[last + 1 : last + 2]:
            office += 2 * (lower[last + 1] in OFFICE_HEADS)  # "the army's spokesman"
        if any(word in OFFICE_HEADS for word in lower[at:office]):
            explained = view.explained_by(at, office)
            if explained is not None:
                return at, last, (explained.id,), confidence
        if any(word in OFFICE_HEADS for word in lower[at:last]):
            if view.is_apposed_to_unknown(at):
                return None  # "Jane Roe, the foreign minister," of whom the catalogue knows nothing
            recent = self._focus.recent_person()
            here = [
                m.id
                for m in view.before(at)
                if view.is_person(m) and (recent is None or not view.says(m))
            ]
            person = here[0] if here else None if recent is None else recent[0]
            if person is not None:
                return at, last, (person,), confidence
        near = [m.id for m in view.before(at) if view.token_at(m.end - 1) >= at - _NEAR]
        ranked = self._focus.prominent(view, at, kinds)
        ranked = self._focus.called(ranked, noun, noun in _ONLY_IF_CALLED and kinds is _BLOCS)
        if at == 0 and lower[last : last + 1] not in _NO_DEED:
            # "The ministry accused London": who is acted on is not who acts
            objects = {m.id for m in view.mentions if m.confidence > ONLY_WHERE}
            ranked = [actor for actor in ranked if actor not in objects] or ranked
        fitting = [actor for actor in ranked if actor not in near] or ranked
        if lower[last - 1] not in _COUNTRY and near and near[-1] in fitting:
            fitting = [near[-1]]
        return (at, last, (fitting[0],), confidence) if fitting else None

    def _ally(self, view: SentenceView, at: int) -> Found | None:
        """Resolve "its neighbour", "its two biggest allies": who else is there."""
        lower = view.lower
        for last in range(at + 2, min(at + 2 + LONGEST_PHRASE, len(lower) + 1)):
            if view.is_mentioned(last - 1):
                return None
            if lower[last - 1] in _ALLIES:
                break
            if lower[last - 1] not in _AFTER_ITS:
                return None
        else:
            return None
        if lower[last - 1].endswith("s") and NUMBERS.keys().isdisjoint(lower[at + 1 : last]):
            return None  # "its neighbours" may be any number
        owner = [m.id for m in view.before(at)][:1] or list((self._focus.subject or [()])[-1][:1])
        others = [a for a in self._focus.prominent(view, at, _STATES) if a not in owner]
        wanted = 1 + lower[last - 1].endswith("s")
        if view.is_mentioned(last) or len(others) < wanted or (wanted == 1 and len(others) > 1):
            return None
        return at, last, tuple(others[:wanted]), 0.4

    def _is_plural(self, mention: Mention) -> bool:
        return self._focus.is_a(mention.id, _GROUPS) and mention.kind != "place"


_NOUNS: tuple[tuple[frozenset[str], frozenset[str], float], ...] = (
    (_COUNTRY, _STATES, 0.6),
    (_AUTHORITY, _STATES, 0.5),
    (frozenset(("minister", "spokesman", "spokeswoman")), _STATES, 0.5),
    (_MILITANTS, _GROUPS, 0.6),
    (_BLOC, _BLOCS, 0.5),
    (_BODY, frozenset(("organization",)), 0.5),
    (_COMPANY, frozenset(("company",)), 0.6),
)

_TRIGGERS = frozenset(
    form
    for word in (
        *_HE,
        *_IT,
        *_THEY,
        *_WE,
        *_YOU,
        *NUMBERS,
        *_OF_TWO,
        *(n for nouns, _, _ in _NOUNS for n in nouns),
    )
    for form in (word, word.capitalize())
)
"""Words without which a sentence holds nothing to resolve."""

_AFTER_THE = MODIFIERS.union(NUMBERS, _OF_TWO, *(nouns for nouns, _, _ in _NOUNS))
"""Words of which one follows "the" where it stands for somebody."""

_AFTER_ITS = MODIFIERS.union(NUMBERS, _ALLIES)

_RULES: dict[str, Callable[[Resolver, SentenceView, int], Found | None]] = {
    form: rule
    for words, rule in (
        (_HE, Resolver.he),
        (_IT, Resolver.it),
        (_THEY, Resolver.they),
        (_WE, Resolver.we),
        (_YOU, Resolver.you),
        (("the",), Resolver.the),
        ((*NUMBERS, "all"), Resolver.two),
    )
    for word in words
    for form in (word, word.capitalize())
}
"""Word, in lower case or with a capital -> what it may stand for."""


_BEGINNINGS = frozenset(_RULES)
_CUES = _TRIGGERS | _BEGINNINGS
_THE = frozenset(("the", "The"))


def _rule_starts(tokens: Tokens, cues: frozenset[str]) -> list[int]:
    """Return the tokens at which a rule may begin; ``cues`` are those of its words that matter."""
    words, lower = tokens.words, tokens.lower
    there = cues & _BEGINNINGS
    if there <= _THE and _AFTER_THE.isdisjoint(lower):  # nothing is a part of _THE, too
        return []
    starts = list(itertools.compress(itertools.count(), map(there.__contains__, words)))
    if _THE.isdisjoint(there):
        return starts
    return [
        at
        for at in starts
        if words[at] not in _THE or (at + 1 < len(lower) and lower[at + 1] in _AFTER_THE)
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
