"""What all commands share: reading input, talking on standard error."""

from __future__ import annotations

import sys
from pathlib import Path

from stance.errors import InputError, Problem, missing
from stance.files import decode_utf8

__all__ = ["read_text", "read_texts", "talk"]


def talk(message: str) -> None:
    """Say something to the person at the terminal; standard output is for data."""
    sys.stderr.write(message + "\n")


def read_text(path: Path) -> str:
    """Return the text of a file, or of standard input for ``-``.

    Raises
    ------
    NotFoundError, InputError
        If there is no such file, or it is empty, binary or not UTF-8.
    """
    if str(path) == "-":
        data = sys.stdin.buffer.read()
    elif path.is_dir():
        raise InputError(
            Problem("analyze reads one text", "use 'stance score' for folders", path=str(path))
        )
    elif not path.is_file():
        raise missing(path, "file")
    else:
        data = path.read_bytes()
    text = decode_utf8(data, str(path))
    if not text.strip():
        raise InputError(Problem("a text is not empty", "check the file", path=str(path)))
    return text


def read_texts(paths: list[Path]) -> dict[str, str]:
    """Return the texts of .txt files by their names, and of labels by their documents."""
    from stance.labels.files import FORMS, read_labels

    documents: dict[str, str] = {}
    for path in paths:
        files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in FORMS:
                for label in read_labels(file):
                    documents[label.group] = f"{documents.get(label.group, '')}\n\n{label.text}"
            else:
                documents[file.stem if file.stem not in documents else str(file)] = read_text(file)
    return documents
