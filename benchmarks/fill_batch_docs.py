"""Fill the figures of ``docs/batch.md`` from ``benchmarks/results/speed.json`` and the schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from stance.batch.schema import columns_of

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "batch.md"
RESULTS = ROOT / "benchmarks" / "results" / "speed.json"


def columns() -> str:
    """Return the table of columns."""
    lines = ["| column | kind | meaning |", "|---|---|---|"]
    for one in columns_of((), evidence=True):
        meaning = one.meaning.replace("|", "\\|")
        lines.append(f"| `{one.name}` | {one.kind} | {meaning} |")
    return "\n".join(lines)


def speed(found: dict[str, Any]) -> str:
    """Return the rates, and where the time goes."""
    lines = [
        "| corpus | sentences a second | VADER, same sentences | ratio |",
        "|---|---|---|---|",
    ]
    for suffix, run in (("", found), (", compiled", found.get("compiled", {}))):
        for name, key in (
            ("a third of the sentences with two or more actors", "news_density"),
            ("all sentences with two or more actors", "actors_in_every_sentence"),
        ):
            if key in run:
                one = run[key]
                lines.append(
                    f"| {name}{suffix} | {one['stance_a_second']:,} | {one['vader_a_second']:,}"
                    f" | {one['ratio']:.2f} |"
                )
    two = found["workers"]
    lines += [
        "",
        "One core, from documents to rows; VADER, a word list without actors, directions or",
        "stances, was given sentences split already. Two processes were"
        f" {two['speed_up']:.2f} times as fast as one",
        f"({two['cores']} cores, on which {two['load_before']} other processes were busy).",
        "Where the time goes, in microseconds a sentence:",
        "",
        "| stage | µs |",
        "|---|---|",
    ]
    lines += [f"| {name} | {value} |" for name, value in found["stages_us_a_sentence"].items()]
    return "\n".join(lines)


def growth(found: dict[str, Any]) -> str:
    """Return how processor time and memory grow with the corpus."""
    lines = ["| sentences | processor time, s | peak memory, MB |", "|---|---|---|"]
    lines += [
        f"| {one['sentences']:,} | {one['processor_s']} | {one['peak_mb']} |"
        for one in found["growth"]
    ]
    return "\n".join(lines)


def filled(page: str) -> str:
    """Return the page with its figures."""
    found = json.loads(RESULTS.read_text())
    parts = {"columns": columns(), "speed": speed(found), "growth": growth(found)}
    for name, text in parts.items():
        pattern = rf"<!-- figures: {name} -->.*?<!-- /figures -->"
        begin, end = re.search(pattern, page, flags=re.S).span()
        page = f"{page[:begin]}<!-- figures: {name} -->\n{text}\n<!-- /figures -->{page[end:]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
