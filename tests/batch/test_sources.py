"""Which files of folders and patterns are read, and what their documents are called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from stance.batch.documents import BadRecord
from stance.batch.options import BatchOptions
from stance.batch.readers import read_source
from stance.batch.run import score
from stance.batch.sources import find_sources
from stance.errors import OptionError


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Iran praised Oman.")


def ids(*inputs: Path | str) -> list[str]:
    return [source.doc_id for source in find_sources(inputs, BatchOptions())]


def test_only_hidden_files_and_real_leftovers_of_a_folder_are_left_out(tmp_path: Path) -> None:
    meant = [
        "_1.txt",
        "_old/1.txt",
        "spare.parts/1.txt",
        "spare.parts.txt",
        "vol.parts-2/1.txt",
    ]
    fill(tmp_path, *meant, ".1.txt", ".git/1.txt", "o.csv.parts.done/1.txt")
    fill(tmp_path, "scores.parts/1.txt", "scores.parts/run.json")
    assert ids(tmp_path) == meant
    assert len(ids(f"{tmp_path}/*")) == len(meant)


def test_a_pattern_reads_the_folders_that_it_matches(tmp_path: Path) -> None:
    fill(tmp_path, "2015/a/1.txt", "2015/.2.txt", "2015/3.docx", "2016/1.txt", "2017.txt")
    expected = [f"{tmp_path.as_posix()}/{name}" for name in ("2015/a/1.txt", "2016/1.txt")]
    assert ids(f"{tmp_path}/201[56]") == expected
    assert ids(f"{tmp_path}/20*") == [*expected, f"{tmp_path.as_posix()}/2017.txt"]
    assert ids(f"{tmp_path}/2016/**") == expected[1:]


def test_files_of_one_name_in_two_inputs_are_called_by_their_paths(tmp_path: Path) -> None:
    fill(tmp_path, "f1/1.txt", "f2/1.txt", "f2/2.txt")
    found = ids(tmp_path / "f1", tmp_path / "f2")
    assert found == [str(tmp_path / "f1/1.txt"), str(tmp_path / "f2/1.txt"), "2.txt"]


def test_a_file_named_by_two_paths_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "a/1.txt")
    monkeypatch.chdir(tmp_path)
    for inputs in (["a/1.txt", tmp_path / "a/1.txt"], ["a", "./a"], ["a", "a/../a/1.txt"]):
        with pytest.raises(OptionError, match="an input is read once"):
            ids(*inputs)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode there")
def test_a_file_name_that_is_not_unicode_is_escaped(tmp_path: Path, model: str) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in ((b"caf\xe9.txt", "Iran praised Oman."), (b"\xe9.txt", "")):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(text)
    good, bad = find_sources([folder], BatchOptions())
    assert (good.doc_id, good.path) == (r"caf\xe9.txt", rf"{folder}/caf\xe9.txt")
    (record,) = read_source(bad, BatchOptions())
    assert isinstance(record, BadRecord)
    assert record.path == rf"{folder}/\xe9.txt"
    summary = score(folder, tmp_path / "out.jsonl", BatchOptions(model=model))
    assert (summary.documents, summary.bad) == (1, 1)
    named = os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")
    assert ids(named) == [r"caf\xe9.txt"]
