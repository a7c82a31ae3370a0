"""``stance report``: what scores or texts add up to, as a page; or how well a model does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.shell import Actors, talk
from stance.errors import OptionError, Problem
from stance.files import text_files


def report(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            help="Score files (.jsonl .csv .parquet) or folders of them; or texts (.txt) or a"
            " folder of texts, whose names may begin with a day; or labels (--evaluate).",
        ),
    ],
    out: Annotated[Path, typer.Option(help="The page, ending in .html; .json goes beside it.")],
    period: Annotated[
        str | None,
        typer.Option(metavar="day|week|month|quarter|year", help="Of a series; by default month."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the page.")] = None,
    dyads: Annotated[
        int | None, typer.Option(min=0, help="Dyads shown one by one; by default 12.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="The model that made the scores, a shipped one or a folder; by default the one"
            " named beside the score files. For texts and labels the model to use, by default"
            " base.",
        ),
    ] = None,
    actors: Actors = None,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="INPUTS are labels: how well --model does on them.")
    ] = False,
) -> None:
    """Write a report that people read: one page, offline, with its numbers as JSON beside it."""
    from stance.analysis import load_model
    from stance.report.contents import ReportOptions
    from stance.report.making import read_articles
    from stance.report.making import report as make_report

    if evaluate:
        if period is not None or dyads is not None:
            rule = "--period and --dyads are about scores and texts, not about --evaluate"
            raise OptionError(Problem(rule, "leave them out"))
        _evaluation(inputs, out, title, load_model(model or "base", actors))
        return
    given = {"period": period, "n_dyads": dyads, "title": title}
    options = ReportOptions(**{name: v for name, v in given.items() if v is not None})  # type: ignore[arg-type]
    if all(any(file.suffix == ".txt" for file in text_files(path)) for path in inputs):
        chosen = load_model(model or "base", actors)
        page, twin = make_report(read_articles(inputs, chosen), out, options, chosen)
    else:
        page, twin = make_report(inputs, out, options, model, actors)
    talk(f"{page}: the report; {twin}: its numbers")


def _evaluation(inputs: list[Path], out: Path, title: str | None, model: object) -> None:
    from stance.analysis import Model
    from stance.labels.files import read_labels
    from stance.learning.diagnosis import diagnose
    from stance.report.pages import evaluation_page, write_page

    assert isinstance(model, Model)
    labels = read_labels(inputs)
    diagnosis = diagnose(model, labels, title or f"How well {model.name} does")
    page, twin = write_page(out, evaluation_page(diagnosis), diagnosis.to_dict())
    talk(f"{page}: the report; {twin}: its numbers")
