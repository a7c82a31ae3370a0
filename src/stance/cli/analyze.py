"""``stance analyze``: one text, readable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.analysis import load_model
from stance.cli.shell import Actors, ModelName, print_json
from stance.cli.show import show_analysis, show_explanations
from stance.files import read_text


def analyze(
    file: Annotated[Path, typer.Argument(help="A text file; - is standard input.")] = Path("-"),
    json: Annotated[bool, typer.Option("--json", help="Print the analysis as JSON.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each feature added.")
    ] = False,
    date: Annotated[str | None, typer.Option(help="Day of the text, 2015-11-23.")] = None,
    actors: Actors = None,
    model: ModelName = "base",
    coreference: Annotated[
        bool, typer.Option(help="Also resolve pronouns and phrases (the two countries).")
    ] = True,
) -> None:
    """Read one text: who takes which stance towards whom, and the words that decided it."""
    chosen = load_model(model, actors)
    analysis = chosen.analyze(
        read_text(file),
        date=date,
        doc_id=None if str(file) == "-" else file.name,
        coreference=coreference,
    )
    if json:
        print_json(analysis.to_dict())
    elif explain:
        show_explanations(chosen, analysis)
    else:
        show_analysis(analysis)
