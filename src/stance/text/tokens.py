"""Words and punctuation marks of a text, with their places: the one tokenisation that all share."""

from __future__ import annotations

import itertools
import operator
import re
from typing import Any

__all__ = ["Tokens", "tokenize"]

_TOKEN = re.compile(
    r"[^\W\d_](?:\.[^\W\d_])+\.?"  # U.S., U.K.
    r"|\w+(?=n['’]t\b)|n['’]t\b"  # does|n't
    r"|['’](?:s|re|ve|ll|d|m)\b"  # Iran|'s
    r"|\w+"
    r"|[^\w\s]"
)
_MOST_FORMS = 40_000  # an archive has more than memory should keep; the frequent ones come first
_LONGEST_FORM = 40  # characters; longer ones do not come again


_Form = tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]


class _Forms(dict[str, _Form]):
    """What stands between two white spaces -> its tokens, the same in lower case, and steps.

    A step is how far it is from a token to the next, one blank after the last. A text has few
    such forms.
    """

    def __missing__(self, form: str) -> _Form:
        words = tuple(_TOKEN.findall(form))
        lower = tuple([word if word.islower() else word.lower() for word in words])
        *inner, last = map(len, words)
        found = words, lower, (*inner, last + 1)
        if len(self) < _MOST_FORMS and len(form) <= _LONGEST_FORM:
            self[form] = found
        return found


_flat = itertools.chain.from_iterable
_forms = _Forms()


class Tokens:
    """Surface forms with their half-open spans; lists of one length.

    Made by :func:`tokenize`. All but the words is found when it is first asked for: many sentences
    of an archive name nobody, and nobody asks.

    Attributes
    ----------
    words : list of str
    lower : list of str
        The same in lower case.
    starts, ends : list of int
        Where each stands in the text.
    """

    __slots__ = ("_columns", "_ends", "_lower", "_starts", "_text", "words")

    def __init__(self, text: str) -> None:
        self._text = text
        # the words, their lower case and the steps of all forms
        columns = tuple(zip(*map(_forms.__getitem__, text.split()), strict=True))
        self._columns: Any = columns or ((), (), ())
        self.words: list[str] = list(_flat(self._columns[0]))
        self._lower: list[str] | None = None
        self._starts: list[int] | None = None
        self._ends: list[int] | None = None

    def __repr__(self) -> str:
        return f"Tokens({self.words})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tokens) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    @property
    def lower(self) -> list[str]:
        """Return the words in lower case."""
        lower = self._lower
        if lower is None:
            lower = self._lower = list(_flat(self._columns[1]))
        return lower

    @property
    def starts(self) -> list[int]:
        """Return where each word begins."""
        starts = self._starts
        if starts is None:
            starts = list(itertools.accumulate(_flat(self._columns[2]), initial=0))
            if starts.pop() != len(self._text) + 1:  # more than one white space somewhere
                starts = [match.start() for match in _TOKEN.finditer(self._text)]
            self._starts = starts
        return starts

    @property
    def ends(self) -> list[int]:
        """Return where each word ends, exclusive."""
        ends = self._ends
        if ends is None:
            ends = self._ends = list(map(operator.add, self.starts, map(len, self.words)))
        return ends


def tokenize(text: str) -> Tokens:
    """Split ``text`` into words and punctuation marks.

    No token holds white space, so the text is split there first, and each form only once.

    Examples
    --------
    >>> tokenize("Iran's U.S.-led talks don't start.").words
    ['Iran', "'s", 'U.S.', '-', 'led', 'talks', 'do', "n't", 'start', '.']
    """
    return Tokens(text)
