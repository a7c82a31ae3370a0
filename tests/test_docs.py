"""The documentation cannot drift: its code runs, its figures come from result files."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from stance.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted(
    path for folder in (".", "docs", "data/labeled") for path in (ROOT / folder).glob("*.md")
)
WITH_FIGURES = [page for page in PAGES if "<!-- figures" in page.read_text("utf-8")]


@pytest.fixture
def fill_docs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("fill_docs")


def python_in(*names: str) -> list[str]:
    pages = [(ROOT / name).read_text("utf-8") for name in names]
    return [code for page in pages for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL)]


@pytest.mark.parametrize("code", python_in("README.md", "docs/aggregate.md", "docs/audits.md"))
def test_python_in_a_page_runs_and_prints_what_it_says(code: str) -> None:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                         cwd=ROOT)  # fmt: skip
    assert run.returncode == 0, run.stderr
    for comment in re.findall(r"^# (.+)$", code, re.MULTILINE):
        assert comment in run.stdout


def test_the_readme_gives_exactly_two_commands_and_ci_runs_the_tests_one() -> None:
    commands = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    assert len(commands) == 2
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    for command in commands:
        assert command.strip() in ci


@pytest.mark.parametrize("page", WITH_FIGURES, ids=lambda path: path.name)
def test_figures_in_a_page_are_those_of_the_result_files(page: Path, fill_docs: ModuleType) -> None:
    text = page.read_text("utf-8")
    emptied = fill_docs.PLACE.sub(r"\1\4", text)
    assert fill_docs.filled(emptied) == text


def test_every_table_of_figures_stands_in_a_page(fill_docs: ModuleType) -> None:
    named = {
        name
        for page in WITH_FIGURES
        for name in re.findall(r"<!-- figures: (.*?) -->", page.read_text("utf-8"))
    }
    assert named == set(fill_docs.TABLES)


def test_all_pages_with_figures_are_filled_and_checked_by_one_command() -> None:
    run = subprocess.run(
        [sys.executable, "benchmarks/fill_docs.py", "--check"], capture_output=True, text=True,
        check=False, cwd=ROOT,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (0, "up to date\n")


def test_benchmarks_look_for_their_sets_where_the_environment_says(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import sets; sets.gold()"], cwd=ROOT / "benchmarks",
        env=os.environ | {"STANCE_SETS": str(tmp_path)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    path = os.path.relpath(tmp_path / "gold_dev.jsonl", ROOT / "benchmarks")
    assert run.stderr.splitlines()[-1] == (
        f"stance.errors.NotFoundError: {path}: this benchmark needs the evaluation sets"
        " (docs/benchmarks.md); put gold_dev.jsonl there, or name another folder in STANCE_SETS"
    )


def commands(command: Any, name: str = "stance") -> Iterator[tuple[str, set[str]]]:
    """Yield every command with its options; one that only groups others has none."""
    yield name, {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    for word, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{name} {word}")


def test_pages_name_only_commands_and_options_that_exist() -> None:
    known = dict(commands(typer.main.get_command(app)))
    unknown = []
    for page in PAGES:
        for line in re.findall(
            r"(?:^ {4}|`|^\$ )(stance [a-z][^`\n]*)", page.read_text("utf-8"), re.MULTILINE
        ):
            name = max((n for n in known if f"{line} ".startswith(f"{n} ")), key=len)
            options = set(re.findall(r" (--[a-z-]+)", line))
            if name == "stance" or not options <= known[name]:
                unknown.append(f"{page.name}: {line}")
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []
