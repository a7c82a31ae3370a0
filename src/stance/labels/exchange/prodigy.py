"""Prodigy: JSONL of ``rel.manual`` (spans over tokens, relations between spans).

The head of a relation is the actor, its child the target; the label of a span is the actor's id,
the label of a relation a stance, ``none`` or a sentiment. ``token_end`` is inclusive, as Prodigy
has it. Rejected answers become rejected labels, ignored ones are left out.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

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
    two_ended,
    write_objects,
)
from stance.records import LabeledMention, LabeledSentence

__all__ = ["read", "write"]

_OWN = {"text", "tokens", "spans", "relations", "answer", "meta", "options", "accept"}
_LOST = ("speaker", "evidence", "implied", "nobody", "open")


def read(path: Path) -> Imported:
    """Return the labels of a Prodigy dataset (``prodigy db-out``)."""
    return read_objects(path, functools.partial(_label, path))


def _label(
    path: Path, record: dict[str, Any], number: int, notes: list[str]
) -> LabeledSentence | None:
    if record.get("answer") == "ignore":
        notes.append("ignored answers are left out")
        return None
    text = record.get("text")
    meta = record.get("meta") if isinstance(record.get("meta"), dict) else {}
    fields: dict[str, Any] = dict(meta or {})
    if record.get("_annotator_id"):
        fields["annotator"] = record["_annotator_id"]
    if record.get("answer") == "reject":
        fields["status"] = "rejected"
    spans = record.get("spans")
    if spans is None:
        return label_of(text, fields, None, None, f"{path.stem}:{number}")
    mentions = []
    ids: dict[tuple[int, int, str], str] = {}
    for i, span in enumerate(spans):
        start, end = _place(span, record, text)
        mentions.append(
            LabeledMention(f"m{i}", str(span.get("label", "?")), start, end, str(text)[start:end])
        )
        ids[start, end, mentions[-1].actor] = f"m{i}"
    relations = record.get("relations")
    named = (
        None
        if relations is None
        else [one for r in relations for one in _named(r, ids, record, text)]
    )
    return label_of(
        text,
        fields,
        mentions,
        None if named is None else relations_of(named),
        f"{path.stem}:{number}",
    )


def _place(span: dict[str, Any], record: dict[str, Any], text: Any) -> tuple[int, int]:
    """Return the offsets of a span, from its tokens where it has no others."""
    try:
        if "start" in span and "end" in span:
            place = (span["start"], span["end"])
        else:
            tokens = record["tokens"]
            place = (tokens[span["token_start"]]["start"], tokens[span["token_end"]]["end"])
    except (KeyError, IndexError, TypeError):
        raise ForeignError(
            "a span has offsets or tokens of its record", "export it again", span
        ) from None
    if not all(isinstance(value, int) for value in place):
        raise ForeignError("offsets are whole numbers", "export it again", span)
    return place


def _named(
    relation: dict[str, Any],
    ids: dict[tuple[int, int, str], str],
    record: dict[str, Any],
    text: Any,
) -> Iterator[Named]:
    ends = []
    for name in ("head_span", "child_span"):
        span = relation.get(name)
        if not isinstance(span, dict):
            raise ForeignError(
                "a relation has head_span and child_span",
                "label with rel.manual and --wrap",
                relation,
            )
        key = (*_place(span, record, text), str(span.get("label", "?")))
        if key not in ids:
            raise ForeignError("a relation joins two spans with labels", "label the spans", span)
        ends.append(ids[key])
    yield ends[0], ends[1], str(relation.get("label", "?"))


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
