"""Phrases that stand for actors named before: "the country", "the two sides", "its neighbour"."""

from __future__ import annotations

from stance.records import Mention
from stance.text.focus import GROUPS, STATES, Focus, Found, Rule
from stance.text.offices import NO_LONGER, OFFICE_HEADS
from stance.text.places import ONLY_WHERE
from stance.text.sayings import PASTS
from stance.text.views import LONGEST_PHRASE, MODIFIERS, NUMBERS, RESOLVED, SentenceView

__all__ = ["AFTER_THE", "PHRASES", "STAND_FOR_SOMEBODY", "ally"]

_COUNTRY = frozenset("country nation kingdom republic island islands sultanate emirate".split())
_MILITARY_THINGS = frozenset(
    "alliance district base bases operation operations aid exercise exercises presence action"
    " buildup build-up intervention campaign assistance junta government council coup drills"
    " budget commander commanders equipment".split()
)
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
_WITH = frozenset("with to against for on".split())
_OF_TWO = frozenset(("former", "latter"))
_PERSONS = frozenset("leaders presidents ministers men diplomats statesmen strongmen heads".split())
_ANYBODY = frozenset(("side", "sides", "party", "parties"))
_NEAR = 6
_BLOCS = frozenset(("organization", "bloc"))

_NOUNS: tuple[tuple[frozenset[str], frozenset[str], float], ...] = (
    (_COUNTRY, STATES, 0.6),
    (_AUTHORITY, STATES, 0.5),
    (frozenset(("minister", "spokesman", "spokeswoman")), STATES, 0.5),
    (_MILITANTS, GROUPS, 0.6),
    (_BLOC, _BLOCS, 0.5),
    (_BODY, frozenset(("organization",)), 0.5),
    (_COMPANY, frozenset(("company",)), 0.6),
)
_NAMING = frozenset(noun for nouns, _, _ in _NOUNS for noun in nouns)

STAND_FOR_SOMEBODY = _NAMING.union(NUMBERS, _OF_TWO)
"""Words of which a phrase holds one."""

AFTER_THE = STAND_FOR_SOMEBODY | MODIFIERS
"""Words of which one follows "the" where it stands for somebody."""

_AFTER_ITS = MODIFIERS.union(NUMBERS, _ALLIES)


def two(focus: Focus, view: SentenceView, at: int) -> Found | None:
    """Resolve "the two countries", "both sides", "the two": the two most prominent."""
    last, number = view.end_of_several(at)
    if not last and view.lower[at] == "both" and view.is_alone(at):
        clause = view.in_clause(at) if view.is_object(at) else ()
        together = view.together(view.before(at)) or tuple(
            [a for a in focus.prominent(view, at) if a not in clause][:2]
        )
        return (at, at + 1, together, 0.5) if len(together) == 2 else None
    if not last:
        return None
    noun = view.lower[last - 1]
    kinds = None if noun in NUMBERS or noun in _ANYBODY else STATES
    if number > 2:
        several = tuple(focus.prominent(view, at, kinds))
        return (at, last, several, 0.4) if len(several) == number else None
    actors = view.explained_pair(last) or _two_actors(focus, view, at, noun)
    return (at, last, actors, 0.7) if len(actors) == 2 else None


def _two_actors(focus: Focus, view: SentenceView, at: int, noun: str) -> tuple[str, ...]:
    kinds = None if noun in NUMBERS or noun in _ANYBODY else STATES
    named = view.before(at)
    ranked = focus.prominent(view, at, kinds) or focus.prominent(view, at)
    if noun in _PERSONS:
        persons = focus.persons()
        persons.update(m.id for m in named if view.is_person(m))
        known = [actor for actor in ranked if actor in persons]
        ranked = known if len(known) > 1 else ranked
    if named and not _MEDIATES.isdisjoint(view.lower[max(0, at - 5) : at]):
        mediators = view.subject(named)
        others = [actor for actor in ranked if actor not in mediators]
        if len(others) >= 2:
            return tuple(others[:2])
    if named and _is_object(view, at, noun):
        subjects = view.subject(named)
        others = [actor for actor in ranked if actor not in subjects][:2]
        if len(subjects) == 1 and len(others) == 2 and all(m.id in subjects for m in named):
            weights = focus.salience
            least = min(weights.get(actor, 0.0) for actor in others)
            is_new = all(weights.get(actor, 0.0) < least for actor in subjects)
            if is_new or (least and view.lower[at - 1] not in _WITH):
                return tuple(others)
    together = view.together(named)
    if kinds:
        together = tuple([a for a in together if focus.is_a(a, kinds)])
    if len(together) == 2:
        return together
    before = [a for a in dict.fromkeys(m.id for m in named) if not kinds or focus.is_a(a, kinds)]
    if len(before) == 2 and not focus.salience:
        return tuple(before)
    if len(before) == 1:
        last = tuple([a for a in focus.together if not kinds or focus.is_a(a, kinds)])
        if len(last) == 2 and before[0] not in last:
            return last  # "Oslo and Rome agreed. Berlin fears the two capitals' ties"
        others = [actor for actor in ranked if actor not in before]
        return (before[0], *others[:1])
    return tuple(ranked[:2])


def _is_object(view: SentenceView, at: int, noun: str) -> bool:
    """Return whether a phrase is governed: "condemned both", "in contact with both"."""
    if at == 0:
        return False
    before = view.lower[at - 1]
    if before == "on" and noun in _ANYBODY:
        return False  # "officials on both sides"
    return before in _WITH or before in PASTS or (before.endswith(("ed", "ing")))


def the(focus: Focus, view: SentenceView, at: int) -> Found | None:
    """Resolve "the country", "the ministry", "the militants", "the bloc", "the two sides"."""
    if view.lower[at + 1] in _OF_TWO:
        return _one_of_two(focus, view, at)
    several = two(focus, view, at)
    if several is not None:
        return several
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
                found = _definite(focus, view, at, last, kinds, confidence)
                if found is not None or noun not in _ONLY_IF_CALLED:
                    return found
        if noun not in MODIFIERS:
            return None
    return None


def _one_of_two(focus: Focus, view: SentenceView, at: int) -> Found | None:
    """Resolve "the former" and "the latter": of the two named last."""
    if at + 2 >= len(view.lower) or view.has_other_noun(at + 2):
        return None
    before = tuple(dict.fromkeys(m.id for m in view.before(at)))
    pair = view.together(view.before(at)) or before or focus.two_named_last()
    if len(pair) != 2:
        return None
    return at, at + 2, (pair[view.lower[at + 1] == "latter"],), 0.5


def _definite(
    focus: Focus,
    view: SentenceView,
    at: int,
    last: int,
    kinds: frozenset[str],
    confidence: float,
) -> Found | None:
    lower = view.lower
    if lower[last : last + 1] == ["of"] or view.is_mentioned(last):
        return None  # a country follows: "the president of Iran", "the group Hamas"
    if not NO_LONGER.isdisjoint(lower[at:last]):
        return None
    noun = lower[last - 1]
    explained_name = view.explained_name(at, last)
    if explained_name is not None and focus.is_a(explained_name.id, kinds):
        return at, last, (explained_name.id,), confidence
    if noun in _AUTHORITY and noun not in OFFICE_HEADS:
        whose = view.speaker_before(at) or _place_before(view, at)
        if lower[last : last + 1] == ["in"]:
            whose = view.mention_from(last + 1)  # "the junta in Myanmar"
        if whose is not None and focus.is_a(whose.id, kinds):
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
        recent = focus.recent_person()
        here = [
            m.id
            for m in view.before(at)
            if view.is_person(m) and (recent is None or not view.says(m))
        ]
        person = here[0] if here else None if recent is None else recent[0]
        if person is not None:
            return at, last, (person,), confidence
    where = _place_ahead(view) if noun in _COUNTRY and view.resolved else None
    if where is not None and any(m.id == where.id for m in view.resolved):
        return at, last, (where.id,), confidence  # "In Bamako, the junta left the country"
    near = [m.id for m in view.before(at) if view.token_at(m.end - 1) >= at - _NEAR]
    ranked = focus.prominent(view, at, kinds)
    ranked = focus.called(ranked, noun, noun in _ONLY_IF_CALLED and kinds is _BLOCS)
    if at == 0 and lower[last : last + 1] not in _NO_DEED:
        # "The ministry accused London": who is acted on is not who acts
        objects = {
            m.id for m in view.mentions if m.confidence > ONLY_WHERE and m.kind not in RESOLVED
        }
        ranked = [actor for actor in ranked if actor not in objects] or ranked
    fitting = [actor for actor in ranked if actor not in near] or ranked
    if lower[last - 1] not in _COUNTRY and near and near[-1] in fitting:
        fitting = [near[-1]]
    return (at, last, (fitting[0],), confidence) if fitting else None


def _place_ahead(view: SentenceView) -> Mention | None:
    """Return the place at the beginning of a sentence ("In Bamako, the junta")."""
    place = view.mention_from(1) if view.lower[0] == "in" else None
    comma = 0 if place is None else view.range_of(place)[1]
    return place if view.lower[comma : comma + 1] == [","] else None


def _place_before(view: SentenceView, at: int) -> Mention | None:
    """Return the place in front of a phrase ("In Bamako, the junta"; "Bamako: the junta")."""
    if at < 2:
        return None
    if view.lower[at - 1] == ",":
        place = _place_ahead(view)
        return place if place is not None and view.range_of(place)[1] == at - 1 else None
    end = view.place(at - 2) + len(view.tokens.words[at - 2])
    is_colon = view.lower[at - 1] == ":"
    return next((m for m in view.mentions if m.end == end), None) if is_colon else None


def ally(focus: Focus, view: SentenceView, at: int) -> Found | None:
    """Resolve "its neighbour", "its two biggest allies": who else is there."""
    lower = view.lower
    if at + 1 == len(lower) or lower[at + 1] not in _AFTER_ITS:
        return None
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
    owner = [m.id for m in view.before(at)][:1] or list((focus.subject or [()])[-1][:1])
    others = [a for a in focus.prominent(view, at, STATES) if a not in owner]
    wanted = 1 + lower[last - 1].endswith("s")
    if view.is_mentioned(last) or len(others) < wanted or (wanted == 1 and len(others) > 1):
        return None
    return at, last, tuple(others[:wanted]), 0.4


PHRASES: tuple[tuple[tuple[str, ...], Rule], ...] = (
    (("the",), the),
    ((*NUMBERS, "all"), two),
)
"""With which words phrases begin, and what they may stand for."""
