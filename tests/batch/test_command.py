from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app
from stance.errors import OptionError

from .conftest import write_corpus

runner = CliRunner()


def test_the_command_scores_and_says_what_it_did(tmp_path: Path, model: str) -> None:
    source, out = write_corpus(tmp_path / "corpus.jsonl", 20), tmp_path / "out.jsonl"
    done = runner.invoke(app, ["score", str(source), "--out", str(out), "--model", model])
    assert done.exit_code == 0
    assert done.stdout == ""
    n_rows = len(out.read_text().splitlines())
    assert (
        done.stderr == f"{out}: written: 20 documents, 200 sentences, {n_rows:,} relations\n"
    )  # and no progress bar: this is no terminal
    again = runner.invoke(app, ["score", str(source), "--out", str(out), "--model", model])
    assert again.exit_code == 0
    assert "is there already and whole" in again.stderr


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("out.jsonl", []),
        ("out.csv", []),
        ("out.parquet", []),
        ("out.parquet", ["--partition", "month"]),
    ],
)
def test_outputs_in_the_folder_of_the_corpus_are_not_scored_again(
    name: str, month: list[str], tmp_path: Path, model: str
) -> None:
    if name == "out.parquet":
        pytest.importorskip("pyarrow")
    write_corpus(tmp_path / "corpus.jsonl", 3)
    (tmp_path / "bad.jsonl").write_text('{"id": "b"}\n')
    command = ["score", str(tmp_path), "--model", model, *month]
    first = runner.invoke(app, [*command, "--out", str(tmp_path / name)])
    assert "note:" not in first.stderr
    again = runner.invoke(app, [*command, "--out", str(tmp_path / name)])
    assert "is there already and whole" in again.stderr
    other = runner.invoke(app, [*command, "--out", str(tmp_path / f"o2{name}")])
    assert "were left out since 'stance score' wrote them" in other.stderr
    assert ": written: 3 documents, 30 sentences" in other.stderr


def test_bad_records_give_status_one_and_are_shown(tmp_path: Path, model: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "b"}\n{"id": "ok", "text": "Iran praised Oman."}\n')
    done = runner.invoke(app, ["score", str(source), "--out", str(out), "--model", model])
    assert done.exit_code == 1
    assert f"{source}:1: a record has a field with the text" in done.stderr
    assert f"{out}.errors.jsonl: 1 bad records were left out" in done.stderr
    assert json.loads(out.read_text().splitlines()[0])["doc_id"] == "ok"


def test_standard_input_is_scored(tmp_path: Path, model: str) -> None:
    out = tmp_path / "out.csv"
    done = runner.invoke(
        app,
        ["score", "-", "--out", str(out), "--model", model, "--format", "lines"],
        input="Iran praised Oman.\nOman thanked Iran.\n",
    )
    assert done.exit_code == 0, done.stderr
    assert out.read_text().splitlines()[1].startswith("stdin:1,,,0,IRN,OMN,")


def test_a_wrong_option_is_an_error_of_the_family(tmp_path: Path, model: str) -> None:
    source = write_corpus(tmp_path / "corpus.jsonl", 1)
    args = ["score", str(source), "--out", str(tmp_path / "o.csv"), "--engine", "dask"]
    done = runner.invoke(app, args)
    assert isinstance(done.exception, OptionError)
    with pytest.raises(OptionError, match="the dask engine and the address of its scheduler"):
        raise done.exception
