"""Score files and frames of every kind tell the same."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from made import STANCES, make_row

from stance.aggregation.tables import aggregate
from stance.aggregation.tally import Tally, tally
from stance.analysis import Model
from stance.batch.schema import columns_of, encode_csv, encode_json
from stance.errors import InputError, NotFoundError, StanceError

ROWS = [
    make_row(
        f"d{i}",
        "RUS" if i % 2 else "IRN",
        None if i == 3 else "OMN",
        (round(i / 20, 4), 0.5, 0.1234),
        date=f"2015-{1 + i % 12:02}-03",
        sent_index=i,
        speaker="Lavrov" if i % 3 else None,
        abstained="too far" if i == 5 else None,
    )
    for i in range(14)
]


def write_jsonl(path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")


def write_gz(path: Path) -> None:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, ROWS)).encode()))


def write_csv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ROWS[0])
        writer.writeheader()
        writer.writerows(ROWS)


def write_parquet(path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    from pyarrow import Table

    pyarrow.write_table(Table.from_pylist(ROWS), path)


WRITERS = {
    "a.jsonl": write_jsonl,
    "a.jsonl.gz": write_gz,
    "a.csv": write_csv,
    "a.parquet": write_parquet,
}


@pytest.fixture(scope="module")
def wanted() -> Tally:
    return tally(ROWS)


@pytest.mark.parametrize("name", WRITERS)
def test_a_score_file_tells_what_its_rows_tell(name: str, tmp_path: Path, wanted: Tally) -> None:
    WRITERS[name](tmp_path / name)
    assert tally(tmp_path / name) == wanted
    assert tally(str(tmp_path)) == wanted  # a folder of one


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_who_published_what_comes_from_score_files_to_the_table(
    ending: str, tiny: Model, tmp_path: Path
) -> None:
    texts = {"a": "Iran praised Oman.", "b": "Iran attacked Oman.", "c": "Oman praised Iran."}
    sources = {"a": "Herald", "b": "Courier", "c": None}
    columns = columns_of(tiny.stances)
    names = [column.name for column in columns]
    rows = [
        {**row, "source": sources[name]}
        for name, text in texts.items()
        for row in tiny.analyze(text, doc_id=name).rows()
    ]
    values = [[row.get(name) for row in rows] for name in names]
    path = tmp_path / f"scores.{ending}"
    body = encode_json(columns, values)
    if ending == "csv":
        body = ",".join(names).encode() + b"\n" + encode_csv(columns, values)
    path.write_bytes(body)
    table = aggregate(path, by="source")
    assert [row.source for row in table] == [None, "Courier", "Herald"]
    assert {quote.doc_id: quote.source for quote in tally(path).quotes} == sources


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_frame_tells_what_its_rows_tell(kind: str, wanted: Tally) -> None:
    library = pytest.importorskip(kind, reason=f"{kind} is not installed")
    make = library.Table.from_pylist if kind == "pyarrow" else library.DataFrame
    assert tally(make(ROWS)) == wanted


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_text_in_a_stance_column_of_a_frame_is_refused(kind: str) -> None:
    library = pytest.importorskip(kind, reason=f"{kind} is not installed")
    make = library.Table.from_pylist if kind == "pyarrow" else library.DataFrame
    with pytest.raises(InputError, match="2: a score is a number; found 'much'; correct it"):
        tally(make([make_row() | {"threat": "0.2"}, make_row() | {"threat": "much"}]))


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_lists_in_a_column_of_text_are_refused(kind: str) -> None:
    library = pytest.importorskip(kind, reason=f"{kind} is not installed")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    make = library.Table.from_pylist if kind == "pyarrow" else library.DataFrame
    with pytest.raises(InputError, match="scores are columns of text and of numbers"):
        tally(make([make_row() | {"date": ["2015-11-23"]}]))


def test_a_pandas_column_of_numbers_and_text_is_refused() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    frame = pandas.DataFrame([make_row(), make_row() | {"threat": "much"}])
    with pytest.raises(InputError, match=r"numbers .*'much'.* column threat"):
        tally(frame)


def test_a_pandas_frame_is_read_without_arrow(
    wanted: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    monkeypatch.setattr("stance.aggregation.reading._pyarrow", lambda: None)
    frame = pandas.DataFrame(ROWS)
    frame["date"] = pandas.to_datetime(frame["date"])
    assert tally(frame) == wanted


def test_parquet_without_pyarrow_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(StanceError, match=r"needs pyarrow; pip install 'stance-ir\[parquet\]'"):
        tally(tmp_path / "a.parquet")


def test_a_list_of_files_is_read_as_one(tmp_path: Path, wanted: Tally) -> None:
    for k in range(2):
        lines = [json.dumps(row) for row in ROWS[k::2]]
        (tmp_path / f"{k}.jsonl").write_text("\n".join(lines), "utf-8")
    assert tally([tmp_path / "1.jsonl", tmp_path / "0.jsonl"]) == wanted


CUT_GZIP = gzip.compress(b"{}\n" * 99, mtime=0)[:-12]
DAMAGED_GZIP = gzip.compress(b"", mtime=0)[:10] + b"\xff" * 20
BAD_FILES: list[tuple[str, bytes, str]] = [
    ("a.jsonl", b"{]", r"a.jsonl:1: a line of a score file is a JSON object"),
    ("a.jsonl", b'{"doc_id": "d"}', r"a.jsonl:1: scores have the columns .* are? missing"),
    ("a.csv", b"a,b\n1,2\n", r"a.csv:1: scores have the columns"),
    ("a.xlsx", b"", r"a.xlsx: a score file ends in one of .jsonl, .csv, .tsv, .parquet"),
    ("a.jsonl.gz", CUT_GZIP, r"a.jsonl.gz: a score file is whole and can"),
    (
        "a.jsonl.gz",
        b"{}",
        r"a.jsonl.gz: a score file is whole and can be read \(Not a gzipped file",
    ),
    ("a.csv.gz", DAMAGED_GZIP, r"a.csv.gz: a score file is whole .*invalid"),
    ("a.parquet", b"PAR1 no", r"a.parquet: a Parquet file is whole"),
]


@pytest.mark.parametrize(("name", "data", "message"), BAD_FILES)
def test_a_file_that_is_no_score_file_is_refused(
    name: str, data: bytes, message: str, tmp_path: Path
) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message.replace(" are? missing", "")):
        tally(tmp_path / name)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    lines: list[Any] = [json.dumps(row) for row in ROWS[:3]]
    lines[2] = lines[2][:40]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    with pytest.raises(InputError, match=r"a.jsonl:3: a line of a score file is a JSON object"):
        tally(tmp_path / "a.jsonl")


def test_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open("a", encoding="utf-8") as file:
        file.write("one,two\n")
    with pytest.raises(InputError, match=r"a.csv:16: a row has 20 values, as the header; found 2"):
        tally(tmp_path / "a.csv")


def test_absent_and_empty_inputs_say_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no such score file"):
        tally(tmp_path / "nowhere.jsonl")
    with pytest.raises(InputError, match="a folder of scores holds files ending in"):
        tally(tmp_path)
    (tmp_path / "a.jsonl").write_text("", "utf-8")
    assert len(tally(tmp_path / "a.jsonl").documents) == 0


def test_the_error_file_of_a_batch_is_no_score_file(tmp_path: Path, wanted: Tally) -> None:
    write_jsonl(tmp_path / "a.jsonl")
    (tmp_path / "a.jsonl.errors.jsonl").write_text('{"doc_id": null}\n', "utf-8")
    assert tally(tmp_path) == wanted


@pytest.mark.parametrize(
    "part", ["b.jsonl.parts/joined.jsonl", "b.csv.parts.done/0.csv", "in/b.parquet.parts/0.jsonl"]
)
def test_parts_of_an_unfinished_run_are_no_score_files(
    part: str, tmp_path: Path, wanted: Tally
) -> None:
    write_jsonl(tmp_path / "a.jsonl")
    (tmp_path / part).parent.mkdir(parents=True)
    (tmp_path / part).write_text(json.dumps(make_row("other")) + "\n", "utf-8")
    assert tally(tmp_path) == wanted


def test_a_row_of_another_model_in_a_file_is_named(tmp_path: Path) -> None:
    other = {f"other {key}" if key in STANCES else key: v for key, v in make_row().items()}
    lines = [json.dumps(row | {"stances": ""}) for row in (make_row(), other)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    with pytest.raises(InputError, match=r"a.jsonl:2: a relation has a probability of each stance"):
        tally(tmp_path / "a.jsonl")
