"""What each feature group of the linear model earns: it is trained without it, and measured.

    python benchmarks/ablation.py [--out benchmarks/results/ablation.json]

Trained on the train part of data/labeled, macro average precision of the three stances with the
pairs given: on the test part, over all pairs and over those that are listed, and on gold_dev.jsonl.
Average precision needs no threshold, so it moves less by chance than F1.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

import sets
from corpus import SHARES
from stance.files import write_atomically
from stance.labels.files import read_labels
from stance.labels.splits import split_labels
from stance.learning.examples import Example, examples_of
from stance.model.classifier import DEFAULT_GROUPS, StanceClassifier

Groups = Sequence[tuple[str, float]]


def variants() -> dict[str, Groups]:
    """Return the sets of groups to compare."""
    used = dict(DEFAULT_GROUPS)
    found = {"all in use": list(used.items())}
    for name in used:
        found[f"without {name}"] = [(other, used[other]) for other in used if other != name]
    for kind in ("words", "clusters", "vectors", "letters"):
        found[f"{kind} alone"] = [
            (name, scale) for name, scale in used.items() if name.startswith((kind, "shape"))
        ]
    return found


def average_precision(classifier: StanceClassifier, examples: Sequence[Example]) -> float:
    """Return the macro average precision over some pairs."""
    scores = classifier.scorer_.score([example.pair for example in examples]).stances
    return float(
        np.mean(
            [
                average_precision_score([name in e.stances for e in examples], scores[:, k])
                for k, name in enumerate(classifier.stances_)
            ]
        )
    )


def main() -> None:
    """Print the figures and write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/ablation.json"))
    arguments = parser.parse_args()
    parts = split_labels(read_labels("data/labeled"), SHARES)
    train, test = list(examples_of(parts["train"])), list(examples_of(parts["test"]))
    gold = [e for e in examples_of(sets.gold()) if e.actor and e.target]
    result = {}
    for title, groups in variants().items():
        classifier = StanceClassifier(groups=groups, n_folds=1).fit(
            [example.pair for example in train],
            [example.stances for example in train],
            listed=[example.listed for example in train],
        )
        result[title] = {
            "test": average_precision(classifier, test),
            "test_listed": average_precision(classifier, [e for e in test if e.listed]),
            "gold": average_precision(classifier, gold),
        }
        print(title, json.dumps(result[title]), flush=True)
    write_atomically(arguments.out, (json.dumps(result, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
