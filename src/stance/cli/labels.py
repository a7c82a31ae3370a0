"""``stance labels``: check, count and convert labels."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from stance.cli.shell import talk

app = typer.Typer(no_args_is_help=True, help="Check, count and convert labels.")

Labels = Annotated[list[Path], typer.Argument(help="Labels files or folders.")]


@app.command()
def validate(
    labels: Labels,
    stances: Annotated[
        str | None, typer.Option(help="Stances allowed, joined by commas; by default any.")
    ] = None,
) -> None:
    """Check labels against the format; every problem of every file is listed."""
    from stance.labels.files import read_labels

    allowed = None if stances is None else tuple(name.strip() for name in stances.split(","))
    found = read_labels(labels, allowed)
    talk(f"{len(found)} sentences, {sum(len(s.relations or ()) for s in found)} relations: valid")


@app.command()
def convert(
    labels: Labels,
    out: Annotated[Path, typer.Option(help="A .jsonl, .stance or .csv file.")],
) -> None:
    """Write labels in another form; what that form cannot hold is an error."""
    from stance.labels.files import read_labels, write_labels

    write_labels(read_labels(labels), out)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the labelling format."""
    from stance.labels.schema import json_schema

    encoded = msgspec.json.format(msgspec.json.encode(json_schema(), order="sorted"), indent=2)
    sys.stdout.write(encoded.decode() + "\n")
