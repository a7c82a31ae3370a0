"""What the linear model gains from a teacher on text that nobody labelled.

    python benchmarks/distillation.py [--teacher models/encoder]

Of the train part of data/labeled a quarter of the documents keeps its labels; the others are text
for the teacher, who learned from the labels of nearly all of it. Beside it the same quarter
without a teacher, and all labels without one: what labelling the text would have given. Measured
on the test part, which neither has seen, and on gold_dev.jsonl where it is there.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gold
import sets
import stance
from corpus import SHARES, STANCES, part_of
from stance.analysis import Model
from stance.files import write_atomically
from stance.labels.files import read_labels
from stance.labels.splits import split_labels
from stance.learning.evaluation import evaluate
from stance.records import LabeledSentence


def texts(labels: Iterable[LabeledSentence]) -> list[str]:
    """Return the text of each document."""
    documents = defaultdict(list)
    for label in labels:
        documents[label.group].append(label.text)
    return ["\n\n".join(sentences) for sentences in documents.values()]


def measured(model: Model, test: tuple[LabeledSentence, ...]) -> dict[str, Any]:
    """Return macro F1 and average precision with the pairs given, and F1 from raw text."""
    scores = evaluate(model, test)
    precision = [one.average_precision for one in scores.stances.values()]
    figures = {
        "test_macro_f1": scores.macro_f1,
        "test_average_precision": sum(precision) / len(precision),
        "test_end_to_end_f1": scores.end_to_end.tuples[2],
    }
    if (sets.SHARED / "gold_dev.jsonl").is_file():
        figures["gold_macro_f1"] = gold.given_pairs(model)["macro_f1"]
    return figures


def main() -> None:
    """Print the figures and write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teacher", type=Path, default=Path("models/encoder"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/distillation.json"))
    arguments = parser.parse_args()
    parts = split_labels(read_labels("data/labeled"), SHARES)
    quarter = part_of(parts["train"], 0.25, 0)
    labelled = {label.id for label in quarter}
    unlabeled = texts(label for label in parts["train"] if label.id not in labelled)
    runs: dict[str, tuple[Any, dict[str, Any]]] = {
        "a quarter of the labels": (quarter, {}),
        "a quarter, the rest by the teacher": (
            quarter,
            {"teacher": arguments.teacher, "unlabeled": unlabeled},
        ),
        "all labels": (parts["train"], {}),
    }
    result = {}
    for title, (labels, options) in runs.items():
        began = time.monotonic()
        model = stance.train(labels, stances=STANCES, n_jobs=2, **options)
        seconds = round(time.monotonic() - began)
        taught = model.about.get("teacher", {}).get("n_pairs", 0)
        counts = {"sentences": len(labels), "taught_pairs": taught, "seconds": seconds}
        result[title] = {**counts, **measured(model, parts["test"])}
        print(title, json.dumps(result[title]), flush=True)
    write_atomically(arguments.out, (json.dumps(result, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
