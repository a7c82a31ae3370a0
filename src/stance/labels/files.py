"""Labels files: one reader and one writer for all forms, chosen by the file's ending."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from stance.errors import InputError, LabelError, OptionError, Problem, missing
from stance.files import files_below, write_atomically
from stance.labels import jsonlines, marked, marked_writer, table
from stance.labels.check import Located, Numbered, check_collection, check_sentence
from stance.records import LabeledSentence

__all__ = ["FORMS", "read_labels", "write_labels"]


class Form(NamedTuple):
    """How a form of labels is read and written."""

    read: Callable[[str], tuple[list[Numbered], list[Problem]]]
    write: Callable[[Iterable[LabeledSentence]], str]


FORMS: dict[str, Form] = {
    ".jsonl": Form(jsonlines.read, jsonlines.write),
    ".stance": Form(marked.read, marked_writer.write),
    ".csv": Form(table.read, table.write),
}
"""File ending -> reader and writer."""


def _form(path: Path) -> Form:
    try:
        return FORMS[path.suffix]
    except KeyError:
        known = ", ".join(FORMS)
        raise OptionError(
            Problem(
                f"a labels file ends in one of {known}", "rename or convert it", value=path.name
            )
        ) from None


def _label_files(path: Path) -> list[Path]:
    if not path.exists():
        raise missing(path, "labels file or folder")
    if not path.is_dir():
        return [path]
    files = [file for file in files_below(path) if file.suffix in FORMS]
    if not files:
        raise InputError(
            Problem(
                "a folder of labels holds .jsonl, .stance or .csv files",
                "check the path",
                path=str(path),
            )
        )
    return files


def read_labels(
    path: Path | str | Iterable[Path | str], stances: Collection[str] | None = None
) -> tuple[LabeledSentence, ...]:
    """Read labelled sentences from a file, a folder, or several of them.

    Parameters
    ----------
    path : path or iterable of paths
        ``.jsonl``, ``.stance`` (marked text) or ``.csv`` files; folders are searched for these.
    stances : collection of str, optional
        The stances allowed; by default any, near misses of our codebook's excepted.

    Returns
    -------
    tuple of LabeledSentence
        In the order of the files' names and lines.

    Raises
    ------
    NotFoundError
        If a path does not exist.
    InputError
        If a file is not text or is empty.
    LabelError
        If any sentence breaks the format; it lists every problem of every file.

    Examples
    --------
    >>> import stance
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> labels[0].relations[0].stance
    ('rivalry',)
    """
    paths = [path] if isinstance(path, (str, Path)) else list(path)
    sentences: list[Located] = []
    problems: list[Problem] = []
    unreadable: list[Problem] = []
    for file in [file for one in paths for file in _label_files(Path(one))]:
        try:
            numbered, wrong = _form(file).read(str(file))
        except InputError as error:
            unreadable += error.problems
            continue
        for one in numbered:
            wrong += check_sentence(one.sentence, stances, str(file), one.line, one.places)
        problems += sorted(wrong, key=lambda problem: (problem.line or 0, problem.column or 0))
        sentences += [(str(file), one.line, one.sentence) for one in numbered]
    problems += check_collection(sentences)
    if problems:
        raise LabelError(unreadable + problems)
    if unreadable:
        raise InputError(unreadable)
    return tuple(sentence for *_, sentence in sentences)


def write_labels(labels: Iterable[LabeledSentence], path: Path | str) -> None:
    """Write labelled sentences, in the form that the file's ending names.

    The file is replaced as a whole: whatever happens, it is either the old or the new one.

    Raises
    ------
    OptionError
        If the ending is not that of a labels file.
    LabelError
        If there are none, if they break the format, or hold what the form cannot.

    Examples
    --------
    >>> import stance, tempfile, pathlib
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "small.jsonl")
    ...     stance.write_labels(labels, path)
    ...     stance.read_labels(path) == labels
    True
    """
    labels = tuple(labels)
    form = _form(Path(path))
    if not labels:
        raise LabelError(
            Problem("a labels file is not empty", "give at least one sentence", path=str(path))
        )
    problems = [problem for label in labels for problem in check_sentence(label)]
    if problems := problems + check_collection((None, None, label) for label in labels):
        raise LabelError(problems)
    write_atomically(path, form.write(labels).encode("utf-8"))
