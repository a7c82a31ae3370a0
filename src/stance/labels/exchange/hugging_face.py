"""Hugging Face datasets: a folder that ``datasets.load_from_disk`` reads, with typed features.

One row a sentence, the fields those of the labelling format; ``meta`` is a string of JSON, so that
rows with different keys fit one column. Needs the library ``datasets`` (extra ``datasets``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from stance.errors import optional_library
from stance.labels.exchange.common import ForeignError, Imported, finish, shaped
from stance.records import LabeledSentence

__all__ = ["from_rows", "read", "to_rows", "write"]


class _Row(msgspec.Struct):
    relations: list[dict[str, Any]] | None = None
    meta: str | None = None
    annotated: bool = True
    related: bool = True


def to_rows(labels: Iterable[LabeledSentence]) -> list[dict[str, Any]]:
    """Return plain rows that fit one set of features.

    Examples
    --------
    >>> to_rows([LabeledSentence(id="a", text="x", meta={"n": 1})])[0]["meta"]
    '{"n": 1}'
    """
    rows = []
    for label in labels:
        row: dict[str, Any] = msgspec.to_builtins(label)
        row["annotated"] = label.mentions is not None
        row["mentions"] = row["mentions"] or []
        row["related"] = label.relations is not None
        row["relations"] = [
            {
                **relation,
                "decided": relation["stance"] is not None,
                "stance": list(relation["stance"] or ()),
                "pointed": relation["evidence"] is not None,
                "evidence": [list(span) for span in relation["evidence"] or ()],
            }
            for relation in row["relations"] or []
        ]
        row["meta"] = json.dumps(label.meta, ensure_ascii=False, sort_keys=True)
        rows.append(row)
    return rows


def from_rows(rows: Iterable[dict[str, Any]], path: Path) -> Imported:
    """Return labels from rows; the inverse of :func:`to_rows`."""
    found: list[tuple[int | None, LabeledSentence | ForeignError]] = []
    for number, row in enumerate(rows, 1):
        try:
            found.append((number, _label(row)))
        except ForeignError as error:
            found.append((number, error))
    return finish(found, path)


def _label(row: dict[str, Any]) -> LabeledSentence:
    given = shaped(row, _Row)
    relations = [
        {
            **{k: v for k, v in relation.items() if k not in ("decided", "pointed")},
            "stance": relation.get("stance") if relation.get("decided", True) else None,
            "evidence": relation.get("evidence") if relation.get("pointed", True) else None,
        }
        for relation in given.relations or []
    ]
    try:
        meta = json.loads(given.meta or "{}")
    except (ValueError, RecursionError) as error:
        rule = f"meta is an object of JSON ({str(error).lower()})"
        raise ForeignError(rule, "correct it", given.meta) from None
    plain = {
        **{k: v for k, v in row.items() if k not in ("annotated", "related")},
        "mentions": row.get("mentions") if given.annotated else None,
        "relations": relations if given.related else None,
        "meta": meta,
    }
    return shaped(plain, LabeledSentence)


def _library() -> Any:
    return optional_library("datasets", "Hugging Face datasets need 'datasets'", "datasets")


def _features(datasets: Any) -> Any:
    text, whole, flag = (datasets.Value(name) for name in ("string", "int64", "bool"))
    many = getattr(datasets, "List", None) or datasets.Sequence
    mention = {"id": text, "actor": text, "start": whole, "end": whole, "text": text}
    relation = {
        **dict.fromkeys(("actor", "target", "sentiment", "speaker"), text),
        "decided": flag,
        "pointed": flag,
        "stance": many(text),
        "evidence": many(many(whole)),
    }
    scalars = ("id", "text", "doc_id", "lang", "context", "date", "source", "annotator", "status")
    return datasets.Features(
        {
            **dict.fromkeys((*scalars, "meta"), text),
            "schema": whole,
            "sent_index": whole,
            **dict.fromkeys(("exhaustive", "annotated", "related"), flag),
            "mentions": [mention],
            "relations": [relation],
        }
    )


def read(path: Path) -> Imported:
    """Return the labels of a dataset folder.

    Raises
    ------
    MissingExtraError
        If ``datasets`` is not installed.
    """
    return from_rows(_library().load_from_disk(str(path)), path)


def write(labels: Iterable[LabeledSentence], path: Path) -> tuple[str, ...]:
    """Write labels as a dataset folder; nothing is lost."""
    datasets = _library()
    rows = to_rows(labels)
    datasets.Dataset.from_list(rows, features=_features(datasets)).save_to_disk(str(path))
    return ()
