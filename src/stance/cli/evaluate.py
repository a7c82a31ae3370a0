"""``stance evaluate``: how well a model does on labels."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from stance.cli.shell import Json, ModelName, print_json


def evaluate(
    labels: Annotated[list[Path], typer.Argument(help="Labels files or folders.")],
    model: ModelName = "base",
    json: Json = False,
) -> None:
    """Measure a model on labelled sentences, with the pairs given and end to end."""
    from stance.analysis import load_model
    from stance.labels.files import read_labels
    from stance.learning.evaluation import evaluate as evaluate_model

    evaluation = evaluate_model(load_model(model), read_labels(labels))
    if json:
        print_json(evaluation.to_dict())
    else:
        sys.stdout.write(f"{evaluation}\n")
