"""Who speaks in a sentence: direct and reported speech, attribution before, after and between.

The kinds follow Pareti (2012), "A database of attribution relations", LREC. A list of verbs and
the commas and quotation marks decide; there is no parser.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from stance.records import Span
from stance.text.attribution import Attribution
from stance.text.clauses import Clauses
from stance.text.datelines import dateline_words
from stance.text.sayings import (
    AUXILIARIES,
    CLAIM,
    CLAUSE_START,
    DAYS,
    FINITE,
    LONGEST_SPEAKER,
    MAY_STAND_FIRST,
    NO_SPEAKER,
    NP_BREAK,
    ONLY_AFTER_QUOTE,
    PUT,
    SAY,
    SAYINGS,
    SPEAKS,
    TAIL_END,
    TO_SOMEBODY,
    VIEWS,
    VOWS,
)
from stance.text.times import opening_time
from stance.text.tokens import Tokens

__all__ = ["char_spans", "find_attributions"]

_CUES = SAY | SAYINGS | VIEWS | {"according"}
_DETERMINERS = frozenset("the a an its their his her these those this such no any".split())
_WE = frozenset("i we you".split())
_ENDS = ([","], [":"], ["."])
_PARTICIPLES = frozenset(
    "saying adding telling arguing insisting warning claiming writing explaining noting".split()
)
_AS_SAYING = frozenset(("saying", "telling"))
_QUOTED = frozenset("quoted quotes quoting cited cites citing reported".split())
_RELATIVES = frozenset(("who", "which"))
_AFTER_PAST = _DETERMINERS | NP_BREAK  # and not "exiled leaders said"
_JOINS = frozenset(("and", "but", "or"))
_OPENS_CLAUSE = CLAUSE_START - _JOINS  # never the end of a speaker: "a strike on Damascus that"
_IN_DATELINE = 10  # words that may be a part of one


def char_spans(tokens: Tokens, quotes: Sequence[Span]) -> list[Span]:
    """Return token ranges as spans of characters in the sentence."""
    return [(tokens.starts[a], tokens.ends[b - 1]) for a, b in quotes if b > a]


def find_attributions(
    text: str, tokens: Tokens, offset: int, quotes: Sequence[Span]
) -> tuple[Attribution, ...]:
    """Return who says what in one sentence.

    Parameters
    ----------
    text : str
    tokens : Tokens
    offset : int
        Where the sentence begins in its document.
    quotes : sequence of (int, int)
        Token ranges that stand in quotation marks.

    Examples
    --------
    >>> from stance.text.tokens import tokenize
    >>> text = "The deal is dead, a diplomat in Oslo said."
    >>> [one.speaker for one in find_attributions(text, tokenize(text), 0, [])]
    ['a diplomat in Oslo']
    """
    return _Sentence(text, tokens, offset, quotes).attributions()


class _Sentence(Clauses):
    """One sentence in search of its speakers."""

    def __init__(self, text: str, tokens: Tokens, offset: int, quotes: Sequence[Span]) -> None:
        super().__init__(tokens, quotes)
        self.text = text
        self.tokens = tokens
        self.offset = offset

    def attributions(self) -> tuple[Attribution, ...]:
        found: list[Attribution] = []
        for i in self._cues():
            lower = self.lower[i]
            one = None
            if i and self.lower[i - 1] in _DETERMINERS:
                continue  # a noun: "rejected the claims"
            if lower in _AS_SAYING and self.lower[i - 1] == "as":
                one = self._quoted_as(i)
            elif lower in VIEWS:
                one = self._as_put(i)
            if found and lower in _PARTICIPLES:
                one = self._goes_on(i, found[-1])
            if one is None and self._may_attribute(i, lower):
                one = self._inverted(i) or self._trailing(i) or self._leading(i)
            elif lower in SAYINGS and self.lower[i + 1 : i + 2] == ["that"]:
                one = self._nominal(i)
            elif lower == "according" and self.lower[i + 1 : i + 2] == ["to"]:
                one = self._according(i)
            if one is not None:
                found.append(one)
        return tuple(found)

    def _cues(self) -> Iterable[int]:
        """Return where an attribution may be recognised; after a quotation in any past tense."""
        if self.quotes:
            is_quoted = self.is_quoted
            return [
                i
                for i, word in enumerate(self.lower)
                if (word in _CUES or word.endswith("ed")) and not is_quoted[i]
            ]
        return itertools.compress(itertools.count(), map(_CUES.__contains__, self.lower))

    def _may_attribute(self, position: int, lower: str) -> bool:
        """Return whether a word is a verb of saying; after a quotation any past tense is."""
        if lower in CLAIM and not self.claims_that(position):
            return False
        if lower in VOWS and self.lower[position + 1 : position + 2] == ["to"]:
            return False  # "promised to sink any ship that came"
        if lower == "report" and not self.is_after_plural(position):
            return False
        if lower in SAY:
            return self.is_verb(position) and not self.is_passive(position)
        return (
            lower.endswith("ed")
            and lower not in _QUOTED
            and self.words[position] == lower
            and self.ends_speech(position)
        )

    def _make(self, speaker: Span, content: Span) -> Attribution | None:
        begin, end = self._trim(speaker)
        if begin >= end or content[0] >= content[1] or end - begin > LONGEST_SPEAKER:
            return None
        if self.lower[begin] in NO_SPEAKER or self.lower[begin] in FINITE:
            return None
        if self.is_ties(begin, end) or self.lower[end - 1] in _OPENS_CLAUSE:
            return None
        if self.is_past(begin) and (
            (begin and self.lower[begin - 1] in _RELATIVES)
            or (begin + 1 < len(self.lower) and self.lower[begin + 1] in _AFTER_PAST)
        ):
            return None  # "the envoy, who praised Rome and announced a gift"
        if self.lower[end - 1] in _JOINS:  # "X lost three men and said": the subject stands first
            end, joint = self.first_subject_end(end - 1, begin), end - 1
            if end == joint or not (self.is_past(end) or self.lower[end] in FINITE):
                return None
            if self.lower[begin] in AUXILIARIES:
                return None
        if self.lower[begin] in _WE and end - begin > 1:
            return None  # "We have asked Oslo to explain"
        starts, ends = self.tokens.starts, self.tokens.ends
        span = (starts[begin], ends[end - 1])
        return Attribution(
            self.text[span[0] : span[1]],
            (self.offset + span[0], self.offset + span[1]),
            (self.offset + starts[content[0]], self.offset + ends[content[1] - 1]),
            tuple(
                (self.offset + a, self.offset + b) for a, b in char_spans(self.tokens, self.quotes)
            ),
        )

    def _trim(self, span: Span) -> Span:
        begin, end = span
        if begin < _IN_DATELINE:
            begin = max(begin, dateline_words(self.text, self.words))
        while begin < end and (
            self.lower[begin] in CLAUSE_START or not self.words[begin][0].isalnum()
        ):
            begin += 1
        begin += opening_time(self.lower[begin:end])
        while end > begin and (
            self.words[end - 1] in AUXILIARIES  # and not India Today
            or self.words[end - 1] in DAYS
            or not (self.words[end - 1][0].isalnum() or self.words[end - 1][0] in "'’)")
        ):
            end -= 1
        return begin, end

    def _inverted(self, verb: int) -> Attribution | None:
        """``"...", said X`` or ``..., said X``."""
        if verb == 0 or not (self.is_quoted[verb - 1] or self.words[verb - 1] == ","):
            return None
        end = verb + 1
        while end < len(self.words) and end - verb <= LONGEST_SPEAKER:
            if self.words[end] in TAIL_END or self.lower[end] in NP_BREAK or self.is_quoted[end]:
                break
            end += 1
        if end == verb + 1 or (self.lower[verb + 1] in NO_SPEAKER | {"the"} and end == verb + 2):
            return None
        quoted = self.follows_quote(verb)
        if not quoted and self.lower[verb] not in MAY_STAND_FIRST:
            return None
        if self.lower[verb] in ("told",) or self.words[verb + 1] in ("that",):
            return None
        is_clause = not FINITE.isdisjoint(self.words[verb + 1 : end + 1])
        if not quoted and (is_clause or not _is_tail(self.words, end) or self.is_apposed(verb)):
            return None
        return self._make((verb + 1, end), self.around(verb - 1, end))

    def _trailing(self, verb: int) -> Attribution | None:
        """``"...", X said`` or ``..., X said`` before a border."""
        lower = self.lower[verb]
        ends = (
            lower in SAY
            and lower not in ONLY_AFTER_QUOTE
            and (self.is_told_at_end(verb) or self.ends_clause(verb))
        )
        if not (ends or self.quotes):
            return None
        border = self.border_before(verb)
        if border <= 0 or not (ends or self.follows_quote(border)):
            return None
        begin = border
        if self.words[verb - 1] == ",":  # closes an apposition: go back over it
            border = self.border_before(verb - 1)
            begin = self.border_before(border - 1) if border > 1 else 0
        if begin <= 0 or not SPEAKS.isdisjoint(self.words[begin:verb]):
            return None  # "It failed, Oslo said Rome had told her": it is Oslo's word
        if lower not in SAY and self.lower[begin] in CLAUSE_START:
            return None  # '"in the north", where an attack wounded two'
        return self._make((begin, verb), self.around(begin, verb + 1))

    def _leading(self, verb: int) -> Attribution | None:
        """``X said (that) ...`` and ``X said: "..."``."""
        if self.lower[verb] in ONLY_AFTER_QUOTE or self.lower[verb] not in SAY:
            return None
        start = verb + 1
        if self.lower[verb] == "telling" or self.lower[verb] in TO_SOMEBODY:
            start = self.after_addressee(start)
        is_clause = self.opens_clause(verb, start)
        if not is_clause or verb + 1 >= len(self.words):
            return None
        if self.lower[verb] in _PARTICIPLES:
            begin, end = self.holder(verb)
        else:
            begin, end = self.subject(verb)
            subject_end = self.first_subject_end(verb - 1)
            if self.lower[verb - 1] in ("and", "but") and subject_end < verb - 1:
                begin, end = 0, subject_end  # "X condemned it and said that"
        content = (start, self.content_end(begin, start))
        return self._make((begin, end), content)

    def _goes_on(self, verb: int, last: Attribution) -> Attribution | None:
        """``"...", X said, adding that ...``: whose words stand first, his are the others."""
        if self.words[verb - 1] != "," or last.content[0] >= last.span[0]:
            return None
        if not self.opens_clause(verb, verb + 1):
            return None
        starts, ends = self.tokens.starts, self.tokens.ends
        return Attribution(
            last.speaker,
            last.span,
            (self.offset + starts[verb + 1], self.offset + ends[-1]),
            last.quoted,
        )

    def _quoted_as(self, verb: int) -> Attribution | None:
        """``X was quoted by the agency as saying`` and ``the agency quoted X as saying``."""
        first = max(0, verb - LONGEST_SPEAKER)
        before = self.lower[first:verb]
        quoted = next((i for i in range(len(before) - 1, -1, -1) if before[i] in _QUOTED), None)
        if quoted is None:
            return None
        at = first + quoted
        is_passive = self.is_passive(at)
        speaker = self.subject(at - 1) if is_passive else (at + 1, verb - 1)
        start = verb + 1
        if self.lower[verb] == "telling":
            start = self.after_addressee(start)
        stands_before = bool(self.quotes) and self.quotes[0][1] <= at
        if self.opens_clause(verb, start) and not stands_before:
            return self._make(speaker, (start, len(self.words)))
        return self._make(speaker, self.around(self.border_before(at), verb + 1))

    def _as_put(self, at: int) -> Attribution | None:
        """``As X put it, ...`` and ``In X's view, ...``, before a clause or after one."""
        begin = self.border_before(at)
        if self.lower[at] in PUT:
            end, after, opening = at, at + 2, "as"
            fits = self.lower[at + 1 : at + 2] == ["it"]
        else:
            end, after, opening = at - 1, at + 1, "in"
            fits = self.words[at - 1] in ("'s", "’s")
        if not fits or self.lower[begin] != opening or self.words[after : after + 1] not in _ENDS:
            return None
        if self.words[after] == ".":
            return self._make((begin + 1, end), (0, begin - 1))
        clause_end = len(self.words)
        if begin and "," in self.words[after + 1 :]:
            clause_end = self.words.index(",", after + 1)
        return self._make((begin + 1, end), (after + 1, clause_end))

    def _nominal(self, noun: int) -> Attribution | None:
        """``X's announcement that ...``."""
        if noun < 2 or self.words[noun - 1] not in ("'s", "’s"):
            return None
        begin = end = noun - 1
        while begin > 0 and self.words[begin - 1][0].isupper():
            begin -= 1
        return self._make((begin, end), (noun + 2, self.content_end(begin, noun + 2)))

    def _according(self, at: int) -> Attribution | None:
        begin = at + 2
        end = begin
        while end < len(self.words) and end - begin <= LONGEST_SPEAKER:
            if self.words[end] in TAIL_END or self.is_quoted[end]:
                break
            if self.lower[end] in ("that", "which", "who", "as", "because", "while", "and", "but"):
                break
            end += 1
        content = self.around(at, end) if at > 0 else (min(end, len(self.words)), len(self.words))
        return self._make((begin, end), content)


def _is_tail(words: list[str], end: int) -> bool:
    """Return whether an inverted attribution stands at the end, or a border is near."""
    return end + 6 >= len(words) or not TAIL_END.isdisjoint(words[end : end + 8])
