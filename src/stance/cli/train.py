"""``stance train``: labels in, a model folder out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.shell import talk


def train(
    labels: Annotated[list[Path], typer.Argument(help="Labels files or folders.")],
    out: Annotated[Path, typer.Option(help="Folder of the new model.")],
    stances: Annotated[
        str | None,
        typer.Option(help="Stances allowed, joined by commas; by default all that occur."),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes.")] = 1,
) -> None:
    """Train a model on labelled sentences."""
    from stance.labels.files import read_labels
    from stance.learning.training import train as train_model

    allowed = None if stances is None else tuple(name.strip() for name in stances.split(","))
    model = train_model(read_labels(labels, allowed), allowed, n_jobs=jobs)
    model.save(out)
    talk(
        f"{out}: trained on {model.about['n_sentences']} sentences,"
        f" {model.about['n_pairs']} pairs; stances {', '.join(model.stances)}"
    )
