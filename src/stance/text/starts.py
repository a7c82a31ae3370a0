"""The surface forms of a catalogue, sorted by the word that they begin with."""

from __future__ import annotations

from collections.abc import Mapping

from stance.text.surfaces import Surface

__all__ = ["Alone", "Start", "Starts"]


class Longer:
    """A surface form of several words: those after the first, and what it may stand for.

    ``only`` is what it stands for if nothing is in doubt.
    """

    __slots__ = ("only", "rest", "surfaces")

    def __init__(self, rest: tuple[str, ...], surfaces: list[Surface]) -> None:
        self.rest = rest
        self.surfaces = surfaces
        self.only = _only(surfaces)


class Alone:
    """A surface form of one word.

    ``is_person``, ``is_place`` and ``is_doubtful`` say whether all that it may stand for are
    persons, some are capitals or places, and the words around it may exclude a name or capital.
    """

    __slots__ = ("is_doubtful", "is_person", "is_place", "only", "surfaces")

    def __init__(self, surfaces: list[Surface]) -> None:
        self.surfaces = surfaces
        self.only = _only(surfaces)
        self.is_person = all(s.kind == "person" for s in surfaces)
        self.is_place = any(s.field in ("capital", "places") for s in surfaces)
        self.is_doubtful = any(
            s.unless and s.field in ("names", "capital", "places") for s in surfaces
        )


class Start:
    """The surface forms that begin with a word: longer ones by their second word, and itself.

    ``only_persons`` says whether all of them are names of persons.
    """

    __slots__ = ("alone", "longer", "only_persons")

    def __init__(self, group: Mapping[tuple[str, ...], list[Surface]]) -> None:
        self.longer: dict[str, list[Longer]] = {}
        self.alone = Alone(group[()]) if () in group else None
        self.only_persons = all(s.kind == "person" for one in group.values() for s in one)
        for rest in sorted(group, key=lambda rest: (-len(rest), rest)):  # the longest first
            if rest:
                self.longer.setdefault(rest[0], []).append(Longer(rest, group[rest]))


_NOTHING = Start({})
_Index = Mapping[str, dict[tuple[str, ...], list[Surface]]]


class Starts(dict[str, Start]):
    """Word -> the surface forms that begin with it, sorted out when they are first asked for."""

    def __init__(self, index: _Index) -> None:
        self._index = index

    def __missing__(self, word: str) -> Start:
        if word not in self._index:
            return _NOTHING
        found = self[word] = Start(self._index[word])
        return found

    def __reduce__(self) -> tuple[type[Starts], tuple[_Index]]:
        return Starts, (self._index,)


def _only(surfaces: list[Surface]) -> Surface | None:
    """Return the one meaning of a surface form that no context and no date can change."""
    if len(surfaces) > 1:
        return None
    one = surfaces[0]
    doubtful = one.unless or one.needs or one.needs_title or one.since or one.until
    return None if doubtful else one
