"""What all tables of figures are made with: results files, Markdown, digits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def results(name: str) -> Any:
    """Return a results file."""
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float | None) -> str:
    """Return a figure between 0 and 1 as it is printed: .56."""
    if value is None:
        return ""
    return f"{value:.2f}".removeprefix("0")


def compact(head: str, rows: list[list[str]]) -> str:
    """Return a Markdown table under a line that is its head, set with fewer blanks."""
    rule = "|---" * (head.count("|") - 1) + "|"
    lines = [head, rule, *(f"| {' | '.join(row)} |" for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def three(value: float | None) -> str:
    """Return a figure between 0 and 1 with three digits: .562."""
    return "-" if value is None else f"{value:.3f}".removeprefix("0")
