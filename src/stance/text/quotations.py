"""Quotations over the sentences of a document, and to whom a claim about a pair is attributed."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from stance.records import Span
from stance.text.attribution import Attribution
from stance.text.sayings import SAY, TRIGGERS
from stance.text.speech import char_spans, find_attributions
from stance.text.tokens import Tokens

__all__ = ["QuoteReader", "speaker_for"]

_OPEN = frozenset('"“«')
_CLOSE = frozenset('"”»')
_MARKS = _OPEN | _CLOSE
_SINGLE = frozenset("'‘’")
_LONGEST = 6  # sentences of a quotation whose speaker stands at its end: else a mark was lost


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
    """Reads the sentences of one document in order and remembers a quotation that runs on.

    Attributes
    ----------
    late_speakers : dict
        Where a speaker stands who is named only at the end of a quotation of several sentences
        -> the number of that sentence.
    """

    def __init__(self) -> None:
        self.late_speakers: dict[Span, int] = {}
        self._is_open = False
        self._opened: int | None = None  # where the open quotation began, if nobody spoke it yet
        self._late: list[tuple[int, int, Attribution]] = []
        self._last: Attribution | None = None

    def read_all(
        self, texts: Sequence[str], tokens: Sequence[Tokens], offsets: Sequence[int]
    ) -> list[tuple[Attribution, ...]]:
        """Return the attributions of each sentence of a document.

        Where a speaker is named only in the last sentence of a quotation, the others are his too.
        """
        said = list(map(self.read, texts, tokens, offsets))
        for opened, offset, one in self._late:
            last = bisect.bisect_left(offsets, offset)
            first = bisect.bisect_right(offsets, opened) - 1
            if last - first >= _LONGEST:
                continue
            self.late_speakers[one.span] = last
            for at in range(first, last):
                content = (max(opened, offsets[at]), offsets[at] + len(texts[at]))
                said[at] = (Attribution(one.speaker, one.span, content, (content,)),)
        return said

    def read(self, text: str, tokens: Tokens, offset: int) -> tuple[Attribution, ...]:
        """Return the attributions of one sentence; ``offset`` is where it begins."""
        has_marks = '"' in text or (not text.isascii() and not _MARKS.isdisjoint(text))
        if not (has_marks or self._is_open or not TRIGGERS.isdisjoint(tokens.words)):
            self._last = None
            return ()
        started_open = self._is_open
        quotes = self._quotes(tokens) if has_marks or started_open else _single_quotes(tokens)
        found = find_attributions(text, tokens, offset, quotes)
        if quotes:
            self._remember_late(tokens, offset, quotes, found, started_open)
        if found:
            self._last = found[-1]
        elif self._last is not None and quotes and (started_open or _is_all_quote(tokens, quotes)):
            whole = (offset, offset + len(text))
            spans = tuple((offset + a, offset + b) for a, b in char_spans(tokens, quotes))
            found = (Attribution(self._last.speaker, self._last.span, whole, spans),)
        elif not quotes:
            self._last = None
        return found

    def _remember_late(
        self,
        tokens: Tokens,
        offset: int,
        quotes: Sequence[Span],
        found: Sequence[Attribution],
        started_open: bool,
    ) -> None:
        """Remember who spoke a quotation from an earlier sentence on, and where one opens."""
        if started_open and self._opened is not None:
            closed = offset + tokens.ends[quotes[0][1] - 1]
            late = [one for one in found if one.span[0] >= closed and one.content[0] == offset]
            if late:
                self._late.append((self._opened, offset, late[0]))
        begin, _ = quotes[-1]
        if not self._is_open or found:
            self._opened = None
        elif begin or not started_open:
            self._opened = offset + tokens.starts[begin]

    def _quotes(self, tokens: Tokens) -> list[Span]:
        """Return the token ranges between quotation marks, marks included."""
        quotes: list[Span] = []
        begin = 0 if self._is_open else None
        words = tokens.words
        for i in [i for i, word in enumerate(words) if word in _MARKS]:
            word = words[i]
            if begin is not None and word in _CLOSE:
                if not i and word in _OPEN and tokens.starts[1:2] == tokens.ends[:1]:
                    continue  # a quotation of several paragraphs opens anew with each
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


def _single_quotes(tokens: Tokens) -> list[Span]:
    """Return the token range of a quotation in single marks that begins a headline."""
    words = tokens.words
    if words[0] not in _SINGLE:
        return []
    for i in range(2, len(words) - 1):
        if words[i] in _SINGLE and (words[i - 1] in ",?!" or words[i + 1] in SAY):
            return [(0, i + 1)]
    return []


def _is_all_quote(tokens: Tokens, quotes: Sequence[Span]) -> bool:
    covered = sum(end - begin for begin, end in quotes)
    return covered >= len(tokens.words) - 1
