"""Tables of what the models score, what the corpus holds and how long a person waits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from tables import ROOT, number, results, table, three


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


TABLES: dict[str, Callable[[], str]] = {
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
