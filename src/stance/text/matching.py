"""Longest matches of the catalogue on token borders, with context and date to decide doubts."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence

from stance.records import MentionKind
from stance.text.catalogue import Catalogue, plain
from stance.text.headlines import TITLES, folded, is_headline, is_headline_verb, shouted_end
from stance.text.starts import Alone, Start
from stance.text.surfaces import FUNCTION_WORDS, Surface
from stance.text.tokens import Tokens

__all__ = [
    "POSSESSIVE",
    "Match",
    "folded_words",
    "match_candidates",
    "match_words",
]

_PLACE_NOUNS = frozenset(
    "Street Road Avenue Boulevard Lane Square Airport University Hotel Marathon Zoo Cathedral"
    " Hospital Station Stadium Bridge Park Opera Philharmonic Orchestra Ballet Museum Gallery"
    " Cup Grand Masters Fashion Fringe Biennale Restaurant College Institute Hub Symphony".split()
)
_CLUBS = frozenset(
    "FC AC AS CSKA Dynamo Dinamo Spartak Lokomotiv Shakhtar Maccabi Hapoel Legia Slavia Sparta"
    " Partizan Star Persepolis Esteghlal Real Atletico".split()
)
"""Sports clubs whose names end in a city."""
_PLACE_NOUN_PAIRS = frozenset(
    {
        ("State", "University"),
        ("National", "University"),
        ("Open", "title"),
        ("Symphony", "Orchestra"),
        ("Philharmonic", "Orchestra"),
        ("Chamber", "Orchestra"),
    }
)
_PLACE_PAIR_STARTS = frozenset(first for first, _ in _PLACE_NOUN_PAIRS)
_NAMED_AFTER = frozenset(
    "Agreement Agreements Accord Accords Convention Conventions Protocol Treaty Club Process"
    " Declaration Summit Consensus Conference agreement agreements accord accords convention"
    " protocol process format".split()
)
_SHIP_PREFIXES = frozenset("MV MT SS BRP HMS HMAS HMCS USS INS ROKS JS KRI PNS".split())
_SHIPS = _SHIP_PREFIXES | frozenset(
    "tanker vessel freighter frigate destroyer submarine warship cruiser ship trawler yacht"
    " Tanker Vessel Freighter Frigate Destroyer Submarine Warship Cruiser Ship Trawler".split()
)
_LONGEST_SHIP = 3  # words of its name before the one that is somebody's name too
_WEST = frozenset(("west",))
_LOWER_WEST_BEFORE = frozenset("in to from at further due".split())
_LOWER_WEST_AFTER = frozenset("of bank coast side wing end gate shore and".split())
_COORDINATING = frozenset(("and", "or"))
_THE = frozenset(("the", "The"))
POSSESSIVE = frozenset(("'s", "’s"))
_SHORT = 3


class Match:
    """A match under construction: token range, actor, and how it is named."""

    __slots__ = ("actor", "confidence", "field", "first", "kind", "last", "surnames")

    def __init__(self, first: int, last: int, surface: Surface) -> None:
        self.first = first
        self.last = last  # exclusive
        self.actor = surface.actor
        self.kind: MentionKind = surface.kind
        self.confidence = surface.confidence
        self.field = surface.field
        self.surnames = surface.surnames


def folded_words(text: str, tokens: Tokens, catalogue: Catalogue) -> list[str]:
    """Return the words as the catalogue writes them: no diacritics, headlines not in capitals."""
    words: list[str] = tokens.words
    if not text.isascii():
        words = [word if word.isascii() else plain(word) for word in words]
    if text.isupper():
        return folded(words, catalogue) if len(words) > 1 else words
    end = shouted_end(text) if text[1:2].isupper() or text[1:2] == "." else 0
    if end:
        count = bisect.bisect_left(tokens.starts, end)
        words = [*folded(words[:count], catalogue, are_names=True), *words[count:]]
    return words


def match_candidates(
    words: list[str], catalogue: Catalogue, known_names: dict[str, str]
) -> list[int]:
    """Return where a match may begin."""
    there = catalogue.first_words.intersection(words)
    if "west" in words or (known_names and not known_names.keys().isdisjoint(words)):
        there = there.union(_WEST, known_names)
    if not there:
        return []
    return list(itertools.compress(itertools.count(), map(there.__contains__, words)))


def match_words(
    words: list[str],
    lower: list[str],
    candidates: Iterable[int],
    catalogue: Catalogue,
    date: str | None,
    known_names: dict[str, str],
) -> list[Match]:
    """Return the longest matches from left to right that begin at candidates; none overlap."""
    matches: list[Match] = []
    starts = catalogue.starts
    length = len(words)
    has_ships = not _SHIPS.isdisjoint(words)
    done = 0
    for position in candidates:
        if position < done or (has_ships and _is_ship(words, position)):
            continue
        word = words[position]
        start = starts[word]
        done = position + 1
        if start.longer and done < length:
            for longer in start.longer.get(words[done], ()):
                end = done + len(longer.rest)
                if len(longer.rest) > 1 and tuple(words[done:end]) != longer.rest:
                    continue
                surface = longer.only
                if surface is None:
                    surface = _choose(longer.surfaces, lower, date, words, position, matches)
                if surface is not None:
                    matches.append(Match(position, end - (surface.field == "prefixes"), surface))
                    done = end
                    break
            if done > position + 1:
                continue
        alone, surface = start.alone, None
        if alone is not None and not _is_part_of_name(words, position, alone, catalogue):
            surface = alone.only
            if surface is None:
                surface = _choose(alone.surfaces, lower, date, words, position, matches)
        if surface is None and (
            word in known_names
            or (position and words[position - 1] in _THE)
            or (done < length and words[done] in _COORDINATING)
        ):
            surface = _from_context(words, position, start, catalogue, known_names, matches)
        if surface is not None:
            matches.append(Match(position, position + 1 - (surface.field == "prefixes"), surface))
    return matches


def _is_ship(words: list[str], position: int) -> bool:
    """Return whether a word belongs to the name of a ship ("USS Ronald Reagan").

    After a common noun something else of its name stands first: "the tanker Marlin Luanda" is a
    ship, "the tanker Iran seized" is not.
    """
    before = position - 1
    while before >= 0 and position - before <= _LONGEST_SHIP and words[before] not in _SHIPS:
        if not words[before][0].isupper():
            return False
        before -= 1
    if before < 0 or words[before] not in _SHIPS:
        return False
    return words[before] in _SHIP_PREFIXES or before + 1 < position


def _from_context(
    words: list[str],
    position: int,
    start: Start,
    catalogue: Catalogue,
    known_names: dict[str, str],
    before: list[Match],
) -> Surface | None:
    """Return what a word stands for that the text has introduced, or that shares a name."""
    word = words[position]
    if word in known_names:
        if word.isupper():
            return Surface(known_names[word], "name", 0.9)
        if _is_of_another(words, position, known_names, catalogue):
            return None
        return Surface(known_names[word], "person", 0.9)
    after = position + 1
    if start.longer and after + 2 < len(words) and words[after] in _COORDINATING:
        for longer in start.longer.get(words[after + 2], ()):
            if len(longer.rest) == 1:
                return longer.only  # "North and South Korea"
    if not _is_a_side(words, position):
        return None
    if word == "west":
        return next(iter(catalogue.lookup("West")), None)
    actor = known_names.get(f"the {word}")
    for match in before:  # the last name has the last word
        if match.actor in catalogue.introducing:
            actor = catalogue.introducing[match.actor].get(word, actor)
    return None if actor is None else Surface(actor, "name", 0.9)


def _is_a_side(words: list[str], position: int) -> bool:
    """Return whether "the west" here is the Western states and not a direction."""
    after = words[position + 1] if position + 1 < len(words) else ""
    return (
        position > 0
        and words[position - 1] in _THE
        and (position < 2 or words[position - 2].lower() not in _LOWER_WEST_BEFORE)
        and after not in _LOWER_WEST_AFTER
        and not after.istitle()
    )


def _is_part_of_name(words: list[str], position: int, alone: Alone, catalogue: Catalogue) -> bool:
    """Return whether a single word belongs to a longer name that stands for no actor here.

    Streets, universities and treaties are named after places ("Moscow Street", "Minsk
    agreements"); people share names with states ("Jordan Pickford", "Michael Jordan").
    """
    after = words[position + 1] if position + 1 < len(words) else ""
    if after in _PLACE_NOUNS:
        return True
    if (
        after in _PLACE_PAIR_STARTS
        and tuple(words[position + 1 : position + 3]) in _PLACE_NOUN_PAIRS
    ):
        return True
    if alone.is_place and (
        after in _NAMED_AFTER or (position > 0 and words[position - 1] in _CLUBS)
    ):
        return True
    if alone.is_person:
        return _has_other_given_name(words, position, catalogue)
    if not alone.is_doubtful:
        return False
    if words[position].isalpha() and _is_strange_name(after, words, catalogue):
        return True
    return position > 1 and _is_strange_name(words[position - 1], words, catalogue)


def _is_of_another(
    words: list[str], position: int, known_names: dict[str, str], catalogue: Catalogue
) -> bool:
    """Return whether a surname that the text introduced here belongs to somebody else."""
    after = words[position + 1 : position + 4]  # "Kim Yong-hyun" is not Kim Jong-un
    if len(after) == 3 and after[1] == "-" and after[0].istitle() and after[2].islower():
        return f"{words[position]} {after[0]}" not in known_names
    return f"{words[position - 1]} {words[position]}" not in known_names and _has_other_given_name(
        words, position, catalogue
    )


def _has_other_given_name(words: list[str], position: int, catalogue: Catalogue) -> bool:
    """Return whether a surname stands after the given name of somebody else ("Oscar Pistorius")."""
    if not position or not _is_strange_name(words[position - 1], words, catalogue):
        return False
    first = words[0].lower()
    return position > 1 or not (first in FUNCTION_WORDS or first.endswith("ing"))


def _is_strange_name(word: str, words: list[str], catalogue: Catalogue) -> bool:
    """Return whether a word looks like a personal name, and no actor begins with it."""
    if len(word) <= _SHORT or not word.istitle() or word in TITLES or word in _ACTS_FOR_STATE:
        return False
    if not catalogue.starts[word].only_persons:
        return False
    return not (is_headline_verb(word) and is_headline(words))


_ACTS_FOR_STATE = frozenset(
    "Foreign Prime Defence Defense Finance Interior Deputy Supreme Central National Parliament"
    " Ministry Army Navy Force Embassy Government Republic Northern Southern Eastern Western"
    " North South East West Monday Tuesday Wednesday Thursday Friday Saturday Sunday January"
    " February March April June July August September October November December With From When"
    " While Both That Like Unlike Against Between Under Over After Before Since Then Even Junta"
    " Border Trade Coup Troops Talks Deal Crisis Election Elections Nuclear Leader Leaders Envoy"
    " Peace Summit Tensions Sanctions Tariffs".split()
)


def _is_titled(words: list[str], position: int) -> bool:
    """Return whether a surname stands after a title, and is no given name ("President Ann X")."""
    if position == 0 or words[position - 1].rstrip(".") not in TITLES:
        return False
    after = words[position + 1] if position + 1 < len(words) else ""
    return not (after.istitle() and after.isalpha() and len(after) > _SHORT)


def _is_owned(words: list[str], position: int, before: Sequence[Match], actor: str | None) -> bool:
    """Return whether a surname stands after a possessive of its own state ("Albania's Rama")."""
    return (
        bool(before)
        and before[-1].actor == actor
        and before[-1].last == position - 1
        and words[position - 1] in POSSESSIVE
    )


def _choose(
    surfaces: list[Surface],
    lower: list[str],
    date: str | None,
    words: list[str],
    position: int,
    before: list[Match],
) -> Surface | None:
    """Return what a surface form stands for here: None if context or date speak against it."""
    fitting = []
    for surface in surfaces:
        if date is not None and (
            (surface.since is not None and date < surface.since)
            or (surface.until is not None and surface.until < date)
        ):
            continue
        if surface.needs_title and not (
            _is_titled(words, position) or _is_owned(words, position, before, surface.actor)
        ):
            continue
        if (surface.unless and not surface.unless.isdisjoint(lower)) or (
            surface.needs and surface.needs.isdisjoint(lower)
        ):
            continue
        fitting.append(surface)
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    named = {match.actor for match in before}
    dated = date is not None
    return max(
        fitting,
        key=lambda s: (s.actor in named, (s.until is not None) == dated, s.since or ""),
    )
