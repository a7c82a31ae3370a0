"""Where clauses, their subjects and what is said begin and end, without a parser."""

from __future__ import annotations

from collections.abc import Sequence

from stance.records import Span
from stance.text.offices import OFFICE_HEADS
from stance.text.sayings import (
    AUXILIARIES,
    BARE_CLAUSE,
    CLAUSE_START,
    DAYS,
    FINITE,
    LONGEST_NAME,
    NP_BREAK,
    PASSIVE,
    PASTS,
    REPORTING,
    SAY,
    SPEAKS,
    TAIL_END,
    TO_SOMEBODY,
    VOWS,
)
from stance.text.tokens import Tokens

__all__ = ["Clauses"]

_LONGEST_CLAIMED = 10  # words up to the verb of what is claimed
_AFTER_CLAIMED = frozenset(
    "as in for from and or on at by since to of with after before during islands territory waters"
    " land credit responsibility".split()
)
_SUBJECTS = frozenset("he she it they we there".split())
_IN_NAMES = frozenset("of the al bin von van de el and -".split())
_LONGEST_PORTFOLIO = 4  # words of an office from its head on: "secretary of state"
_PLURALS = frozenset("they we media people police press and".split())
_LONGEST_SMALL = 4  # letters of a word that even a headline in large letters prints in small ones
_AFTER_SUBJECT = AUXILIARIES | NP_BREAK | SAY
_TIES = frozenset("ties relations talks tensions negotiations trade".split())
_AFTER_TIES = _AFTER_SUBJECT | frozenset("between of".split())
_OF = frozenset("of to for on in with between".split())
_JOINS_CLAUSES = frozenset("since because after when as before while".split())
_ANSWERS = frozenset("no yes well so".split())
_BEFORE_WHEN_AND_WHERE = frozenset("in a an at after to during from".split())
_WHEN_AND_WHERE = _BEFORE_WHEN_AND_WHERE | frozenset(
    "on last week late early this yesterday earlier".split()
)


class Clauses:
    """One sentence, its quotations, and its borders; positions are tokens.

    Parameters
    ----------
    tokens : Tokens
    quotes : sequence of (int, int)
        Token ranges that stand in quotation marks.
    """

    def __init__(self, tokens: Tokens, quotes: Sequence[Span]) -> None:
        self.words = tokens.words
        self.lower = tokens.lower
        self.quotes = quotes
        self.is_quoted = bytearray(len(self.words) + 1)
        for begin, end in quotes:
            self.is_quoted[begin:end] = b"\1" * (end - begin)

    def is_after_plural(self, verb: int) -> bool:
        """Return whether a bare verb has a subject before it: "the UN report" is a noun."""
        before = self.lower[verb - 1]
        return before.endswith("s") or before in _PLURALS

    def is_verb(self, position: int) -> bool:
        """Return whether a word is no name ("United States"): headlines have large verbs too."""
        if position == 0 or self.words[position].islower():
            return True
        return not any(len(word) > _LONGEST_SMALL and word.islower() for word in self.words)

    def claims_that(self, verb: int) -> bool:
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

    def is_passive(self, verb: int) -> bool:
        """Return whether somebody is told or said to be something: he is no speaker."""
        before = verb - 1
        while before > 0 and self.lower[before] in ("also", "not", "often", "widely", "then"):
            before -= 1
        return before >= 0 and self.lower[before] in PASSIVE

    def is_apposed(self, verb: int) -> bool:
        """Return whether the commas before a verb enclose what its subject is: ``X, the Y, said``.

        Then a clause follows, however short; otherwise one stands before ("It failed, said X").
        """
        border = self.border_before(verb - 1)
        return (
            border > 1
            and self.words[border - 1] == ","
            and self.lower[0] not in _ANSWERS
            and (self.is_name(0, border - 1) or self.is_office(border - 1, verb - 1))
        )

    def is_name(self, begin: int, end: int) -> bool:
        """Return whether some words may all be parts of a personal name."""
        return all(word[0].isupper() or word in _IN_NAMES for word in self.words[begin:end])

    def is_office(self, comma: int, second: int) -> bool:
        """Return whether an office stands before a comma, and a name up to the second one."""
        head = self.lower[max(0, comma - _LONGEST_PORTFOLIO) : comma]
        return not OFFICE_HEADS.isdisjoint(head) and self.is_name(comma + 1, second)

    def is_told_at_end(self, verb: int) -> bool:
        """Return whether "told the weekly" ends the sentence; "told him that" does not."""
        return self.lower[verb] in TO_SOMEBODY and "that" not in self.lower[verb:]

    def follows_quote(self, border: int) -> bool:
        """Return whether a quotation ends right before ``border``."""
        return bool(
            self.is_quoted[border - 1]
            or (border > 1 and self.words[border - 1] == "," and self.is_quoted[border - 2])
        )

    def ends_speech(self, position: int) -> bool:
        """Return whether the last quotation before a token is a speech and no part of a clause.

        A stop or a comma tells: '"Never," he sniffed', and not 'posts "in the north" wounded two'.
        """
        ends = [end for _, end in self.quotes if end <= position]
        return bool(ends) and (self.words[ends[-1] - 2] in TAIL_END or self.words[ends[-1]] == ",")

    def around(self, begin: int, end: int) -> Span:
        """Return what stands before ``begin``; the whole sentence if the speech goes on after."""
        goes_on = any(quote[0] >= end for quote in self.quotes) or (
            self.words[end : end + 1] == [","] and end + 3 < len(self.words)
        )
        return (0, len(self.words) if goes_on else max(begin, 0))

    def ends_clause(self, verb: int) -> bool:
        """Return whether nothing but a time or a place stands between a verb and a border."""
        after = verb + 1
        while after < len(self.words) and (
            self.words[after] in DAYS or self.lower[after] in _WHEN_AND_WHERE
        ):
            if self.lower[after] in _BEFORE_WHEN_AND_WHERE:
                return True
            after += 1
        return (
            after >= len(self.words) or self.words[after] in TAIL_END or bool(self.is_quoted[after])
        )

    def border_before(self, position: int) -> int:
        """Return the first token after the nearest comma, quotation or dash to the left."""
        for i in range(position - 1, -1, -1):
            if self.is_quoted[i] or self.words[i] in (",", ";", "—", "–", ":"):
                return i + 1
        return 0

    def subject(self, verb: int) -> Span:
        """Return the subject in front of a verb: back to a border or a conjunction."""
        end = verb
        if self.words[verb - 1] == "," and verb > 1:  # X, the minister, said
            end = max(self.border_before(verb - 1) - 1, 0)
        begin = end
        if 0 < verb - end <= LONGEST_NAME and all(
            word[0].isupper() or word in (",", "-", "al") for word in self.words[end + 1 : verb]
        ):
            end = verb  # the office and the name are one speaker
            begin = max(self.border_before(verb - 1) - 1, 0)
        while begin > 0 and not (
            self.is_quoted[begin - 1]
            or self.words[begin - 1] in (",", ";", "—", "–", ":")
            or (
                self.lower[begin - 1] in CLAUSE_START
                and self.lower[begin - 1] not in ("for", "and", "or")
            )
            or (self.words[begin - 1] in SPEAKS and self.lower[begin] != "to")
        ):
            begin -= 1
        return begin, end

    def first_subject_end(self, verb: int, begin: int = 0) -> int:
        """Return the end of the first noun phrase from a token on, the holder of "saying"."""
        for i in range(begin + 1, verb):
            lower = self.lower[i]
            if lower == "and" and "between" in self.lower[max(begin, i - 4) : i]:
                continue
            if lower in _AFTER_SUBJECT or self.words[i] in TAIL_END or self.is_past(i):
                return i
        return verb

    def is_ties(self, begin: int, end: int) -> bool:
        """Return whether ties or talks are the head of a noun phrase: they never speak."""
        for i in range(begin, end):
            if self.lower[i] in _TIES:
                return i + 1 == end or self.lower[i + 1] in _AFTER_TIES
            if self.lower[i] in _OF:
                return False
        return False

    def holder(self, verb: int) -> Span:
        """Return the subject of "saying": the first, or the last one where that cannot speak."""
        end = self.first_subject_end(verb)
        if not self.is_ties(0, end):
            return 0, end
        for i in range(verb - 1, 0, -1):
            if self.lower[i] in _JOINS_CLAUSES:
                return i + 1, self.first_subject_end(verb, i + 1)
        return 0, 0

    def is_past(self, position: int) -> bool:
        """Return whether a word may be a verb in the past tense."""
        word = self.words[position]  # and not Met Office
        return word in PASTS or (
            word.endswith("ed")
            and word not in ("united", "armed")
            and len(word) > 4
            and not word[0].isupper()
        )

    def after_addressee(self, start: int) -> int:
        """Return where the clause begins after "told reporters in Kumasi on Friday that"."""
        for i in range(start, min(start + 16, len(self.words))):
            if self.lower[i] == "that" or self.is_quoted[i] or self.words[i] in (",", ":"):
                return i
        return min(start + 1, len(self.words))

    def opens_clause(self, verb: int, start: int) -> bool:
        """Return whether what a verb reports begins at a token."""
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
        if lower[verb] in BARE_CLAUSE or lower[start] in _SUBJECTS:
            return self.words[start] not in (".", "!", "?")
        return any(quote[0] >= start for quote in self.quotes)

    def content_end(self, subject: int, start: int) -> int:
        """Return where the reported clause ends: the next comma in "A day after X said ..., Y"."""
        if subject and self.lower[subject - 1] in ("after", "when", "as", "before"):
            for i in range(start, len(self.words)):
                if self.words[i] == ",":
                    return i
        return len(self.words)
