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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

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
    shaped,
    two_ended,
)
from stance.records import LabeledMention, LabeledSentence

__all__ = ["read", "write"]

_LOST = ("speaker", "evidence", "implied", "nobody", "open")

_Id = int | str


class _Value(msgspec.Struct):
    start: int
    end: int
    text: Any = None
    labels: list[str] | None = None
    hypertextlabels: list[str] | None = None


class _Region(msgspec.Struct):
    type: str | None = None
    id: _Id | None = None
    value: Any = None
    from_id: _Id | None = None
    to_id: _Id | None = None
    direction: str = "right"
    labels: list[str] | None = None


class _Person(msgspec.Struct):
    email: str | None = None
    id: int | None = None


class _Answer(msgspec.Struct):
    result: list[_Region] | None = None
    was_cancelled: bool | None = None
    model_version: str | msgspec.UnsetType | None = msgspec.UNSET
    completed_by: _Person | _Id | None = None
    import_id: _Id | None = None


class _Task(msgspec.Struct):
    data: dict[str, Any]
    id: _Id | None = None
    annotations: list[Any] | None = None
    completions: list[Any] | None = None
    predictions: list[Any] | None = None


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
        try:
            found += [(None, item) for item in _labels(shaped(task, _Task), number, path, notes)]
        except ForeignError as error:
            found.append((None, error))
    return finish(found, path, dict.fromkeys(notes))


def _tasks(path: Path) -> list[dict[str, Any]]:
    text = decode_utf8(path.read_bytes(), str(path))
    try:
        tasks = json.loads(text)
    except (ValueError, RecursionError) as error:  # no JSON, too long a number, too deep
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
    task: _Task, number: int, path: Path, notes: list[str]
) -> Iterator[LabeledSentence | ForeignError]:
    text = task.data.get("text")
    fields = {key: value for key, value in task.data.items() if key != "text"}
    default = f"{path.stem}:{number if task.id is None else task.id}"
    given = task.annotations or task.completions or []
    guesses = task.predictions or []
    if not given and not guesses:
        notes.append("tasks without annotation are left out")
    for one in (*given, *guesses):
        if isinstance(one, int):
            notes.append("annotations and predictions that are only numbers are left out")
            continue
        try:
            answer = shaped(one, _Answer)
            if answer.was_cancelled:
                notes.append("skipped tasks are left out")
                continue
            mentions, relations = _result(answer.result or [], text, notes)
            yield label_of(text, {**fields, **_maker(answer)}, mentions, relations, default)
        except ForeignError as error:
            rule, step, value = error.args
            yield ForeignError(f"task {default}: {rule}", step, value)


def _maker(answer: _Answer) -> dict[str, str | None]:
    """Return who made an annotation or prediction, and its status, where the task does not say."""
    if answer.model_version is not msgspec.UNSET:
        return {"annotator": answer.model_version or "model", "status": "suggested"}
    who = answer.completed_by
    if who is None or answer.import_id is not None:
        return {}
    if isinstance(who, _Person):
        who = who.email or who.id
    return {"annotator": str(who) if who else None, "status": None}


def _result(
    result: Sequence[_Region], text: object, notes: list[str]
) -> tuple[list[LabeledMention], Any]:
    if not isinstance(text, str):
        raise ForeignError("a task holds its text as data.text", "name the field text", text)
    mentions: list[LabeledMention] = []
    ids: dict[_Id | None, list[str]] = {}
    for region in result:
        if region.type in ("labels", "hypertextlabels"):
            value = shaped(region.value, _Value)
            begin, end = _place(text, value)
            for actor in value.labels or value.hypertextlabels or ["?"]:
                ids.setdefault(region.id, []).append(f"m{len(mentions)}")
                mentions.append(
                    LabeledMention(f"m{len(mentions)}", actor, begin, end, text[begin:end])
                )
        elif region.type != "relation":
            notes.append(f"results of type {region.type} are left out")
    named = [one for region in result if region.type == "relation" for one in _named(region, ids)]
    return mentions, relations_of(named)


def _place(text: str, value: _Value) -> tuple[int, int]:
    """Return the code points between which a region lies."""
    start, end, words = value.start, value.end, value.text
    if not 0 <= start < end:
        raise ForeignError("a region lies in its text", "export it again", (start, end))
    if isinstance(words, str) and text[start:end] != words:
        units = text.encode("utf-16-le", "surrogatepass")
        before, inside = units[: 2 * start], units[2 * start : 2 * end]
        if inside == words.encode("utf-16-le", "surrogatepass"):
            start = len(before.decode("utf-16-le", "replace"))
            end = start + len(words)
    if end > len(text):
        raise ForeignError("a region lies in its text", "export it again", (start, end))
    return start, end


def _named(region: _Region, ids: Mapping[_Id | None, list[str]]) -> Iterator[Named]:
    ends = (region.from_id, region.to_id)
    for end in ends:
        if end is None or end not in ids:
            raise ForeignError("a relation joins two regions of its task", "export it again", ends)
    ways = {"right": [ends], "left": [ends[::-1]], "bi": [ends, ends[::-1]]}
    if region.direction not in ways:
        raise ForeignError("a direction is right, left or bi", "correct it", region.direction)
    for first, second in ways[region.direction]:
        for actor, target in itertools.product(ids[first], ids[second]):
            for name in region.labels or ["?"]:
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
