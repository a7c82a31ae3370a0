"""What can be analysed, and when a model should not be believed."""

from __future__ import annotations

from stance.errors import InputError, OptionError, Problem
from stance.files import leading_day

__all__ = ["MAX_CHARACTERS", "MIN_FAMILIAR", "abstention", "check_date", "check_jobs", "check_text"]

MIN_FAMILIAR = 0.6
"""Below this share of words that the model met in training, it abstains."""

MAX_CHARACTERS = 5_000_000


def abstention(familiar: float) -> str | None:
    """Return why a model should not be believed that met this share of the words, or None."""
    if familiar >= MIN_FAMILIAR:
        return None
    return f"unfamiliar language: the model knows {familiar:.0%} of the words"


def check_text(text: object) -> None:
    """Raise InputError unless ``text`` is text that can be analysed."""
    if not isinstance(text, str):
        step = "decode bytes, read files first, leave out what has none"
        raise InputError(Problem("a text is a str", step, type(text).__name__))
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            Problem(
                f"a text has at most {MAX_CHARACTERS} characters",
                "split it into documents",
                len(text),
            )
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            Problem(
                f"a text is valid Unicode (character {error.start} is a lone surrogate)",
                "decode it with errors='replace'",
                text[error.start : error.start + 1],
            )
        ) from None


def check_date(date: str | None) -> None:
    """Raise OptionError unless ``date`` is None or a day."""
    if date is None:
        return
    if not isinstance(date, str) or leading_day(date) != date:
        raise OptionError(Problem("a date is a day as in 2015-11-23", "correct it", date))


def check_jobs(n_jobs: int) -> None:
    """Raise OptionError unless ``n_jobs`` is a number of processes.

    Examples
    --------
    >>> check_jobs(0)
    Traceback (most recent call last):
    stance.errors.OptionError: processes are 1 or more, or -1 for all cores; found 0; correct --jobs
    """
    if n_jobs < 1 and n_jobs != -1:
        rule = "processes are 1 or more, or -1 for all cores"
        raise OptionError(Problem(rule, "correct --jobs", n_jobs))
