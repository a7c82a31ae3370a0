"""Prodigy: JSONL of ``rel.manual`` (spans over tokens, relations between spans).

The head of a relation is the actor, its child the target; the label of a span is the actor's id,
the label of a relation a stance, ``none`` or a sentiment. ``token_end`` is inclusive, as Prodigy
has it. Rejected answers become rejected labels, ignored ones are left out. Free fields are read
from ``meta``, where we write them, and from the record itself.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
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

_OWN = {"text", "tokens", "spans", "relations", "answer", "meta", "options", "accept"}
_LOST = ("speaker", "evidence", "implied", "nobody", "open")


class _Token(msgspec.Struct):
    start: int
    end: int


class _Span(msgspec.Struct):
    label: str | None = None
    start: int | None = None
    end: int | None = None
    token_start: int | None = None
    token_end: int | None = None


class _Relation(msgspec.Struct):
    head_span: _Span | None = None
    child_span: _Span | None = None
    label: str = "?"


class _Record(msgspec.Struct):
    tokens: list[_Token] | None = None
    spans: list[_Span] | None = None
    relations: list[_Relation] | None = None
    answer: str | None = None
    meta: dict[str, Any] | None = None
    annotator: str | None = msgspec.field(default=None, name="_annotator_id")


def read(path: Path) -> Imported:
    """Return the labels of a Prodigy dataset (``prodigy db-out``)."""
    return read_objects(path, functools.partial(_label, path))


def _label(
    path: Path, record: dict[str, Any], number: int, notes: list[str]
) -> LabeledSentence | None:
    given = shaped(record, _Record)
    if given.answer == "ignore":
        notes.append("ignored answers are left out")
        return None
    text = record.get("text")
    fields = {k: v for k, v in record.items() if k not in _OWN and not k.startswith("_")}
    fields |= given.meta or {}
    if given.annotator:
        fields["annotator"] = given.annotator
    if given.answer == "reject":
        fields["status"] = "rejected"
    if given.spans is None:
        return label_of(text, fields, None, None, f"{path.stem}:{number}")
    mentions = []
    ids: dict[tuple[int, int, str], str] = {}
    tokens = given.tokens or []
    for i, span in enumerate(given.spans):
        start, end, actor = _marked(span, tokens)
        mentions.append(LabeledMention(f"m{i}", actor, start, end, str(text)[start:end]))
        ids[start, end, actor] = f"m{i}"
    named = (
        None
        if given.relations is None
        else [_named(relation, ids, tokens) for relation in given.relations]
    )
    return label_of(
        text,
        fields,
        mentions,
        None if named is None else relations_of(named),
        f"{path.stem}:{number}",
    )


def _marked(span: _Span, tokens: Sequence[_Token]) -> tuple[int, int, str]:
    """Return the offsets of a span, from its tokens where it has no others, and its actor."""
    start, end = span.start, span.end
    if start is None or end is None:
        first, last = (
            tokens[i] if i is not None and 0 <= i < len(tokens) else None
            for i in (span.token_start, span.token_end)
        )
        if first is None or last is None:
            raise ForeignError(
                "a span has offsets or tokens of its record", "export it again", span.label
            )
        start, end = first.start, last.end
    return start, end, span.label or "?"


def _named(
    relation: _Relation, ids: Mapping[tuple[int, int, str], str], tokens: Sequence[_Token]
) -> Named:
    ends = []
    for span in (relation.head_span, relation.child_span):
        if span is None:
            raise ForeignError(
                "a relation has head_span and child_span",
                "label with rel.manual and --wrap",
                relation.label,
            )
        place = _marked(span, tokens)
        if place not in ids:
            raise ForeignError("a relation joins two spans with labels", "label the spans", place)
        ends.append(ids[place])
    return ends[0], ends[1], relation.label


def write(labels: Iterable[LabeledSentence], path: Path) -> tuple[str, ...]:
    """Write labels for ``prodigy db-in`` and ``rel.manual``."""
    labels = tuple(labels)
    write_objects(map(_record, labels), path)
    return losses(labels, "Prodigy", _LOST)


def _record(label: LabeledSentence) -> dict[str, Any]:
    borders = {b for m in placed(label) for b in (m.start, m.end) if b is not None}
    tokens = tokens_of(label.text, borders)
    first = {start: i for i, (start, _) in enumerate(tokens)}
    last = {end: i for i, (_, end) in enumerate(tokens)}
    spans = {}
    for mention in placed(label):
        start, end = mention.start or 0, mention.end or 0
        spans[mention.id] = {
            "start": start,
            "end": end,
            "token_start": first[start],
            "token_end": last[end],
            "label": mention.actor,
        }
    relations = [
        {
            "head": spans[r.actor]["token_end"],
            "child": spans[r.target]["token_end"],
            "head_span": spans[r.actor],
            "child_span": spans[r.target],
            "label": name,
        }
        for r in two_ended(label)
        if r.actor is not None and r.target is not None
        for name in label_names(r)
    ]
    fields = fields_of(label)
    return {
        "text": label.text,
        "meta": fields,
        "tokens": [
            {
                "text": label.text[start:end],
                "start": start,
                "end": end,
                "id": i,
                "ws": label.text[end : end + 1] == " ",
            }
            for i, (start, end) in enumerate(tokens)
        ],
        "spans": list(spans.values()),
        "relations": relations,
        "answer": "reject" if label.status == "rejected" else "accept",
        **({"_annotator_id": label.annotator} if label.annotator else {}),
    }


def tokens_of(text: str, borders: Iterable[int]) -> list[tuple[int, int]]:
    """Return tokens of a text that no border of a mention cuts.

    Examples
    --------
    >>> tokens_of("Iran's aim", {4})
    [(0, 4), (4, 5), (5, 6), (7, 10)]
    """
    cuts = sorted(set(borders))
    found = []
    for match in re.finditer(r"\w+|[^\w\s]|\s+", text):
        inside = [c for c in cuts if match.start() < c < match.end()]
        places = [match.start(), *inside, match.end()]
        blank = match[0].isspace() and not (set(places[:-1]) | {match.end()}) & set(cuts)
        if not blank:
            found += list(itertools.pairwise(places))
    return found
