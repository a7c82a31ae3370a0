from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from stance.batch import run as run_module
from stance.batch.options import BatchOptions
from stance.batch.parts import remove_done
from stance.batch.run import Progress, score
from stance.cli import app
from stance.errors import InputError, OptionError

from .conftest import corpus, write_corpus
from .test_readers import CASES, pack, read


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus.jsonl", 40)


def options(model: str, **more: Any) -> BatchOptions:
    return BatchOptions(**{"model": model, "chunk_characters": 1000, **more})


class StoppedError(Exception):
    """What stands for a kill in these tests."""


def stop(*_: Any) -> None:
    raise StoppedError


def stop_after(chunks: int) -> Any:
    left = [chunks]

    def on_progress(_: Progress) -> None:
        left[0] -= 1
        if not left[0]:
            raise StoppedError

    return on_progress


def interrupted(source: Path, out: Path, chosen: BatchOptions, chunks: int = 3) -> None:
    with pytest.raises(StoppedError):
        score(source, out, chosen, stop_after(chunks))
    assert not out.exists()


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_any_number_of_processes_and_any_stop_give_the_same_bytes(
    suffix: str, source: Path, tmp_path: Path, model: str
) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    one, two, stopped = (tmp_path / f"{name}{suffix}" for name in ("one", "two", "stopped"))
    score(source, one, options(model))
    score(source, two, options(model, n_jobs=2))
    interrupted(source, stopped, options(model))
    summary = score(source, stopped, options(model, n_jobs=2))
    assert summary.resumed >= 3
    assert one.read_bytes() == two.read_bytes() == stopped.read_bytes()


def test_the_size_of_chunks_does_not_change_the_rows(
    source: Path, tmp_path: Path, model: str
) -> None:
    small, large = tmp_path / "small.jsonl", tmp_path / "large.jsonl"
    assert score(source, small, options(model, chunk_characters=1)).parts == 40
    assert score(source, large, options(model, chunk_characters=10**6)).parts == 1
    assert small.read_bytes() == large.read_bytes()


def test_documents_keep_their_order_their_days_and_who_published_them(
    source: Path, tmp_path: Path, model: str
) -> None:
    out = tmp_path / "out.jsonl"
    score(source, out, options(model, all_documents=True))
    seen = {}
    for line in out.read_text().splitlines():
        row = json.loads(line)
        seen[row["doc_id"]] = (row["date"], row["source"])
    assert list(seen.items()) == [
        (one["id"], (one["date"], one["source"] or None)) for one in corpus(40)
    ]


def test_a_changed_model_input_or_option_is_refused_with_the_reason(
    source: Path, tmp_path: Path, model: str
) -> None:
    out = tmp_path / "out.jsonl"
    interrupted(source, out, options(model))
    with pytest.raises(OptionError, match=r"has the same option .*pass --overwrite") as caught:
        score(source, out, options(model, evidence=True, encoding="cp1252", chunk_characters=9))
    assert [
        problem.rule.removeprefix("the unfinished run has ") for problem in caught.value.problems
    ] == [
        "the same option chunk_characters (before: 1000, now: 9)",
        "the same option encoding (before: None, now: 'cp1252')",
        "the same option evidence (before: False, now: True)",
    ]
    shutil.copytree(model, tmp_path / "other")
    with pytest.raises(OptionError, match="the unfinished run has the same model"):
        score(source, out, options(str(tmp_path / "other")))
    text = source.read_text()
    source.write_text(text + text[: text.index("\n") + 1])
    with pytest.raises(OptionError, match="the unfinished run has the same inputs"):
        score(source, out, options(model))
    source.write_text(text.replace("eggs", "spam"))  # of the same size
    with pytest.raises(InputError, match=r"corpus\.jsonl:\d+: the input is what it was when part"):
        score(source, out, options(model))
    source.write_text(text)
    assert score(source, out, options(model)).resumed >= 3


def test_an_input_that_became_shorter_is_refused(
    tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, chosen = tmp_path / "out.jsonl", options(model, chunk_characters=1, input_format="lines")

    def give(n_lines: int) -> None:  # by standard input, whose size is not known before
        data = io.BytesIO(b"Iran praised Oman.\n" * n_lines)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))

    give(5)
    with pytest.raises(StoppedError):
        score("-", out, chosen, stop_after(4))
    give(2)
    with pytest.raises(InputError, match=r"as long as before \(4 parts are .*found '2 parts'"):
        score("-", out, chosen)
    give(5)
    assert score("-", out, chosen).resumed == 4


def test_only_what_cannot_be_written_is_blamed_on_the_output(
    source: Path, tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_worker(*_: Any) -> Any:
        raise TimeoutError("no worker")

    monkeypatch.setattr(run_module, "in_order", no_worker)
    with pytest.raises(TimeoutError, match="no worker"):
        score(source, tmp_path / "out.jsonl", options(model))


def test_overwrite_forgets_an_unfinished_run(source: Path, tmp_path: Path, model: str) -> None:
    out = tmp_path / "out.jsonl"
    interrupted(source, out, options(model))
    assert score(source, out, options(model, evidence=True, overwrite=True)).resumed == 0


@pytest.mark.parametrize("removed", [1, 2, 3])
def test_an_overwrite_that_is_killed_leaves_no_rows_of_the_run_before(
    removed: int, source: Path, tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm, out = tmp_path / "calm.jsonl", tmp_path / "out.jsonl"
    score(source, calm, options(model, evidence=True))
    interrupted(source, out, options(model))
    left, unlink = [removed], Path.unlink

    def kill(path: Path, missing_ok: bool = False) -> None:
        if not left[0]:
            raise StoppedError
        left[0] -= 1
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", kill)
    with pytest.raises(StoppedError):
        score(source, out, options(model, coreference=False, overwrite=True))
    monkeypatch.undo()
    score(source, out, options(model, evidence=True))
    assert out.read_bytes() == calm.read_bytes()


def test_a_run_stopped_at_its_end_goes_on_beside_its_inputs(
    source: Path, tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with source.open("a") as file:
        file.write('{"id": "bad"}\n')
    out = tmp_path / "out.jsonl"
    for step in ("join_parts", "write_atomically", "_write_errors", "put_in_place"):
        with monkeypatch.context() as patched:
            patched.setattr(run_module, step, stop)
            with pytest.raises(StoppedError):
                score(tmp_path, out, options(model))
    summary = score(tmp_path, out, options(model))
    assert (summary.documents, summary.bad) == (40, 1)


@pytest.mark.parametrize("out", ["corpus.jsonl", "notes.csv", "folder.parquet"])
def test_an_output_that_would_replace_an_input_is_refused(
    out: str, tmp_path: Path, model: str
) -> None:
    sources = ["corpus.jsonl", "notes.csv.errors.jsonl", "folder.parquet/1.jsonl"]
    for name in sources:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_corpus(tmp_path / name, 1)
    chosen = options(model, overwrite=True, partition="month" if "parquet" in out else None)
    pytest.importorskip("pyarrow")
    with pytest.raises(OptionError, match="an output replaces none of its inputs"):
        score([tmp_path / name for name in sources], tmp_path / out, chosen)


@pytest.mark.skipif(os.name != "posix", reason="needs files that are known by their numbers")
def test_all_of_an_output_is_on_the_disk_before_its_parts_are_removed(
    source: Path, tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    synced = set()
    monkeypatch.setattr(os, "fsync", lambda handle: synced.add(os.fstat(handle).st_ino))
    out = tmp_path / "out.parquet"
    score(source, out, options(model, partition="month"))
    assert {path.stat().st_ino for path in (tmp_path, out, *out.rglob("*"))} <= synced


def test_two_runs_may_remove_the_same_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out.csv.parts"
    done = tmp_path / "out.csv.parts.done"
    done.mkdir()
    for name in "ab":
        (done / name).touch()
    remove = shutil.rmtree

    def late(path: Path) -> None:
        if (path / "a").exists():
            (path / "a").unlink()  # as the other run does, which is ahead
            raise FileNotFoundError
        remove(path)

    monkeypatch.setattr(shutil, "rmtree", late)
    remove_done(folder)
    assert not done.exists()


def test_a_part_of_another_run_is_never_taken(source: Path, tmp_path: Path, model: str) -> None:
    calm, one, two = (tmp_path / f"{name}.jsonl" for name in ("calm", "one", "two"))
    chosen = options(model, evidence=True)
    score(source, calm, chosen)
    interrupted(source, one, options(model))
    interrupted(source, two, chosen)
    name = "00000001.part"
    shutil.copy(tmp_path / "one.jsonl.parts" / name, tmp_path / "two.jsonl.parts" / name)
    score(source, two, chosen)
    assert two.read_bytes() == calm.read_bytes()


def test_what_is_done_is_not_done_again_and_never_replaced_unasked(
    source: Path, tmp_path: Path, model: str
) -> None:
    out = tmp_path / "out.jsonl"
    first = score(source, out, options(model))
    again = score(source, out, options(model))
    assert again == msgspec.structs.replace(first, already=True)
    with pytest.raises(OptionError, match="is of the same inputs, model and options") as caught:
        score(source, out, options(model, all_documents=True))
    assert "; option all_documents (before: False, now: True); name another" in str(caught.value)
    source.write_text(source.read_text().replace("eggs", "spam"))
    with pytest.raises(InputError, match="the input is what it was when the output was written"):
        score(source, out, options(model))
    (tmp_path / "own.csv").write_text("my own work")
    with pytest.raises(OptionError, match=r"own\.csv: the output is not there yet"):
        score(source, tmp_path / "own.csv", options(model))
    assert (tmp_path / "own.csv").read_text() == "my own work"


@pytest.mark.parametrize(
    ("name", "partition"),
    [("out.jsonl", None), ("out.parquet", None), ("out.parquet", "month")],
)
def test_an_output_that_was_cut_or_changed_is_not_called_whole(
    name: str, partition: str | None, source: Path, tmp_path: Path, model: str
) -> None:
    if name == "out.parquet":
        pytest.importorskip("pyarrow")
    out, chosen = tmp_path / name, options(model, partition=partition)
    score(source, out, chosen)
    path = min(out.rglob("*.parquet")) if out.is_dir() else out
    data = path.read_bytes()
    for damaged in (data[:100], data[:-1] + b" "):
        path.write_bytes(damaged)
        with pytest.raises(OptionError, match=r"as it was written \(\d+ bytes\).*--overwrite"):
            score(source, out, chosen)
    path.write_bytes(data)
    assert score(source, out, chosen).already


@pytest.mark.parametrize(("before", "after"), [(None, "month"), ("month", None)])
def test_a_folder_of_months_replaces_a_file_and_a_file_a_folder(
    before: str | None, after: str | None, source: Path, tmp_path: Path, model: str
) -> None:
    pytest.importorskip("pyarrow")
    out = tmp_path / "out.parquet"
    score(source, out, options(model, partition=before))
    score(source, out, options(model, partition=after, overwrite=True))
    assert out.is_dir() == (after == "month")
    assert score(source, out, options(model, partition=after)).already
    assert not list(tmp_path.glob("*.parts*"))


def test_a_damaged_part_is_scored_again(source: Path, tmp_path: Path, model: str) -> None:
    calm, out = tmp_path / "calm.jsonl", tmp_path / "out.jsonl"
    score(source, calm, options(model))
    interrupted(source, out, options(model))
    part = tmp_path / "out.jsonl.parts" / "00000001.part"
    part.write_bytes(part.read_bytes()[:-7])
    score(source, out, options(model))
    assert out.read_bytes() == calm.read_bytes()


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.parquet.gz"])
def test_progress_tells_how_much_of_the_input_is_read(
    name: str, tmp_path: Path, model: str
) -> None:
    lines = [json.dumps({"text": f"{one['text']} {i}"}) for i, one in enumerate(corpus(2000))]
    content = "\n".join(lines).encode()
    if ".parquet" in name:
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        packed = io.BytesIO()
        parquet.write_table(pyarrow.Table.from_pylist([json.loads(one) for one in lines]), packed)
        content = packed.getvalue()
    path = tmp_path / name
    path.write_bytes(pack(content, "gzip" if name.endswith(".gz") else None))
    seen: list[Progress] = []
    score(path, tmp_path / "out.jsonl", options(model, chunk_characters=10_000), seen.append)
    size = path.stat().st_size
    assert {one.size for one in seen} == {size}
    assert seen[-1].documents == 2000
    shares = [(one.read / size, one.documents / 2000) for one in seen]
    assert shares == sorted(shares)
    assert all(abs(read - documents) < 0.2 for read, documents in shares)


def test_one_process_at_a_time_writes_an_output(source: Path, tmp_path: Path, model: str) -> None:
    pytest.importorskip("fcntl")
    out = tmp_path / "out.jsonl"

    def second(_: Progress) -> None:
        score(source, out, options(model))

    with pytest.raises(OptionError, match="one process at a time writes an output"):
        score(source, out, options(model), second)


def test_bad_records_go_to_the_error_file_in_their_order(tmp_path: Path, model: str) -> None:
    source, out = tmp_path / "corpus.jsonl", tmp_path / "out.jsonl"
    lines = write_corpus(source, 30).read_text().splitlines()
    lines[3], lines[17] = '{"id": "b"}', "no json"
    source.write_text("\n".join(lines))
    summary = score([source], out, options(model, n_jobs=2))
    assert (summary.documents, summary.bad) == (28, 2)
    errors = [json.loads(line) for line in Path(str(summary.errors)).read_text().splitlines()]
    assert [(one["doc_id"], one["line"]) for one in errors] == [(None, 4), (None, 18)]
    assert errors[0]["rule"].startswith("a record has a field with the text")
    assert set(errors[0]) == {"doc_id", "path", "line", "rule", "found", "next_step"}
    source.write_text("\n".join(lines[:3]))
    score([source], out, options(model, overwrite=True))
    assert not Path(str(summary.errors)).exists()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_corpus_with_every_kind_of_bad_record_is_scored_and_gone_on_with(
    n_jobs: int, tmp_path: Path, model: str
) -> None:
    pytest.importorskip("pyarrow")
    folder, out, calm = tmp_path / "corpus", tmp_path / "out.jsonl", tmp_path / "calm.jsonl"
    folder.mkdir()
    # Options hold for a whole run, so the cases that need some are left to the readers' tests.
    cases = {
        f"{number:03d}-{case['name']}": case
        for number, case in enumerate(CASES)
        if "options" not in case
    }
    assert len(cases) > 30
    for name, case in cases.items():
        (folder / name).write_bytes(pack(case["content"].encode("latin-1"), case.get("pack")))
    chosen = options(model, chunk_characters=40, n_jobs=n_jobs)
    summary = score(folder, calm, chosen)
    errors = [json.loads(line) for line in Path(f"{calm}.errors.jsonl").read_text().splitlines()]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in cases}
    for one in errors:
        found[Path(one["path"]).name].append(one)
    assert [one["path"] for one in errors] == sorted(one["path"] for one in errors)
    for name, case in cases.items():
        starts = zip(found[name], case["rules"], strict=True)
        assert all(one["rule"].startswith(rule) for one, rule in starts), name
        assert [one["line"] for one in found[name] if one["line"]] == case.get("lines", []), name
    assert summary.bad == len(errors)
    known = sum(case["documents"] or 0 for case in cases.values())
    packed = sum(len(read(folder / name)) - 1 for name in cases if cases[name]["documents"] is None)
    assert summary.documents == known + packed

    with pytest.raises(StoppedError):
        score(folder, out, chosen, stop_after(9))
    args = ("score", str(folder), "--out", str(out), "--model", model, "--chunk", "40")
    done = CliRunner().invoke(app, [*args, "--jobs", str(n_jobs)])
    assert done.exit_code == 1, done.stderr
    assert "parts were there" in done.stderr
    assert f"{out}.errors.jsonl: {len(errors)} bad records were left out" in done.stderr
    for end in ("", ".errors.jsonl"):
        assert Path(f"{out}{end}").read_bytes() == Path(f"{calm}{end}").read_bytes()


def test_csv_and_parquet_hold_what_json_lines_hold(
    source: Path, tmp_path: Path, model: str
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for suffix in ("jsonl", "csv", "parquet"):
        score(source, tmp_path / f"out.{suffix}", options(model, evidence=True))
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert table == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
    ]
    read = parquet.read_table(tmp_path / "out.parquet")
    assert read.schema.metadata[b"stance.model"] == model.encode()
    for row, arrow_row in zip(rows, read.to_pylist(), strict=True):
        for name, value in row.items():
            found = str(arrow_row[name]) if name == "date" else arrow_row[name]
            assert found == (pytest.approx(value, abs=1e-6) if type(value) is float else value)


def test_months_become_folders(tmp_path: Path, model: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    source = write_corpus(tmp_path / "corpus.jsonl", 24)
    with source.open("a") as file:
        file.write('{"id": "undated", "text": "Iran praised Oman."}\n')
    out = tmp_path / "out.parquet"
    chosen = options(model, partition="month")
    interrupted(source, out, chosen)
    score(source, out, chosen)
    months = sorted(path.name for path in out.iterdir())
    assert months[0] == "month=2010-01"
    assert months[-1] == "month=undated"
    whole = tmp_path / "whole.parquet"
    score(source, whole, options(model))
    table, expected = parquet.read_table(out), parquet.read_table(whole)
    days = table["date"].to_pylist()
    assert table["month"].to_pylist() == [str(day)[:7] if day else "undated" for day in days]
    order = [(name, "ascending") for name in ("doc_id", "start", "actor", "target")]
    assert table.select(expected.column_names).sort_by(order) == expected.sort_by(order)
    score(source, out, options(model, partition="month", overwrite=True))
    assert len(list(out.iterdir())) == len(months)


def test_what_goes_with_an_output_names_model_and_columns(
    source: Path, tmp_path: Path, model: str
) -> None:
    out = tmp_path / "out.csv"
    summary = score(source, out, options(model))
    meta = json.loads((tmp_path / "out.csv.meta.json").read_text())
    assert meta["format"] == run_module.FORMAT == 1
    assert len(meta["run"]["model_sha256"]) == 64
    assert meta["summary"]["relations"] == summary.relations > 0
    header = out.read_text().split("\n", 1)[0]
    assert header == ",".join(column["name"] for column in meta["columns"])


def test_wrong_options_are_all_named_at_once() -> None:
    wrong: dict[str, Any] = {"n_jobs": 0, "engine": "spork", "encoding": "utf-9"}
    with pytest.raises(OptionError) as caught:
        score("nowhere", "out.jsonl", BatchOptions(**wrong))
    assert len(caught.value.problems) == 3
    with pytest.raises(OptionError, match=r"only Parquet is written as a folder of months"):
        score("nowhere", "out.csv", BatchOptions(partition="month"))
    with pytest.raises(OptionError, match=r"ends in \.jsonl, \.csv, \.parquet; found 'out\.xls'"):
        score("nowhere", "out.xls")
