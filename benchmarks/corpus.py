"""What the corpus teaches: a learning curve, and how much the names alone would tell.

    python benchmarks/corpus.py [--out benchmarks/results/corpus.json]

The test part is that of ``stance labels split`` with shares 80/10/10; nothing of it is trained on.
The points on real articles need gold_dev.jsonl (``sets.py``) and are left out without it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import zlib
from pathlib import Path
from typing import Any

import msgspec
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

import gold
import sets
from stance.labels.agreement import agreement
from stance.labels.files import read_labels
from stance.labels.splits import split_labels
from stance.labels.stats import label_stats
from stance.learning.evaluation import evaluate
from stance.learning.examples import examples_of
from stance.learning.training import train
from stance.records import LabeledSentence

SHARES = {"train": 0.8, "dev": 0.1, "test": 0.1}
FRACTIONS = (0.125, 0.25, 0.5, 1.0)
MOST_PARTS = 4
Labels = tuple[LabeledSentence, ...]
STANCES = ("cooperation", "rivalry", "threat")


def learning_curve(labels: tuple[LabeledSentence, ...]) -> list[dict[str, Any]]:
    """Return macro F1 with the pairs given, trained on growing parts.

    Where there is room for several parts that share no document, their mean counts: what one part
    happens to hold moves F1 by more than a doubling does.
    """
    parts = split_labels(labels, SHARES)
    points = []
    for fraction in FRACTIONS:
        runs = [
            _measured(part_of(parts["train"], fraction, k), parts["test"])
            for k in range(min(round(1 / fraction), MOST_PARTS))
        ]
        point = {"fraction": fraction, "parts": len(runs), **_mean(runs)}
        points.append(point)
        print(json.dumps(point), flush=True)
    return points


def part_of(train: Labels, fraction: float, k: int) -> list[LabeledSentence]:
    """Return the k-th part of the documents, drawn by a hash of their names."""
    return [
        label
        for label in train
        if k <= zlib.crc32(label.group.encode()) % 1000 / 1000 / fraction < k + 1
    ]


def _measured(labels: list[LabeledSentence], test: Labels) -> dict[str, Any]:
    """Return how well a model does that learned from some labels."""
    model = train(labels, stances=STANCES, n_jobs=2)
    scores = evaluate(model, test)
    found: dict[str, Any] = {
        "sentences": len(labels),
        "test_macro_f1": scores.macro_f1,
        "test_f1": {name: s.f1 for name, s in scores.stances.items()},
        "test_calibration_error": {n: s.calibration_error for n, s in scores.stances.items()},
        "test_sentiment_f1": scores.sentiment_f1,
        "test_end_to_end_f1": scores.end_to_end.tuples[2],
    }
    if (sets.SHARED / "gold_dev.jsonl").is_file():
        found["gold_macro_f1"] = gold.given_pairs(model)["macro_f1"]
    return found


def _mean(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean of each figure."""
    return {
        key: _mean([run[key] for run in runs])
        if isinstance(runs[0][key], dict)
        else type(runs[0][key])(statistics.fmean(run[key] for run in runs))
        for key in runs[0]
    }


def names_alone(labels: tuple[LabeledSentence, ...]) -> dict[str, dict[str, float]]:
    """Return the average precision of a classifier that sees only who the two actors are."""
    parts = split_labels(labels, SHARES)
    found = {}
    pairs = {
        name: [e for e in examples_of(part) if e.actor and e.target and e.listed]
        for name, part in parts.items()
    }
    index = {
        key: i
        for i, key in enumerate(
            sorted(
                {
                    (k, a)
                    for part in pairs.values()
                    for e in part
                    for k, a in enumerate((e.actor, e.target))
                }
            )
        )
    }

    def features(part: str) -> csr_matrix:
        rows = [i for i in range(len(pairs[part])) for _ in range(2)]
        columns = [index[k, a] for e in pairs[part] for k, a in enumerate((e.actor, e.target))]
        return csr_matrix(
            ([1.0] * len(rows), (rows, columns)), shape=(len(pairs[part]), len(index))
        )

    for stance in STANCES:
        truth = {name: [stance in e.stances for e in part] for name, part in pairs.items()}
        model = LogisticRegression(solver="liblinear").fit(features("train"), truth["train"])
        found[stance] = {
            "average_precision": float(
                average_precision_score(truth["test"], model.decision_function(features("test")))
            ),
            "chance": sum(truth["test"]) / len(truth["test"]),
        }
    return found


def only_in_test(labels: tuple[LabeledSentence, ...]) -> dict[str, list[str]]:
    """Return the actors, and the dyads with a stance, that occur in the test part alone."""
    seen: dict[str, tuple[set[str], set[str]]] = {}
    for name, part in split_labels(labels, SHARES).items():
        actors = {mention.actor for label in part for mention in label.mentions or ()}
        dyads = {
            " - ".join(sorted((e.actor, e.target)))
            for e in examples_of(part)
            if e.actor and e.target and e.stances
        }
        seen[name] = actors, dyads
    return {
        kind: sorted(seen["test"][k] - seen["train"][k] - seen["dev"][k])
        for k, kind in enumerate(("actors", "dyads"))
    }


def second_reading() -> dict[str, Any]:
    """Return the agreement of the two readings, by layer."""
    return agreement(read_labels("data/second_reading")).to_dict()


def main() -> None:
    """Print the figures and write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/corpus.json"))
    arguments = parser.parse_args()
    labels = read_labels("data/labeled")
    stats = _shortened(msgspec.to_builtins(label_stats(labels)))
    result = {
        "names_alone": names_alone(labels),
        "only_in_test": only_in_test(labels),
        "second_reading": second_reading(),
        "learning_curve": learning_curve(labels),
        "stats": stats,
    }
    arguments.out.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")


def _shortened(stats: dict[str, Any]) -> dict[str, Any]:
    """Return statistics with the ten most frequent actors and dyads only."""
    for key in ("actors", "dyads"):
        stats[f"n_{key}"] = len(stats[key])
        stats[key] = dict(list(stats[key].items())[:10])
    return stats


if __name__ == "__main__":
    main()
