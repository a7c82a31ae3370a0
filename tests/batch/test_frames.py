from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, cast

import pytest

from stance.analysis import Analysis, load_model
from stance.batch.options import BatchOptions
from stance.batch.run import score
from stance.batch.schema import columns_of, encode_csv

from .conftest import write_corpus


@pytest.fixture
def analysis(model: str) -> Analysis:
    return load_model(model).analyze("Iran condemned France. Oman praised China.", "2015-11-23")


@pytest.mark.parametrize(
    ("library", "method"),
    [("pandas", "to_pandas"), ("polars", "to_polars"), ("pyarrow", "to_arrow")],
)
def test_an_analysis_becomes_a_table(library: str, method: str, analysis: Analysis) -> None:
    pytest.importorskip(library)
    table = getattr(analysis, method)()
    rows = list(analysis.rows())
    assert len(table) == len(rows) == 4
    names = getattr(table, "column_names", None) or list(table.columns)
    assert names == list(rows[0])
    assert list(map(str, table["actor"])) == [row["actor"] for row in rows]


def read_with(library: str, path: Path) -> list[tuple[Any, ...]]:
    """Return document, actor, target, whether there is a day, and any month, as a library reads."""
    module = pytest.importorskip(library)
    if library == "duckdb":
        pattern = f"{path}/*/*.parquet" if path.is_dir() else str(path)
        relation = module.sql(f"from '{pattern}'")
        names, rows = relation.columns, relation.fetchall()
        table = [dict(zip(names, row, strict=True)) for row in rows]
    elif library == "pandas":
        table = module.read_parquet(path).replace({float("nan"): None}).to_dict("records")
    else:
        table = module.read_parquet(path).to_dicts()
    return sorted(
        (row["doc_id"], row["actor"], row["target"], row["date"] is None, row.get("month"))
        for row in table
    )


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_a_score_file_is_read_with_one_line_partitioned_or_not(
    library: str, tmp_path: Path, model: str
) -> None:
    pytest.importorskip("pyarrow")
    source = write_corpus(tmp_path / "corpus.jsonl", 12)
    with source.open("a") as file:
        file.write('{"id": "undated", "text": "Iran praised Oman."}\n')
    whole, months, lines = (tmp_path / name for name in ("one.parquet", "m.parquet", "rows.jsonl"))
    for out, partition in ((whole, None), (months, "month"), (lines, None)):
        chosen = BatchOptions(model=model, partition=cast(Any, partition))
        score(source, out, chosen)
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    keys = [(row["doc_id"], row["actor"], row["target"], row["date"]) for row in rows]
    assert read_with(library, whole) == sorted((*key[:3], not key[3], None) for key in keys)
    assert read_with(library, months) == sorted(
        (*key[:3], not key[3], key[3][:7] if key[3] else "undated") for key in keys
    )


@pytest.mark.parametrize("library", ["csv", "pandas", "polars", "duckdb"])
def test_a_cell_with_any_line_end_is_read_back_from_csv(library: str, tmp_path: Path) -> None:
    module = pytest.importorskip(library)
    cells = ["a\rb", "a\nb", "a\r\nb", "\r", 'a"\r', "=a", "plain"]
    columns = columns_of(())[:2]
    path = tmp_path / "cells.csv"
    names = encode_csv(columns, [[column.name] for column in columns])
    path.write_bytes(names + encode_csv(columns, [cells, ["x"] * len(cells)]))
    found: list[str]
    if library == "csv":
        with path.open(newline="") as file:
            found = [row["doc_id"] for row in csv.DictReader(file)]
    elif library == "duckdb":
        found = [row[0] for row in module.read_csv(str(path)).fetchall()]
    else:
        found = list(module.read_csv(path)["doc_id"])
    assert found == cells
