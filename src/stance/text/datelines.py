"""Datelines: where and when a report was written, before its first sentence."""

from __future__ import annotations

import re

from stance.text.tokens import tokenize

__all__ = ["dateline_words", "opens_like_dateline"]

_LONGEST = 90  # characters
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATE = rf"(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\s{_MONTH})(?:,?\s\d{{4}})?"
_NAME = r"[A-Z][\w.'’]*(?:[ -](?:[A-Z][\w.'’]*|of|al|de|el)){0,3}"
_DASH = r"\s*(?:—|–|--|-)\s+"
_DATELINE = re.compile(
    rf"(?P<city>{_NAME})(?P<date>(?:,\s*(?:{_DATE}|{_NAME})){{0,3}})"
    rf"\s*(?P<agency>\([A-Z][^)]{{1,30}}\))?{_DASH}"
    r"|(?P<capitals>[A-Z][A-Z.'’]+(?:[ -][A-Z]{2,}){0,2}):\s"
)
_OPENING = re.compile(
    r"[A-Z][\w .'’-]{2,30}(?:,[^.;:]{2,40}?)?\s*(?:\([A-Z][^)]{1,25}\)\s*)?(?:—|–|--|-)\s"
)
_MARKS = frozenset("-–—:")
_MOST_WORDS = 24


def opens_like_dateline(text: str) -> bool:
    """Return whether a text begins with what is a dateline if a known city stands first.

    Examples
    --------
    >>> opens_like_dateline("Oslo - The talks began."), opens_like_dateline("Oslo began talks.")
    (True, False)
    """
    return _OPENING.match(text) is not None


def dateline_words(text: str, words: list[str]) -> int:
    """Return how many of the words of a text are its dateline, 0 if it has none.

    A city alone counts if it stands in capitals: "Oslo - long a friend - said" is none.

    Examples
    --------
    >>> for text in ("MOSCOW (Sputnik) - Hill left.", "Moscow - long a friend - left."):
    ...     print(dateline_words(text, tokenize(text).words))
    5
    0
    """
    if _MARKS.isdisjoint(words[:_MOST_WORDS]):
        return 0
    head = text[:_LONGEST]
    match = _DATELINE.match(head)
    if match is None or text.isupper():
        return 0
    is_sure = match["capitals"] or match["agency"] or match["city"].isupper()
    if not is_sure and not re.search(r"\d", match["date"]):
        return 0
    return len(tokenize(match[0].rstrip()).words)
