"""Phrases of time with which a clause opens: they are no part of who speaks in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["opening_time"]

_LONGEST = 6  # words of such a phrase
_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|aug|sept|oct|nov|dec)\.?)"
)
_OF_DAY = "(?:morning|afternoon|evening|night)"
_UNIT = "(?:minute|hour|day|week|weekend|month|year)s?"
_ROUGHLY = "(?:(?:earlier|later|late|early) )?"
_PHRASE = re.compile(
    rf"(?:{_ROUGHLY}(?:on )?{_DAY}(?: {_OF_DAY})?"
    rf"|{_ROUGHLY}(?:this|last|next) (?:{_UNIT}|{_OF_DAY}|{_DAY}|{_MONTH}|spring|summer|autumn)"
    rf"|on (?:{_MONTH}(?: \.)? \d{{1,2}}|\d{{1,2}} {_MONTH})"
    rf"|in (?:{_MONTH} )?\d{{4}}|in {_MONTH}"
    rf"|(?:an?|one|two|three|four|five|six|ten|\d+) {_UNIT} (?:later|earlier|before)"
    r"|yesterday|today|earlier|later)(?! (?:'s|’s|and|or|but|,)(?: |\Z))(?= )"
)


def opening_time(words: Sequence[str]) -> int:
    """Return how many of some words, in lower case, are a phrase of time that stands first.

    Examples
    --------
    >>> opening_time("earlier on monday the envoy".split())
    3
    >>> opening_time("last week 's statement".split())
    0
    """
    match = _PHRASE.match(" ".join(words[: _LONGEST + 1]))
    return match[0].count(" ") + 1 if match else 0
