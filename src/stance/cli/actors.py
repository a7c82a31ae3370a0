"""``stance actors``: which actors are known and what a text names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from stance.analysis import check_date, check_text
from stance.cli.shell import Actors, talk
from stance.errors import OptionError, Problem
from stance.files import read_text
from stance.text.catalogue import Actor, Catalogue, default_catalogue
from stance.text.reading import read_document

app = typer.Typer(no_args_is_help=True, help="The actor catalogue.")


def _catalogue(actors: Path | None) -> Catalogue:
    return default_catalogue() if actors is None else default_catalogue().overlay(actors)


@app.command()
def find(
    file: Annotated[Path, typer.Argument(help="A text file; - is standard input.")] = Path("-"),
    date: Annotated[str | None, typer.Option(help="Day of the text.")] = None,
    actors: Actors = None,
    coreference: Annotated[
        bool, typer.Option(help="Also resolve pronouns and phrases (the two countries).")
    ] = True,
) -> None:
    """List the mentions in a text: start, end, actor, kind, confidence, words, speaker.

    A confidence of 0.30 marks a place that only says where; it forms no pairs. The speaker is
    the one to whom the text attributes these words.
    """
    check_date(date)
    text = read_text(file)
    check_text(text)
    for one in read_document(text, _catalogue(actors), date, coreference):
        for m in one.sentence.mentions:
            words = " ".join(m.text.split())
            speaker = " ".join((one.speaker_of(m.span, None) or "").split())
            sys.stdout.write(
                f"{m.start}\t{m.end}\t{m.id}\t{m.kind}\t{m.confidence:.2f}\t{words}\t{speaker}\n"
            )


@app.command("list")
def list_actors(
    actors: Actors = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="state|organization|bloc|group|company", help="Only one kind."),
    ] = None,
) -> None:
    """List all actors: identifier, kind, name."""
    catalogue = _catalogue(actors)
    kinds = sorted({catalogue.kind(id_) for id_ in catalogue.ids})
    if kind is not None and kind not in kinds:
        raise OptionError(Problem(f"a kind is one of {', '.join(kinds)}", "correct it", kind))
    for id_ in catalogue.ids:
        if kind is None or catalogue.kind(id_) == kind:
            sys.stdout.write(f"{id_}\t{catalogue.kind(id_)}\t{catalogue.name(id_)}\n")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A catalogue file (.jsonl).")],
) -> None:
    """Check a catalogue file of your own; words that already stand for others are shown."""
    actors, leaders = default_catalogue().read(file)
    for text, actor, others in _shared(actors):
        talk(f"{file}: {text!r} of {actor} also stands for {others}; context decides, else yours")
    talk(f"{file}: {len(actors)} actors, {len(leaders)} leaders: valid")


def _shared(actors: list[Actor]) -> Iterator[tuple[str, str, str]]:
    """Yield the words of these actors that stand for other actors of our catalogue."""
    known = default_catalogue()
    for actor in actors:
        for text in dict.fromkeys(
            (actor.name, *actor.names, *actor.abbreviations, *actor.adjectives, *actor.capital)
        ):
            others = {surface.actor for surface in known.lookup(text)} - {actor.id, None}
            if others:
                yield text, actor.id, ", ".join(sorted(str(other) for other in others))
