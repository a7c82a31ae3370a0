"""Offices and personal names joined to the actors beside them, and neighbours made one.

"Iranian Foreign Minister Javad Zarif" is one mention of Iran; "the Lebanese Hezbollah" is one of
Hezbollah. A role word counts only with the name of its state.
"""

from __future__ import annotations

from collections.abc import Sequence

from stance.text.catalogue import Catalogue
from stance.text.headlines import TITLES, is_headline, is_headline_verb
from stance.text.matching import POSSESSIVE, Match
from stance.text.surfaces import Surface

__all__ = ["NO_LONGER", "OFFICE_HEADS", "has_office", "join_offices"]

OFFICE_HEADS = frozenset(
    "president premier minister chancellor king queen prince princess emir sultan sheikh ayatollah"
    " leader secretary chief commander general marshal admiral ambassador envoy spokesman"
    " spokeswoman spokesperson speaker governor director chairman chairwoman commissioner"
    " representative diplomat pope patriarch dictator ruler strongman negotiator negotiators"
    " ministers presidents leaders consul adviser advisor official senator vice-chairman"
    " lawmaker deputy mp parliamentarian pm fm vp aide aides".split()
)
_MAY_BE_OF_ANYTHING = frozenset(
    "minister ministers secretary commissioner chief adviser advisor official envoy spokesman"
    " spokeswoman spokesperson director negotiator negotiators representative diplomat commander"
    " leader deputy".split()
)
"""Heads before which one word outside of the list may stand ("unification minister")."""
_SENT = frozenset("ambassador envoy minister representative negotiator".split())
_SENT_ABROAD = frozenset("ambassador envoy representative negotiator".split())
_SENT_TO = frozenset("to for in at".split())
_BEFORE_HOSTS = _SENT_TO | {"the"}
_NO_PORTFOLIO = frozenset("met sent told urges backs hosts thanks sees wants sacks or".split())
_OFFICE_WORDS = OFFICE_HEADS | frozenset(
    "prime foreign defence defense finance interior energy oil trade economy deputy vice first"
    " supreme acting former then new state press top senior chief general special high crown army"
    " military naval air affairs and of for security national parliament government industry"
    " central bank ministry parliamentary presidential council deputy house party internal external"
    " interim transitional caretaker civilian junta navy shadow staff".split()
)
_PARTICLES = frozenset("al el bin ibn ben van von de der di da do dos la le ul ur ud".split())
_BEFORE_TITLES = frozenset(
    "Prime Vice Foreign Defence Defense Finance Interior Field Rear Lieutenant Major Brigadier"
    " Deputy High".split()
)
_FORMER = frozenset("former ex late ousted deposed one-time erstwhile".split())
NO_LONGER = _FORMER | {"then"}
"""Words inside an office or a phrase for one that say that it is no longer held."""
_PLURAL_POSSESSIVE = frozenset(("'", "’"))
_GLUE = frozenset(('"', "“", "”", "‘", "’", "'"))
_BODIES = (["staff"], ["assembly"], ["headquarters"], ["secretariat"])
_STATE_BODIES = frozenset(
    "Army Council Guard Department Command Parliament Court Committee Assembly Service Office"
    " Senate Congress Staff Chiefs Representatives Commons Police Marines Bureau Agency".split()
)
"""Last words of names that many states give to a body of their own."""
_NO_BEGINNING = frozenset("and of for".split())
_WEEKDAYS = frozenset("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
_LONGEST_OFFICE = 9
_LONGEST_NAME = 6
_FULL_NAME = 2  # words
_SHORTEST_SURNAME = 2  # letters
_NUMERAL = frozenset("IVX")  # "Abdullah II" is no II


def join_offices(
    words: list[str],
    lower: list[str],
    matches: list[Match],
    known_names: dict[str, str],
    catalogue: Catalogue,
) -> list[Match]:
    """Join offices, personal names and neighbours; learn the surnames that are introduced."""
    has_offices = not OFFICE_HEADS.isdisjoint(lower)
    introducing = catalogue.introducing
    joined: list[Match] = []
    for i, match in enumerate(matches):
        if joined and match.first < joined[-1].last:
            continue  # swallowed by the mention before
        if match.actor is None:
            joined.append(match)
            continue
        if match.actor in introducing:
            for short, actor in introducing[match.actor].items():
                known_names[f"the {short}"] = actor
        border = joined[-1].last if joined else 0
        if match.last < len(words) and words[match.last] == "(":
            _learn_acronym(words, match, known_names)
        if joined and _is_of_a_state(words, match, joined, catalogue):
            continue
        if match.kind == "person":
            _join_title(words, match, border, known_names)
        following = matches[i + 1] if i + 1 < len(matches) else None
        office_end = _office_end(words, lower, match.last) if has_offices else 0
        is_others = following is not None and following.actor != match.actor
        if is_others and following is not None and following.first < office_end:
            office_end = 0  # "Iran met King Salman": a title of somebody else
        if office_end:
            if joined and _is_sent_by(words, lower, joined[-1], match, office_end, catalogue):
                match.actor = joined[-1].actor  # "Israel's UN ambassador"
            is_former = _is_former_office(lower, match, office_end)
            _join_office(
                words, match, office_end, following, border, {} if is_former else known_names
            )
            if is_former:
                match.actor = None  # "Ukraine's former president, Petro Poroshenko"
        if (
            joined
            and match.first - joined[-1].last <= 1
            and _merge(words, joined[-1], match, catalogue)
        ):
            continue
        sender = joined[-1] if joined else None
        joined.append(match)
        if has_offices and sender is not None and lower[match.first - 1] in _BEFORE_HOSTS:
            envoy = _envoy(words, lower, sender, match, following)
            if envoy is not None:
                _learn(words, envoy, known_names)
                joined.append(envoy)
    return [match for match in joined if match.kind != "person" or not _is_former(words, match)]


def _is_sent_by(
    words: list[str],
    lower: list[str],
    sender: Match,
    match: Match,
    office_end: int,
    catalogue: Catalogue,
) -> bool:
    """Return whether an office is a state's at an organisation, and not the organisation's."""
    return (
        match.actor is not None
        and match.first == sender.last + 1
        and _is_possessive(words, sender.last)
        and catalogue.kind(match.actor) in ("organization", "bloc")
        and not _SENT.isdisjoint(lower[match.first : office_end])
    )


def _envoy(
    words: list[str],
    lower: list[str],
    sender: Match,
    host: Match,
    following: Match | None,
) -> Match | None:
    """Return the person who stands after an embassy ("China's ambassador to Iran, Cong Peiwu").

    The name explains the office and not the host beside it.
    """
    between = lower[sender.last : host.first]
    if between[-1:] == ["the"]:
        between = between[:-1]
    if len(between) < 2 or between[-1] not in _SENT_TO or between[-2] not in _SENT_ABROAD:
        return None
    if sender.actor is None or host.actor is None or not _is_office(between[:-1]):
        return None
    start = host.last + (words[host.last : host.last + 1] == [","])
    end = _name_end(words, start)
    if end - start < _FULL_NAME or (following is not None and following.first < end):
        return None
    return Match(start, end, Surface(sender.actor, "person"))


def _is_office(between: list[str]) -> bool:
    """Return whether words between two names are an office of the first and nothing else."""
    start = between[0] in POSSESSIVE
    return all(word in _OFFICE_WORDS or word == "-" for word in between[start:])


def _is_of_a_state(
    words: list[str], match: Match, joined: Sequence[Match], catalogue: Catalogue
) -> bool:
    """Return whether a name is that of a state's own body ("South Korea's Joint Chiefs").

    Many states have a security council and a senate; the name alone means the best known.
    """
    if match.last - match.first < _FULL_NAME or joined[-1].actor == match.actor:
        return False
    gap = words[joined[-1].last : match.first]
    if gap and not (len(gap) == 1 and gap[0] in POSSESSIVE):
        return False
    first = words[match.first]
    if first.islower():
        return True
    owner = joined[-1]
    return (
        owner.actor is not None
        and catalogue.kind(owner.actor) == "state"
        and (bool(gap) or owner.field == "adjectives")
        and words[match.last - 1] in _STATE_BODIES
        and match.kind == "institution"
        and not catalogue.lookup(first)  # "the Spanish European Parliament member"
    )


def has_office(words: list[str], lower: list[str], last: int) -> bool:
    """Return whether the role of a person follows token ``last`` ("Iran's foreign minister")."""
    return _office_end(words, lower, last) > 0


def _learn_acronym(words: list[str], match: Match, known_names: dict[str, str]) -> None:
    """Learn an acronym in brackets after a name ("the Gas Exporting Countries Forum (GECF)")."""
    bracketed = words[match.last : match.last + 3]
    if (
        len(bracketed) == 3
        and bracketed[0] == "("
        and bracketed[2] == ")"
        and len(bracketed[1]) > 1
        and bracketed[1].isupper()
        and match.actor is not None
    ):
        known_names[bracketed[1]] = match.actor


def _join_title(words: list[str], match: Match, border: int, known_names: dict[str, str]) -> None:
    if match.last - match.first > 1:
        _learn(words, match, known_names)
    while match.first > border and words[match.first - 1].rstrip(".") in TITLES:
        match.first -= 1
        if match.first - 1 > border and words[match.first - 2 : match.first] == ["Secretary", "-"]:
            match.first -= 2
        while match.first > border and words[match.first - 1] in _BEFORE_TITLES:
            match.first -= 1
    if (
        match.first - 1 > border
        and words[match.first - 1] == "."
        and words[match.first - 2] in TITLES
    ):
        match.first -= 2


def _is_former_office(lower: list[str], match: Match, office_end: int) -> bool:
    """Return whether an office is no longer held ("the former British prime minister")."""
    return not NO_LONGER.isdisjoint(lower[match.last : office_end]) or (
        match.first > 0 and lower[match.first - 1] in _FORMER
    )


def _is_former(words: list[str], match: Match) -> bool:
    """Return whether a person is named who no longer holds the office."""
    before = match.first - 1
    if before >= 0 and words[before] == "-":
        before -= 1
    if before < 0:
        return False
    return words[before].lower() in _FORMER and match.last - match.first > 1


def _office_end(words: list[str], lower: list[str], end: int) -> int:
    """Return the end of the office that begins at ``end``; 0 if none does."""
    length = len(words)
    is_owned = end < length and _is_possessive(words, end)
    end += is_owned
    if end >= length or not words[end].isalpha() or lower[end] in _NO_BEGINNING:
        return 0
    if OFFICE_HEADS.isdisjoint(lower[end : end + _LONGEST_OFFICE]):
        return 0
    office_end = 0
    strange = 0  # one word outside of the list may stand in an office: "unification minister"
    for position in range(end, min(length, end + _LONGEST_OFFICE)):
        if lower[position] in OFFICE_HEADS and not _is_staff(lower, position):
            office_end = position + 1
        elif lower[position] not in _OFFICE_WORDS and not _is_hyphened(lower, position):
            strange += 1
            fits = words[position].islower() and words[position].isalpha()
            if is_owned and position == end and fits:
                continue  # "Brazil's leftwing president": no verb follows a possessive
            if strange > 1 or office_end or not _is_portfolio(words, position):
                break
    return _portfolio_end(lower, office_end)


def _is_staff(lower: list[str], position: int) -> bool:
    """Return whether "general" belongs to a body ("general staff") and is nobody's rank."""
    return lower[position] == "general" and lower[position + 1 : position + 2] in _BODIES


def _is_hyphened(lower: list[str], position: int) -> bool:
    """Return whether a hyphen, or what stands between two, is part of an office."""
    return lower[position] == "-" or list(lower[position - 1 : position + 2]) == ["-", "in", "-"]


def _is_possessive(words: list[str], at: int) -> bool:
    """Return whether a token makes a possessive of the word before ("Iran's", "Philippines'")."""
    return words[at] in POSSESSIVE or (
        words[at] in _PLURAL_POSSESSIVE and words[at - 1].endswith("s")
    )


def _is_portfolio(words: list[str], position: int) -> bool:
    """Return whether a word says what an office is in charge of, and is no verb before a title."""
    word, head = words[position], words[position + 1 : position + 2]
    return (
        word.islower()
        and word.isalpha()
        and not word.endswith("ed")
        and word not in _NO_PORTFOLIO
        and bool(head)
        and head[0] in _MAY_BE_OF_ANYTHING
    )


def _portfolio_end(lower: list[str], end: int) -> int:
    """Return the end of what an office is in charge of ("minister of trade and industry")."""
    if not end or end >= len(lower) or lower[end] not in ("of", "for"):
        return end
    start = end + 1 + (lower[end + 1 : end + 2] == ["the"])
    position = start
    while position < len(lower) and lower[position] in _OFFICE_WORDS:
        position += 1
    return position if position > start else end


def _join_office(
    words: list[str],
    match: Match,
    office_end: int,
    following: Match | None,
    border: int,
    known_names: dict[str, str],
) -> None:
    """Extend a match over an office and the person who holds it ("Iranian President X Y")."""
    if match.actor is None:
        return
    name_start = office_end
    apposition = name_start < len(words) and words[name_start] == ","
    if apposition:
        name_start += 1
    while name_start < len(words) and words[name_start].rstrip(".") in TITLES:
        name_start += 1
    if following is not None and following.first == name_start:
        if following.actor == match.actor:
            match.last, match.kind = following.last, "person"
            match.surnames = following.surnames
            if following.last - following.first > 1:
                _learn(words, match, known_names)
        return
    name_end = _name_end(words, name_start)
    if name_end - name_start > apposition:
        match.last, match.kind, match.surnames = name_end, "person", ()
        _learn(words, match, known_names)
    else:
        _join_name_before(words, match, office_end, border, known_names)


def _join_name_before(
    words: list[str],
    match: Match,
    office_end: int,
    border: int,
    known_names: dict[str, str],
) -> None:
    """Learn the name that an office explains ("Denis Manturov, Russia's trade minister")."""
    comma = match.first - 1
    if comma > border and words[comma].lower() == "the":
        comma -= 1
    if comma <= border or words[comma] != "," or match.actor is None:
        return
    start = comma
    while start > border and (
        _is_name_word(words[start - 1], start < comma)
        or (start - 1 > border and words[start - 2] == "-" and words[start - 1].islower())
    ):
        start -= 1
    while start < comma and not words[start][0].isupper():
        start += 1
    if comma - start > 1:
        match.first, match.last, match.kind, match.surnames = start, comma, "person", ()
        _learn(words, match, known_names)
        match.last = office_end


def _learn(words: list[str], match: Match, known_names: dict[str, str]) -> None:
    """Learn the surname of the person whose full name ends with a match, and what stands before it.

    Where the catalogue knows the person, it knows the surname: "Moon" of Moon Jae-in.
    """
    if match.actor is None:
        return
    name = words[match.first : match.last]
    for surname in match.surnames or name[-1:]:
        if len(surname) < _SHORTEST_SURNAME or not surname[0].isupper() or {*surname} <= _NUMERAL:
            continue
        known_names[surname] = match.actor
        for before, word, after in zip(("", *name), name, (*name[1:], ""), strict=False):
            if word == surname:
                known_names[f"{before} {surname}"] = match.actor
                known_names[f"{surname} {after}"] = match.actor


def _is_name_word(word: str, inside: bool) -> bool:
    return (word[0].isupper() and word[0].isalpha()) or (
        inside and (word.lower() in _PARTICLES or word == "-")
    )


def _name_end(words: list[str], start: int) -> int:
    """Return the end of the personal name that begins at ``start`` (``start`` if none does)."""
    end = start
    for position in range(start, min(len(words), start + _LONGEST_NAME)):
        word = words[position]
        if not _is_name_word(word, True) or word in _WEEKDAYS:
            break
        if is_headline_verb(word) and is_headline(words):
            break
        if word[0].isupper():
            end = position + 1
    return end


def _merge(words: list[str], left: Match, right: Match, catalogue: Catalogue) -> bool:
    """Make two neighbours one mention, in ``left``; return whether that was done.

    The state before one of its own institutions ("US State Department"), and an adjective before
    a group or company ("Lebanese Hezbollah", "Kurdish PKK") belong to it.
    """
    gap = right.first - left.last
    if left.actor is None or right.actor is None or gap > 1:
        return False
    between = words[left.last] if gap else ""
    if left.actor == right.actor:
        if gap and between not in POSSESSIVE and between not in _GLUE:
            return False
        if gap and right.kind not in ("institution", "person") and right.field != "adjectives":
            return False
    else:
        kind = catalogue.kind(right.actor)
        if kind not in ("group", "company") or left.kind not in ("name", "place"):
            return False
        owned = catalogue.state_of(right.actor) == left.actor
        glued = not between or between in _GLUE
        if between in POSSESSIVE:
            glued = owned
        describes = owned or left.field in ("adjectives", "people")
        if not (glued and describes):
            return False
        left.actor = right.actor
    left.last, left.kind = right.last, right.kind
    left.field = right.field
    left.confidence = min(1.0, max(left.confidence, right.confidence))
    return True
