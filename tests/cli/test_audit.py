"""``stance audit`` and the card that ``stance train`` writes, as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from stance.cli import main; main()", *arguments],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_audit_prints_the_table_and_every_failure() -> None:
    done = run("audit")
    assert (done.returncode, done.stderr) == (0, "")
    assert "name-swap            44      44   1.000" in done.stdout
    counts = [
        line.split()[1:3] for line in done.stdout.splitlines() if line.startswith("negation ")
    ]
    cases, passed = map(int, counts[0])
    assert done.stdout.count("\nnegation-") + done.stdout.startswith("negation-") == cases - passed


def test_audit_as_json_holds_the_same() -> None:
    done = run("audit", "base", "--json")
    found = json.loads(done.stdout)
    assert found["tolerance"] == 0.2
    for kind in found["kinds"]:
        assert kind["rate"] == kind["n_passed"] / kind["n_cases"]
        assert len(kind["failures"]) == kind["n_cases"] - kind["n_passed"]


def test_a_floor_that_is_not_reached_is_status_1(tmp_path: Path) -> None:
    (tmp_path / "name-swap.stance").write_text(
        "# exhaustive: yes\n[Iran|IRN] rebuked [Oman|OMN].\n    IRN > OMN: rivalry\n"
    )
    model = str(tmp_path / "model")
    assert run("train", "tests/data/small.stance", "--out", model).returncode == 0
    passed = run("audit", model, "--cases", str(tmp_path), "--floor", "1")
    assert (passed.returncode, passed.stderr) == (0, "")
    done = run("audit", "--floor", "1")
    assert done.returncode == 1
    assert done.stderr.startswith("below 1.0: ")
    assert "name-swap" not in done.stderr


def test_wrong_cases_are_status_2_with_the_rule(tmp_path: Path) -> None:
    done = run("audit", "--cases", str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "none: there is no such folder of cases" in done.stderr
    assert run("audit", "--floor", "2").returncode == 2


def test_train_writes_the_card(tmp_path: Path) -> None:
    out = tmp_path / "model"
    assert run("train", "tests/data/small.stance", "--out", str(out)).returncode == 0
    card = (out / "MODEL_CARD.md").read_text("utf-8")
    assert card.startswith("# Model card: linear model, 2 stances\n")
    assert json.loads((out / "manifest.json").read_text())["about"]["labels_sha256"] in card
    assert str(tmp_path) not in card
