"""Do probabilities hold, and is abstaining worth it? On our own test part, with plots.

    python benchmarks/calibration.py [--out benchmarks/results/calibration.json]

The test part is that of ``stance labels split`` with shares 80/10/10; a linear model is trained on
the rest. The plots (docs/images/calibration-*.svg) are drawn from the results file.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from corpus import SHARES
from stance.analysis import Model
from stance.labels.files import read_labels
from stance.labels.splits import split_labels
from stance.learning.examples import Example, examples_of
from stance.learning.held_out import Predictions, measure_held_out
from stance.learning.metrics import precision_coverage
from stance.learning.training import train
from stance.model.documents import score_pairs
from stance.model.linear import reaches
from stance.records import LabeledSentence
from stance.report.charts import coverage_chart, reliability_chart

IMAGES = Path(__file__).parents[1] / "docs" / "images"


def measured(
    model: Model, learned: list[Example], test: tuple[LabeledSentence, ...]
) -> dict[str, Any]:
    """Return scores, reliability, abstention and what is unseen on a test part."""
    examples = list(examples_of(test))
    scored = score_pairs(model.scorer, [example.pair for example in examples])
    before = np.zeros((len(learned), len(model.stances)), np.float32)
    predictions = Predictions(
        model.stances,
        [*learned, *examples],
        np.repeat([-1, 0], [len(learned), len(examples)]),
        np.concatenate([before, scored.stances]),
        model.scorer.thresholds,
        model.scorer.found_thresholds,
    )
    found = reaches(scored.stances, model.scorer.found_thresholds)
    wanted = np.array([[name in e.stances for name in model.stances] for e in examples])
    familiar = np.repeat(scored.familiar[:, None], len(model.stances), axis=1)
    by_words = precision_coverage(wanted[found], familiar[found])
    result = measure_held_out(predictions, test)
    assert result is not None
    return {**result, "coverage_by_familiar_words": msgspec.to_builtins(by_words)}


def draw(result: dict[str, Any]) -> dict[str, str]:
    """Return the plots, by name of file."""
    bins = {
        name: [(b["stated"], b["observed"]) for b in found]
        for name, found in result["reliability"].items()
    }
    curves = {
        "by probability": result["coverage"],
        "by familiar words": result["coverage_by_familiar_words"],
    }
    kept = {name: [(c["share"], c["precision"]) for c in found] for name, found in curves.items()}
    drawn = {
        "calibration-reliability.svg": reliability_chart(
            bins, "How often a stance holds, over its probability"
        ),
        "calibration-coverage.svg": coverage_chart(
            kept, "Precision of the stances kept, over the share kept"
        ),
    }
    return {name: _on_white(svg) + "\n" for name, svg in drawn.items()}


def _on_white(svg: str) -> str:
    """Return a chart that can be read on a dark page too."""
    head, _, body = svg.partition(">")
    return f'{head}><rect width="100%" height="100%" fill="#ffffff"/>{body}'


def main() -> None:
    """Train, measure, write the results file and the plots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/calibration.json"))
    parser.add_argument("--labels", type=Path, nargs="*", default=[Path("data/labeled")])
    parser.add_argument("--images", type=Path, default=IMAGES)
    arguments = parser.parse_args()
    parts = split_labels(read_labels(arguments.labels), SHARES)
    rest = [*parts["train"], *parts["dev"]]
    result = measured(train(rest, n_jobs=2), list(examples_of(rest)), parts["test"])
    arguments.out.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    arguments.images.mkdir(exist_ok=True)
    for name, svg in draw(result).items():
        (arguments.images / name).write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
