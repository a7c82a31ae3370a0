"""``stance report``: what scores or texts add up to, as a page; or how well a model does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.shell import talk
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
    period: Annotated[str, typer.Option(help="day, week, month, quarter or year.")] = "month",
    title: Annotated[str | None, typer.Option(help="Title of the page.")] = None,
    dyads: Annotated[int, typer.Option(min=0, help="Dyads shown one by one.")] = 12,
    model: Annotated[
        str | None,
        typer.Option(
            help="The model that made the scores, a shipped one or a folder; by default the one"
            " named beside the score files. For texts and labels the model to use, by default"
            " base.",
        ),
    ] = None,
    actors: Annotated[Path | None, typer.Option(help="Your own actor catalogue.")] = None,
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
        _evaluation(inputs, out, title, load_model(model or "base", actors))
        return
    options = ReportOptions(period=period, n_dyads=dyads)
    if title is not None:
        options = ReportOptions(period=period, n_dyads=dyads, title=title)
    if all(any(file.suffix == ".txt" for file in text_files(path)) for path in inputs):
        chosen = load_model(model or "base", actors)
        page, twin = make_report(read_articles(inputs, chosen), out, options, chosen)
    else:
        page, twin = make_report(inputs, out, options, model, actors)
    talk(f"{page}: the report; {twin}: its numbers")


def _evaluation(inputs: list[Path], out: Path, title: str | None, model: object) -> None:
    from stance.analysis import Model
    from stance.labels.files import read_labels
    from stance.report.diagnosis import diagnose
    from stance.report.pages import evaluation_page, write_page

    assert isinstance(model, Model)
    labels = read_labels(inputs)
    diagnosis = diagnose(model, labels, title or f"How well {model.name} does")
    page, twin = write_page(out, evaluation_page(diagnosis), diagnosis.to_dict())
    talk(f"{page}: the report; {twin}: its numbers")
