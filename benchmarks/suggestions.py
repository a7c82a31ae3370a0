"""How many labels suggestions save against random order: a simulation on our own corpus.

A share of the documents is held out. From some random sentences on, each step adds a batch to the
training set: sentences in random order, or those that the model of the step before suggests. The
learner has the features of the shipped model, but not its calibration: a step takes seconds.

Two pools of sentences to label: ``corpus``, as we wrote it, varied and nearly all of it holding
stances; and ``archive``, a pool mixed from the same sentences so that most hold no stance and some
stances are rare (``MIX``), as in news. Run from the repository root:

    python benchmarks/suggestions.py [FOLDER]
"""

from __future__ import annotations

import itertools
import json
import sys
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from stance.labels.files import read_labels
from stance.labels.splits import split_labels
from stance.learning.examples import Example, examples_of
from stance.learning.suggestions import (
    choose,
    news_of,
    pair_doubts,
    sentence_values,
    token_features,
)
from stance.model.calibration import best_threshold
from stance.model.classifier import StanceClassifier
from stance.model.masked import OTHER
from stance.records import LabeledSentence

OUT = Path("benchmarks/results/suggestions.json")
POOL = 3500
MIX = {"none": 0.6, "cooperation": 0.25, "rivalry": 0.1, "threat": 0.05}
PLANS = {"corpus": (200, 400, 1800), "archive": (100, 100, 900)}
"""Pool -> sentences to start with, sentences a step, and sentences at the end."""
SEEDS = (0, 1, 2)


def kind_of(sentence: LabeledSentence) -> str:
    """Return the most hostile stance of a sentence, or ``none``."""
    held = {name for example in examples_of([sentence]) for name in example.stances}
    return next((name for name in reversed(MIX) if name in held), "none")


def mixed(sentences: Sequence[LabeledSentence]) -> list[LabeledSentence]:
    """Return all sentences without a stance, and as many others as the mix allows."""
    kinds: dict[str, list[LabeledSentence]] = {name: [] for name in MIX}
    for sentence in sentences:
        kinds[kind_of(sentence)].append(sentence)
    whole = len(kinds["none"]) / MIX["none"]
    return [s for name, share in MIX.items() for s in kinds[name][: round(whole * share)]]


class Pool:
    """Sentences with their pairs, features and truth; some are for testing."""

    def __init__(self, folder: Path, kind: str) -> None:
        labels = [
            s for s in read_labels(folder) if s.relations is not None and any(examples_of([s]))
        ]
        parts = split_labels(labels, {"train": 0.7, "dev": 0.1, "test": 0.2})
        pool = sorted(parts["train"], key=lambda s: hash_of(s.id))
        pool = mixed(pool) if kind == "archive" else pool[:POOL]
        dev, test = parts["dev"], parts["test"]
        examples: list[Example] = []
        self.rows: list[list[int]] = []
        tokens = []
        for sentence in [*pool, *dev, *test]:
            found = list(examples_of([sentence]))
            self.rows.append(list(range(len(examples), len(examples) + len(found))))
            examples += found
            tokens.append([i for i in found[0].pair.ids if i > OTHER])
        self.n_pool = len(pool)
        self.stances = sorted({name for e in examples for name in e.stances})
        self.truth = np.array([[name in e.stances for name in self.stances] for e in examples])
        self.listed = np.array([e.listed for e in examples])
        self.matrix, _ = StanceClassifier()._matrix([e.pair for e in examples])
        self.tokens = token_features(tokens)
        first_test = self.n_pool + len(dev)
        self.dev_rows = [i for rows in self.rows[self.n_pool : first_test] for i in rows]
        self.test_rows = [i for rows in self.rows[first_test:] for i in rows]

    def fit(self, sentences: Sequence[int]) -> list[LogisticRegression]:
        """Fit one model a stance to some sentences."""
        rows = [i for s in sentences for i in self.rows[s]]
        weight = np.where(self.listed[rows], 1.0, 0.4)
        return [
            LogisticRegression(C=5.0, solver="liblinear", tol=0.02, random_state=0).fit(
                self.matrix[rows], self.truth[rows, k], weight
            )
            for k in range(len(self.stances))
        ]

    def probabilities(self, models: list[LogisticRegression], rows: Sequence[int]) -> Any:
        """Return the probabilities of some pairs, (n_rows, n_stances)."""
        return np.column_stack([model.predict_proba(self.matrix[rows])[:, 1] for model in models])

    def thresholds(self, models: list[LogisticRegression]) -> Any:
        """Return the best threshold of each stance on documents of their own."""
        dev = self.probabilities(models, self.dev_rows)
        wanted = self.truth[self.dev_rows]
        return np.array([best_threshold(wanted[:, k], dev[:, k]) for k in range(len(self.stances))])

    def macro_f1(self, models: list[LogisticRegression]) -> float:
        """Return the mean F1 over stances on the test documents, thresholds from others."""
        predicted = self.probabilities(models, self.test_rows) >= self.thresholds(models)
        wanted = self.truth[self.test_rows]
        hits = (predicted & wanted).sum(axis=0)
        return float(np.mean(2 * hits / (predicted.sum(axis=0) + wanted.sum(axis=0))))


def hash_of(name: str) -> int:
    """Return a number that orders sentences at random, the same way each time."""
    return zlib.crc32(name.encode())


def run(pool: Pool, kind: str, strategy: str, seed: int) -> list[dict[str, float]]:
    """Return the macro F1 on held-out documents after each step."""
    start, step, end = PLANS[kind]
    order = np.random.default_rng(seed).permutation(pool.n_pool).tolist()
    chosen, left = order[:start], order[start:]
    curve: list[dict[str, float]] = []
    while True:
        models = pool.fit(chosen)
        curve.append(
            {
                "sentences": len(chosen),
                "pairs": sum(len(pool.rows[s]) for s in chosen),
                "macro_f1": round(pool.macro_f1(models), 4),
            }
        )
        print(kind, strategy, seed, curve[-1], file=sys.stderr, flush=True)
        if len(chosen) >= end:
            return curve
        batch = left[:step] if strategy == "random" else suggested(pool, models, chosen, left, step)
        taken = set(batch)
        chosen = chosen + batch
        left = [s for s in left if s not in taken]


def suggested(
    pool: Pool, models: list[LogisticRegression], chosen: list[int], left: list[int], n: int
) -> list[int]:
    """Return the batch that ``stance labels suggest`` would choose."""
    known = [i for s in chosen for i in pool.rows[s]]
    rarity = 1 / np.sqrt(np.maximum(pool.truth[known].sum(axis=0), 1))
    rows = [i for s in left for i in pool.rows[s]]
    doubts = pair_doubts(
        pool.probabilities(models, rows), pool.thresholds(models), rarity / rarity.mean()
    )
    met = np.zeros(pool.matrix.shape[1], bool)
    met[pool.matrix[known].indices] = True
    news = news_of(pool.matrix[rows], met)
    values = sentence_values(doubts, news, [len(pool.rows[s]) for s in left])
    return [left[i] for i in choose(values, pool.tokens[left], n)]


def needed(curve: list[dict[str, float]], goal: float, unit: str) -> float | None:
    """Return how many labels the curve needs to reach a goal, by linear interpolation."""
    for before, after in itertools.pairwise(curve):
        if after["macro_f1"] >= goal:
            rise = after["macro_f1"] - before["macro_f1"]
            part = 1.0 if rise <= 0 else max(0.0, (goal - before["macro_f1"]) / rise)
            return before[unit] + part * (after[unit] - before[unit])
    return None


def mean_curve(curves: list[list[dict[str, float]]]) -> list[dict[str, float]]:
    """Return the mean over seeds of each figure."""
    return [
        {key: round(float(np.mean([point[key] for point in points])), 4) for key in points[0]}
        for points in zip(*curves, strict=True)
    ]


def simulate(folder: Path, kind: str) -> dict[str, Any]:
    """Return the curves of one pool, and how many labels suggestions need."""
    pool = Pool(folder, kind)
    curves = {
        name: mean_curve([run(pool, kind, name, seed) for seed in SEEDS])
        for name in ("random", "suggested")
    }
    goal = curves["random"][-1]["macro_f1"]
    result: dict[str, Any] = {
        "pool_sentences": pool.n_pool,
        "test_pairs": len(pool.test_rows),
        "goal_macro_f1": goal,
        "curves": curves,
    }
    for unit in ("sentences", "pairs"):
        reached = needed(curves["suggested"], goal, unit)
        share = None if reached is None else round(reached / curves["random"][-1][unit], 3)
        result[f"share_of_{unit}"] = share
    return result


def main() -> None:
    """Run the simulation and write its figures."""
    begun = time.time()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/labeled")
    pools = {kind: simulate(folder, kind) for kind in PLANS}
    result = {"seeds": len(SEEDS), "pools": pools, "seconds": round(time.time() - begun)}
    OUT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print({k: [one["share_of_sentences"], one["share_of_pairs"]] for k, one in pools.items()})


if __name__ == "__main__":
    main()
