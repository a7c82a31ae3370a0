from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.batch import opening, readers
from stance.batch.documents import BadRecord, Document
from stance.batch.options import BatchOptions
from stance.batch.readers import read_source
from stance.batch.sources import find_sources
from stance.errors import InputError, NotFoundError, OptionError

CASES = [
    json.loads(line)
    for line in Path("tests/cases/batch-bad-records.jsonl").read_text().splitlines()
]


def pack(content: bytes, how: str | None) -> bytes:
    if how is None:
        return content
    if how.startswith("gzip"):
        packed = gzip.compress(content)
    else:
        pyarrow = pytest.importorskip("pyarrow")
        packed = bytes(pyarrow.compress(content, "zstd", asbytes=True))
    return packed[: len(packed) * 2 // 3] if how.endswith("cut") else packed


def read(path: Path | str, **options: Any) -> list[Document | BadRecord]:
    chosen = BatchOptions(**options)
    return [one for source in find_sources([path], chosen) for one in read_source(source, chosen)]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_a_bad_record_is_named_with_its_place_and_the_rest_is_read(
    case: dict[str, Any], tmp_path: Path
) -> None:
    if case["name"].endswith(("zst", "parquet")):
        pytest.importorskip("pyarrow")
    path = tmp_path / case["name"]
    path.write_bytes(pack(case["content"].encode("latin-1"), case.get("pack")))
    found = read(path, **case.get("options", {}))
    bad = [one for one in found if isinstance(one, BadRecord)]
    assert len(bad) == len(case["rules"])
    for one, rule in zip(bad, case["rules"], strict=True):
        assert one.rule.startswith(rule)
        assert one.path == str(path)
        assert one.next_step
    assert [one.line for one in bad if one.line] == case.get("lines", [])
    if case["documents"] is not None:
        assert len(found) - len(bad) == case["documents"]


TEXT = "Erdoğan praised 中国. “Yes,” he said."


@pytest.mark.parametrize("how", [None, "gzip", "zstd"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv", "a.txt"])
def test_all_forms_give_the_same_document_packed_or_not(
    name: str, how: str | None, tmp_path: Path
) -> None:
    content = {
        "a.jsonl": json.dumps({"id": "x", "date": "2015-11-23", "text": TEXT}) + "\n",
        "a.csv": f'id,date,text\nx,2015-11-23,"{TEXT}"\n',
        "a.tsv": f"id\tdate\ttext\nx\t2015-11-23\t{TEXT}\n",
        "a.txt": TEXT,
    }[name]
    path = tmp_path / (name + {None: "", "gzip": ".gz", "zstd": ".zst"}[how])
    path.write_bytes(pack(content.encode(), how))
    (document,) = read(path)
    assert isinstance(document, Document)
    assert document.text == TEXT
    if name != "a.txt":
        assert (document.doc_id, document.date) == ("x", "2015-11-23")


def test_parquet_with_days_and_numbers_is_read(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table(
        {
            "published": [datetime.datetime(2015, 11, 23, 10), None],
            "id": [7, 8],
            "body": [TEXT, None],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    first, second = read(tmp_path / "a.parquet")
    assert first == Document("7", TEXT, "2015-11-23", str(tmp_path / "a.parquet"), 1)
    assert isinstance(second, BadRecord)
    assert (second.doc_id, second.line) == ("8", 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding=encoding)
    (document,) = read(tmp_path / "a.txt")
    assert isinstance(document, Document)
    assert document.text == TEXT


def test_an_encoding_can_be_stated(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;text\nx;Señor, Perú praised Oman.\n", encoding="cp1252")
    (document,) = read(tmp_path / "a.csv", encoding="cp1252")
    assert isinstance(document, Document)
    assert document.text == "Señor, Perú praised Oman."


def test_every_line_can_be_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Iran praised Oman.\n\nOman thanked Iran.\r\n")
    found = [(one.doc_id, one.text) for one in read(tmp_path / "a.txt", input_format="lines")]  # type: ignore[union-attr]
    assert found == [("a.txt:1", "Iran praised Oman."), ("a.txt:3", "Oman thanked Iran.")]


@pytest.mark.parametrize(
    ("name", "options", "day"),
    [
        ("2015-11-23-summit.txt", {}, "2015-11-23"),
        ("2015-11-23.txt", {"input_format": "lines"}, "2015-11-23"),
        ("2015-11-23.txt", {"date_column": ""}, None),
        ("2015-11-231.txt", {}, None),
        ("2015-02-30-summit.txt", {}, None),
        ("2015-W48-1-summit.txt", {}, None),
        ("summit-2015-11-23.txt", {}, None),
    ],
)
def test_the_name_of_a_text_file_may_begin_with_its_day(
    name: str, options: dict[str, str], day: str | None, tmp_path: Path
) -> None:
    (tmp_path / name).write_text("Iran praised Oman.")
    (document,) = read(tmp_path / name, **options)
    assert isinstance(document, Document)
    assert document.date == day


def test_columns_can_be_named_and_a_null_id_becomes_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"story": "Iran praised Oman.", "text": "no", "key": null, "d": "20151123"}\n')
    (document,) = read(path, text_column="story", id_column="key", date_column="d")
    assert document == Document(f"{path}:1", "Iran praised Oman.", "2015-11-23", str(path), 1)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["Agency", "7", None, None]),
        ({"source_column": "paper"}, ["P", None, None, None]),
        ({"source_column": ""}, [None] * 4),
    ],
    ids=["found by its name", "named", "none is wanted"],
)
@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_who_published_a_document_is_read(
    kind: str, options: dict[str, str], expected: list[str | None], tmp_path: Path
) -> None:
    path = tmp_path / f"a.{kind}"
    given = ["Agency", "7", "", None]
    records = [
        {"text": TEXT, "source": source, "paper": "" if i else "P"}
        for i, source in enumerate(given)
    ]
    if kind == "jsonl":
        records[1]["source"] = 7  # type: ignore[assignment]
        path.write_text("".join(json.dumps(one) + "\n" for one in records))
    elif kind == "csv":
        with path.open("w", newline="") as file:
            table = csv.DictWriter(file, ["text", "source", "paper"])
            table.writeheader()
            table.writerows(records)
    else:
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pyarrow.Table.from_pylist(records), path)
    assert [one.source for one in read(path, **options)] == expected  # type: ignore[union-attr]


def test_a_line_without_end_is_passed_over_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MAX_RECORD", 100)
    path = tmp_path / "a.jsonl"
    path.write_text("x" * 350 + '\n{"id": "b", "text": "Iran praised Oman."}\n')
    bad, good = read(path)
    assert isinstance(bad, BadRecord)
    assert (bad.rule, bad.line) == ("a line has at most 30000000 characters", 1)
    assert good.doc_id == "b"


def test_a_folder_is_read_in_the_order_of_names_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".hidden.txt", "notes.docx", "o.jsonl.parts/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Iran praised Oman.")
    assert [one.doc_id for one in read(tmp_path)] == ["a.txt", "b/1.txt", "b/2.txt"]
    assert len(read(f"{tmp_path}/b/*.txt")) == 2


SCORES = {
    "csv": b"doc_id,actor,target,stances,sentence\na,IRN,OMN,,Iran praised Oman.\n",
    "tsv": b"actor\ttarget\tstances\nIRN\tOMN\t\n",
    "jsonl": b'{"actor": "IRN", "target": "OMN", "stances": "", "sentence": "Iran left."}\n',
}


@pytest.mark.parametrize("how", [None, "gzip"])
@pytest.mark.parametrize("kind", list(SCORES))
def test_scores_in_a_folder_are_no_articles_unless_they_are_named(
    kind: str, how: str | None, tmp_path: Path
) -> None:
    path = tmp_path / (f"old.{kind}" + (".gz" if how else ""))
    path.write_bytes(pack(SCORES[kind], how))
    (tmp_path / "a.txt").write_text("Iran praised Oman.")
    for folder in (tmp_path, f"{tmp_path}/*"):
        skipped: list[str] = []
        (source,) = find_sources([folder], BatchOptions(), skipped.append)
        assert source.path == str(tmp_path / "a.txt")
        assert skipped == [str(path)]
    assert find_sources([path], BatchOptions())[0].path == str(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"actor,target,text\nIRN,OMN,Iran praised Oman.\n"),
        ("a.jsonl", b'{"actor": "Iran", "text": "Iran praised Oman."}\n'),
        ("a.jsonl", b"[1]\n"),
        ("a.jsonl.gz", b"\x1f\x8b damaged"),
        ("a.csv", b"\xff\xfe"),
        ("a.csv", b""),
        ("a.parquet", b"no Parquet"),
    ],
)
def test_other_files_of_a_folder_are_read(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / f"{name}.meta.json").write_text('{"title": "not ours"}')
    (source,) = find_sources([tmp_path], BatchOptions())
    assert source.path == str(tmp_path / name)


def test_standard_input_is_json_lines_or_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for content, expected in (
        (b'{"id": "a", "text": "Iran praised Oman."}\n', "a"),
        (gzip.compress(b'{"id": "a", "text": "Iran praised Oman."}\n'), "a"),
        (b"Iran praised Oman.", "stdin"),
    ):
        stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(content)))  # type: ignore[arg-type]
        monkeypatch.setattr(sys, "stdin", stdin)
        (document,) = read("-")
        assert document.doc_id == expected


class Drops(io.RawIOBase):
    """A pipe that gives a byte at a time."""

    def __init__(self, content: bytes) -> None:
        self.left = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        first, self.left = self.left[:1], self.left[1:]
        buffer[: len(first)] = first
        return len(first)


@pytest.mark.parametrize("how", [None, "gzip", "zstd"])
def test_what_standard_input_is_does_not_depend_on_its_pace(
    how: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = pack(b"id,text\n1,Iran praised Oman.\n2,Oman thanked Iran.\n", how)
    stdin = io.TextIOWrapper(io.BufferedReader(Drops(content)))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert [one.doc_id for one in read("-")] == ["1", "2"]
    assert not stdin.closed


def test_a_header_of_one_name_may_be_parted_by_something_else(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Id|Text\n1|Iran praised Oman.\n")
    (bad,) = read(tmp_path / "a.csv")
    assert isinstance(bad, BadRecord)
    assert "commas or semicolons part columns" in bad.next_step


def test_what_cannot_be_an_input_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("x")
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(OptionError, match=r"a\.docx: an input ends in \.txt, .*say what it is"):
        read(tmp_path / "a.docx")
    with pytest.raises(NotFoundError, match="there is no such input file or folder"):
        read(tmp_path / "b.txt")
    with pytest.raises(InputError, match="a folder of a corpus names files that end in"):
        read(tmp_path / "empty")
    with pytest.raises(OptionError, match=r"a\.txt: an input is read once; name it once"):
        find_sources([tmp_path / "a.txt"] * 2, BatchOptions())


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
).filter(lambda text: not text.isspace())


@given(st.lists(texts, min_size=1, max_size=5))
def test_any_text_survives_json_lines_and_csv(
    tmp_path_factory: pytest.TempPathFactory, found: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.x"
    path.with_suffix(".jsonl").write_bytes(
        b"".join(msgspec.json.encode({"text": text}) + b"\n" for text in found)
    )
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        [["text", "n"], *([text, 1] for text in found)]
    )
    path.with_suffix(".csv").write_bytes(out.getvalue().encode())
    for suffix in (".jsonl", ".csv"):
        assert [one.text for one in read(path.with_suffix(suffix))] == found  # type: ignore[union-attr]


def test_one_value_of_parquet_that_python_cannot_hold_is_one_bad_record(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    raw = pyarrow.array([b"caf\xe9", b"Iran praised Oman."])
    unchecked = pyarrow.Array.from_buffers(pyarrow.string(), 2, raw.buffers())
    texts = pyarrow.array([TEXT, TEXT])
    for kind, values, text, rule in (
        (pyarrow.timestamp("s"), [10**12, 0], texts, "a date is a day"),
        (pyarrow.timestamp("s", "UTC"), [10**12, 0], texts, "a date is a day"),
        (pyarrow.date32(), [10**7, 0], texts, "a date is a day"),
        (pyarrow.date32(), [0, 0], unchecked, "a text is valid Unicode"),
        (pyarrow.date32(), [0, 0], unchecked.dictionary_encode(), "a text is valid Unicode"),
    ):
        days = pyarrow.array(values, pyarrow.int64())
        days = days.cast(pyarrow.int32()) if kind == pyarrow.date32() else days
        table = pyarrow.table({"date": days.cast(kind), "text": text})
        parquet.write_table(table, tmp_path / "a.parquet")
        bad, good = read(tmp_path / "a.parquet")
        assert isinstance(bad, BadRecord)
        assert bad.rule.startswith(rule)
        assert bad.line == 1
        assert good.date == "1970-01-01"


def test_nanoseconds_need_no_pandas() -> None:
    pytest.importorskip("pyarrow")
    code = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pandas':\n"
        "            raise ImportError\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "import pyarrow\n"
        "from stance.batch.documents import make_document, plain_values\n"
        "times = pyarrow.array([1448272800000000001], pyarrow.timestamp('ns'))\n"
        "print(make_document('Iran.', 1, *plain_values(times), 'a', 1).date)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2015-11-23\n"


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_packed_parquet_is_read_and_known_as_scores(how: str, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = ({"text": [TEXT]}, {"actor": ["IRN"], "target": ["OMN"], "stances": [""]})
    for name, found in zip(("a", "old"), columns, strict=True):
        parquet.write_table(pyarrow.table(found), tmp_path / "x")
        packed = pack((tmp_path / "x").read_bytes(), how)
        (tmp_path / f"{name}.parquet.{how[0]}{'z' if how == 'gzip' else 'st'}").write_bytes(packed)
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert document.text == TEXT


def test_all_that_stands_before_damage_in_a_gz_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl.gz"
    lines = "".join(json.dumps({"id": i, "text": TEXT * 3}) + "\n" for i in range(300))
    path.write_bytes(gzip.compress(lines.encode()) + b"junk")
    *documents, bad = read(path)
    assert isinstance(bad, BadRecord)
    assert bad.rule.startswith("the file can be read to its end")
    assert [one.doc_id for one in documents] == [str(i) for i in range(300)]


def test_standard_input_that_is_closed_is_a_bad_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    (bad,) = read("-")
    assert isinstance(bad, BadRecord)
    assert bad.rule == "the file can be read to its end (standard input is closed)"


@pytest.mark.parametrize("stated", ["Story", "story", " STORY "])
@pytest.mark.parametrize("field", ["story", "Story", " Story"])
def test_a_column_that_is_named_is_found_in_any_case(
    stated: str, field: str, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({field: TEXT, "text": "no"}) + "\n")
    (tmp_path / "a.csv").write_text(f'"{field}",text\n"{TEXT}",no\n')
    for name in ("a.jsonl", "a.csv"):
        (document,) = read(tmp_path / name, text_column=stated)
        assert isinstance(document, Document)
        assert document.text == TEXT


def test_between_two_columns_case_decides(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"story": "no", "Story": TEXT}) + "\n")
    (tmp_path / "a.csv").write_text(f'story,Story\nno,"{TEXT}"\n')
    for name in ("a.jsonl", "a.csv"):
        (document,) = read(tmp_path / name, text_column="Story")
        assert isinstance(document, Document)
        assert document.text == TEXT


def test_a_field_beyond_the_limit_ends_the_file_with_one_bad_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MAX_RECORD", 100)
    monkeypatch.setattr(opening, "MAX_RECORD", 100)
    inside = "x,Iran attacked Oman.\n" * 20
    for content in (f'b,"{inside}"\n', f'b,"{"x" * 150}\n{inside}"\n', f'"{inside}'):
        path = tmp_path / "a.csv"
        path.write_text(f"id,text\na,Iran praised Oman.\n{content}c,Iran praised Oman.\n")
        good, bad = read(path)
        assert isinstance(bad, BadRecord)
        assert bad.line == 3
        assert good.doc_id == "a"


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("id,text\na,Perú praised Oman.\n".encode("utf-16"), {}, ["a"]),
        (b'\xef\xbb\xbf"ID";"Full_Text"\r\na;Iran praised Oman.\r\n', {}, ["a"]),
        (b"id\tbody\na\tIran praised Oman.\n", {}, ["a"]),
        (b"id,story\na,Iran praised Oman.\n", {"text_column": "story"}, ["a"]),
        (b"id,story\na,Iran praised Oman.\n", {}, ["stdin"]),
        (b"Iran praised Oman, text and body.\nOman thanked Iran.\n", {}, ["stdin"]),
        (b"text\nIran praised Oman.\n", {}, ["stdin"]),
        (b"id,text", {}, ["stdin"]),
    ],
)
def test_standard_input_is_a_table_where_its_first_line_names_the_text(
    content: bytes, options: dict[str, str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(content)))  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "stdin", stdin)
    assert [one.doc_id for one in read("-", **options)] == expected
