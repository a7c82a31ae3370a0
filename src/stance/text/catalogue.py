"""The actor catalogue: which words stand for which actor, as data, with a user's own laid over.

Files of one JSON object a line. An *actor* names itself by its fields ``name``, ``names``,
``abbreviations``, ``adjectives``, ``people``, ``prefixes``, ``capital``, ``metonyms``,
``institutions`` and ``places``; ``not`` lists longer phrases that hold such a word and name no
actor ("Vienna Convention"). A *leader* stands for an actor between two dates.
"""

from __future__ import annotations

import datetime
import functools
import importlib.resources
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from stance.errors import CatalogueError, Problem
from stance.records import MentionKind
from stance.text.collecting import collection_put_off
from stance.text.entries import Actor, ActorKind, Ambiguity, Leader, read_catalogue
from stance.text.starts import Starts
from stance.text.surfaces import Surface
from stance.text.tokens import tokenize

__all__ = [
    "Actor",
    "Ambiguity",
    "Catalogue",
    "Leader",
    "default_catalogue",
    "plain",
    "read_catalogue",
]

_FIELDS: dict[str, tuple[MentionKind, float]] = {
    "names": ("name", 1.0),
    "abbreviations": ("name", 1.0),
    "adjectives": ("name", 1.0),
    "people": ("name", 0.95),
    "prefixes": ("name", 1.0),
    "capital": ("name", 0.9),
    "metonyms": ("institution", 0.95),
    "institutions": ("institution", 0.95),
    "places": ("place", 0.6),
}
"""Field of an actor -> kind of mention and confidence."""

_GRACE = datetime.timedelta(days=30)  # the press still speaks of a leader who has just fallen

_COMMON = frozenset(
    "Support State International Western Eastern Northern Southern Central National Supreme"
    " Security Foreign Popular People's".split()
)
"""First words that begin phrases of no name in lower case ("State council elections")."""
_NAMED_BY_NOUNS = frozenset(("names", "institutions", "metonyms"))
_NOUNS = frozenset(
    "Army Force Forces Front Council League Union Guard Guards Authority Brotherhood Movement Party"
    " Department Command Group Brigade Brigades Commission Parliament Court Bank Agency Ministry"
    " Navy Fleet Duma Committee Assembly Service Organisation Organization Alliance Corps Office"
    " Cooperation Security Democratic National Central Defence Defense Criminal Justice".split()
)
"""Words of names that parts of the press print in lower case after the first word."""

_FILES = ("states.jsonl", "organizations.jsonl", "groups.jsonl")
_LEADERS = "leaders.jsonl"


def plain(text: str) -> str:
    """Return ``text`` without diacritics: the press prints names either way.

    Examples
    --------
    >>> plain("Erdoğan")
    'Erdogan'
    """
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(
        str.maketrans("ıŁłØøĐđ’", "iLlOoDd'")
    )


@functools.cache
def _later(day: str | None) -> str | None:
    """Return the day up to which somebody is still named who was in office until ``day``."""
    if day is None:
        return None
    try:
        return (datetime.date.fromisoformat(day) + _GRACE).isoformat()
    except (ValueError, OverflowError):  # a user's catalogue may give a year, or the end of time
        return day


def _with_nouns_in_lower_case(text: str) -> list[str]:
    """Return a name as it stands, and as some papers print it ("Syrian Democratic forces")."""
    first, *rest = text.split(" ")
    if _NOUNS.isdisjoint(rest) or (len(rest) == 1 and first in _COMMON):
        return [text]
    lower = [word.lower() if word in _NOUNS else word for word in rest]
    return list(
        dict.fromkeys((text, " ".join((first, *lower)), " ".join((first, *rest[:-1], lower[-1]))))
    )


def _words(text: str) -> tuple[str, ...]:
    """Return the tokens of a surface form; most are plain words, which need no tokeniser."""
    if text.isascii() and text.replace(" ", "").isalpha():
        return tuple(text.split())
    return tuple(tokenize(text).words)


class Catalogue:
    """Actors and the words that name them.

    Parameters
    ----------
    actors : iterable of Actor
        Several with one id are one actor, with the words of all and the kind and the usual name
        of the last. Where a word may stand for several actors and nothing decides, it is the first.
    leaders : iterable of Leader

    Raises
    ------
    CatalogueError
        If a leader stands for an actor that is not there.

    Attributes
    ----------
    first_words : frozenset of str
        The words with which surface forms begin, and the short names that actors introduce.
    introducing : dict
        Actor -> the short names in use once it is named, with "the" before, and whose they are.

    Examples
    --------
    >>> catalogue = Catalogue([Actor(id="GONDOR", kind="state", name="Gondor")])
    >>> [surface.actor for surface in catalogue.lookup("Gondor")]
    ['GONDOR']
    """

    def __init__(self, actors: Iterable[Actor], leaders: Iterable[Leader] = ()) -> None:
        self._actors: dict[str, list[Actor]] = defaultdict(list)
        self._kinds: dict[str, ActorKind] = {}
        self.introducing: dict[str, dict[str, str]] = {}
        self._index: dict[str, dict[tuple[str, ...], list[Surface]]] = defaultdict(dict)
        for actor in actors:
            self._actors[actor.id].append(actor)
            self._kinds[actor.id] = actor.kind
            if actor.introduces:
                introduced = self.introducing.get(actor.id, {})
                self.introducing[actor.id] = {**actor.introduces, **introduced}
            self._add_actor(actor)
        for introduced in self.introducing.values():
            for short, whose in introduced.items():
                self._check(whose, "a short name stands for an actor of the catalogue", short)
        self._leaders = tuple(leaders)
        for leader in self._leaders:
            self._check(leader.actor, "a leader stands for an actor of the catalogue", leader.name)
            self._add_leader(leader)
        self.starts = Starts(self._index)
        self.first_words = frozenset(self._index).union(*self.introducing.values())

    def _check(self, actor: str, rule: str, name: str) -> None:
        if actor not in self._actors:
            raise CatalogueError(Problem(rule, "add the actor", f"{name}: {actor}"))

    def _add_actor(self, actor: Actor) -> None:
        for field, (kind, confidence) in _FIELDS.items():
            surfaces = getattr(actor, field)
            if field == "names":
                surfaces = (actor.name, *surfaces)
            clear = Surface(actor.id, kind, confidence, actor.since, actor.until, field=field)
            for text in surfaces:
                doubt = actor.ambiguous.get(text)
                surface = clear if doubt is None else _doubtful(clear, doubt)
                self._add(text + "-" if field == "prefixes" else text, surface)
        for text in actor.excluded:
            self._add(text, Surface(None, "name"))

    def _add_leader(self, leader: Leader) -> None:
        until = _later(leader.until)
        surnames = tuple(plain(name) for name in leader.surname if " " not in name)
        full = Surface(
            leader.actor,
            "person",
            1.0,
            leader.since,
            until,
            unless=_lower(leader.unless),
            needs=_lower(leader.needs),
            surnames=surnames,
        )
        for text in (leader.name, *leader.variants):
            self._add(text, full)
        surname = msgspec.structs.replace(
            full,
            confidence=0.9 if leader.alone else 0.8,
            needs_title=not leader.alone,
            surnames=(),
        )
        for text in leader.surname:
            self._add(text, surname)

    def _add(self, text: str, surface: Surface) -> None:
        forms = [text]
        is_acronym = surface.field == "abbreviations" or text.isupper()
        if is_acronym and text.isalpha() and len(text) >= _SPOKEN.get(surface.field, len(text) + 1):
            forms.append(text.capitalize())  # the British press writes Nato, Opec, Monusco
        if surface.field in _NAMED_BY_NOUNS and " " in text:
            forms = _with_nouns_in_lower_case(text)
        for form in forms:
            words = _words(plain(form))
            if words:
                known = self._index[words[0]].setdefault(words[1:], [])
                if surface not in known:
                    known.append(surface)

    def lookup(self, text: str) -> tuple[Surface, ...]:
        """Return all that ``text``, taken by itself, may stand for."""
        words = _words(plain(text))
        return tuple(self._index.get(words[0], {}).get(words[1:], ())) if words else ()

    def __contains__(self, actor: object) -> bool:
        return actor in self._actors

    def __len__(self) -> int:
        return len(self._actors)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the identifiers of all actors, sorted."""
        return tuple(sorted(self._actors))

    def entries(self, actor: str) -> tuple[Actor, ...]:
        """Return what the catalogue says about one actor: the entry and those laid over it."""
        return tuple(self._actors.get(actor, ()))

    def kind(self, actor: str) -> ActorKind:
        """Return what kind of actor this is; an unknown one counts as a state."""
        return self._kinds.get(actor, "state")

    def state_of(self, actor: str) -> str | None:
        """Return the state that a group or company belongs to, if one is named."""
        found = [entry.state for entry in self._actors.get(actor, ()) if entry.state]
        return found[-1] if found else None

    def is_called(self, actor: str, noun: str) -> bool:
        """Return whether an actor is known to be called by a common noun ("the kingdom").

        Examples
        --------
        >>> default_catalogue().is_called("SAU", "kingdom")
        True
        """
        return any(noun in entry.called for entry in self._actors.get(actor, ()))

    def name(self, actor: str) -> str:
        """Return the usual name of an actor, the identifier itself if it is unknown."""
        return self._actors[actor][-1].name if actor in self._actors else actor

    def read(self, path: Path | str) -> tuple[list[Actor], list[Leader]]:
        """Return the actors and leaders of a user's file, checked against this catalogue.

        Raises
        ------
        NotFoundError, CatalogueError
            If the file does not exist, or it breaks the format; all problems are listed.
        """
        return read_catalogue(path, {id_: entries[-1] for id_, entries in self._actors.items()})

    def overlay(self, path: Path | str) -> Catalogue:
        """Return this catalogue with a user's own file laid over it.

        Raises
        ------
        NotFoundError, CatalogueError
            If the file does not exist, or it breaks the format; all problems are listed.
        """
        actors, leaders = self.read(path)
        for entries in self._actors.values():
            actors += entries
        return Catalogue(actors, (*leaders, *self._leaders))


def _doubtful(surface: Surface, doubt: Ambiguity) -> Surface:
    """Return a surface that the words around it may exclude."""
    return msgspec.structs.replace(
        surface,
        confidence=_DOUBT * surface.confidence,
        unless=_lower(doubt.unless),
        needs=_lower(doubt.needs),
    )


def _lower(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)


_DOUBT = 0.8  # confidence where another meaning was possible
_SPOKEN = {"abbreviations": 4, "institutions": 5}
"""Field -> from how many letters on an acronym may be printed like a word."""


@functools.cache
def _shipped() -> tuple[list[Actor], list[Leader]]:
    folder = importlib.resources.files("stance.text") / "catalogue"
    decode_actor = msgspec.json.Decoder(Actor).decode_lines
    decode_leader = msgspec.json.Decoder(Leader).decode_lines
    actors = [actor for name in _FILES for actor in decode_actor((folder / name).read_bytes())]
    return actors, decode_leader((folder / _LEADERS).read_bytes())


@functools.cache
def default_catalogue() -> Catalogue:
    """Return the catalogue that comes with the library.

    Examples
    --------
    >>> default_catalogue().name("IRN")
    'Iran'
    """
    with collection_put_off():
        return Catalogue(*_shipped())
