"""The pages of documentation do what they say."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app

pytest.importorskip("altair", reason="the extra report is not installed")
pytest.importorskip("vl_convert", reason="the extra report is not installed")

ROOT = Path(__file__).parents[2]


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.S)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("examples", "tests/data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_tutorial_goes_from_articles_to_a_change_point(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = blocks("tutorial-report.md", "python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 15
    exec(compile(code, "tutorial", "exec"), {})
    said = capsys.readouterr().out
    assert "2023-Q3" in said
    assert "2023-09 " in said  # the crisis of the articles begins in September
    assert (workplace / "aegean.html").stat().st_size > 10_000
    assert (workplace / "aegean.json").is_file()


def test_the_command_line_tutorial_makes_its_pages(workplace: Path) -> None:
    for block in blocks("tutorial-report-cli.md", "console"):
        for line in block.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "stance"
            result = CliRunner().invoke(app, arguments)
            assert result.exit_code == 0, (line, result.output, result.exception)
    for name in ("aegean", "scores", "evaluation"):
        assert (workplace / f"{name}.html").stat().st_size > 5_000
        assert (workplace / f"{name}.json").is_file()


@pytest.mark.parametrize("number", range(3))
def test_the_examples_of_the_page_run(number: int) -> None:
    code = blocks("aggregate.md", "python")[number]
    namespace: dict[str, object] = {}
    exec(compile(code, "page", "exec"), namespace)
    assert namespace.keys() - {"__builtins__"}, "the example does nothing"


def test_the_table_of_articles_is_the_folder_of_articles() -> None:
    with (ROOT / "examples" / "aegean.csv").open(encoding="utf-8", newline="") as file:
        table = {row["doc_id"]: row["text"] for row in csv.DictReader(file)}
    folder = (ROOT / "examples" / "aegean").glob("*.txt")
    assert table == {path.stem: path.read_text("utf-8").strip() for path in folder}


def test_a_wrong_option_ends_with_one_line_and_status_two(workplace: Path) -> None:
    from stance.errors import StanceError

    result = CliRunner().invoke(app, ["report", "nowhere.jsonl", "--out", "a.html"])
    assert isinstance(result.exception, StanceError)
    assert str(result.exception) == ("nowhere.jsonl: there is no such score file; check the path")
