"""What commands share: options, reading documents, printing, talking on standard error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from stance.files import read_texts

__all__ = [
    "Actors",
    "Jobs",
    "Json",
    "ModelName",
    "print_json",
    "read_documents",
    "split_names",
    "talk",
]

ModelName = Annotated[str, typer.Option("--model", help="A shipped model or a folder.")]
Actors = Annotated[
    Path | None, typer.Option("--actors", help="Your own actor catalogue, laid over ours.")
]
Jobs = Annotated[int, typer.Option("--jobs", help="Processes; -1 for all cores.")]
Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


def talk(message: str) -> None:
    """Say something to the person at the terminal; standard output is for data."""
    sys.stderr.write(message + "\n")


def print_json(value: object, in_order: bool = False) -> None:
    """Print a value as JSON for people, its keys in the order of their names if asked."""
    encoded = msgspec.json.encode(value, order="sorted" if in_order else None)
    sys.stdout.write(msgspec.json.format(encoded, indent=2).decode() + "\n")


def split_names(joined: str) -> tuple[str, ...]:
    """Return names that are joined by commas.

    Examples
    --------
    >>> split_names("threat, rivalry")
    ('threat', 'rivalry')
    """
    return tuple(name.strip() for name in joined.split(","))


def read_documents(paths: list[Path]) -> dict[str, str]:
    """Return the texts of .txt files by their names, and of labels by their documents."""
    from stance.labels.files import FORMS, read_labels

    documents: dict[str, str] = {}
    for path in paths:
        if path.suffix in FORMS and not path.is_dir():
            for label in read_labels(path):
                documents[label.group] = f"{documents.get(label.group, '')}\n\n{label.text}"
        else:
            for file, text in read_texts([path]).items():
                documents[file.stem if file.stem not in documents else str(file)] = text
    return documents
