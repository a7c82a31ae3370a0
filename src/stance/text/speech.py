"""Who speaks in a sentence: direct and reported speech, attribution before, after and between.

The kinds follow Pareti (2012), "A database of attribution relations", LREC. A list of verbs and
the commas and quotation marks decide; there is no parser.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from stance.records import Span
from stance.text.attribution import Attribution
from stance.text.datelines import dateline_words
from stance.text.offices import OFFICE_HEADS
from stance.text.sayings import (
    AUXILIARIES,
    BARE_CLAUSE,
    CLAIM,
    CLAUSE_START,
    DAYS,
    FINITE,
    LONGEST_NAME,
    LONGEST_SPEAKER,
    MAY_STAND_FIRST,
    NO_SPEAKER,
    NP_BREAK,
    ONLY_AFTER_QUOTE,
    PASSIVE,
    PUT,
    REPORTING,
    SAY,
    SAYINGS,
    TAIL_END,
    TO_SOMEBODY,
    VIEWS,
    VOWS,
)
from stance.text.tokens import Tokens

__all__ = ["char_spans", "find_attributions"]

_CUES = SAY | SAYINGS | VIEWS | {"according"}
_LONGEST_CLAIMED = 10  # words up to the verb of what is claimed
_DETERMINERS = frozenset("the a an its their his her these those this such no any".split())
_AFTER_CLAIMED = frozenset(
    "as in for from and or on at by since to of with after before during islands territory waters"
    " land credit responsibility".split()
)
_SUBJECTS = frozenset("he she it they we there".split())
_IN_NAMES = frozenset("of the al bin von van de el and -".split())
_LONGEST_PORTFOLIO = 4  # words of an office from its head on: "secretary of state"
_WE = frozenset("i we you".split())
_ENDS = ([","], [":"], ["."])
_AS_SAYING = frozenset(("saying", "telling"))
_QUOTED = frozenset("quoted quotes quoting cited cites citing reported".split())
_PLURALS = frozenset("they we media people police press and".split())
_LONGEST_SMALL = 4  # letters of a word that even a headline in large letters prints in small ones
_IN_DATELINE = 10  # words that may be a part of one
_ANSWERS = frozenset("no yes well so".split())


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


class _Sentence:
    """One sentence in search of its speakers; positions are tokens."""

    def __init__(self, text: str, tokens: Tokens, offset: int, quotes: Sequence[Span]) -> None:
        self.text = text
        self.words = tokens.words
        self.lower = tokens.lower
        self.tokens = tokens
        self.offset = offset
        self.quotes = quotes
        self.is_quoted = bytearray(len(self.words) + 1)
        for begin, end in quotes:
            self.is_quoted[begin:end] = b"\1" * (end - begin)

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
        if lower in CLAIM and not self._claims_that(position):
            return False
        if lower == "report" and not self._is_after_plural(position):
            return False
        if lower in SAY:
            return self._is_verb(position) and not self._is_passive(position)
        return (
            lower.endswith("ed")
            and lower not in _QUOTED
            and self.words[position] == lower
            and bool(self.quotes)
            and self.quotes[0][1] <= position
        )

    def _is_after_plural(self, verb: int) -> bool:
        """Return whether a bare verb has a subject before it: "the UN report" is a noun."""
        before = self.lower[verb - 1]
        return before.endswith("s") or before in _PLURALS

    def _is_verb(self, position: int) -> bool:
        """Return whether a word is no name ("United States"): headlines have large verbs too."""
        if position == 0 or self.words[position].islower():
            return True
        return not any(len(word) > _LONGEST_SMALL and word.islower() for word in self.words)

    def _claims_that(self, verb: int) -> bool:
        """Return whether a clause is claimed, and not credit, a victim or an island."""
        if "which" in self.lower[max(0, verb - 5) : verb]:
            return False  # "the islands, which Hanoi also claims"
        if self.quotes or self.words[verb + 1 : verb + 2] in (["that"], [","], ["."]):
            return True
        name = verb + 1
        while name < len(self.words) and self.words[name][0].isupper():
            name += 1
        if verb + 1 < name < len(self.words) and self.words[name].isalpha():
            return self.lower[name] not in _AFTER_CLAIMED  # "claims Russia wants"
        for word in self.lower[verb + 1 : verb + 1 + _LONGEST_CLAIMED]:
            if word in TAIL_END or word in CLAUSE_START:
                break
            if word in FINITE or word.endswith("ed") or word in _SUBJECTS:
                return True
        return self.words[verb - 1 : verb] == [","]

    def _is_passive(self, verb: int) -> bool:
        """Return whether somebody is told or said to be something: he is no speaker."""
        before = verb - 1
        while before > 0 and self.lower[before] in ("also", "not", "often", "widely", "then"):
            before -= 1
        return before >= 0 and self.lower[before] in PASSIVE

    def _make(self, speaker: Span, content: Span) -> Attribution | None:
        begin, end = self._trim(speaker)
        if begin >= end or content[0] >= content[1] or end - begin > LONGEST_SPEAKER:
            return None
        if self.lower[begin] in NO_SPEAKER or self.lower[begin] in FINITE:
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
        quoted = self._follows_quote(verb)
        if not quoted and self.lower[verb] not in MAY_STAND_FIRST:
            return None
        if self.lower[verb] in ("told",) or self.words[verb + 1] in ("that",):
            return None
        is_clause = not FINITE.isdisjoint(self.words[verb + 1 : end + 1])
        if not quoted and (is_clause or not _is_tail(self.words, end) or self._is_apposed(verb)):
            return None
        return self._make((verb + 1, end), self._around(verb - 1, end))

    def _is_apposed(self, verb: int) -> bool:
        """Return whether the commas before a verb enclose what its subject is: ``X, the Y, said``.

        Then a clause follows, however short; otherwise one stands before ("It failed, said X").
        """
        border = self._border_before(verb - 1)
        return (
            border > 1
            and self.words[border - 1] == ","
            and self.lower[0] not in _ANSWERS
            and (self._is_name(0, border - 1) or self._is_office(border - 1, verb - 1))
        )

    def _is_name(self, begin: int, end: int) -> bool:
        return all(word[0].isupper() or word in _IN_NAMES for word in self.words[begin:end])

    def _is_office(self, comma: int, second: int) -> bool:
        """Return whether an office stands before a comma, and a name up to the second one."""
        head = self.lower[max(0, comma - _LONGEST_PORTFOLIO) : comma]
        return not OFFICE_HEADS.isdisjoint(head) and self._is_name(comma + 1, second)

    def _trailing(self, verb: int) -> Attribution | None:
        """``"...", X said`` or ``..., X said`` before a border."""
        lower = self.lower[verb]
        ends = (
            lower in SAY
            and lower not in ONLY_AFTER_QUOTE
            and (self._is_told_at_end(verb) or self._ends_clause(verb))
        )
        if not (ends or self.quotes):
            return None
        border = self._border_before(verb)
        if border <= 0 or not (ends or self._follows_quote(border)):
            return None
        begin = border
        if self.words[verb - 1] == ",":  # closes an apposition: go back over it
            border = self._border_before(verb - 1)
            begin = self._border_before(border - 1) if border > 1 else 0
        if begin <= 0:
            return None
        return self._make((begin, verb), self._around(begin, verb + 1))

    def _is_told_at_end(self, verb: int) -> bool:
        """Return whether "told the weekly" ends the sentence; "told him that" does not."""
        return self.lower[verb] in TO_SOMEBODY and "that" not in self.lower[verb:]

    def _follows_quote(self, border: int) -> bool:
        """Return whether a quotation ends right before ``border``."""
        return bool(
            self.is_quoted[border - 1]
            or (border > 1 and self.words[border - 1] == "," and self.is_quoted[border - 2])
        )

    def _leading(self, verb: int) -> Attribution | None:
        """``X said (that) ...`` and ``X said: "..."``."""
        if self.lower[verb] in ONLY_AFTER_QUOTE or self.lower[verb] not in SAY:
            return None
        start = verb + 1
        if self.lower[verb] == "telling" or self.lower[verb] in TO_SOMEBODY:
            start = self._after_addressee(start)
        is_clause = self._opens_clause(verb, start)
        if not is_clause or verb + 1 >= len(self.words):
            return None
        if self.lower[verb] in (
            "saying",
            "adding",
            "telling",
            "arguing",
            "insisting",
            "warning",
            "claiming",
            "writing",
            "explaining",
            "noting",
        ):
            begin, end = 0, self._first_subject_end(verb)
        else:
            begin, end = self._subject(verb)
            subject_end = self._first_subject_end(verb - 1)
            if self.lower[verb - 1] in ("and", "but") and subject_end < verb - 1:
                begin, end = 0, subject_end  # "X condemned it and said that"
        content = (start, self._content_end(begin, start))
        return self._make((begin, end), content)

    def _quoted_as(self, verb: int) -> Attribution | None:
        """``X was quoted by the agency as saying`` and ``the agency quoted X as saying``."""
        first = max(0, verb - LONGEST_SPEAKER)
        before = self.lower[first:verb]
        quoted = next((i for i in range(len(before) - 1, -1, -1) if before[i] in _QUOTED), None)
        if quoted is None:
            return None
        at = first + quoted
        is_passive = self._is_passive(at)
        speaker = self._subject(at - 1) if is_passive else (at + 1, verb - 1)
        start = verb + 1
        if self.lower[verb] == "telling":
            start = self._after_addressee(start)
        stands_before = bool(self.quotes) and self.quotes[0][1] <= at
        if self._opens_clause(verb, start) and not stands_before:
            return self._make(speaker, (start, len(self.words)))
        return self._make(speaker, self._around(self._border_before(at), verb + 1))

    def _as_put(self, at: int) -> Attribution | None:
        """``As X put it, ...`` and ``In X's view, ...``, before a clause or after one."""
        begin = self._border_before(at)
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
        return self._make((begin, end), (noun + 2, self._content_end(begin, noun + 2)))

    def _according(self, at: int) -> Attribution | None:
        begin = at + 2
        end = begin
        while end < len(self.words) and end - begin <= LONGEST_SPEAKER:
            if self.words[end] in TAIL_END or self.is_quoted[end]:
                break
            if self.lower[end] in ("that", "which", "who", "as", "because", "while", "and", "but"):
                break
            end += 1
        content = self._around(at, end) if at > 0 else (min(end, len(self.words)), len(self.words))
        return self._make((begin, end), content)

    # ------------------------------------------------------------------ borders

    def _around(self, begin: int, end: int) -> Span:
        """Return what stands before ``begin``; the whole sentence if the speech goes on after."""
        goes_on = any(quote[0] >= end for quote in self.quotes) or (
            self.words[end : end + 1] == [","] and end + 3 < len(self.words)
        )
        return (0, len(self.words) if goes_on else max(begin, 0))

    def _ends_clause(self, verb: int) -> bool:
        after = verb + 1
        while after < len(self.words) and (
            self.words[after] in DAYS
            or self.lower[after]
            in (
                "from",
                "on",
                "last",
                "week",
                "late",
                "early",
                "this",
                "yesterday",
                "in",
                "a",
                "an",
                "at",
                "after",
                "to",
                "during",
                "earlier",
            )
        ):
            if self.lower[after] in ("in", "a", "an", "at", "after", "to", "during", "from"):
                return True
            after += 1
        return (
            after >= len(self.words) or self.words[after] in TAIL_END or bool(self.is_quoted[after])
        )

    def _border_before(self, position: int) -> int:
        """Return the first token after the nearest comma, quotation or dash to the left."""
        for i in range(position - 1, -1, -1):
            if self.is_quoted[i] or self.words[i] in (",", ";", "—", "–", ":"):
                return i + 1
        return 0

    def _subject(self, verb: int) -> Span:
        """Return the subject in front of a verb: back to a border or a conjunction."""
        end = verb
        if self.words[verb - 1] == "," and verb > 1:  # X, the minister, said
            end = max(self._border_before(verb - 1) - 1, 0)
        begin = end
        if 0 < verb - end <= LONGEST_NAME and all(
            word[0].isupper() or word in (",", "-", "al") for word in self.words[end + 1 : verb]
        ):
            end = verb  # the office and the name are one speaker
            begin = max(self._border_before(verb - 1) - 1, 0)
        while begin > 0 and not (
            self.is_quoted[begin - 1]
            or self.words[begin - 1] in (",", ";", "—", "–", ":")
            or (
                self.lower[begin - 1] in CLAUSE_START
                and self.lower[begin - 1] not in ("for", "and", "or")
            )
        ):
            begin -= 1
        return begin, end

    def _first_subject_end(self, verb: int) -> int:
        """Return the end of the first noun phrase of the sentence, the holder of "saying"."""
        stops = AUXILIARIES | NP_BREAK | SAY
        for i in range(1, verb):
            lower = self.lower[i]
            if (
                lower in stops
                or self.words[i] in TAIL_END
                or (
                    lower.endswith("ed")
                    and lower not in ("united", "armed")
                    and len(lower) > 4
                    and not self.words[i][0].isupper()
                )
            ):
                return i
        return verb

    def _after_addressee(self, start: int) -> int:
        """Return where the clause begins after "told reporters in Kumasi on Friday that"."""
        for i in range(start, min(start + 16, len(self.words))):
            if self.lower[i] == "that" or self.is_quoted[i] or self.words[i] in (",", ":"):
                return i
        return min(start + 1, len(self.words))

    def _opens_clause(self, verb: int, start: int) -> bool:
        if start >= len(self.words):
            return False
        if self.is_quoted[start] or self.words[start] == ":":
            return True
        if self.words[start] == ",":
            return any(quote[0] >= start for quote in self.quotes)
        lower = self.lower
        if lower[verb] not in REPORTING:
            return False
        if lower[verb] in VOWS:  # "promised it support" says nothing
            return "that" in lower[start : start + 9]
        if "that" in lower[start : start + 9]:
            at = lower.index("that", start)
            return at == start or lower[start] in NP_BREAK or lower[verb] in BARE_CLAUSE
        if lower[verb] in BARE_CLAUSE or lower[start] in (
            "it",
            "they",
            "he",
            "she",
            "there",
            "we",
        ):
            return self.words[start] not in (".", "!", "?")
        return any(quote[0] >= start for quote in self.quotes)

    def _content_end(self, subject: int, start: int) -> int:
        """Return where the reported clause ends: the next comma in "A day after X said ..., Y"."""
        if subject and self.lower[subject - 1] in ("after", "when", "as", "before"):
            for i in range(start, len(self.words)):
                if self.words[i] == ",":
                    return i
        return len(self.words)


def _is_tail(words: list[str], end: int) -> bool:
    """Return whether an inverted attribution stands at the end, or a border is near."""
    return end + 6 >= len(words) or not TAIL_END.isdisjoint(words[end : end + 8])
