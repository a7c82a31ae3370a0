"""Put figures from benchmarks/results into the pages that show them.

    python benchmarks/fill_docs.py [--check]

A page marks the place with ``<!-- figures: NAME -->`` and ``<!-- /figures -->``; ``NAME`` is a
function below. ``--check`` writes nothing and fails if a page is not up to date.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGES = ("README.md", "data/labeled/DATA_CARD.md", "docs/benchmarks.md")
_BLOCK = re.compile(r"(<!-- figures: ([\w-]+) -->\n).*?(<!-- /figures -->)", re.DOTALL)


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


def gold() -> str:
    """Return how the shipped models do on real articles."""
    rows = []
    for model, file in (("base", "gold"), ("encoder", "gold_encoder")):
        given, end = results(file)["given_pairs"], results(file)["end_to_end"]
        names = list(given["f1"])
        rows += [
            [
                f"`{model}`, with the pairs given",
                *(number(given["f1"][n]) for n in names),
                number(given["macro_f1"]),
            ],
            [
                f"`{model}`, from raw text",
                *(number(end[n]["f1"]) for n in names),
                number(end["tuples"]["f1"]),
            ],
        ]
    return table(["F1 on 118 sentences of five real articles", *names, "all"], rows)


def startup() -> str:
    """Return how long a person waits."""
    found = results("startup")
    return table(
        ["", "time"],
        [
            ["`import stance`", f"{found['import_stance_s']:.2f} s"],
            [
                f"first analysis of {found['words']} words, from process start to output",
                f"{found['first_analysis_s']:.2f} s",
            ],
            ["later ones", f"{found['later_analysis_ms']:.0f} ms"],
        ],
    )


def agreement() -> str:
    """Return the agreement of the two readings of the corpus."""
    layers = results("corpus")["second_reading"]["layers"]
    rows = [
        [name, str(layer["units"]), number(layer["f1"]["value"]), number(layer["alpha"]["value"])]
        for name, layer in layers.items()
    ]
    return table(["layer", "units", "F1", "alpha"], rows)


def composition() -> str:
    """Return what the corpus holds."""
    stats = results("corpus")["stats"]
    rows = [
        [key.replace("_", " "), f"{stats[key]:,}"]
        for key in (
            "sentences",
            "documents",
            "exhaustive",
            "mentions",
            "relations",
            "implied",
            "n_actors",
            "n_dyads",
        )
    ]
    rows += [
        [f"relations: {name}", f"{share['count']:,} ({share['share']:.0%})"]
        for name, share in stats["stances"].items()
    ]
    rows += [
        [f"register: {name}", f"{share['count']:,} ({share['share']:.0%})"]
        for name, share in stats["meta"]["register"].items()
    ]
    return table(["", "count"], rows)


def names_alone() -> str:
    """Return what the actors' names alone would tell."""
    found = results("corpus")["names_alone"]
    return table(
        ["stance", "average precision of the names alone", "chance"],
        [[name, number(s["average_precision"]), number(s["chance"])] for name, s in found.items()],
    )


def curve() -> str:
    """Return the learning curve."""
    points = results("corpus")["learning_curve"]
    return table(
        ["sentences", "our test part", "real articles (gold_dev)"],
        [
            [f"{p['sentences']:,}", number(p["test_macro_f1"]), number(p.get("gold_macro_f1"))]
            for p in points
        ],
    )


def calibration() -> str:
    """Return the calibration error on our test part."""
    last = results("corpus")["learning_curve"][-1]
    return table(
        ["stance", "F1", "expected calibration error"],
        [
            [name, number(last["test_f1"][name]), f"{error:.3f}".removeprefix("0")]
            for name, error in last["test_calibration_error"].items()
        ],
    )


def sets() -> str:
    """Return the table of public sets."""
    rows = [
        [
            row["set"],
            row["measure"],
            number(row["majority"]),
            number(row["ngrams"]),
            number(row["vader"]),
            number(row["stance"]),
        ]
        for row in results("sets")
    ]
    return table(["set", "measure", "majority", "n-grams", "VADER", "stance, linear"], rows)


def readme_run() -> str:
    """Return the real output of a real run."""
    run = subprocess.run(
        [sys.executable, "-c", "from stance.cli import main; main()", "analyze", "-"],
        input=(ROOT / "examples" / "short.txt").read_text("utf-8"),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = "".join(line.rstrip() + "\n" for line in run.stdout.splitlines())
    return f"```text\n$ stance analyze examples/short.txt\n{lines}```\n"


BLOCKS: dict[str, Callable[[], str]] = {
    "gold": gold,
    "startup": startup,
    "agreement": agreement,
    "composition": composition,
    "names-alone": names_alone,
    "curve": curve,
    "calibration": calibration,
    "sets": sets,
    "run": readme_run,
}


def filled(page: str) -> str:
    """Return a page with its figures."""
    return _BLOCK.sub(lambda m: m[1] + BLOCKS[m[2]]() + m[3], page)


def main() -> None:
    """Fill all pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name in PAGES:
        path = ROOT / name
        old = path.read_text("utf-8")
        new = filled(old)
        if new != old:
            stale.append(name)
            if not check:
                path.write_text(new, "utf-8")
    print("\n".join(f"{name}: {'stale' if check else 'filled'}" for name in stale) or "up to date")
    sys.exit(bool(check and stale))


if __name__ == "__main__":
    main()
