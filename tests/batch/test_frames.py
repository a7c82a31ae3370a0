from __future__ import annotations

from pathlib import Path

import pytest

from stance.analysis import Analysis, load_model
from stance.batch.options import BatchOptions
from stance.batch.run import score

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


def test_pandas_polars_and_duckdb_read_a_score_file_with_one_line_each(
    tmp_path: Path, model: str
) -> None:
    pandas, polars, duckdb = (pytest.importorskip(name) for name in ("pandas", "polars", "duckdb"))
    out = tmp_path / "scores.parquet"
    source = write_corpus(tmp_path / "corpus.jsonl", 12)
    n = score(source, out, BatchOptions(model=model)).relations
    assert len(pandas.read_parquet(out)) == n
    assert len(polars.read_parquet(out)) == n
    assert len(duckdb.sql(f"from '{out}'").fetchall()) == n
    assert pandas.read_parquet(out)["cooperation"].between(0, 1).all()
