"""What the words of a catalogue may stand for, sorted by the word that they begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from stance.records import MentionKind

__all__ = ["Alone", "Start", "Starts", "Surface"]


class Surface(msgspec.Struct, frozen=True):
    """One way in which an actor is named.

    ``needs_title`` marks surnames that count only after a title or the full name, ``surnames`` are
    those that a full name introduces; ``actor`` is None for phrases that name no actor.
    """

    actor: str | None
    kind: MentionKind
    confidence: float = 1.0
    since: str | None = None
    until: str | None = None
    unless: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    needs_title: bool = False
    field: str = "names"
    surnames: tuple[str, ...] = ()


class Longer(NamedTuple):
    """A surface form of several words: those after the first, and what it may stand for.

    ``only`` is what it stands for if nothing is in doubt.
    """

    rest: tuple[str, ...]
    surfaces: list[Surface]
    only: Surface | None


class Alone(NamedTuple):
    """A surface form of one word.

    ``is_person``, ``is_place`` and ``is_doubtful`` say whether all that it may stand for are
    persons, some are capitals or places, and the words around it may exclude a name or capital.
    """

    surfaces: list[Surface]
    only: Surface | None
    is_person: bool
    is_place: bool
    is_doubtful: bool


class Start(NamedTuple):
    """The surface forms that begin with a word: longer ones by their second word, and itself.

    ``only_persons`` says whether all of them are names of persons.
    """

    longer: dict[str, list[Longer]]
    alone: Alone | None
    only_persons: bool


_NOTHING = Start({}, None, True)
_Index = Mapping[str, dict[tuple[str, ...], list[Surface]]]


class Starts(dict[str, Start]):
    """Word -> the surface forms that begin with it, sorted out when they are first asked for."""

    def __init__(self, index: _Index) -> None:
        self._index = index

    def __missing__(self, word: str) -> Start:
        if word not in self._index:
            return _NOTHING
        found = self[word] = _start(self._index[word])
        return found

    def __reduce__(self) -> tuple[type[Starts], tuple[_Index]]:
        return Starts, (self._index,)


def _start(group: dict[tuple[str, ...], list[Surface]]) -> Start:
    """Return the surface forms that begin with one word, the longest first."""
    longer: dict[str, list[Longer]] = {}
    alone = None
    for rest in sorted(group, key=lambda rest: (-len(rest), rest)):
        surfaces = group[rest]
        if rest:
            longer.setdefault(rest[0], []).append(Longer(rest, surfaces, _only(surfaces)))
        else:
            alone = Alone(
                surfaces,
                _only(surfaces),
                all(s.kind == "person" for s in surfaces),
                any(s.field in ("capital", "places") for s in surfaces),
                any(s.unless and s.field in ("names", "capital", "places") for s in surfaces),
            )
    persons = all(s.kind == "person" for surfaces in group.values() for s in surfaces)
    return Start(longer, alone, persons)


def _only(surfaces: list[Surface]) -> Surface | None:
    """Return the one meaning of a surface form that no context and no date can change."""
    if len(surfaces) > 1:
        return None
    one = surfaces[0]
    doubtful = one.unless or one.needs or one.needs_title or one.since or one.until
    return None if doubtful else one
