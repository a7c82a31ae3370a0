"""What all converters share: what they return, how a relation becomes the names of labels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from stance.errors import LabelError, Problem
from stance.files import read_lines, write_atomically
from stance.labels.check import check_collection, check_sentence
from stance.records import (
    SENTIMENTS,
    LabeledMention,
    LabeledRelation,
    LabeledSentence,
    Sentiment,
)

__all__ = [
    "Exchange",
    "ForeignError",
    "Imported",
    "fields_of",
    "finish",
    "json_objects",
    "label_names",
    "label_of",
    "losses",
    "read_objects",
    "relations_of",
    "shaped",
    "write_objects",
]

NONE, OPEN = "none", "?"
"""Names of labels for a relation without stance, and for one whose stance was not annotated."""

_Shape = TypeVar("_Shape")

FIELDS = ("id", "doc_id", "sent_index", "lang", "context", "date", "source", "annotator", "status")


class ForeignError(Exception):
    """What is wrong with a foreign record: rule, next step, value."""


class Imported(NamedTuple):
    """Labels from another tool, and what was left out of them."""

    labels: tuple[LabeledSentence, ...]
    notes: tuple[str, ...]


class Exchange(NamedTuple):
    """How another tool's files are read and written; ``write`` returns what it left out."""

    read: Callable[[Path], Imported]
    write: Callable[[Iterable[LabeledSentence], Path], tuple[str, ...]]


def json_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the numbered objects of a file of JSON lines.

    Raises
    ------
    LabelError
        If a line is no JSON object.
    """
    for number, line in read_lines(path):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:  # no JSON, too long a number, too deep
            column = getattr(error, "colno", None)
            raise LabelError(
                Problem(
                    f"each line is one JSON object ({str(error).lower()})",
                    "export it as JSONL",
                    line[:80],
                    str(path),
                    number,
                    column,
                )
            ) from None
        if not isinstance(record, dict):
            raise LabelError(
                Problem(
                    "each line is one JSON object",
                    "export it as JSONL",
                    line[:80],
                    str(path),
                    number,
                )
            )
        yield number, record


def read_objects(
    path: Path,
    label_of_object: Callable[[dict[str, Any], int, list[str]], LabeledSentence | None],
) -> Imported:
    """Return the labels of a file of JSON lines.

    Parameters
    ----------
    path : path
    label_of_object : callable
        Gets an object, its line, and a list to add notes to; returns its label, or None to leave
        it out.

    Raises
    ------
    LabelError
        With all problems of the file, if there are any.
    """
    notes: list[str] = []
    found: list[tuple[int | None, LabeledSentence | ForeignError]] = []
    for number, record in json_objects(path):
        try:
            label = label_of_object(record, number, notes)
        except ForeignError as error:
            found.append((number, error))
        else:
            found += [] if label is None else [(number, label)]
    return finish(found, path, dict.fromkeys(notes))


def write_objects(records: Iterable[dict[str, Any]], path: Path) -> None:
    """Write objects as JSON lines, in ASCII: doccano guesses encodings, and guesses wrong."""
    write_atomically(path, "".join(json.dumps(record) + "\n" for record in records).encode("ascii"))


def shaped(value: object, shape: type[_Shape]) -> _Shape:
    """Return a foreign record, or a part of one, as a value of the type ``shape``.

    All that is read of a foreign record passes through here, so that a value of another kind is a
    problem of its file. Fields that ``shape`` does not name may be there, and are left out.

    Raises
    ------
    ForeignError
        If it is of another type; it names the place in the record, and the record's id.

    Examples
    --------
    >>> shaped([0, 4, "IRN"], tuple[int, int, str])
    (0, 4, 'IRN')
    """
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise ForeignError(
            f"a record has the fields and types of the format: {error}",
            "correct it, or export it again",
            value.get("id", value) if isinstance(value, dict) else value,
        ) from None


def fields_of(label: LabeledSentence) -> dict[str, Any]:
    """Return what a label says besides text, mentions and relations, for tools with free fields."""
    found = {name: getattr(label, name) for name in FIELDS if getattr(label, name) is not None}
    if found["lang"] == "en":
        del found["lang"]
    if found["status"] == "single":
        del found["status"]
    if label.exhaustive:
        found["exhaustive"] = True
    if label.meta:
        found["meta"] = label.meta
    return found


def label_of(
    text: object,
    fields: Mapping[str, Any],
    mentions: Iterable[LabeledMention] | None,
    relations: Iterable[LabeledRelation] | None,
    default_id: str,
) -> LabeledSentence:
    """Return a label from a foreign record; free fields that it does not know go to ``meta``."""
    if not isinstance(text, str):
        raise ForeignError("a record has a text", "export it with its text", text)
    known = {name: fields[name] for name in (*FIELDS, "exhaustive") if fields.get(name) is not None}
    meta = dict(fields["meta"]) if isinstance(fields.get("meta"), dict) else {}
    meta |= {
        k: v
        for k, v in fields.items()
        if k not in known and k != "meta" and v not in (None, [], "")
    }
    known["id"] = str(known.get("id", default_id))
    plain = {
        **known,
        "text": text,
        "meta": meta,
        "mentions": None if mentions is None else tuple(mentions),
        "relations": None if relations is None else tuple(relations),
    }
    return shaped(plain, LabeledSentence)


def label_names(relation: LabeledRelation) -> list[str]:
    """Return a relation as names of labels: its stances (or none, ?) and its sentiment.

    Examples
    --------
    >>> label_names(LabeledRelation("m0", "m1", ("rivalry",), "negative"))
    ['rivalry', 'negative']
    """
    stance = [OPEN] if relation.stance is None else list(relation.stance) or [NONE]
    return stance + ([relation.sentiment] if relation.sentiment else [])


Named = tuple[str | None, str | None, str]


def relations_of(named: Iterable[Named]) -> list[LabeledRelation]:
    """Return relations from ends and names of labels; names of one pair are joined.

    Examples
    --------
    >>> relations_of([("m0", "m1", "rivalry"), ("m0", "m1", "negative")])[0].sentiment
    'negative'
    """
    by_pair: dict[tuple[str | None, str | None], list[str]] = {}
    for actor, target, name in named:
        by_pair.setdefault((actor, target), []).append(name)
    relations = []
    for (actor, target), names in by_pair.items():
        stances = [n for n in dict.fromkeys(names) if n not in (*SENTIMENTS, NONE, OPEN)]
        sentiment: Sentiment | None = next((s for s in SENTIMENTS if s in names), None)
        stance = None if not stances and NONE not in names else tuple(stances)
        relations.append(LabeledRelation(actor, target, stance, sentiment))
    return relations


def losses(labels: Iterable[LabeledSentence], tool: str, lost: Collection[str]) -> tuple[str, ...]:
    """Return a note for each thing that labels hold and ``tool`` cannot.

    ``lost`` names what it cannot hold, among ``speaker``, ``evidence``, ``implied`` actors,
    relations to ``nobody``, ``relations``, ``fields``, and relations left ``open``.
    """
    counts: Counter[str] = Counter()
    for label in labels:
        counts.update(name for name in _holds(label) if name in lost)
    words = {
        "speaker": "speakers",
        "evidence": "evidence",
        "implied": "actors that are only implied, with their relations",
        "nobody": "relations with one end only",
        "relations": "relations",
        "fields": "metadata",
        "open": "the difference between no relations and none annotated",
    }
    return tuple(
        f"{tool} cannot hold {words[name]}: left out of {counts[name]} sentences"
        for name in sorted(counts)
    )


def _holds(label: LabeledSentence) -> set[str]:
    found = set()
    relations = label.relations or ()
    if any(relation.speaker is not None for relation in relations):
        found.add("speaker")
    if any(relation.evidence is not None for relation in relations):
        found.add("evidence")
    if any(mention.start is None for mention in label.mentions or ()):
        found.add("implied")
    if any(relation.actor is None or relation.target is None for relation in relations):
        found.add("nobody")
    if relations:
        found.add("relations")
    if set(fields_of(label)) - {"id"}:
        found.add("fields")
    if label.relations is None or label.mentions is None:
        found.add("open")
    return found


def placed(label: LabeledSentence) -> list[LabeledMention]:
    """Return the mentions that stand in the text."""
    return [m for m in label.mentions or () if m.start is not None and m.end is not None]


def two_ended(label: LabeledSentence) -> list[LabeledRelation]:
    """Return the relations whose ends both stand in the text."""
    ids = {mention.id for mention in placed(label)}
    return [r for r in label.relations or () if r.actor in ids and r.target in ids]


def finish(
    found: Iterable[tuple[int | None, LabeledSentence | ForeignError]],
    path: Path,
    notes: Iterable[str] = (),
) -> Imported:
    """Return the labels of a foreign file after checking them.

    Raises
    ------
    LabelError
        With all problems of the file, if there are any.
    """
    labels: list[tuple[str | None, int | None, LabeledSentence]] = []
    problems = []
    for line, item in found:
        if isinstance(item, ForeignError):
            rule, step, value = item.args
            problems.append(Problem(rule, step, value, str(path), line))
        else:
            problems += check_sentence(item, None, str(path), line)
            labels.append((str(path), line, item))
    problems += check_collection(labels)
    if not labels and not problems:
        problems.append(Problem("a file of labels is not empty", "export again", path=str(path)))
    if problems:
        raise LabelError(problems)
    return Imported(tuple(label for *_, label in labels), tuple(notes))
