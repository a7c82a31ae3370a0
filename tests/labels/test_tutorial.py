"""The tutorial runs, and prints what it says.

``python tests/labels/test_tutorial.py`` writes its outputs and excerpts anew; what holds ``...``
depends on a model, and is left as it is.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app
from stance.labels.files import write_labels
from stance.records import LabeledSentence

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial-labels.md"
BLOCK = re.compile(r"```console\n\$ (stance .*)\n((?:.*\n)*?)```")
EXCERPT = re.compile(r"(<!-- file: (\S+) (\d+)-(\d+) -->\n```text\n)((?:.*\n)*?)(```)")


def run(command: str) -> str:
    result = CliRunner().invoke(app, shlex.split(command)[1:], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    lines = [line.rstrip() for line in result.output.splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def excerpt(name: str, first: str, last: str) -> str:
    lines = Path(name).read_text("utf-8").splitlines()
    return "\n".join(lines[int(first) - 1 : int(last)]) + "\n"


def copy_files(folder: Path) -> None:
    for file in (ROOT / "examples/fisheries").iterdir():
        shutil.copy(file, folder)


def test_the_tutorial_runs_and_prints_what_it_says(
    labels: tuple[LabeledSentence, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_files(tmp_path)
    write_labels(labels, tmp_path / "data/labeled/stand-in.jsonl")  # ours would take minutes
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text("utf-8")
    blocks = BLOCK.findall(page)
    assert len(blocks) >= 9
    checker = doctest.OutputChecker()
    for command, wanted in blocks:
        found = run(command)
        assert checker.check_output(wanted, found, doctest.ELLIPSIS), f"$ {command}\n{found}"
    for _, name, first, last, wanted, _ in EXCERPT.findall(page):
        assert excerpt(name, first, last) == wanted


def rewrite() -> None:
    page = PAGE.read_text("utf-8")
    for command, wanted in BLOCK.findall(page):
        if "..." in wanted:
            continue
        page = page.replace(f"$ {command}\n{wanted}```", f"$ {command}\n{run(command)}```")
    page = EXCERPT.sub(lambda m: m[1] + excerpt(m[2], m[3], m[4]) + m[6], page)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        copy_files(Path(name))
        os.chdir(name)
        rewrite()
