"""The error family: every error says where, which rule, which value, and what to do next."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = [
    "CatalogueError",
    "InputError",
    "LabelError",
    "MissingExtraError",
    "ModelError",
    "NotFoundError",
    "OptionError",
    "OutputError",
    "Problem",
    "StanceError",
    "WorkerError",
]

_SHOWN_VALUE = 60


def shorten(value: object) -> str:
    """Return ``value`` as it is quoted in a message: escaped, on one line, at most 60 characters.

    Examples
    --------
    >>> shorten("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."
    """
    shown = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return shown if len(shown) <= _SHOWN_VALUE + 3 else shown[:_SHOWN_VALUE] + "..."


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it is, the rule, the value found, and the next step.

    Parameters
    ----------
    rule : str
        What must hold, as a sentence without a full stop.
    next_step : str
        What the reader can do about it.
    value : object, optional
        What was found instead; None if there is nothing to show.
    path : str, optional
        The file (or ``-`` for standard input).
    line, column : int, optional
        One-based position in the file.

    Examples
    --------
    >>> print(Problem("a stance is a word", "correct it", value="co op", path="a.csv", line=3))
    a.csv:3: a stance is a word; found 'co op'; correct it
    """

    rule: str
    next_step: str
    value: object = None
    path: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        found = "" if self.value is None else f"; found {shorten(self.value)}"
        return f"{place + ': ' if place else ''}{self.rule}{found}; {self.next_step}"


class StanceError(Exception):
    """Base of all errors that this library raises on purpose.

    Parameters
    ----------
    problems : Problem or iterable of Problem
        What is wrong; files are checked whole, so there may be many.

    Attributes
    ----------
    problems : tuple of Problem
    """

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[StanceError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class LabelError(StanceError, ValueError):
    """Labels break the labelling format."""


class InputError(StanceError, ValueError):
    """A text or record to be analysed cannot be read."""


class OptionError(StanceError, ValueError):
    """An option or argument is outside what it may be."""


class ModelError(StanceError, ValueError):
    """A model folder is damaged, foreign or too new."""


class CatalogueError(StanceError, ValueError):
    """An actor catalogue breaks its format."""


class NotFoundError(StanceError, FileNotFoundError):
    """A file or folder that was named does not exist."""

    def __str__(self) -> str:  # FileNotFoundError would show its errno fields
        return "\n".join(str(problem) for problem in self.problems)


class OutputError(StanceError, OSError):
    """An output cannot be written: no room, no permission."""

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class WorkerError(StanceError, ChildProcessError):
    """Worker processes died, or there are none."""

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class MissingExtraError(StanceError, ImportError):
    """A function needs an optional extra that is not installed."""

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def optional_library(name: str, rule: str, extra: str) -> Any:
    """Return a library that not everybody has installed, loaded.

    Raises
    ------
    MissingExtraError
        If it is not installed; it says ``rule``, and which extra of this package brings it.

    Examples
    --------
    >>> optional_library("no_such_library", "magic needs no_such_library", "magic")
    Traceback (most recent call last):
    ...
    stance.errors.MissingExtraError: magic needs no_such_library; pip install 'stance-ir[magic]'
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtraError(Problem(rule, f"pip install 'stance-ir[{extra}]'")) from None


def missing(path: Path | str, what: str) -> NotFoundError:
    """Return the error for a path that does not exist.

    Examples
    --------
    >>> print(missing("nowhere.jsonl", "labels file"))
    nowhere.jsonl: there is no such labels file; check the path
    """
    return NotFoundError(Problem(f"there is no such {what}", "check the path", path=str(path)))
