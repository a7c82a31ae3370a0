"""``stance audit``: how a model behaves where its right behaviour is known beforehand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from stance.cli.shell import Json, print_json, talk


def audit(
    model: Annotated[str, typer.Argument(help="A shipped model or a folder.")] = "base",
    cases: Annotated[
        Path | None,
        typer.Option(help="Folder of cases, a file a kind; by default those of the library."),
    ] = None,
    floor: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Exit with 1 if a kind passes less than this share."),
    ] = None,
    json: Json = False,
) -> None:
    """Audit a model: names, negation, passive, typos and more; every failure is listed."""
    from stance.analysis import load_model
    from stance.learning.audits import audit as audit_model

    found = audit_model(load_model(model), cases)
    if json:
        print_json(found.to_dict())
    else:
        sys.stdout.write(f"{found}\n")
    low = () if floor is None else found.below(floor)
    if low:
        talk(f"below {floor}: {', '.join(low)}")
        sys.exit(1)
