"""How well a model does on the real articles of gold_dev.jsonl: pairs given, and end to end.

python benchmarks/gold.py [--model base] [--out benchmarks/results/gold.json]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

import sets
import stance
from stance.analysis import Model
from stance.learning.examples import examples_of
from stance.learning.metrics import f1, stance_scores

DATES = {"002_d254b03d3bc2601a.txt": "2015-11-24", "003_8f3b9e08a384230c.txt": "2015-11-24"}


def given_pairs(model: Model) -> dict[str, Any]:
    """Return F1 per stance over the pairs that gold lists with both ends in the sentence."""
    examples = [e for e in examples_of(sets.gold()) if e.actor and e.target]
    probabilities = model.scorer.score([e.pair for e in examples]).stances
    held = probabilities >= np.array(model.thresholds, np.float32)
    scores = {
        name: stance_scores(
            np.array([name in e.stances for e in examples]), probabilities[:, k], held[:, k]
        )
        for k, name in enumerate(model.stances)
    }
    return {
        "n_pairs": len(examples),
        "macro_f1": float(np.mean([s.f1 for s in scores.values()])),
        "macro_average_precision": float(np.mean([s.average_precision for s in scores.values()])),
        "f1": {name: s.f1 for name, s in scores.items()},
    }


def end_to_end(model: Model) -> dict[str, Any]:
    """Return F1 of tuples and of directed pairs found from raw text, optional ones left out."""
    found: set[tuple[str, ...]] = set()
    wanted: set[tuple[str, ...]] = set()
    optional: set[tuple[str, ...]] = set()
    for doc, rows in sets.documents(sets.gold_rows()):
        text = "\n".join(row["text"] for row in rows)
        starts = np.cumsum([0, *(len(row["text"]) + 1 for row in rows)])
        analysis = model.analyze(text, date=DATES.get(doc))
        for r in analysis.stanced:
            row = int(np.searchsorted(starts, analysis.sentences[r.sent_index].start, "right")) - 1
            ends = (r.actor.id if r.actor else "*", r.target.id if r.target else "*")
            found |= {(doc, str(rows[row]["i"]), *ends, name) for name in r.stances}
        for row in rows:
            at = (doc, str(row["i"]))
            wanted |= {
                (*at, item["actor"] or "*", item["target"] or "*", name)
                for item in row["relations"]
                for name in item["stance"]
            }
            optional |= {
                (*at, actor or "*", target or "*", name) for actor, target, name in row["optional"]
            }
    found -= optional - wanted
    result = {
        "tuples": _f1(found, wanted),
        "pairs": _f1({t[:4] for t in found}, {t[:4] for t in wanted}),
    }
    for name in model.stances:
        result[name] = _f1({t for t in found if t[4] == name}, {t for t in wanted if t[4] == name})
    return result


def _f1(found: set[Any], wanted: set[Any]) -> dict[str, float]:
    precision, recall, score = f1(len(found & wanted), len(found), len(wanted))
    return {"precision": precision, "recall": recall, "f1": score}


def main() -> None:
    """Print the figures and write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="base")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/gold.json"))
    arguments = parser.parse_args()
    model = stance.load_model(arguments.model)
    result = {"given_pairs": given_pairs(model), "end_to_end": end_to_end(model)}
    arguments.out.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")
    given = result["given_pairs"]
    print(
        f"given pairs ({given['n_pairs']}): macro F1 {given['macro_f1']:.3f}, "
        + ", ".join(f"{name} {value:.3f}" for name, value in given["f1"].items())
    )
    for name, scores in result["end_to_end"].items():
        print(
            f"end to end, {name}: P {scores['precision']:.3f}, R {scores['recall']:.3f},"
            f" F1 {scores['f1']:.3f}"
        )


if __name__ == "__main__":
    main()
