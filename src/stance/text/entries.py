"""The lines of a catalogue: actors and leaders, and the faults of a user's own file.

A line may break several rules: all of them are listed, each with its line and the value found.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from stance.errors import CatalogueError, Problem, missing
from stance.text.surfaces import FUNCTION_WORDS

__all__ = ["Actor", "ActorKind", "Ambiguity", "Leader", "read_catalogue"]

ActorKind = Literal["state", "territory", "organization", "bloc", "group", "company"]


class Ambiguity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a surface form means something else.

    ``unless`` are words that show another meaning, ``needs`` words of which one is required.
    """

    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    reason: str = ""


class Actor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One actor of the catalogue, with all that names it."""

    id: str
    kind: ActorKind
    name: str
    names: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    capital: tuple[str, ...] = ()
    metonyms: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    ambiguous: dict[str, Ambiguity] = {}
    since: str | None = None
    until: str | None = None
    state: str | None = None
    venue: bool = False
    called: tuple[str, ...] = ()
    introduces: dict[str, str] = {}
    excluded: tuple[str, ...] = msgspec.field(name="not", default=())
    note: str = ""


class Leader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person who stands for an actor while in office; dates are ISO days, None is open.

    ``unless`` are words that show a namesake or a private matter, of ``needs`` one is required.
    """

    actor: str
    name: str
    office: str
    variants: tuple[str, ...] = ()
    surname: tuple[str, ...] = ()
    since: str | None = msgspec.field(name="from", default=None)
    until: str | None = msgspec.field(name="to", default=None)
    alone: bool = False
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    note: str = ""


_ID = re.compile(r"\S+")
_SEE = "see docs/actors.md"
_NO_NAMES = FUNCTION_WORDS | frozenset(
    "of is are was were be been has have had i you me him them us my your than into".split()
)
_WORDS = {
    Actor: tuple(
        "names abbreviations adjectives people prefixes capital metonyms institutions"
        " places not".split()
    ),
    Leader: ("variants", "surname"),
}
"""Struct -> its fields that list words, beside ``name``."""
_DATES = {Actor: ("since", "until"), Leader: ("from", "to")}
_FIRST_DAY = "-01-01"
_LAST_DAY = "-12-31"
_Fields = dict[str, Any]
_Fault = tuple[str, str, object]
"""A rule that a line breaks, the next step, and the value found."""


def read_catalogue(
    path: Path | str, known: Mapping[str, Actor] | None = None
) -> tuple[list[Actor], list[Leader]]:
    """Read a catalogue file; a line with ``actor`` or ``office`` is a leader.

    Parameters
    ----------
    path : path
    known : mapping of str to Actor, optional
        The actors over which the file is laid. A line with the id of one of them, or of a line
        before, adds words to it and needs neither kind nor name.

    Returns
    -------
    actors : list of Actor
    leaders : list of Leader

    Raises
    ------
    NotFoundError, CatalogueError
        If there is no such file, or it breaks the format; all problems are listed.
    """
    path = Path(path)
    if not path.is_file():
        raise missing(path, "catalogue file")
    problems: list[Problem] = []
    lines: list[tuple[int, _Fields]] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            fields = _decoded(line)
            if fields is None:
                shown = line.decode("utf-8", "replace").strip()
                rule = "a catalogue line is an actor or a leader, as one JSON object"
                problems.append(Problem(rule, _SEE, shown, str(path), number))
            else:
                lines.append((number, fields))
    there = dict(known or {})
    ids = there.keys() | {str(fields.get("id")) for _, fields in lines if not _is_leader(fields)}
    actors: list[Actor] = []
    leaders: list[Leader] = []
    for number, fields in lines:
        faults = list(_faults(fields, there, ids))
        problems += [Problem(*fault[:2], fault[2], str(path), number) for fault in faults]
        if faults:
            continue
        if _is_leader(fields):
            leaders.append(msgspec.convert(_with_last_day(fields, "to"), Leader))
            continue
        actor = _actor(_with_last_day(fields, "until"), there.get(fields["id"]))
        there.setdefault(actor.id, actor)
        actors.append(actor)
    if problems:
        raise CatalogueError(sorted(problems, key=lambda problem: problem.line or 0))
    return actors, leaders


def _actor(fields: _Fields, base: Actor | None) -> Actor:
    """Return the actor of a line; what it leaves out about one that is there stays as it is."""
    if base is None:
        return msgspec.convert(fields, Actor)
    stays = {name: getattr(base, name) for name in ("kind", "name", "since", "until")}
    actor = msgspec.convert({**stays, **fields}, Actor)
    ambiguous = {**base.ambiguous, **actor.ambiguous}
    return msgspec.structs.replace(actor, ambiguous=ambiguous)


def _decoded(line: bytes) -> _Fields | None:
    """Return the fields of a line, None if it is no JSON object."""
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return fields if isinstance(fields, dict) else None


def _is_leader(fields: _Fields) -> bool:
    return "office" in fields or "actor" in fields


def _faults(fields: _Fields, there: Mapping[str, Actor], ids: Collection[str]) -> Iterator[_Fault]:
    """Yield what is wrong with a line.

    ``there`` are the actors before it, ``ids`` those before and after.
    """
    is_leader = _is_leader(fields)
    wrong = list(_form_faults(fields, Leader if is_leader else Actor, there))
    yield from wrong
    if wrong:
        return  # what has the wrong form has no content that could be checked
    if is_leader:
        if fields["actor"] not in ids:
            yield "a leader stands for an actor of the catalogue", "add the actor", fields["actor"]
    else:
        yield from _actor_faults(fields, there, ids)
    struct = Leader if is_leader else Actor
    for word in _words_of(fields, struct):
        if not any(map(str.isalnum, word)):
            yield "a name has a letter or a figure", "fill it in or remove it", word
        elif word.lower() in _NO_NAMES and not (word.isupper() and len(word) > 1):
            yield "a name is no function word", "remove it", word
    yield from _date_faults(fields, *_DATES[struct])


def _form_faults(
    fields: _Fields, struct: type[Actor | Leader], there: Mapping[str, Actor]
) -> Iterator[_Fault]:
    """Yield fields that are unknown, of another type or left out."""
    what = "a leader" if struct is Leader else "an actor"
    known = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, value in fields.items():
        if name not in known:
            yield f"{what} has the fields {', '.join(known)}", _SEE, name
            continue
        try:
            msgspec.convert(value, known[name].type)
        except msgspec.ValidationError as error:
            yield f"{name!r} of {what} has another form ({error})", _SEE, value
    needed = [name for name, field in known.items() if field.required and name not in fields]
    if needed and not (struct is Actor and str(fields.get("id")) in there):
        if struct is Actor and "id" in fields:
            what = "an actor that is not in the catalogue yet"
        yield f"{what} needs {' and '.join(needed)}", f"add what is missing, {_SEE}", fields


def _actor_faults(
    fields: _Fields, there: Mapping[str, Actor], ids: Collection[str]
) -> Iterator[_Fault]:
    """Yield what is wrong with an actor whose fields have the right form."""
    id_ = fields["id"]
    if not _ID.fullmatch(id_):
        yield "an id is not empty and has no blanks", "correct it", id_
    base = there.get(id_)
    if base is not None and fields.get("kind", base.kind) != base.kind:
        rule = f"{id_} is a {base.kind} already ({base.name}) and stays one"
        yield rule, "leave kind out to add words to it, or choose another id", fields["kind"]
    if fields.get("state") is not None and fields["state"] not in ids:
        yield "a state is an actor of the catalogue", "add the actor", fields["state"]
    for whose in fields.get("introduces", {}).values():
        if whose not in ids:
            yield "a short name stands for an actor of the catalogue", "add the actor", whose
    listed = {*_words_of(fields, Actor)}
    for word in fields.get("ambiguous", {}):
        if word not in listed:
            yield "what is ambiguous is a word that the line lists", "list it or remove it", word


def _words_of(fields: _Fields, struct: type[Actor | Leader]) -> list[str]:
    """Return all words that a line lists."""
    name = [fields["name"]] if "name" in fields else []
    return name + [word for field in _WORDS[struct] for word in fields.get(field, ())]


def _date_faults(fields: _Fields, first: str, last: str) -> Iterator[_Fault]:
    """Yield dates that are none, and an end that stands before its beginning."""
    start, end = fields.get(first), fields.get(last)
    wrong = [day for day in (start, end) if day is not None and not _is_date(day)]
    for day in wrong:
        yield "a date is a day, or only its year or month", "write it as 2030-12-31", day
    if start and end and not wrong and _filled(start, _FIRST_DAY) > _filled(end, _LAST_DAY):
        yield f"{first!r} is not later than {last!r}", "correct one", f"{start} to {end}"


def _is_date(day: str) -> bool:
    try:
        datetime.date.fromisoformat(_filled(day, _FIRST_DAY))
    except ValueError:
        return False
    return len(day) in (4, 7, 10)


def _filled(day: str, rest: str) -> str:
    """Return a year or a month with the month and day that it lacks."""
    return day + rest[len(day) - len("2030") :]


def _with_last_day(fields: _Fields, name: str) -> _Fields:
    """Return fields in which a year or month as an end lasts up to its last day."""
    day = fields.get(name)
    return fields if day is None else {**fields, name: _filled(day, _LAST_DAY)}
