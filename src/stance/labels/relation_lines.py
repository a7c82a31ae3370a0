"""Relation lines of marked text: ``EU > IRN: rivalry - "condemned" @ Tehran``."""

from __future__ import annotations

import difflib
import re

from stance.errors import Problem
from stance.records import LabeledMention, LabeledRelation, Sentiment, Span

__all__ = [
    "SIGNS",
    "LineError",
    "escape",
    "escape_ends",
    "occurrences",
    "parse_relation",
    "unescape",
]

_SENTIMENT: dict[str, Sentiment] = {"+": "positive", "0": "neutral", "-": "negative"}
SIGNS = {name: sign for sign, name in _SENTIMENT.items()}
_DASHES = "\u2013\u2014\u2212"  # en dash, em dash, minus: word processors set them for a hyphen
_QUOTES = "\u201c\u201d\u201e"  # curly ones, high and low, likewise

_REFERENCE = re.compile(r"\*|\([^\s()#>]+\)|[^\s()#>:]+(?:\#\d{1,6})?")
_STANCES = re.compile(rf'\?|[^\s,"{_QUOTES}@]+(?:\s*,\s*[^\s,"{_QUOTES}@]+)*')
_SIGN = re.compile(rf"[+0{_DASHES}-](?=\s|\Z)")
_EVIDENCE = re.compile(
    rf'(?:"((?:[^"\\]|\\.)*)"|[{_QUOTES}]((?:[^{_QUOTES}\\]|\\.)*)[{_QUOTES}])'
    r"(?:#(\d{1,6}))?(?=\s|\Z)"
)
_SPEAKER = re.compile(r"@\s+(.+)\Z", re.DOTALL)
ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|.)", re.DOTALL)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t"}
_FORM = "a relation reads 'ACTOR > TARGET: stance, stance - \"evidence\" @ speaker'"


class LineError(Exception):
    """What is wrong with one line of marked text."""

    def __init__(self, rule: str, step: str, value: object, column: int | None = None) -> None:
        super().__init__(rule, step, value, column)

    def problem(self, path: str | None = None, line: int | None = None) -> Problem:
        """Return it with its place."""
        rule, step, value, column = self.args
        return Problem(rule, step, value, path, line, column)


def unescape(text: str) -> str:
    r"""Return text without its backslashes.

    Examples
    --------
    >>> unescape(r"a \[b\] \\")
    'a [b] \\'
    """
    return ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _CONTROL.get(code, code)


def escape(text: str, special: str = "") -> str:
    r"""Return text so that :func:`unescape` gives it back, on one line and bare of outer blanks.

    Examples
    --------
    >>> escape(" a [b]", "[]")
    '\\u0020a \\[b\\]'
    """
    text = text.replace("\\", "\\\\")
    for char in special:
        text = text.replace(char, "\\" + char)
    for code, char in _CONTROL.items():
        text = text.replace(char, "\\" + code)
    text = text.replace("\0", "\\u0000")
    return escape_ends(text)


def escape_ends(text: str) -> str:
    """Return text with a code in place of a blank at either end."""
    if text[:1].isspace() or text[:1] == "\ufeff":
        text = f"\\u{ord(text[0]):04x}{text[1:]}"
    if text[-1:].isspace():
        text = f"{text[:-1]}\\u{ord(text[-1]):04x}"
    return text


class _Scanner:
    """A line with a position that moves over what was matched."""

    def __init__(self, line: str, column: int) -> None:
        self.line = line
        self.first = column
        self.position = 0

    @property
    def column(self) -> int:
        return self.first + self.position

    @property
    def rest(self) -> str:
        return self.line[self.position :]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.line, self.position)
        if match is not None:
            self.position = match.end()
            self.position += len(self.rest) - len(self.rest.lstrip())
        return match

    def need(self, pattern: re.Pattern[str], what: str) -> str:
        match = self.take(pattern)
        if match is None:
            raise LineError(_FORM, what, self.rest or self.line, self.column)
        return match[0]


_ARROW = re.compile(">")
_COLON = re.compile(":")


def parse_relation(
    line: str, column: int, mentions: list[LabeledMention], text: str
) -> tuple[LabeledRelation, int]:
    """Return the relation of a line that begins at ``column``, and the column of its stances.

    Implied actors join ``mentions``.

    Raises
    ------
    LineError
        If it does not have the form, or names what the sentence does not hold.
    """
    scanner = _Scanner(line, column)
    places = [scanner.column]
    actor = scanner.need(_REFERENCE, "begin with an actor")
    scanner.need(_ARROW, "put > between actor and target")
    places.append(scanner.column)
    target = scanner.need(_REFERENCE, "name a target after >")
    scanner.need(_COLON, "put : after the target")
    place = scanner.column
    stances = scanner.need(_STANCES, "name the stances, none, or ? for not annotated")
    if stances[-1] in f"+{_DASHES}":
        raise LineError(_FORM, f"put a blank before the {stances[-1]}", stances, place)
    sign = scanner.take(_SIGN)
    evidence = _evidence(scanner, text)
    speaker = scanner.take(_SPEAKER)
    if scanner.rest:
        step = (
            "end the quotes"
            if scanner.rest.startswith('"')
            else "name the speaker after @"
            if scanner.rest.startswith("@")
            else "join stances by commas; a sentiment is + 0 or -; evidence stands in quotes"
        )
        raise LineError(_FORM, step, scanner.rest, scanner.column)
    ends = [
        _resolve(reference, mentions, column)
        for reference, column in zip((actor, target), places, strict=True)
    ]
    relation = LabeledRelation(
        actor=ends[0],
        target=ends[1],
        stance=None if stances == "?" else _stances(stances),
        sentiment=_SENTIMENT["-" if sign[0] in _DASHES else sign[0]] if sign else None,
        speaker=unescape(speaker[1]) if speaker else None,
        evidence=evidence,
    )
    return relation, place


def _stances(written: str) -> tuple[str, ...]:
    return () if written == "none" else tuple(re.split(r"\s*,\s*", written))


def _evidence(scanner: _Scanner, text: str) -> tuple[Span, ...] | None:
    """Return the spans of the quoted evidence in ``text``; None if none is given."""
    spans: list[Span] = []
    empty = False
    place = scanner.column
    while quoted := scanner.take(_EVIDENCE):
        words = unescape(quoted[1] if quoted[2] is None else quoted[2])
        empty = empty or not words
        starts = occurrences(words, text) if words else []
        nth = int(quoted[3] or 1)
        if words and not 0 < nth <= len(starts):
            raise LineError(
                f"evidence is quoted from the sentence, where it stands {len(starts)} times",
                "copy its words exactly",
                quoted[0],
                place,
            )
        spans += [(starts[nth - 1], starts[nth - 1] + len(words))] if words else []
        if empty and (spans or nth != 1):
            raise LineError('"" says that there is no evidence', "remove it", quoted[0], place)
        place = scanner.column
    return () if empty else tuple(spans) or None


def occurrences(words: str, text: str) -> list[int]:
    """Return where some words stand in a text, also where they overlap.

    Examples
    --------
    >>> occurrences("aa", "aaa")
    [0, 1]
    """
    return [i for i in range(len(text)) if text.startswith(words, i)]


def _resolve(reference: str, mentions: list[LabeledMention], column: int) -> str | None:
    """Return the id of the mention that ``reference`` names, adding an implied one."""
    if reference == "*":
        return None
    implied = reference.startswith("(")
    actor, _, nth = reference.strip("()").partition("#")
    same = [m for m in mentions if m.actor == actor and (m.start is None) == implied]
    if implied and not same:
        if any(m.actor == actor for m in mentions):
            raise LineError(
                "parentheses are for actors the sentence does not mention",
                "remove them",
                reference,
                column,
            )
        same = [LabeledMention(f"m{len(mentions)}", actor)]
        mentions += same
    if not same:
        near = difflib.get_close_matches(actor.upper(), [m.actor for m in mentions], 1)
        hint = f"write {near[0]}, or " if near else ""
        raise LineError(
            "a relation names actors marked in its sentence",
            f"{hint}mark it, or write ({actor}) if it is only implied",
            actor,
            column,
        )
    if nth and not 0 < int(nth) <= len(same):
        raise LineError(
            f"{actor} stands {len(same)} times in the sentence", "correct it", reference, column
        )
    return same[int(nth or 1) - 1].id
