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
PAGES = (
    "README.md",
    "data/labeled/DATA_CARD.md",
    "docs/benchmarks.md",
    "docs/audits.md",
    "docs/calibration.md",
)
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


def limits() -> str:
    """Return what limits the directed pairs found in real articles."""
    of_base, of_encoder = (results(file) for file in ("gold", "gold_encoder"))
    rows = [
        ["as it is", *(number(one["end_to_end"]["pairs"]["f1"]) for one in (of_base, of_encoder))]
    ]
    rows += [
        [title, *(number(one["limits_of_pairs"][title]["f1"]) for one in (of_base, of_encoder))]
        for title in of_base["limits_of_pairs"]
    ]
    return table(["F1 of directed pairs, any stance", "`base`", "`encoder`"], rows)


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
    found = results("corpus")["second_reading"]
    rows = [["sentences read twice", f"{found['sentences']:,}", "", ""]]
    rows += [
        [name, str(layer["units"]), number(layer["f1"]["value"]), number(layer["alpha"]["value"])]
        for name, layer in found["layers"].items()
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


def only_in_test() -> str:
    """Return how many actors and dyads the test part alone has."""
    found = results("corpus")["only_in_test"]
    return table(
        ["only in the test part", "how many"],
        [[kind, f"{len(names):,}"] for kind, names in found.items()],
    )


TITLES = {"dse": "DSE", "newsmtsc": "NewsMTSC", "plv": "PLV"}


def published() -> str:
    """Return the table of published sets, every system under one protocol."""
    found = results("published")
    systems = ["majority", "vader", "ngrams", "base", "encoder"]
    new = found["dse"]["base"]["new_texts"]["n"]
    among_new = {system: one.get("new_texts", {}) for system, one in found["dse"].items()}
    asked = [
        ("PLV, macro F1", found["plv"], "macro_f1"),
        ("NewsMTSC, macro F1", found["newsmtsc"], "macro_f1"),
        ("DSE, micro F1", found["dse"], "micro_f1"),
        ("DSE, macro F1", found["dse"], "macro_f1"),
        (f"DSE, micro F1 on the {new:,} new sentences", among_new, "micro_f1"),
        (f"DSE, macro F1 on the {new:,} new sentences", among_new, "macro_f1"),
    ]
    rows = [
        [title, *(three(scores.get(system, {}).get(measure)) for system in systems)]
        for title, scores, measure in asked
    ]
    head = ["", "majority", "VADER", "n-grams", "`base`", "`encoder`"]
    return table(head, rows)


def tried() -> str:
    """Return what the encoder does on published sets with other epochs and rates."""
    rows = []
    for name, systems in results("published").items():
        for system, scores in systems.items():
            if system.startswith("encoder"):
                new = scores.get("new_texts", {})
                figures = (scores["micro_f1"], scores["macro_f1"], new.get("macro_f1"))
                rows.append([TITLES[name], system, *(three(value) for value in figures)])
    return table(["", "", "micro F1", "macro F1", "macro F1, new sentences"], rows)


def ablation() -> str:
    """Return what each feature group earns."""
    keys = ("test", "test_listed", "gold")
    rows = [
        [title, *(three(row[key]) for key in keys)] for title, row in results("ablation").items()
    ]
    head = ["macro average precision", "test part", "its listed pairs", "real articles (gold_dev)"]
    return table(head, rows)


def distillation() -> str:
    """Return what a teacher is worth on text that nobody labelled."""
    keys = ("test_macro_f1", "test_average_precision", "test_end_to_end_f1", "gold_macro_f1")
    counts = ("sentences", "taught_pairs")
    rows = [
        [title, *(f"{row[k]:,}" for k in counts), *(three(row.get(k)) for k in keys)]
        for title, row in results("distillation").items()
    ]
    head = ["learned from", "labelled sentences", "taught pairs", "test part, macro F1"]
    head += ["average precision", "raw text, F1", "real articles, macro F1"]
    return table(head, rows)


def three(value: float | None) -> str:
    """Return a figure between 0 and 1 with three digits: .562."""
    return "-" if value is None else f"{value:.3f}".removeprefix("0")


def calibration_error() -> str:
    """Return the calibration of a model on the test part."""
    found = results("calibration")["found"]
    rows = [
        [name, f"{one['support']:,}", three(one["calibration_error"]), three(one["brier"])]
        for name, one in found.items()
    ]
    return table(["stance", "held by", "expected calibration error", "Brier score"], rows)


def reliability() -> str:
    """Return the bins of the reliability plot."""
    rows = [
        [name, three(b["stated"]), three(b["observed"]), f"{b['n_pairs']:,}"]
        for name, bins in results("calibration")["reliability"].items()
        for b in bins
    ]
    return table(["stance", "stated", "observed", "pairs"], rows)


def coverage() -> str:
    """Return the precision of fewer and surer answers."""
    result = results("calibration")
    rows = [
        [way, f"{c['share']:.0%}", f"{c['at_least']:.2f}", three(c["precision"])]
        for way, key in (("probability", ""), ("familiar words", "_by_familiar_words"))
        for c in result[f"coverage{key}"]
    ]
    return table(["left out by", "stances kept", "at least", "precision"], rows)


def unseen() -> str:
    """Return how pairs of unseen actors and dyads fare on the test part."""
    rows = []
    for name, u in results("calibration")["unseen"].items():
        gain = f"{u['difference']:+.3f} [{u['low']:+.3f}, {u['high']:+.3f}]"
        rows.append([name, f"{u['n_unseen']:,}", three(u["unseen"]), three(u["met"]), gain])
    return table(["unseen", "pairs", "macro F1", "macro F1 of the met", "difference, 95 %"], rows)


def audits() -> str:
    """Return the pass rates of both models, with the rule of each kind."""
    found = results("audits")
    names = list(found)
    rows = [
        [
            kind,
            str(one["cases"]),
            *(f"{k['passed'] / k['cases']:.0%}" for k in (found[n]["kinds"][kind] for n in names)),
            one["rule"],
        ]
        for kind, one in found[names[0]]["kinds"].items()
    ]
    return table(["kind", "cases", *(f"`{n}`" for n in names), "a case is passed if"], rows)


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
    "limits": limits,
    "startup": startup,
    "agreement": agreement,
    "composition": composition,
    "names-alone": names_alone,
    "curve": curve,
    "calibration": calibration,
    "published": published,
    "tried": tried,
    "ablation": ablation,
    "distillation": distillation,
    "only-in-test": only_in_test,
    "calibration-error": calibration_error,
    "reliability": reliability,
    "coverage": coverage,
    "unseen": unseen,
    "audits": audits,
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
