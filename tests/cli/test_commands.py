"""The command line as a user meets it: data to stdout, talk to stderr, exit 0, 1 or 2."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stance.model.store import FORMAT

LABELS = "tests/data/small.stance"
GOOD = '{"id": "a", "text": "Iran left."}'


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from stance.cli import main; main()", *arguments],
        input=stdin, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_analyze_reads_standard_input_and_writes_plain_text_into_a_pipe() -> None:
    done = run("analyze", "-", stdin="Iran was condemned by the EU.")
    assert done.returncode == 0
    assert "EU > IRN  rivalry" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_analyze_as_json_is_the_analysis() -> None:
    done = run("analyze", "-", "--json", stdin="Iran threatened to attack Israel.")
    found = json.loads(done.stdout)["relations"]
    held = [(r["actor"]["id"], r["target"]["id"], r["stances"]) for r in found if r["stances"]]
    assert held == [("IRN", "ISR", ["threat"])]


def test_analyze_explains_with_parts_that_add_up() -> None:
    done = run("analyze", "-", "--explain", stdin="Iran threatened to attack Israel.")
    parts = [
        float(line.split()[0])
        for line in done.stdout.splitlines()
        if line[:2].strip("+-").isdigit()
    ]
    assert len(parts) > 3
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=0.02)


@pytest.mark.parametrize("options", [(), ("--explain",)])
def test_a_text_in_another_language_is_left_out_with_the_reason(options: tuple[str, ...]) -> None:
    text = "Deutschland hat Iran scharf kritisiert und Sanktionen angekündigt."
    shown = run("analyze", "-", *options, stdin=text).stdout
    reason = r"2 pairs left out: unfamiliar language: the model knows \d+% of the words"
    assert re.fullmatch(rf"no stances found\n{reason}\n", shown)


def test_train_then_evaluate_then_analyze(tmp_path: Path) -> None:
    out = str(tmp_path / "model")
    trained = run("train", LABELS, "--out", out)
    assert trained.returncode == 0
    assert "trained on 3 sentences" in trained.stderr
    evaluated = run("evaluate", LABELS, "--model", out, "--json")
    assert json.loads(evaluated.stdout)["n_pairs"] == 5
    assert run("analyze", "-", "--model", out, stdin="Iran left.").returncode == 0


def test_train_with_a_teacher(tmp_path: Path) -> None:
    teacher, out, text = tmp_path / "teacher", tmp_path / "model", tmp_path / "text.txt"
    text.write_text("Iran condemned Oman. Oman praised Iran.")
    assert run("train", LABELS, "--out", str(teacher)).returncode == 0
    taught = run(
        "train", LABELS, "--out", str(out), "--teacher", str(teacher), "--unlabeled", str(text)
    )
    assert taught.returncode == 0
    assert "| unlabelled pairs, answered by teacher | 4 |" in (out / "MODEL_CARD.md").read_text()
    assert run("train", LABELS, "--out", str(out), "--teacher", str(teacher)).returncode == 2


def test_training_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        assert run("train", LABELS, "--out", str(folder)).returncode == 0
    for file in sorted(folders[0].iterdir()):
        assert file.read_bytes() == (folders[1] / file.name).read_bytes(), file.name


def test_other_stance_names_need_no_change_of_the_source(tmp_path: Path) -> None:
    labels = tmp_path / "plover.csv"
    labels.write_text(
        "sentence,actor,target,stance\n"
        "Iran consulted Oman.,Iran,Oman,verbal_cooperation\n"
        "Iran assaulted Oman.,Iran,Oman,material_conflict\n"
        "Peru consulted Chile.,Peru,Chile,verbal_cooperation\n"
        "Peru assaulted Chile.,Peru,Chile,material_conflict\n"
    )
    out = tmp_path / "model"
    assert run("train", str(labels), "--out", str(out)).returncode == 0
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["stances"] == ["material_conflict", "verbal_cooperation"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"id": "a", ', "a.jsonl:1:13: each line is one JSON object"),
        ("a.jsonl", f'{GOOD}\n{{"id": "b", "text": "x", "colour": 1}}'.encode(), "a.jsonl:2: "),
        ("a.jsonl", b'{"id": "b", "text": "x", "colour": 1}', "unknown field `colour`"),
        ("a.jsonl", b'{"id": "a", "text": "Iran left.", "mentions": [{"id": "m0", "start": 0, '
         b'"end": 3, "text": "Iran", "actor": "IRN"}]}', "text[0:3] must equal its text 'Iran'"),
        ("a.stance", b"[Iran|IRN] met [Oman|OMN].\n    IRN > OMN: coperation", "cooperation?"),
        ("a.stance", b"", "a.stance: a labels file is not empty"),
        ("a.jsonl", b"\x89PNG\r\n\0\0", "looks like a binary file"),
        ("a.jsonl", b"x" * 10_000_000, "a line has at most 1000000 characters; found 10000000"),
        ("a.jsonl", b'{"id": "a", "text": "lone \\ud800"}', "a.jsonl:1:27: "),
        ("a.txt", b"Iran left.", "a labels file ends in one of .jsonl, .stance, .csv"),
    ],
)  # fmt: skip
def test_bad_labels_give_one_clear_error_and_status_2(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = run("labels", "validate", str(path))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a text is not empty"),
        (b"\0\0\0", "looks like a binary file"),
        (b"caf\xe9", "a text file is encoded in UTF-8"),
    ],
)
def test_bad_texts_give_one_clear_error_and_status_2(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    done = run("analyze", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{path}:" in done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def damaged(folder: Path) -> None:
    (folder / "weights.npy").write_bytes(b"nonsense")


def newer(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace(f'"format": {FORMAT}', '"format": 99'))


def gone(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("harm", "message"),
    [(damaged, "weights.npy: a model file has the checksum of its manifest"),
     (newer, f"this version reads model format {FORMAT}; found 99; update"),
     (gone, "a model folder holds a manifest.json")],
    ids=["damaged", "newer", "missing"],
)  # fmt: skip
def test_bad_models_give_one_clear_error_and_status_2(
    tmp_path: Path, harm: object, message: str
) -> None:
    folder = tmp_path / "m"
    assert run("train", LABELS, "--out", str(folder)).returncode == 0
    harm(folder)  # type: ignore[operator]
    done = run("analyze", "-", "--model", str(folder), stdin="Iran left.")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_use_is_status_2_without_a_traceback() -> None:
    done = run("analyze", "--no-such-option")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
