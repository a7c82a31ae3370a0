"""Whom "its" and "it" stand for by the words around them, and where "it" stands for nobody."""

from __future__ import annotations

from stance.records import Mention
from stance.text.sayings import FINITE, PUT
from stance.text.views import CLAUSE_BORDERS, RESOLVED, SAID, SentenceView

__all__ = [
    "country_of",
    "follows_participle",
    "is_empty_it",
    "joined_object",
    "judged_for",
    "ordered_to",
    "repeated",
    "reported_subject",
    "subject_ahead",
    "subject_of_clause",
]

_ORDERS = frozenset(
    "told tells urged urges urging ordered orders ordering pressed pressing"
    " invited invites forced forces forcing allowed allows helped wants wanted warned"
    " advised persuaded convinced".split()
)
_INTO = frozenset(
    "into violated violating entered entering crossed crossing attacked attacking shelled shelling"
    " hit hitting struck striking bombed bombing targeted targeting invaded breached threatened"
    " threatening surrounding surrounded".split()
)
_OF_A_VICTIM = frozenset(
    "airspace waters territory soil border borders shores cities positions".split()
)
"""What belongs to the one who complains: "said Russian jets had violated its airspace"."""
_JUDGES = frozenset(
    "thanked thanks praised praises congratulated condemned condemns criticised criticized"
    " criticises blamed blames denounced rebuked punished punish sanctioned hailed lauded chided"
    " scolded commended".split()
)
_CALLS = frozenset("call calls called calling".split())
_ALL_ORDERS = _ORDERS | _CALLS
_NO_ORDER = frozenset((",", ";", "and", "but", "that", "while"))
_BEFORE_OBJECTS = frozenset("on in with to from at against for by over about".split())
_NO_PARTICIPLES = frozenset("during including excluding following regarding concerning".split())
_BE = frozenset("is was 's ’s will would has had may might could seems appears remains".split())
_EMPTY_IT = frozenset("that whether who whom when if".split())
_EMPTY_IF_ADJECTIVE = frozenset("to for".split())
_ADJECTIVES_OF_IT = frozenset(
    "clear time possible impossible likely unlikely wrong right important necessary vital essential"
    " hard difficult easy too up better best natural crucial urgent early late useless pointless"
    " not believed thought understood rumoured rumored unclear".split()
)
_OF_AN_EVENT = frozenset("interest concern importance note significance consequence use".split())
"""Nouns after "it is of (great)": what is judged is an event."""
_CLAUSE_VERB_BEFORE_IT = frozenset(
    "make makes made find finds found consider considers call calls called deny denies denied"
    " denying claim claims claimed reject rejects rejected rejecting report reported veto vetoed"
    " do did doing".split()
)
"""Verbs whose "it" is an event or a clause."""
_EMPTY_PHRASES = frozenset((verb, "out") for verb in ("rule", "rules", "ruled", "ruling"))
_OWN_COUNTRY = frozenset("country nation government army party".split())
_HAPPENS = frozenset("happen happened occur mistake".split())
"""What only events do or are: "it will not happen", "it would be a mistake"."""
_OPENS_PHRASE = frozenset(
    "for in on under with despite at after before from through since like unlike as by to during"
    " because without".split()
)
_ANSWERED = frozenset(
    "response reaction answer reply retaliation revenge request invitation insistence".split()
)
"""What somebody does because of another: "its" is not the subject's there."""
_LONGEST_OPENING = 10  # words of a phrase in front of the subject
_JOINS_CLAUSES = frozenset(("but", "while", "whereas"))
_SINCE = frozenset("since because after when before while".split())
_OWN_DEEDS = frozenset(
    "froze frozen closed opened reopened withdrew withdrawn recalled moved pulled lost kept sent"
    " suspended extended changed raised cut ended ordered told halted resumed renewed broke left"
    " announced increased reduced lifted gave".split()
)
"""What one does with one's own: "since Oslo closed its border"."""
_LONGEST_VERB = 3  # words: "has now closed"
_GIVES = frozenset("promised gave sent offered lent sold denied lends sends offers".split())
_WHICH = frozenset(("which", "whom"))


def follows_participle(view: SentenceView, at: int) -> bool:
    """Return whether a pronoun is what a participle acts on ("..., accusing it of")."""
    return (
        at > 1
        and view.lower[at - 1].endswith("ing")
        and view.lower[at - 1] not in _NO_PARTICIPLES
        and view.lower[at - 2] == ","
        and view.lower[at] in ("it", "them", "him", "her")
        and view.lower[at + 1 : at + 2] != []
        and view.lower[at + 1] not in FINITE
    )


def ordered_to(view: SentenceView, at: int) -> Mention | None:
    """Return who is to do what a possessive stands in ("urged Ankara to keep its word")."""
    if _ALL_ORDERS.isdisjoint(view.lower):
        return None
    for mention in reversed(view.before(at)):
        first, last = view.range_of(mention)
        if not _NO_ORDER.isdisjoint(view.lower[last:at]):
            return None
        before = view.lower[max(0, first - 2) : first]
        is_called = before[-1:] == ["on"] and before[0] in _CALLS
        if view.lower[last] == "to" and (is_called or not _ORDERS.isdisjoint(before)):
            return mention
    return None


def judged_for(view: SentenceView, at: int) -> Mention | None:
    """Return who is judged for what a possessive stands in ("thanked X for his help")."""
    if view.lower[at - 1] not in ("for", "over"):
        return None
    before = view.before(at)
    if not before:
        return None
    first, last = view.range_of(before[-1])
    is_judged = last == at - 1 and not _JUDGES.isdisjoint(view.lower[max(0, first - 2) : first])
    return before[-1] if is_judged else None


def subject_ahead(view: SentenceView, at: int) -> Mention | None:
    """Return the subject that a possessive at the beginning stands for ("For its part, Oslo").

    It stands in the first phrase of the sentence, before a comma and all mentions.
    """
    if at > _LONGEST_OPENING or view.lower[0] not in _OPENS_PHRASE or view.before(at):
        return None
    if not _ANSWERED.isdisjoint(view.lower[1:at]):
        return None  # "in response to its threats, Oslo"
    for comma in range(at + 1, min(len(view.lower) - 1, at + _LONGEST_OPENING)):
        if view.lower[comma] in FINITE or view.lower[comma] in _ANSWERED:
            return None  # "at his request, Hill"
        if view.lower[comma] == ",":
            first = comma + 1 + (view.lower[comma + 1] == "the")
            return view.mention_from(first)
    return None


def subject_of_clause(view: SentenceView, at: int) -> Mention | None:
    """Return the subject of the last main clause before a token ("..., but Oslo wants its")."""
    for border in range(at - 1, 0, -1):
        word = view.lower[border]
        if word == ";" or (word in _JOINS_CLAUSES and view.lower[border - 1] == ","):
            subject = view.mention_from(border + 1 + (view.lower[border + 1] == "the"))
            if subject is None:
                return None
            verb = view.lower[view.range_of(subject)[1]]
            return subject if verb in FINITE or verb.endswith(("s", "ed")) else None
        if word in _SINCE and view.lower[at - 1] in _OWN_DEEDS:
            subject = view.mention_from(border + 1 + (view.lower[border + 1] == "the"))
            if subject is not None and at - view.range_of(subject)[1] <= _LONGEST_VERB:
                return subject
        if word in CLAUSE_BORDERS:
            return None
    return None


def repeated(view: SentenceView, at: int) -> Mention | None:
    """Return whose the first "Its" of a sentence is, for one after ";" ("Its army ...; its")."""
    if view.lower[at - 1] != ";" or view.lower[0] != view.lower[at] or not view.resolved:
        return None
    first = view.resolved[0]
    return first if first.start == view.place(0) else None


def joined_object(view: SentenceView, at: int) -> Mention | None:
    """Return what two verbs act on ("arming Oslo and helping it", "sold to Oslo and sent it")."""
    if at < 4 or view.lower[at - 2] != "and" or view.lower[at] != "it":
        return None
    verb = view.lower[at - 1]
    is_participle = verb.endswith("ing")
    if not is_participle and verb not in _GIVES:
        return None
    end = view.offset + view.tokens.ends[at - 3]
    for mention in view.before(at):
        if mention.end == end:
            before = [w for w in view.lower[: view.token_at(mention.start)] if w != "the"][-1:]
            fits = before != [] and (
                before[0].endswith("ing") if is_participle else before[0] == "to"
            )
            return mention if fits else None
    return None


def reported_subject(view: SentenceView, at: int) -> Mention | None:
    """Return whom "it" or "its" stands for in or right after "X said (that)".

    The speaker for "France said it would"; the subject of the clause for "France said Russia
    was losing its allies".
    """
    if SAID.isdisjoint(view.lower) or view.is_object(at):
        return None  # "Ethiopia said it would crush it"
    verb = at - 1
    while verb > 0 and view.lower[verb] not in SAID:
        if view.lower[verb] in CLAUSE_BORDERS and view.lower[verb] != "that":
            return None
        verb -= 1
    if verb <= 0:
        return None
    inside = [m for m in view.before(at) if m.start > view.place(verb)]
    if inside:
        if view.lower[at - 1] in _INTO or view.lower[at + 1 : at + 2] == []:
            return None
        start, last = view.range_of(inside[0])
        is_subject = (
            view.lower[at + 1] not in _OF_A_VICTIM
            and start == verb + 1 + (view.lower[verb + 1] == "that")
            and (view.lower[last] in FINITE or view.lower[last].endswith("ed"))
        )
        return inside[0] if view.lower[at] == "its" and is_subject else None
    if view.lower[verb + 1] not in ("it", "its", "that"):
        return None
    named = [m for m in view.before(verb) if m.kind not in RESOLVED]
    if not named or "," in view.lower[view.range_of(named[-1])[1] : verb]:
        return None
    if view.is_person(named[-1]):
        return None
    if view.lower[verb - 1] in ("and", "but"):
        return named[0]  # "X condemned Y and said that it"
    subjects = [m for m in named if not _is_governed(view, view.token_at(m.start))]
    return subjects[-1] if subjects else named[-1]


def _is_governed(view: SentenceView, first: int) -> bool:
    """Return whether a preposition stands before a token ("statement on the Israelis")."""
    before = [word for word in view.lower[max(0, first - 2) : first] if word != "the"]
    return before[-1:] != [] and before[-1] in _BEFORE_OBJECTS


def country_of(view: SentenceView, at: int) -> Mention | None:
    """Return whose "his country" stands before "its"."""
    for mention in view.resolved:
        if mention.text.lower() in ("his", "her"):
            following = view.token_at(mention.start) + 1
            if following < at and view.lower[following] in _OWN_COUNTRY:
                return mention
    return None


def is_empty_it(view: SentenceView, at: int) -> bool:
    """Return whether "it" stands for no one ("it is clear that", "made it possible")."""
    after = view.lower[at + 1 : at + 7]
    if at and view.lower[at - 1] in _CLAUSE_VERB_BEFORE_IT:
        return not after or after[0] not in FINITE
    if not after or after[0] not in _BE:
        verb = view.lower[at - 1] if at else ""
        return (verb, *after[:1]) in _EMPTY_PHRASES or (verb in PUT and not _goes_on(view, at))
    if not _WHICH.isdisjoint(view.lower[at + 2 :]):
        first = at + 2 + (after[1:2] == ["the"])
        named = view.mention_from(first)
        last = 0 if named is None else view.range_of(named)[1]
        if last and not _WHICH.isdisjoint(view.lower[last : last + 2]) and view.lower[last] != ",":
            return True  # "it is Oslo on which all depends"
    if not _HAPPENS.isdisjoint(after[1:4]) or after[:3] == ["remains", "to", "be"]:
        return True
    if after[1:2] == ["of"] and not _OF_AN_EVENT.isdisjoint(after[2:4]):
        return True
    return not _EMPTY_IT.isdisjoint(after[1:]) or not (
        _EMPTY_IF_ADJECTIVE.isdisjoint(after[1:]) or _ADJECTIVES_OF_IT.isdisjoint(after[1:])
    )


def _goes_on(view: SentenceView, at: int) -> bool:
    """Return whether a word follows a token, and no mark."""
    return at + 1 < len(view.lower) and view.lower[at + 1].isalpha()
