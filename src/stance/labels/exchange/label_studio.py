"""Label Studio: its full JSON export (and import), annotations and predictions.

Labels of a region are the actor's id, labels of a relation its stances (``none`` for neutral) and
its sentiment. Offsets are code points, as Label Studio 1.23 has them; exports that count UTF-16
code units, as browsers do, are read too, which the words of a region give away. A relation's
direction is ``right`` (from the first region to the second), ``left`` or ``bi``. Predictions become
suggestions of the model that made them.

Label Studio refuses annotations of people it does not know, so each of ours is written as a task of
its own that names its annotator in ``data``; an annotation that was imported (``import_id``) is
read as that annotator's, any other as that of whoever completed it.
"""

from __future__ import annotations

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
    guesses = task.get("predictions", [])
    if not given and not guesses:
        notes.append("tasks without annotation are left out")
    for answer in (*given, *guesses):
        if not isinstance(answer, dict):
            notes.append("annotations and predictions that are only numbers are left out")
            continue
        if answer.get("was_cancelled"):
            notes.append("skipped tasks are left out")
            continue
        try:
            mentions, relations = _result(answer.get("result", []), data.get("text"), notes)
            own = {**fields, **_maker(answer)}
            yield label_of(data.get("text"), own, mentions, relations, default)
        except ForeignError as error:
            yield error


def _maker(answer: dict[str, Any]) -> dict[str, str | None]:
    """Return who made an annotation or prediction, and its status, where the task does not say."""
    if "model_version" in answer:
        return {"annotator": str(answer["model_version"] or "model"), "status": "suggested"}
    who = answer.get("completed_by")
    if who is None or answer.get("import_id") is not None:
        return {}
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return {"annotator": str(who) if who else None, "status": None}


def _result(
    result: Sequence[dict[str, Any]], text: Any, notes: list[str]
) -> tuple[list[LabeledMention], Any]:
    if not isinstance(text, str):
        raise ForeignError("a task holds its text as data.text", "name the field text", text)
    mentions: list[LabeledMention] = []
    ids: dict[str, list[str]] = {}
    for region in result:
        if region.get("type") in ("labels", "hypertextlabels"):
            value = region["value"]
            begin, end = _place(text, value)
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


def _place(text: str, value: dict[str, Any]) -> tuple[int, int]:
    """Return the code points between which a region lies."""
    start, end, words = value.get("start"), value.get("end"), value.get("text")
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
        raise ForeignError("a region lies in its text", "export it again", value)
    if isinstance(words, str) and text[start:end] != words:
        units = text.encode("utf-16-le")
        before, inside = units[: 2 * start], units[2 * start : 2 * end]
        if inside == words.encode("utf-16-le", "surrogatepass"):
            start = len(before.decode("utf-16-le", "replace"))
            end = start + len(words)
    if end > len(text):
        raise ForeignError("a region lies in its text", "export it again", value)
    return start, end


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
    body = json.dumps(list(map(_task, labels)), ensure_ascii=False, indent=1)
    write_atomically(path, body.encode("utf-8"))
    return losses(labels, "Label Studio", _LOST)


def _task(label: LabeledSentence) -> dict[str, Any]:
    data = {"text": label.text, **fields_of(label)}
    result = list(_regions(label))
    if label.status != "suggested":
        return {"data": data, "annotations": [{"id": 1, "result": result}]}
    del data["status"]  # what somebody makes of a suggestion is no suggestion
    model = data.pop("annotator", "model")
    return {"data": data, "predictions": [{"model_version": model, "result": result}]}


def _regions(label: LabeledSentence) -> Iterator[dict[str, Any]]:
    for mention in placed(label):
        yield {
            "id": mention.id,
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": mention.start,
                "end": mention.end,
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
