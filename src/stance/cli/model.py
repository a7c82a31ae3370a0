"""``stance model``: what models there are and what they say of themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from stance.cli.shell import Json, print_json, talk

app = typer.Typer(no_args_is_help=True, help="Show and compare models.")


@app.command("list")
def list_models() -> None:
    """Name the models that came with this installation."""
    from stance.analysis import shipped_models

    sys.stdout.write("".join(f"{name}\n" for name in shipped_models()))


@app.command()
def show(model: Annotated[str, typer.Argument(help="A shipped model or a folder.")]) -> None:
    """Print the manifest of a model."""
    from stance.analysis import model_folder
    from stance.model.store import read_manifest

    print_json(read_manifest(Path(model_folder(model))), in_order=True)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="A shipped model or a folder.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
    labels: Annotated[list[Path], typer.Argument(help="Labels that neither was trained on.")],
    resamples: Annotated[int, typer.Option(min=100, help="Of the bootstrap.")] = 1000,
    json: Json = False,
) -> None:
    """Say whether the second model is better than the first, with intervals."""
    from stance.analysis import load_model
    from stance.labels.files import read_labels
    from stance.learning.comparison import compare_models

    found = compare_models(load_model(first), load_model(second), read_labels(labels), resamples)
    for name in found.seen:
        talk(f"{name} was trained on exactly these labels: the comparison says nothing")
    if json:
        print_json(found.to_dict())
        return
    lines = [f"{'':14}{'first':>8}{'second':>8}{'gain':>8}   interval"]
    for name, gain in [*found.stances.items(), ("macro F1", found.macro_f1)]:
        lines.append(
            f"{name:14}{gain.first:8.3f}{gain.second:8.3f}{gain.difference:+8.3f}"
            f"   [{gain.low:+.3f}, {gain.high:+.3f}]"
        )
    where = f"{found.n_pairs} pairs of {found.n_documents} documents"
    sys.stdout.write("\n".join(lines) + f"\n\n{second}: {found.sentence(where)}\n")
