"""Label Studio: its full JSON export (and import), annotations and predictions.

Labels of a region are the actor's id, labels of a relation its stances (``none`` for neutral) and
its sentiment. Offsets are UTF-16 code units, as browsers count them, and are turned into code
points. A relation's direction is ``right`` (from the first region to the second), ``left`` or
``bi``. Predictions become suggestions of the model that made them.
"""

from __future__ import annotations

import bisect
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from stance.errors import LabelError, Problem
from stance.files import decode_utf8, write_atomically
from stance.labels.exchange.common import (
    ForeignError,
    Imported,
    Named,
    fields_of,
    finish,
    label_names,
    label_of,
    losses,
    placed,
    relations_of,
    two_ended,
)
from stance.records import LabeledMention, LabeledSentence

__all__ = ["read", "write"]

_LOST = ("speaker", "evidence", "implied", "nobody", "open")


def read(path: Path) -> Imported:
    """Return the labels of a Label Studio export in full JSON.

    Raises
    ------
    LabelError
        If it is JSON_MIN or another form without relations, or a record is wrong.
    """
    tasks = _tasks(path)
    notes: list[str] = []
    found: list[tuple[int | None, LabeledSentence | ForeignError]] = []
    for number, task in enumerate(tasks, 1):
        for item in _labels(task, number, path, notes):
            found.append((None, item))
    return finish(found, path, dict.fromkeys(notes))


def _tasks(path: Path) -> list[dict[str, Any]]:
    try:
        tasks = json.loads(decode_utf8(path.read_bytes(), str(path)))
    except (json.JSONDecodeError, RecursionError) as error:
        raise LabelError(
            Problem(
                f"an export of Label Studio is one JSON array ({str(error).lower()})",
                "export it as JSON",
                path=str(path),
                line=getattr(error, "lineno", None),
                column=getattr(error, "colno", None),
            )
        ) from None
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise LabelError(
            Problem(
                "an export of Label Studio is an array of tasks",
                "export it as JSON",
                path=str(path),
            )
        )
    if any("data" not in task for task in tasks):
        raise LabelError(
            Problem(
                "the full JSON export is needed: JSON_MIN loses relations",
                "export it as JSON in Label Studio",
                path=str(path),
            )
        )
    return tasks


def _labels(
    task: dict[str, Any], number: int, path: Path, notes: list[str]
) -> Iterator[LabeledSentence | ForeignError]:
    data = task["data"]
    fields = {key: value for key, value in data.items() if key != "text"}
    default = f"{path.stem}:{task.get('id', number)}"
    given = task.get("annotations", task.get("completions", []))
    answers = [(a, _annotator(a), fields.get("status")) for a in given]
    answers += [
        (p, str(p.get("model_version") or "model"), "suggested")
        for p in task.get("predictions", [])
    ]
    if not answers:
        notes.append("tasks without annotation are left out")
    for answer, annotator, status in answers:
        if not isinstance(answer, dict):
            notes.append("annotations that are only numbers (not expanded) are left out")
            continue
        if answer.get("was_cancelled"):
            notes.append("skipped tasks are left out")
            continue
        try:
            mentions, relations = _result(answer.get("result", []), data.get("text"), notes)
            own = {**fields, "status": status}
            if "annotator" not in fields or status == "suggested" or len(answers) > 1:
                own["annotator"] = annotator
            yield label_of(data.get("text"), own, mentions, relations, default)
        except ForeignError as error:
            yield error


def _annotator(annotation: Any) -> str | None:
    who = annotation.get("completed_by") if isinstance(annotation, dict) else None
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return str(who) if who else None


def _result(
    result: Sequence[dict[str, Any]], text: Any, notes: list[str]
) -> tuple[list[LabeledMention], Any]:
    if not isinstance(text, str):
        raise ForeignError("a task holds its text as data.text", "name the field text", text)
    starts = [0, *itertools.accumulate(1 + (ord(char) > 0xFFFF) for char in text)]
    mentions: list[LabeledMention] = []
    ids: dict[str, list[str]] = {}
    for region in result:
        if region.get("type") in ("labels", "hypertextlabels"):
            value = region["value"]
            begin, end = (_code_point(starts, value[key], region) for key in ("start", "end"))
            for actor in value.get("labels") or value.get("hypertextlabels") or ["?"]:
                ids.setdefault(region["id"], []).append(f"m{len(mentions)}")
                mentions.append(
                    LabeledMention(f"m{len(mentions)}", actor, begin, end, text[begin:end])
                )
        elif region.get("type") != "relation":
            notes.append(f"results of type {region.get('type')} are left out")
    named = [
        one for region in result if region.get("type") == "relation" for one in _named(region, ids)
    ]
    return mentions, relations_of(named)


def _code_point(starts: Sequence[int], unit: Any, region: Any) -> int:
    """Return the code point that begins at a UTF-16 code unit."""
    if not isinstance(unit, int) or not 0 <= unit <= starts[-1]:
        raise ForeignError("a region lies in its text", "export it again", region.get("value"))
    found = bisect.bisect_left(starts, unit)
    if starts[found] != unit:
        raise ForeignError(
            "a region does not cut a character", "mark it again", region.get("value")
        )
    return found


def _named(region: dict[str, Any], ids: dict[str, list[str]]) -> Iterator[Named]:
    ends = (region.get("from_id"), region.get("to_id"))
    for end in ends:
        if end not in ids:
            raise ForeignError(
                "a relation joins two regions of its task", "export it again", region
            )
    ways = {"right": [ends], "left": [ends[::-1]], "bi": [ends, ends[::-1]]}
    direction = region.get("direction", "right")
    if direction not in ways:
        raise ForeignError("a direction is right, left or bi", "correct it", direction)
    for first, second in ways[direction]:
        for actor, target in itertools.product(ids[str(first)], ids[str(second)]):
            for name in region.get("labels") or ["?"]:
                yield actor, target, name


def write(labels: Iterable[LabeledSentence], path: Path) -> tuple[str, ...]:
    """Write labels as tasks with annotations (suggestions as predictions) for import."""
    labels = tuple(labels)
    tasks: dict[tuple[str, str], dict[str, Any]] = {}
    for label in labels:
        fields = fields_of(label)
        key = (label.id, label.text)
        task = tasks.setdefault(
            key, {"data": {"text": label.text, **fields}, "annotations": [], "predictions": []}
        )
        answer: dict[str, Any] = {"result": list(_regions(label))}
        if label.status == "suggested":
            task["predictions"].append({"model_version": label.annotator or "model", **answer})
        else:
            task["annotations"].append({"completed_by": {"email": label.annotator or ""}, **answer})
    body = json.dumps(list(tasks.values()), ensure_ascii=False, indent=1)
    write_atomically(path, body.encode("utf-8"))
    return losses(labels, "Label Studio", _LOST)


def _regions(label: LabeledSentence) -> Iterator[dict[str, Any]]:
    def unit(place: int | None) -> int:
        return len(label.text[:place].encode("utf-16-le")) // 2

    for mention in placed(label):
        yield {
            "id": mention.id,
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": unit(mention.start),
                "end": unit(mention.end),
                "text": mention.text,
                "labels": [mention.actor],
            },
        }
    for relation in two_ended(label):
        yield {
            "from_id": relation.actor,
            "to_id": relation.target,
            "type": "relation",
            "direction": "right",
            "labels": label_names(relation),
        }
