"""Sentences with offsets.

The Punkt method (Kiss and Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection",
Computational Linguistics 32:4), run by nupunkt with parameters that stand in ``punkt.json``.
A line break ends a sentence, so that headlines without a full stop stand alone, except inside
a paragraph that is wrapped to a line width.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Iterator

import msgspec
from nupunkt import PunktParameters, PunktSentenceTokenizer

from stance.records import Span
from stance.text.sayings import SAY

__all__ = ["sentence_spans"]

_BLANK_LINE = re.compile(r"\n\s*\n")
_TERMINAL = (".", "!", "?", '"', "”", "’", ":", ";", "…")
_WRAPPED = range(45, 101)  # usual line widths of wrapped text
_LONGEST = 20_000
_ENDED_IN_QUOTES = ('?"', '!"', '…"', "?”", "!”", "…”")
_WHO_ASKED = re.compile(
    r"[A-Z][^,.;:?!\"“]{0,60}? (?P<verb>[a-z]{3,12})"
    r"(?:,| (?:on|in|at|to|during|after|when|last|yesterday|later|reporters)\b[^.]*\.?$|\.?$)"
)
_NO = re.compile(r"\bno\.\s+(?=[A-Z])")


class _Parameters(msgspec.Struct):
    abbreviations: list[str]
    sentence_starters: list[str]


@functools.cache
def _punkt() -> PunktSentenceTokenizer:
    data = importlib.resources.files("stance.text").joinpath("punkt.json").read_bytes()
    stored = msgspec.json.decode(data, type=_Parameters)
    parameters = PunktParameters(
        abbrev_types=set(stored.abbreviations), sent_starters=set(stored.sentence_starters)
    )
    return PunktSentenceTokenizer(parameters)


def sentence_spans(text: str) -> list[Span]:
    """Return the spans of the sentences of ``text``, without the white space around them.

    Examples
    --------
    >>> text = "Gen. Lee met the U.S. envoy. 'We agree,' he said."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Gen. Lee met the U.S. envoy.', "'We agree,' he said."]
    """
    spans = []
    for start, end in _blocks(text):
        for first, last in _punkt().span_tokenize(text[start:end]):
            spans += _trimmed(text, start + first, start + last)
    if " no. " in text:
        spans = [piece for span in spans for piece in _split_after_no(text, span)]
    if any(map(text.__contains__, _ENDED_IN_QUOTES)):
        spans = _joined_to_speakers(text, spans)
    return spans


def _split_after_no(text: str, span: Span) -> Iterator[Span]:
    """Yield the sentences of one that was not cut after "no.": a number follows the short form."""
    start, end = span
    for match in _NO.finditer(text, start, end):
        yield start, match.start() + len("no.")
        start = match.end()
    yield start, end


def _joined_to_speakers(text: str, spans: list[Span]) -> list[Span]:
    """Return sentences with the name of who asked in the one that holds what ("Why?" Hill asked).

    A capital after the question mark looks like a new sentence.
    """
    joined: list[Span] = []
    for start, end in spans:
        if joined and text.endswith(_ENDED_IN_QUOTES, *joined[-1]) and start == joined[-1][1] + 1:
            match = _WHO_ASKED.match(text, start, end)
            if match and match["verb"] in SAY and " that " not in match[0]:
                joined[-1] = (joined[-1][0], end)
                continue
        joined.append((start, end))
    return joined


def _blocks(text: str) -> Iterator[Span]:
    """Yield the spans between borders that no sentence crosses."""
    start = 0
    for border in [*_BLANK_LINE.finditer(text), None]:
        end = border.start() if border else len(text)
        if "\n" not in text[start:end] or _is_wrapped(text[start:end]):
            yield from _pieces(text, start, end)
        else:
            yield from _lines(text, start, end)
        start = border.end() if border else len(text)


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield lines, a line that begins in lower case joined to the one before."""
    begin = start
    for match in re.finditer(r"\n\s*", text[start:end]):
        following = text[start + match.end() : start + match.end() + 1]
        if following.islower() and not text[begin : start + match.start()].endswith("."):
            continue
        yield from _pieces(text, begin, start + match.start())
        begin = start + match.end()
    yield from _pieces(text, begin, end)


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a block, a very long one in bounded pieces.

    Cut is before the last sentence that such a piece begins, else behind its last blank, else
    (megabytes that are no prose) anywhere.
    """
    while end - start > _LONGEST:
        piece = text[start : start + _LONGEST]
        last = max((first for first, _ in _punkt().span_tokenize(piece)), default=0)
        blank = max(piece.rfind(" "), piece.rfind("\n")) + 1
        cut = start + (last or blank or _LONGEST)
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _is_wrapped(paragraph: str) -> bool:
    lines = [line.rstrip() for line in paragraph.split("\n")]
    body = lines[:-1]
    return (
        len(lines) > 2
        and all(len(line) in _WRAPPED for line in body)
        and not all(line.endswith(_TERMINAL) for line in body)
        and max(map(len, body)) - min(map(len, body)) <= 25
    )


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    if start < end and not (text[start].isspace() or text[end - 1].isspace()):
        return [(start, end)]
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return [(start, end)] if start < end else []
