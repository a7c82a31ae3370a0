"""The table of tools: how to read and write the labels of each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stance.errors import OptionError, Problem, missing
from stance.files import writing
from stance.labels.exchange import (
    brat,
    conllu,
    doccano,
    hugging_face,
    label_studio,
    prodigy,
    spacy_docs,
)
from stance.labels.exchange.common import Exchange, Imported
from stance.records import LabeledSentence

__all__ = ["TOOLS", "export_labels", "import_labels"]

TOOLS: dict[str, Exchange] = {
    "brat": Exchange(brat.read, brat.write),
    "conllu": Exchange(conllu.read, conllu.write),
    "doccano": Exchange(doccano.read, doccano.write),
    "huggingface": Exchange(hugging_face.read, hugging_face.write),
    "label-studio": Exchange(label_studio.read, label_studio.write),
    "prodigy": Exchange(prodigy.read, prodigy.write),
    "spacy": Exchange(spacy_docs.read, spacy_docs.write),
}
"""Name of a tool -> its reader and writer."""


def _tool(name: str) -> Exchange:
    try:
        return TOOLS[name]
    except KeyError:
        raise OptionError(
            Problem(f"a tool is one of {', '.join(TOOLS)}", "name one of them", value=name)
        ) from None


def import_labels(path: Path | str, tool: str) -> Imported:
    """Read the labels of another tool.

    Parameters
    ----------
    path : path
        A file; for brat and Hugging Face a folder.
    tool : str
        A key of ``TOOLS``.

    Returns
    -------
    Imported
        The labels, and notes on what was left out.

    Raises
    ------
    OptionError
        If the tool is unknown.
    NotFoundError
        If there is no such file.
    LabelError, InputError
        If it cannot be read; all problems of the file at once.
    MissingExtraError
        If the tool's library is needed and not installed.
    """
    exchange = _tool(tool)
    if not Path(path).exists():
        raise missing(path, f"{tool} file")
    return exchange.read(Path(path))


def export_labels(
    labels: Iterable[LabeledSentence], path: Path | str, tool: str
) -> tuple[str, ...]:
    """Write labels for another tool, and return what it cannot hold, a note each.

    Raises
    ------
    OptionError
        If the tool is unknown.
    MissingExtraError
        If the tool's library is needed and not installed.
    OutputError
        If they cannot be written.
    """
    write = _tool(tool).write
    with writing(path):
        return write(labels, Path(path))
