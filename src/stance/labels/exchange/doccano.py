"""doccano: JSONL of its projects for relations, sequence labelling and text classification.

The type of an entity is the actor's id, the type of a relation a stance, ``none`` or a sentiment;
a relation with two stances is two relations. Free fields of a record are doccano's metadata.
Offsets are code points. A file of one annotator (``admin.jsonl`` in an export by annotator) gives
its name to the labels; ``all.jsonl`` does not.

doccano 1.8 reads records into one table, and cannot import what becomes "not a number" there: so
all records are written with the same fields, and the place of a sentence as text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from stance.labels.exchange.common import (
    ForeignError,
    Imported,
    Named,
    fields_of,
    label_names,
    label_of,
    losses,
    placed,
    read_objects,
    relations_of,
    shaped,
    two_ended,
    write_objects,
)
from stance.records import LabeledMention, LabeledSentence

__all__ = ["read", "write"]

_OWN = ("text", "data", "entities", "relations", "label", "labels", "Comments", "comments")
_LOST = ("speaker", "evidence", "implied", "nobody", "open")

_Id = int | str


class _Entity(msgspec.Struct):
    start_offset: int
    end_offset: int
    label: str
    id: _Id | None = None


class _Relation(msgspec.Struct):
    from_id: _Id
    to_id: _Id
    type: str = "?"


class _Annotated(msgspec.Struct):
    entities: list[_Entity] | None = None
    relations: list[_Relation] | None = None


def read(path: Path) -> Imported:
    """Return the labels of a doccano export (a JSONL file)."""
    return read_objects(path, functools.partial(_label, path))


def _label(path: Path, record: dict[str, Any], number: int, notes: list[str]) -> LabeledSentence:
    text = record.get("text", record.get("data"))
    fields = {key: value for key, value in record.items() if key not in _OWN}
    if re.fullmatch(r"\d{1,18}", str(fields.get("sent_index"))):
        fields["sent_index"] = int(fields["sent_index"])
    if "Comments" in record or "comments" in record:  # doccano wrote it
        if fields.get("status") == "suggested":
            fields |= {"status": None, "annotator": None}
            notes.append("suggestions count as labelled; export approved documents only, if not")
        if path.stem != "all":
            fields["annotator"] = path.stem
    default = f"{path.stem}:{number}"
    if "entities" in record:
        given = shaped(record, _Annotated)
        entities = given.entities or []
        mentions = list(_mentions(entities, text))
        ids = {str(i if e.id is None else e.id): f"m{i}" for i, e in enumerate(entities)}
        named = list(_relations(given.relations or [], ids))
        return label_of(text, fields, mentions, relations_of(named), default)
    labels = record.get("label", record.get("labels", []))
    if not isinstance(labels, list):
        raise ForeignError("label is a list", "export as JSONL, not as CSV", labels)
    if all(isinstance(label, (list, tuple)) and len(label) == 3 for label in labels) and labels:
        entities = [_Entity(*one) for one in shaped(labels, list[tuple[int, int, str]])]
        notes.append("a sequence labelling project says nothing of relations: they are left open")
        return label_of(text, fields, _mentions(entities, text), None, default)
    if all(isinstance(label, str) for label in labels):
        notes.append(
            "a classification project says nothing of actors: its labels are kept in meta.labels"
        )
        return label_of(text, {**fields, "labels": labels}, None, None, default)
    raise ForeignError("label holds names, or [start, end, name]", "export it as JSONL", labels)


def _mentions(entities: Iterable[_Entity], text: Any) -> Iterator[LabeledMention]:
    for i, entity in enumerate(entities):
        start, end = entity.start_offset, entity.end_offset
        yield LabeledMention(f"m{i}", entity.label, start, end, str(text)[start:end])


def _relations(relations: Iterable[_Relation], ids: dict[str, str]) -> Iterator[Named]:
    for relation in relations:
        ends = [str(relation.from_id), str(relation.to_id)]
        for end in ends:
            if end not in ids:
                raise ForeignError(
                    "a relation goes from and to entities of its record",
                    "export with the ids of entities (JSONL with relations)",
                    end,
                )
        yield ids[ends[0]], ids[ends[1]], relation.type


def write(labels: Iterable[LabeledSentence], path: Path) -> tuple[str, ...]:
    """Write labels for import into a project for sequence labelling with relations."""
    labels = tuple(labels)
    records = []
    names = dict.fromkeys(name for label in labels for name in fields_of(label))
    count = 0
    for label in labels:
        entities = []
        number = {}
        for mention in placed(label):
            number[mention.id] = count
            entities.append(
                {
                    "id": count,
                    "label": mention.actor,
                    "start_offset": mention.start,
                    "end_offset": mention.end,
                }
            )
            count += 1
        relations = [
            {"id": 0, "from_id": number[r.actor], "to_id": number[r.target], "type": name}
            for r in two_ended(label)
            if r.actor is not None and r.target is not None
            for name in label_names(r)
        ]
        for relation in relations:
            relation["id"] = count
            count += 1
        known = fields_of(label)
        if label.sent_index is not None:
            known["sent_index"] = str(label.sent_index)
        fields = {name: known.get(name) for name in names}
        records.append({"text": label.text, **fields, "entities": entities, "relations": relations})
    write_objects(records, path)
    return losses(labels, "doccano", _LOST)
