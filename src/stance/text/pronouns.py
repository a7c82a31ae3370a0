"""Pronouns that stand for actors named before: he, it, they, and in quotations we and you."""

from __future__ import annotations

from stance.records import Mention
from stance.text.focus import GROUPS, STATES, Focus, Found, Rule
from stance.text.phrases import ally
from stance.text.possessives import (
    country_of,
    follows_participle,
    is_empty_it,
    joined_object,
    judged_for,
    ordered_to,
    repeated,
    reported_subject,
    subject_ahead,
    subject_of_clause,
)
from stance.text.views import RESOLVED, SentenceView

__all__ = ["PRONOUNS"]

_HE = frozenset("he him his she her".split())
_IT = frozenset("it its itself".split())
_THEY = frozenset("they them their".split())
_WE = frozenset("we us our ours".split())
_YOU = frozenset("you your".split())
_OWN = frozenset("its his their itself himself themselves".split())
_IS = (["is"], ["was"], ["'s"], ["’s"])


def he(focus: Focus, view: SentenceView, at: int) -> Found | None:
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
    if not before and view.resolved and view.lower[at] in ("he", "his", "she", "her"):
        before = [  # "The president defended his minister"
            m
            for m in view.resolved
            if m.kind == "phrase" and view.is_he(m) and not m.text.endswith("s")
        ]
    if before and view.attributions and view.quotation_at(at) is None:
        # "Iran's president lies," he said
        before = [m for m in before if not view.is_quoted(m)]
    if before:
        return at, at + 1, (before[0].id,), 0.8
    if view.has_unknown_subject(at):
        return None
    recent = focus.recent_person(clause)
    if recent is not None:
        return at, at + 1, (recent[0],), 0.7 if recent[1] < 2 else 0.5
    speaker = focus.speaker
    if speaker is not None and speaker not in clause:
        return at, at + 1, (speaker,), 0.5
    return None


def it(focus: Focus, view: SentenceView, at: int) -> Found | None:
    """Resolve it, its: the subject of the sentence, or of the one before."""
    lower = view.lower
    neighbours = ally(focus, view, at)
    if neighbours is not None:
        return neighbours
    joined = joined_object(view, at)
    if joined is not None:
        return at, at + 1, (joined.id,), 0.6
    if lower[at] == "it" and is_empty_it(view, at):
        return None
    nearest = reported_subject(view, at)
    if lower[at] in _OWN:
        nearest = ordered_to(view, at) or judged_for(view, at) or nearest
        nearest = nearest or country_of(view, at)
        if nearest is None:
            nearest = subject_ahead(view, at) or subject_of_clause(view, at) or repeated(view, at)
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
        others = [a for a in focus.prominent(view, at) if a not in clause]
        return (at, at + 1, (others[0],), 0.4) if others else None
    subject = focus.subject
    if view.quotation_at(at) is None:  # '"Rome must pay," Oslo said. It warned ...'
        subject = focus.quoted_by or subject
    if len(subject) == 1:
        if lower[at] == "it" and subject[0] == _quoted_speaker(focus, view, at):
            if lower[at + 1 : at + 2] in _IS:
                return None  # "It is over," said Hill
            others = [a for a in focus.prominent(view, at) if a != subject[0]]
            return (at, at + 1, (others[0],), 0.4) if others else None
        return at, at + 1, subject, 0.6
    return None


def they(focus: Focus, view: SentenceView, at: int) -> Found | None:
    """Resolve they, them, their: a group, or actors that were named together."""
    before = view.before(at)
    own = subject_ahead(view, at) if view.lower[at] == "their" else None
    if own is not None:
        return at, at + 1, (own.id,), 0.6
    speaker = _quoted_speaker(focus, view, at)
    clause = view.in_clause(at) if view.is_object(at) else ()
    if speaker is not None:
        others = [a for a in focus.prominent(view, at) if a != speaker and a not in clause]
        return (at, at + 1, (others[0],), 0.4) if others else None
    groups = [m for m in before if _is_plural(focus, m) and m.id not in clause]
    if groups:
        return at, at + 1, (groups[0].id,), 0.7
    together = view.listed(before)
    if len(together) > 1 and (view.lower[at - 1] == "of" or set(clause).isdisjoint(together)):
        return at, at + 1, together, 0.7
    last = focus.subject
    if clause and not set(clause).isdisjoint(last):
        last = ()
    if last:
        if len(last) > 1 or focus.is_a(last[0], GROUPS):
            return at, at + 1, last, 0.6
        if not before:
            return at, at + 1, last, 0.4
    plural = [a for a in focus.prominent(view, at, GROUPS) if a not in clause]
    return (at, at + 1, (plural[0],), 0.4) if plural else None


def we(focus: Focus, view: SentenceView, at: int) -> Found | None:
    """Resolve we, us, our inside a quotation: the speaker's side."""
    speaker = _quoted_speaker(focus, view, at)
    return None if speaker is None else (at, at + 1, (speaker,), 0.7)


def you(focus: Focus, view: SentenceView, at: int) -> Found | None:
    """Resolve you, your inside a quotation: the other side, if there is just one."""
    speaker = _quoted_speaker(focus, view, at)
    if speaker is None:
        return None
    others = [a for a in focus.prominent(view, at, STATES) if a != speaker]
    return (at, at + 1, (others[0],), 0.4) if others else None


def _quoted_speaker(focus: Focus, view: SentenceView, at: int) -> str | None:
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
        return None if any(map(str.isupper, said.speaker[1:])) else focus.speaker
    if start > view.offset:
        return focus.late_speakers.get(said.span)
    return focus.speaker


def _is_plural(focus: Focus, mention: Mention) -> bool:
    return focus.is_a(mention.id, GROUPS) and mention.kind != "place"


PRONOUNS: tuple[tuple[frozenset[str], Rule], ...] = (
    (_HE, he),
    (_IT, it),
    (_THEY, they),
    (_WE, we),
    (_YOU, you),
)
"""Pronouns, and what they may stand for."""
