"""The documentation cannot drift: its code runs, its figures come from result files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_in_the_readme_runs_and_prints_what_it_says(code: str) -> None:
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


def test_figures_in_the_pages_are_those_of_the_result_files() -> None:
    run = subprocess.run(
        [sys.executable, "benchmarks/fill_docs.py", "--check"], capture_output=True, text=True,
        check=False, cwd=ROOT,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (0, "up to date\n")


@pytest.mark.parametrize("page", sorted(
    path for folder in (".", "docs", "data/labeled") for path in (ROOT / folder).glob("*.md")
), ids=lambda path: path.name)  # fmt: skip
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []
