"""Words and punctuation marks of a text, with their places: the one tokenisation that all share."""

from __future__ import annotations

import re

import msgspec

__all__ = ["Tokens", "tokenize"]

_TOKEN = re.compile(
    r"[^\W\d_](?:\.[^\W\d_])+\.?"  # U.S., U.K.
    r"|\w+(?=n['’]t\b)|n['’]t\b"  # does|n't
    r"|['’](?:s|re|ve|ll|d|m)\b"  # Iran|'s
    r"|\w+"
    r"|[^\w\s]"
)


class Tokens(msgspec.Struct, frozen=True):
    """Surface forms with their half-open spans; three lists of one length."""

    words: list[str]
    starts: list[int]
    ends: list[int]


def tokenize(text: str) -> Tokens:
    """Split ``text`` into words and punctuation marks.

    Examples
    --------
    >>> tokenize("Iran's U.S.-led talks don't start.").words
    ['Iran', "'s", 'U.S.', '-', 'led', 'talks', 'do', "n't", 'start', '.']
    """
    words, starts, ends = [], [], []
    for match in _TOKEN.finditer(text):
        words.append(match.group())
        starts.append(match.start())
        ends.append(match.end())
    return Tokens(words, starts, ends)
