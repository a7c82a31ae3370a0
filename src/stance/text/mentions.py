"""Mentions: longest match of the catalogue on token borders, offices and names joined to it."""

from __future__ import annotations

from collections.abc import Sequence

from stance.records import Mention, MentionKind
from stance.text.catalogue import Catalogue, Surface, plain
from stance.text.tokens import Tokens

__all__ = ["find_mentions"]

_OFFICE_HEADS = frozenset(
    "president premier minister chancellor king queen prince princess emir sultan sheikh ayatollah"
    " leader secretary chief commander general marshal admiral ambassador envoy spokesman"
    " spokeswoman spokesperson speaker governor director chairman chairwoman commissioner"
    " representative diplomat pope patriarch dictator ruler strongman".split()
)
_OFFICE_WORDS = _OFFICE_HEADS | frozenset(
    "prime foreign defence defense finance interior energy oil trade economy deputy vice first"
    " supreme acting former then new state press top senior chief general special high crown army"
    " military naval air affairs and of for".split()
)
_TITLES = frozenset(
    "Mr Mrs Ms Dr President Premier Minister Chancellor King Queen Prince Emir Secretary General"
    " Ayatollah Ambassador Speaker Pope Sheikh Sultan Chairman Senator Representative".split()
)
_PARTICLES = frozenset("al el bin ibn ben van von de der di da do dos la le al-".split())
_LONGEST_OFFICE = 8


class _Match:
    """A match under construction: token range, surface, and whether it holds a person."""

    __slots__ = ("actor", "confidence", "first", "kind", "last")

    def __init__(self, first: int, last: int, surface: Surface) -> None:
        self.first = first
        self.last = last  # exclusive
        self.actor = surface.actor
        self.kind: MentionKind = surface.kind
        self.confidence = surface.confidence


def find_mentions(
    text: str,
    tokens: Tokens,
    catalogue: Catalogue,
    offset: int = 0,
    date: str | None = None,
    known_names: dict[str, str] | None = None,
) -> tuple[Mention, ...]:
    """Return the mentions in one sentence, in order of place.

    Parameters
    ----------
    text : str
        The sentence.
    tokens : Tokens
        Its tokens.
    catalogue : Catalogue
    offset : int
        Added to all spans: where the sentence begins in its document.
    date : str, optional
        ISO day; leaders count only while in office, historical states only while they lasted.
    known_names : dict, optional
        Surnames that the document has introduced -> actor; new ones are added to it.

    Examples
    --------
    >>> from stance.text.catalogue import default_catalogue
    >>> from stance.text.tokens import tokenize
    >>> text = "Iranian Foreign Minister Javad Zarif warned the US."
    >>> found = find_mentions(text, tokenize(text), default_catalogue())
    >>> [(mention.text, mention.id) for mention in found]
    [('Iranian Foreign Minister Javad Zarif', 'IRN'), ('US', 'USA')]
    """
    matches = _match(tokens.words, catalogue, date, known_names or {})
    if not matches:
        return ()
    if known_names is None:
        known_names = {}
    matches = _extend(tokens.words, matches, known_names)
    return tuple(
        Mention(
            match.actor,
            text[tokens.starts[match.first] : tokens.ends[match.last - 1]],
            offset + tokens.starts[match.first],
            offset + tokens.ends[match.last - 1],
            match.kind,
            match.confidence,
        )
        for match in matches
        if match.actor is not None
    )


def _match(
    words: Sequence[str], catalogue: Catalogue, date: str | None, known_names: dict[str, str]
) -> list[_Match]:
    """Return the longest matches from left to right; none overlap."""
    by_first_word = catalogue.by_first_word
    lowered: frozenset[str] | None = None
    matches: list[_Match] = []
    position = 0
    length = len(words)
    while position < length:
        word = words[position]
        candidates = by_first_word.get(word)
        taken = 0
        if candidates is not None:
            for rest, extra, surfaces in candidates:
                end = position + 1 + extra
                if extra and (end > length or tuple(words[position + 1 : end]) != rest):
                    continue
                if lowered is None:
                    lowered = frozenset(w.lower() for w in words)
                surface = _choose(surfaces, lowered, date, words, position, matches)
                if surface is not None:
                    last = end - 1 if surface.is_prefix else end
                    matches.append(_Match(position, last, surface))
                    taken = end - position
                    break
        if not taken and word in known_names:
            matches.append(
                _Match(position, position + 1, Surface(known_names[word], "person", 0.9))
            )
            taken = 1
        position += taken or 1
    return matches


def _choose(
    surfaces: list[Surface],
    lowered: frozenset[str],
    date: str | None,
    words: Sequence[str],
    position: int,
    before: list[_Match],
) -> Surface | None:
    """Return what a surface form stands for here: None if context or date speak against it."""
    fitting = [
        surface
        for surface in surfaces
        if not (surface.unless and surface.unless & lowered)
        and not (surface.needs and not surface.needs & lowered)
        and (
            date is None
            or (
                (surface.since is None or surface.since <= date)
                and (surface.until is None or date <= surface.until)
            )
        )
        and not (
            surface.needs_title
            and (position == 0 or words[position - 1].rstrip(".") not in _TITLES)
        )
    ]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    named = {match.actor for match in before}
    return max(fitting, key=lambda s: (s.actor in named, s.until is None, s.since or ""))


def _extend(
    words: Sequence[str], matches: list[_Match], known_names: dict[str, str]
) -> list[_Match]:
    """Join offices and personal names to the names of actors beside them."""
    joined: list[_Match] = []
    for i, match in enumerate(matches):
        if joined and match.first < joined[-1].last:
            continue  # swallowed by the mention before
        following = matches[i + 1] if i + 1 < len(matches) else None
        _join_office(words, match, following, known_names)
        if match.kind == "person":
            while (
                match.first
                and words[match.first - 1].rstrip(".") in _TITLES
                and (not joined or joined[-1].last < match.first)
            ):
                match.first -= 1
        joined.append(match)
    return joined


def _join_office(
    words: Sequence[str], match: _Match, following: _Match | None, known_names: dict[str, str]
) -> None:
    """Extend a match over an office and the person who holds it ("Iranian President X Y")."""
    end = match.last
    if end < len(words) and words[end] in ("'s", "’s"):
        end += 1
    office_end = end
    has_head = False
    for position in range(end, min(len(words), end + _LONGEST_OFFICE)):
        lower = words[position].lower()
        if lower not in _OFFICE_WORDS:
            break
        if lower in _OFFICE_HEADS:
            office_end, has_head = position + 1, True
    if not has_head or match.actor is None:
        return
    if following is not None and following.first == office_end:
        if following.actor == match.actor:
            match.last, match.kind = following.last, "person"
        return
    name_end = _name_end(words, office_end)
    if name_end > office_end:
        match.last, match.kind = name_end, "person"
        known_names[words[name_end - 1]] = match.actor
        known_names[plain(words[name_end - 1])] = match.actor


def _name_end(words: Sequence[str], start: int) -> int:
    """Return the end of the personal name that begins at ``start`` (``start`` if none does)."""
    position = start
    end = start
    while position < len(words) and position - start < _LONGEST_OFFICE:
        word = words[position]
        if word[0].isupper() and word[0].isalpha():
            end = position + 1
        elif not (word.lower() in _PARTICLES or (word == "-" and end > start)):
            break
        position += 1
    return end
