"""Longest matches of the catalogue on token borders, with context and date to decide doubts."""

from __future__ import annotations

from collections.abc import Sequence

from stance.records import MentionKind
from stance.text.catalogue import Catalogue, Surface, plain
from stance.text.tokens import Tokens

__all__ = ["FUNCTION_WORDS", "TITLES", "Match", "folded_words", "match_words"]

TITLES = frozenset(
    "Mr Mrs Ms Dr President Premier Minister Chancellor King Queen Prince Emir Secretary General"
    " Ayatollah Ambassador Speaker Pope Sheikh Sultan Chairman Senator Representative Gen Col"
    " Marshal Admiral Colonel Commander Crown President-elect Imam Mullah Comrade".split()
)
_PLACE_NOUNS = frozenset(
    "Street Road Avenue Boulevard Lane Square Airport University Hotel Marathon Zoo Cathedral"
    " Hospital Station Stadium Bridge Park Opera Philharmonic Orchestra Ballet Museum Gallery"
    " Cup Grand Masters Fashion Fringe Biennale Restaurant College Institute".split()
)
_PLACE_NOUN_PAIRS = frozenset(
    {("State", "University"), ("National", "University"), ("Open", "title")}
)
_NAMED_AFTER = frozenset(
    "Agreement Agreements Accord Accords Convention Conventions Protocol Treaty Club Process"
    " Declaration Summit Consensus Conference agreement agreements accord accords convention"
    " protocol process format".split()
)
_LOWER_WEST_BEFORE = frozenset("in to from at further due".split())
_LOWER_WEST_AFTER = frozenset("of bank coast side wing end gate shore and".split())
_SHORT = 3
FUNCTION_WORDS = frozenset(
    "in on at the a an but and he she his her it its they their we our by for from to with after"
    " before when while as if although though since because that this these those there here"
    " however meanwhile later last earlier now then so or yet nor both asked under over during"
    " speaking according despite two some many most all no not only even also still one more"
    " what who why how where until unless amid following against between once again instead"
    " nevertheless yesterday today tomorrow whoever nobody everybody everyone".split()
)
"""Words that begin a sentence with a capital and are no names."""


class Match:
    """A match under construction: token range, actor, and how it is named."""

    __slots__ = ("actor", "confidence", "field", "first", "kind", "last")

    def __init__(self, first: int, last: int, surface: Surface) -> None:
        self.first = first
        self.last = last  # exclusive
        self.actor = surface.actor
        self.kind: MentionKind = surface.kind
        self.confidence = surface.confidence
        self.field = surface.field


def folded_words(text: str, tokens: Tokens, catalogue: Catalogue) -> Sequence[str]:
    """Return the words as the catalogue writes them: no diacritics, headlines not in capitals."""
    words: Sequence[str] = tokens.words
    if not text.isascii():
        words = [word if word.isascii() else plain(word) for word in words]
    if len(words) > _SHORT and text.isupper():
        known = catalogue.by_first_word
        words = [
            w
            if w in known and len(w) <= _SHORT + 1
            else w.capitalize()
            if w.capitalize() in known
            else w.lower()
            for w in words
        ]
    return words


def match_words(
    words: Sequence[str], catalogue: Catalogue, date: str | None, known_names: dict[str, str]
) -> list[Match]:
    """Return the longest matches from left to right; none overlap."""
    by_first_word = catalogue.by_first_word
    context: frozenset[str] = frozenset()
    matches: list[Match] = []
    position = 0
    length = len(words)
    while position < length:
        word = words[position]
        candidates = by_first_word.get(word)
        taken = 0
        if candidates is not None:
            for rest, extra, surfaces, only in candidates:
                end = position + 1 + extra
                if extra and (
                    end > length
                    or words[position + 1] != rest[0]
                    or (extra > 1 and tuple(words[position + 1 : end]) != rest)
                ):
                    continue
                if not extra and _is_part_of_name(words, position, surfaces, catalogue):
                    break
                surface = only
                if only is None:
                    if not context:
                        context = frozenset([*words, *(w.lower() for w in words)])
                    surface = _choose(surfaces, context, date, words, position, matches)
                if surface is not None:
                    matches.append(Match(position, end - surface.is_prefix, surface))
                    taken = end - position
                    break
        if not taken and known_names and word in known_names:
            kind: MentionKind = "name" if word.isupper() else "person"
            surface = Surface(known_names[word], kind, 0.9)
            matches.append(Match(position, position + 1, surface))
            taken = 1
        elif not taken and word == "west" and _is_the_west(words, position):
            matches += [
                Match(position, position + 1, surface) for surface in catalogue.lookup("West")[:1]
            ]
        position += taken or 1
    return matches


def _is_the_west(words: Sequence[str], position: int) -> bool:
    """Return whether "the west" here is the Western states and not a direction."""
    return (
        position > 0
        and words[position - 1] in ("the", "The")
        and (position < 2 or words[position - 2].lower() not in _LOWER_WEST_BEFORE)
        and (position + 1 >= len(words) or words[position + 1] not in _LOWER_WEST_AFTER)
    )


def _is_part_of_name(
    words: Sequence[str], position: int, surfaces: list[Surface], catalogue: Catalogue
) -> bool:
    """Return whether a single word belongs to a longer name that stands for no actor here.

    Streets, universities and treaties are named after places ("Moscow Street", "Minsk
    agreements"); people share names with states ("Jordan Pickford", "Michael Jordan").
    """
    after = words[position + 1] if position + 1 < len(words) else ""
    if after in _PLACE_NOUNS:
        return True
    if (after, words[position + 2] if position + 2 < len(words) else "") in _PLACE_NOUN_PAIRS:
        return True
    if after in _NAMED_AFTER and any(s.field in ("capital", "places") for s in surfaces):
        return True
    if all(s.kind == "person" for s in surfaces):
        return _has_other_given_name(words, position, catalogue)
    if not any(s.unless and s.field in ("names", "capital", "places") for s in surfaces):
        return False
    if words[position].isalpha() and _is_strange_name(after, catalogue):
        return True
    return position > 1 and _is_strange_name(words[position - 1], catalogue)


def _has_other_given_name(words: Sequence[str], position: int, catalogue: Catalogue) -> bool:
    """Return whether a surname stands after the given name of somebody else ("Oscar Pistorius")."""
    if not position or not _is_strange_name(words[position - 1], catalogue):
        return False
    first = words[0].lower()
    return position > 1 or not (first in FUNCTION_WORDS or first.endswith("ing"))


def _is_strange_name(word: str, catalogue: Catalogue) -> bool:
    """Return whether a word looks like a personal name, and no actor begins with it."""
    if len(word) <= _SHORT or not word.istitle() or word in TITLES or word in _ACTS_FOR_STATE:
        return False
    return all(
        surface.kind == "person"
        for _, _, surfaces, _ in catalogue.by_first_word.get(word, ())
        for surface in surfaces
    )


_ACTS_FOR_STATE = frozenset(
    "Foreign Prime Defence Defense Finance Interior Deputy Supreme Central National Parliament"
    " Ministry Army Navy Force Embassy Government Republic Northern Southern Eastern Western"
    " North South East West Monday Tuesday Wednesday Thursday Friday Saturday Sunday January"
    " February March April June July August September October November December With From When"
    " While Both That Like Unlike Against Between Under Over After Before Since Then Even".split()
)


def _choose(
    surfaces: list[Surface],
    context: frozenset[str],
    date: str | None,
    words: Sequence[str],
    position: int,
    before: list[Match],
) -> Surface | None:
    """Return what a surface form stands for here: None if context or date speak against it."""
    fitting = [
        surface
        for surface in surfaces
        if not (surface.unless and surface.unless & context)
        and not (surface.needs and not surface.needs & context)
        and (
            date is None
            or (
                (surface.since is None or surface.since <= date)
                and (surface.until is None or date <= surface.until)
            )
        )
        and not (
            surface.needs_title and (position == 0 or words[position - 1].rstrip(".") not in TITLES)
        )
    ]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    named = {match.actor for match in before}
    dated = date is not None
    return max(
        fitting,
        key=lambda s: (s.actor in named, (s.until is not None) == dated, s.since or ""),
    )
