"""How many labels suggestions save against random order: a simulation on our own corpus.

A share of the documents is held out. From a few hundred random sentences on, each step adds a
batch to the training set: sentences in random order, or those that the model of the step before
suggests. The learner has the features of the shipped model, without its calibration, so that a
step takes seconds. Run from the repository root:

    python benchmarks/suggestions.py [FOLDER]     # the simulation; writes its figures
    python benchmarks/suggestions.py --fill       # only puts them into docs/labelling.md
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
from stance.learning.suggestions import choose, pair_values, sentence_value, token_features
from stance.model.classifier import StanceClassifier, best_threshold
from stance.model.masking import OTHER

PAGE = Path("docs/labelling.md")
OUT = Path("benchmarks/results/suggestions.json")
START, STEP, STEPS, POOL = 200, 200, 9, 3500
SEEDS = (0, 1)


class Pool:
    """Sentences with their pairs, features and truth; some are for testing."""

    def __init__(self, folder: Path) -> None:
        labels = [s for s in read_labels(folder) if s.relations]
        parts = split_labels(labels, {"train": 0.7, "dev": 0.1, "test": 0.2})
        pool = sorted(parts["train"], key=lambda s: hash_of(s.id))[:POOL]
        dev, test = parts["dev"], parts["test"]
        examples: list[Example] = []
        self.rows: list[list[int]] = []
        tokens = []
        for sentence in [*pool, *dev, *test]:
            found = list(examples_of([sentence]))
            self.rows.append(list(range(len(examples), len(examples) + len(found))))
            examples += found
            tokens.append([i for i in found[0].pair.ids if i > OTHER] if found else [])
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

    def macro_f1(self, models: list[LogisticRegression]) -> float:
        """Return the mean F1 over stances on the test documents, thresholds from others."""
        dev = self.probabilities(models, self.dev_rows)
        thresholds = [
            best_threshold(self.truth[self.dev_rows, k], dev[:, k])
            for k in range(len(self.stances))
        ]
        predicted = self.probabilities(models, self.test_rows) >= np.array(thresholds)
        wanted = self.truth[self.test_rows]
        hits = (predicted & wanted).sum(axis=0)
        return float(np.mean(2 * hits / (predicted.sum(axis=0) + wanted.sum(axis=0))))


def hash_of(name: str) -> int:
    """Return a number that orders sentences at random, the same way each time."""
    return zlib.crc32(name.encode())


def run(pool: Pool, strategy: str, seed: int) -> list[dict[str, float]]:
    """Return the macro F1 on held-out documents after each step."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(pool.n_pool).tolist()
    chosen, left = order[:START], order[START:]
    curve = []
    for step in range(STEPS):
        models = pool.fit(chosen)
        curve.append(
            {
                "sentences": len(chosen),
                "pairs": sum(len(pool.rows[s]) for s in chosen),
                "macro_f1": round(pool.macro_f1(models), 4),
            }
        )
        print(strategy, seed, curve[-1], file=sys.stderr, flush=True)
        if step == STEPS - 1:
            break
        batch = left[:STEP] if strategy == "random" else suggested(pool, models, chosen, left)
        taken = set(batch)
        chosen = chosen + batch
        left = [s for s in left if s not in taken]
    return curve


def suggested(
    pool: Pool, models: list[LogisticRegression], chosen: list[int], left: list[int]
) -> list[int]:
    """Return the batch that ``stance labels suggest`` would choose."""
    rows = [i for s in chosen for i in pool.rows[s]]
    rarity = 1 / np.sqrt(np.maximum(pool.truth[rows].sum(axis=0), 1))
    rarity /= rarity.mean()
    values = []
    for s in left:
        if not pool.rows[s]:
            values.append(0.0)
            continue
        probabilities = pool.probabilities(models, pool.rows[s])
        unknown = np.zeros(len(probabilities))
        values.append(sentence_value(pair_values(probabilities, unknown, rarity)))
    return [left[i] for i in choose(np.array(values), pool.tokens[left], STEP)]


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


def fill() -> None:
    """Put the figures into the page that shows them."""
    result = json.loads(OUT.read_text("utf-8"))
    lines = ["| sentences | macro F1, random order | macro F1, suggested |", "|---|---|---|"]
    for one, other in zip(result["curves"]["random"], result["curves"]["suggested"], strict=True):
        lines.append(
            f"| {one['sentences']:.0f} | {one['macro_f1']:.3f} | {other['macro_f1']:.3f} |"
        )
    share = result["share_of_sentences"]
    lines += [
        "",
        "In this simulation suggestions did not reach the last macro F1 of random order with fewer"
        " sentences."
        if share is None or share >= 1
        else f"Suggestions reach the last macro F1 of random order with {share:.0%} of its labels.",
    ]
    begin, end = "<!-- figures: suggestions -->\n", "<!-- /figures -->"
    page = PAGE.read_text("utf-8")
    head, rest = page.split(begin)
    PAGE.write_text(head + begin + "\n".join(lines) + "\n" + rest[rest.index(end) :], "utf-8")


def main() -> None:
    """Run the simulation and write its figures."""
    if "--fill" in sys.argv:
        fill()
        return
    begun = time.time()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/labeled")
    pool = Pool(folder)
    curves = {
        name: mean_curve([run(pool, name, seed) for seed in SEEDS])
        for name in ("random", "suggested")
    }
    goal = curves["random"][-1]["macro_f1"]
    result: dict[str, Any] = {
        "pool_sentences": pool.n_pool,
        "test_pairs": len(pool.test_rows),
        "seeds": len(SEEDS),
        "goal_macro_f1": goal,
        "curves": curves,
    }
    for unit in ("sentences", "pairs"):
        reached = needed(curves["suggested"], goal, unit)
        share = None if reached is None else round(reached / curves["random"][-1][unit], 3)
        result[f"share_of_{unit}"] = share
    result["seconds"] = round(time.time() - begun)
    OUT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    fill()
    print(json.dumps({k: v for k, v in result.items() if k != "curves"}))


if __name__ == "__main__":
    main()
