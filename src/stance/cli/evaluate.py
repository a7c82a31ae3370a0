"""``stance evaluate``: how well a model does on labels."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer


def evaluate(
    labels: Annotated[list[Path], typer.Argument(help="Labels files or folders.")],
    model: Annotated[str, typer.Option(help="A shipped model or a folder.")] = "base",
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure a model on labelled sentences, with the pairs given and end to end."""
    from stance.analysis import load_model
    from stance.labels.files import read_labels
    from stance.learning.evaluation import evaluate as evaluate_model

    evaluation = evaluate_model(load_model(model), read_labels(labels))
    shown = str(evaluation)
    if json:
        encoded = msgspec.json.encode(evaluation.to_dict())
        shown = msgspec.json.format(encoded, indent=2).decode()
    sys.stdout.write(shown + "\n")
