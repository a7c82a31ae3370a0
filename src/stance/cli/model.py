"""``stance model``: what models there are and what they say of themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

app = typer.Typer(no_args_is_help=True, help="Show models.")


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

    encoded = msgspec.json.encode(read_manifest(Path(model_folder(model))), order="sorted")
    sys.stdout.write(msgspec.json.format(encoded, indent=2).decode() + "\n")
