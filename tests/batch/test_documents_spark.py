"""What Spark hands over, without Spark: ids of rows, and how columns are asked for."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from stance.analysis import model_key
from stance.batch import spark
from stance.batch.options import BatchOptions

TEXT = "Iran praised Oman."


def scored(model: str, *batches: dict[str, list[Any]]) -> list[dict[str, Any]]:
    pyarrow = pytest.importorskip("pyarrow")
    given = iter([pyarrow.RecordBatch.from_pydict(batch) for batch in batches])
    found = spark.score_batches(given, model_key(model), ("text", "doc_id"), BatchOptions())
    return [row for batch in found for row in batch.to_pylist()]


def test_no_two_documents_share_an_id(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ids: list[str] = []
    batch = {"text": [TEXT, TEXT], "doc_id": [None, "a"]}
    for partition in (0, 3):
        monkeypatch.setattr(spark, "_partition", lambda partition=partition: partition)
        ids += [row["doc_id"] for row in scored(model, batch, batch) if row["doc_id"] != "a"]
    assert list(dict.fromkeys(ids)) == ["row:0:1", "row:0:3", "row:3:1", "row:3:3"]


def test_a_bad_row_says_which_one_it_is(model: str) -> None:
    rows = scored(model, {"text": [TEXT, TEXT], "doc_id": [[1], [2]]})
    assert [row["doc_id"] for row in rows] == ["row:0:1", "row:0:2"]
    assert {row["abstained"] for row in rows} == {"an id is text or a whole number"}
    (row, *_) = scored(model, {"text": [TEXT], "doc_id": [7.0]})
    assert row["doc_id"] == "7"


class Frame:
    """Notes what is asked of a data frame."""

    columns = ("body.text", "odd`name", "id")

    def __init__(self) -> None:
        self.asked: tuple[str, ...] = ()

    def selectExpr(self, *asked: str) -> Frame:
        self.asked = asked
        return self

    def mapInArrow(self, function: object, schema: str) -> Frame:
        return self


@pytest.mark.parametrize(
    ("text", "doc_id", "asked"),
    [
        ("body.text", "id", ("`body.text` AS `text`", "`id` AS `doc_id`")),
        ("id", "id", ("`id` AS `text`", "`id` AS `doc_id`")),
        ("id", "odd`name", ("`id` AS `text`", "`odd``name` AS `doc_id`")),
    ],
    ids=["a dot in a name", "one column twice", "a backtick in a name"],
)
def test_columns_of_any_name_are_asked_for(
    text: str, doc_id: str, asked: tuple[str, ...], model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    package = types.ModuleType("pyspark")
    package.sql = types.ModuleType("pyspark.sql")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyspark", package)
    monkeypatch.setitem(sys.modules, "pyspark.sql", package.sql)
    assert spark.score(Frame(), text, doc_id, model=model).asked == asked
