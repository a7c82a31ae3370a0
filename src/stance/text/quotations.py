"""Quotations over the sentences of a document, and to whom a claim about a pair is attributed."""

from __future__ import annotations

from collections.abc import Sequence

from stance.records import Span
from stance.text.sayings import TRIGGERS
from stance.text.speech import Attribution, char_spans, find_attributions
from stance.text.tokens import Tokens

__all__ = ["Attribution", "QuoteReader", "speaker_for"]

_OPEN = frozenset('"“«')
_CLOSE = frozenset('"”»')
_MARKS = _OPEN | _CLOSE


def speaker_for(
    attributions: Sequence[Attribution], actor: Span | None, target: Span | None
) -> str | None:
    """Return to whom the claim about a pair is attributed, None if to the narrator.

    The claim is the speaker's if both ends stand in what he says, or one does and the other is
    the speaker.

    Examples
    --------
    >>> said = Attribution("Oslo", (0, 4), (10, 40))
    >>> speaker_for([said], (0, 4), (20, 24)), speaker_for([said], (0, 4), (50, 54))
    ('Oslo', None)
    """
    best: Attribution | None = None
    ends = [end for end in (actor, target) if end is not None]
    for one in attributions:
        begin, stop = one.content
        inside = 0
        for start, end in ends:
            if begin <= start and end <= stop:
                inside += 1
            elif end <= one.span[0] or one.span[1] <= start:
                break
        else:
            if inside and (best is None or stop - begin < best.content[1] - best.content[0]):
                best = one
    return best.speaker if best is not None else None


class QuoteReader:
    """Reads the sentences of one document in order and remembers a quotation that runs on."""

    def __init__(self) -> None:
        self._is_open = False
        self._last: Attribution | None = None

    def read(self, text: str, tokens: Tokens, offset: int) -> tuple[Attribution, ...]:
        """Return the attributions of one sentence; ``offset`` is where it begins."""
        has_marks = '"' in text or (not text.isascii() and not _MARKS.isdisjoint(text))
        if not (has_marks or self._is_open or not TRIGGERS.isdisjoint(tokens.words)):
            self._last = None
            return ()
        started_open = self._is_open
        quotes = self._quotes(tokens) if has_marks or started_open else []
        found = find_attributions(text, tokens, offset, quotes)
        if found:
            self._last = found[-1]
        elif self._last is not None and quotes and (started_open or _is_all_quote(tokens, quotes)):
            whole = (offset, offset + len(text))
            spans = tuple((offset + a, offset + b) for a, b in char_spans(tokens, quotes))
            found = (Attribution(self._last.speaker, self._last.span, whole, spans),)
        elif not quotes:
            self._last = None
        return found

    def _quotes(self, tokens: Tokens) -> list[Span]:
        """Return the token ranges between quotation marks, marks included."""
        quotes: list[Span] = []
        begin = 0 if self._is_open else None
        words = tokens.words
        for i in [i for i, word in enumerate(words) if word in _MARKS]:
            word = words[i]
            if begin is not None and word in _CLOSE:
                quotes.append((begin, i + 1))
                begin = None
            elif begin is None and word in _OPEN:
                begin = i
            elif begin is None and not quotes:
                quotes.append((0, i + 1))  # the opening mark was lost
        self._is_open = begin is not None
        if begin is not None:
            quotes.append((begin, len(words)))
        return quotes


def _is_all_quote(tokens: Tokens, quotes: Sequence[Span]) -> bool:
    covered = sum(end - begin for begin, end in quotes)
    return covered >= len(tokens.words) - 1
