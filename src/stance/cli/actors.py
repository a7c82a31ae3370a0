"""``stance actors``: which actors are known and what a text names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from stance.cli.shell import read_text, talk
from stance.text.catalogue import default_catalogue, read_catalogue
from stance.text.reading import read_document

app = typer.Typer(no_args_is_help=True, help="The actor catalogue.")

Own = Annotated[Path | None, typer.Option("--actors", help="Your own catalogue, laid over ours.")]


@app.command()
def find(
    file: Annotated[Path, typer.Argument(help="A text file; - is standard input.")] = Path("-"),
    date: Annotated[str | None, typer.Option(help="Day of the text.")] = None,
    actors: Own = None,
) -> None:
    """List the mentions in a text: start, end, actor, kind, words."""
    catalogue = default_catalogue() if actors is None else default_catalogue().overlay(actors)
    for one in read_document(read_text(file), catalogue, date):
        for m in one.sentence.mentions:
            sys.stdout.write(f"{m.start}\t{m.end}\t{m.id}\t{m.kind}\t{m.text}\n")


@app.command("list")
def list_actors(actors: Own = None) -> None:
    """List all actors: identifier, kind, name."""
    catalogue = default_catalogue() if actors is None else default_catalogue().overlay(actors)
    for id_ in catalogue.ids:
        entry = catalogue.entries(id_)[-1]
        sys.stdout.write(f"{id_}\t{entry.kind}\t{entry.name}\n")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A catalogue file (.jsonl).")],
) -> None:
    """Check a catalogue file of your own."""
    actors, leaders = read_catalogue(file)
    default_catalogue().overlay(file)
    talk(f"{file}: {len(actors)} actors, {len(leaders)} leaders: valid")
