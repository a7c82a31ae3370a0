"""The command line: one module a command, errors as one line each, exit status 0, 1 or 2."""

from __future__ import annotations

import importlib.metadata
import sys
from typing import Annotated

import typer

from stance.cli import actors, analyze, audit, evaluate, labels, model, report, score, train
from stance.cli.shell import talk
from stance.errors import StanceError

__all__ = ["app", "main"]

app = typer.Typer(
    name="stance",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Who takes which stance towards whom: cooperation, rivalry, threat, from raw text.",
)


def _say_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"stance {importlib.metadata.version('stance-ir')}\n")
        raise typer.Exit


@app.callback()
def _before_any_command(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    pass


app.command("analyze")(analyze.analyze)
app.command("score")(score.score)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("audit")(audit.audit)
app.command("report")(report.report)
app.add_typer(labels.app, name="labels")
app.add_typer(model.app, name="model")
app.add_typer(actors.app, name="actors")


def main() -> None:
    """Run the command line; an error that the library raises on purpose ends with status 2."""
    try:
        app()
    except StanceError as error:
        talk(str(error))
        sys.exit(2)
    except BrokenPipeError:  # the reader of a pipe went away
        sys.stderr.close()
        sys.exit(1)
