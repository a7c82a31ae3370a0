"""Scoring on Spark: a data frame of documents in, a data frame of relations out."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from stance.analysis import ModelKey, cached_model, model_key
from stance.batch.documents import BadRecord, make_document, plain_values
from stance.batch.opening import need_pyarrow
from stance.batch.options import BatchOptions
from stance.batch.schema import Column, columns_of, to_arrow
from stance.batch.scoring import score_rows
from stance.errors import MissingExtraError, OptionError, Problem

__all__ = ["ddl", "score", "score_batches"]

_TYPES = {"text": "string", "day": "date", "integer": "int", "probability": "float"}


def ddl(columns: tuple[Column, ...]) -> str:
    """Return columns as the schema of a Spark data frame.

    Examples
    --------
    >>> ddl(columns_of(("rivalry",))[1:4])
    '`date` date, `source` string, `sent_index` int'
    """
    return ", ".join(f"`{column.name}` {_TYPES[column.kind]}" for column in columns)


def score(
    df: Any,
    text: str = "text",
    doc_id: str = "id",
    date: str | None = None,
    model: str = "base",
    actors: str | None = None,
    source: str | None = None,
    coreference: bool = True,
) -> Any:
    """Score the documents of a Spark data frame.

    Each partition is scored where it lies (``mapInArrow``). The model must be on every machine:
    a shipped one is, wherever this library is installed. Documents that cannot be scored (no
    text, say) give one row whose ``abstained`` says why.

    Parameters
    ----------
    df : pyspark.sql.DataFrame
    text, doc_id : str
        Names of its columns.
    date : str, optional
        Name of the column with the day.
    model : str
    actors : str, optional
        Your own actor catalogue, a path that all machines know.
    source : str, optional
        Name of the column that says who published a document.
    coreference : bool
        Also resolve pronouns and phrases (the two countries).

    Returns
    -------
    pyspark.sql.DataFrame
        The columns of a score file.

    Raises
    ------
    MissingExtraError
        If pyspark or pyarrow is not installed.
    OptionError
        If the frame has no such column.
    """
    try:
        import pyspark.sql  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            Problem("scoring on Spark needs pyspark", "pip install 'stance-ir[spark]'")
        ) from None
    need_pyarrow("scoring on Spark")
    asked = {"text": text, "doc_id": doc_id, "date": date, "source": source}
    chosen = {field: name for field, name in asked.items() if name is not None}
    for name in chosen.values():
        if name not in df.columns:
            rule = f"the data frame has the column {name!r}"
            raise OptionError(Problem(rule, "name another one", ", ".join(df.columns)))
    key = model_key(model, actors)
    columns = columns_of(cached_model(key).stances)
    options = BatchOptions(coreference=coreference)
    function = functools.partial(score_batches, key=key, fields=tuple(chosen), options=options)
    quoted = {field: name.replace("`", "``") for field, name in chosen.items()}
    fields = [f"`{name}` AS `{field}`" for field, name in quoted.items()]
    return df.selectExpr(*fields).mapInArrow(function, ddl(columns))


def score_batches(
    batches: Iterator[Any], key: ModelKey, fields: tuple[str, ...], options: BatchOptions
) -> Iterator[Any]:
    """Yield the relations of each Arrow batch, whose columns are these fields of a document.

    A document without an identifier is called by its partition and its place there.
    """
    model = cached_model(key)
    columns = columns_of(model.stances)
    path = f"row:{_partition()}"
    before = 0
    for batch in batches:
        lists = [plain_values(column) for column in batch.columns]
        given = [dict(zip(fields, row, strict=True)) for row in zip(*lists, strict=True)]
        records = [
            make_document(
                one["text"], one["doc_id"], one.get("date"), path, number, one.get("source")
            )
            for number, one in enumerate(given, before + 1)
        ]
        before += len(given)
        documents = [one for one in records if not isinstance(one, BadRecord)]
        rows, bad, _ = score_rows(model, documents, options)
        for one in (*(one for one in records if isinstance(one, BadRecord)), *bad):
            doc_id = f"{one.path}:{one.line}" if one.doc_id is None else one.doc_id
            about = {"doc_id": doc_id, "abstained": one.rule}
            for column, values in zip(columns, rows, strict=True):
                values.append(about.get(column.name))  # type: ignore[attr-defined]
        yield from to_arrow(columns, rows).to_batches()


def _partition() -> int:
    """Return the number of the partition that this process is at; 0 where it is no Spark task."""
    try:
        from pyspark import TaskContext
    except ImportError:
        return 0
    task = TaskContext.get()
    return 0 if task is None else int(task.partitionId())
