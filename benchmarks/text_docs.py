"""Put the figures of ``text.py`` into ``docs/actors.md``, between their markers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROWS = (
    ("mentions: F1 (span and id)", "mentions", "f1"),
    ("mentions: recall of the texts named", "mention_recall", "share"),
    ("mentions: right actor, where found", "id_accuracy", "share"),
    ("coreference: right actor", "coreference_accuracy", "share"),
    ("speakers: right or rightly none", "speaker_accuracy", "share"),
    ("pairs with a stance that are candidates", "candidate_pairs", "recall"),
    ("directed pairs, any stance: precision", "directed_pairs", "precision"),
    ("directed pairs, any stance: recall", "directed_pairs", "recall"),
    ("directed pairs, any stance: F1", "directed_pairs", "f1"),
)
SETS = (
    ("documents", "our documents"),
    ("gold_dev", "five real articles"),
    ("labels", "labels of others"),
)
JOBS = (
    ("match_and_pair", "catalogue matching and pairing"),
    ("read_without_coreference", "reading a text, without coreference"),
    ("read_all", "reading a text, with everything"),
)


def fill(results: dict[str, Any], page: Path) -> None:
    """Rewrite the tables of a page; what was not measured is shown as a dash."""
    text = page.read_text()
    for name, table in (("text", quality(results)), ("text-speed", speed(results))):
        pattern = rf"(<!-- figures: {name} -->\n).*?(<!-- /figures -->)"
        text = re.sub(
            pattern, lambda m, t=table: f"{m[1]}{t}{m[2]}", text, count=1, flags=re.DOTALL
        )
    page.write_text(text)


def quality(results: dict[str, Any]) -> str:
    """Return the table of what is found."""
    sizes = [results.get(key, {}).get("sentences") for key, _ in SETS]
    heads = [f"{title} ({size} sentences)" for (_, title), size in zip(SETS, sizes, strict=True)]
    lines = [f"| | {' | '.join(heads)} |", "|---|---|---|---|"]
    for title, part, figure in ROWS:
        cells = [_cell(results.get(key, {}).get(part), figure) for key, _ in SETS]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    plover = results.get("plv_dev", {})
    for end in ("source", "target"):
        share = _cell(plover.get(end), "share")
        lines.append(f"| PLOVER, marked {end}s that hold a mention | - | {share} | - |")
    return "\n".join(lines) + "\n"


def _cell(part: dict[str, Any] | None, figure: str) -> str:
    if not part or part.get("found") == 0:
        return "-"
    count = part.get("of", part.get("expected"))
    return f"{part[figure]:.3f}" + (f" of {count}" if figure in ("share", "recall") else "")


def speed(results: dict[str, Any]) -> str:
    """Return the table of sentences a second."""
    lines = ["| | sentences a second |", "|---|---|"]
    lines += [f"| {title} | {results['speed'][job]:,} |" for job, title in JOBS]
    return "\n".join(lines) + "\n"
