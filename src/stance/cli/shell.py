"""What commands share: reading documents, talking on standard error."""

from __future__ import annotations

import sys
from pathlib import Path

from stance.files import read_texts

__all__ = ["read_documents", "talk"]


def talk(message: str) -> None:
    """Say something to the person at the terminal; standard output is for data."""
    sys.stderr.write(message + "\n")


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
