r"""Marked text: labels that people type in any editor (``.stance``); this is the reader.

::

    # annotator: kb   exhaustive: yes
    ## a note to oneself, left out when the file is read
    # doc: a17   date: 2015-11-23
    [Iran|IRN] was condemned by the [EU|EU].
        EU > IRN: rivalry - "condemned"
        IRN > EU: none
    Later [the two|IRN+EU] met, [Tehran|IRN] said.
        IRN > EU: cooperation 0 @ Tehran
        EU#2 > (USA): ?

A ``#`` line with ``doc`` opens a document, and its values hold for it; one without holds for all
that follows. Two blanks part the values; ``~`` stands for none, quotes (as in JSON) for a value
that would be misread. ``id`` and ``index`` hold for the next sentence alone. ``A+B`` marks words
that stand for two actors, ``A#2`` the second mention of A, ``(A)`` an actor that the sentence does
not mention, ``*`` no one. After the stances (``none``, ``?`` for not annotated) may stand a
sentiment (``+ 0 -``), evidence in quotes and, after ``@``, the speaker. A line ``?`` says that
relations were not annotated. ``context:`` before a sentence gives the text that precedes it. A
backslash takes the meaning from the character after it; ``\n``, ``\r``, ``\t`` and ``\u0020`` are
characters that would be lost otherwise.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from stance.errors import Problem
from stance.files import leading_day, read_lines
from stance.labels.check import Numbered
from stance.labels.relation_lines import ESCAPE, LineError, parse_relation, unescape
from stance.records import LabeledMention, LabeledSentence

__all__ = ["LIKE_A_RELATION", "TWO_IN_ONE", "read"]

_FIELDS = ("doc", "id", "index", "date", "source", "annotator", "lang", "exhaustive", "status")
"""Keys of a header, apart from ``meta.NAME``."""

LIKE_A_RELATION = re.compile(r"[^\s>]+\s*>\s*[^\s>:]+\s*:\s*(?:\?|[a-z0-9_-]+)(?:[\s,]|\Z)")
_NEXT_KEY = rf"(?:{'|'.join(_FIELDS)}|meta\.[\w.]+):"
_KEY = re.compile(rf"([A-Za-z_][\w.]*):(?: ?(?=\s+{_NEXT_KEY})|\s*)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"(?=\s|\Z)')
_PLAIN = re.compile(r".*?(?=\s{2,}[A-Za-z_][\w.]*:|\s*\Z)")
TWO_IN_ONE = re.compile(rf"\s{_NEXT_KEY}")
_PLAIN_TEXT = re.compile(r"[^\\\[\]|]+")
_ONE_SENTENCE = {"id", "index"}
_ALLOWED: dict[str, tuple[str, ...]] = {
    "exhaustive": ("yes", "no"),
    "status": ("gold", "single", "suggested", "rejected"),
}

Values = dict[str, str | None]
Places = list[tuple[int, int | None]]


def read(path: str) -> tuple[list[Numbered], list[Problem]]:
    """Return the numbered sentences of a file of marked text, and all that is wrong with it."""
    reader = _Reader(Path(path).stem)
    problems = []
    number = 0
    for number, line in read_lines(path):
        try:
            reader.feed(number, line)
        except LineError as error:
            problems.append(error.problem(path, number))
    try:
        reader.close()
    except LineError as error:
        problems.append(error.problem(path, number))
    return [
        Numbered(number, LabeledSentence(**_frozen(fields)), tuple(places))
        for number, fields, places in reader.found
    ], problems


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    relations = fields["relations"]
    return {
        **fields,
        "mentions": tuple(fields["mentions"]),
        "relations": None if relations is None else tuple(relations),
    }


class _Reader:
    """Reads marked text line by line; ``feed`` raises on a wrong line and goes on after it."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.defaults: Values = {}
        self.document: Values = {}
        self.once: Values = {}
        self.next_index = 0
        self.context: str | None = None
        self.current: dict[str, Any] | None = None
        self.broken = False
        self.places: Places = []
        self.found: list[tuple[int, dict[str, Any], Places]] = []

    def feed(self, number: int, line: str) -> None:
        if not line.strip() or line.startswith("##"):
            return
        if line.startswith("#"):
            self._header(line)
        elif line[0] in " \t":
            self._belonging(number, line)
        else:
            self.current, self.broken = None, True
            self._sentence(number, line)
            self.broken = False

    def close(self) -> None:
        """Raise if something waits for a sentence that does not come."""
        context, once, self.context, self.once = self.context, self.once, None, {}
        if context is not None:
            raise LineError("a context stands before its sentence", "move it up", context)
        if once:
            raise LineError("id and index stand before a sentence", "remove the line", once)

    def _header(self, line: str) -> None:
        values = _header_values(line)
        once = {key: values.pop(key) for key in _FIELDS if key in _ONE_SENTENCE & values.keys()}
        try:
            self.close()
        finally:
            self.once = once
            if "doc" in values:
                self.document, self.next_index = values, 0
            elif values:
                self.document = {}
                self.defaults.update(values)
        if once and values and "doc" not in values:
            raise LineError("id and index stand with doc, or alone", "split the line", line)

    def _belonging(self, number: int, line: str) -> None:
        column = len(line) - len(line.lstrip()) + 1
        line = line.strip()
        if line.startswith("context:"):
            self.context = unescape(line.removeprefix("context:").strip())
            return
        if self.broken:
            return  # its sentence could not be read, which is said already
        if self.current is None:
            raise LineError(
                "an indented line belongs to the sentence above it",
                "begin with a sentence",
                line,
                column,
            )
        relations = self.current["relations"]
        if relations is None or (line == "?" and relations):
            raise LineError(
                "a sentence has relations, or a ? that leaves them open",
                "remove one of the two",
                line,
                column,
            )
        if line == "?":
            self.current["relations"] = None
            return
        fields = self.current
        relation, place = parse_relation(line, column, fields["mentions"], fields["text"])
        relations.append(relation)
        self.places.append((number, place))

    def _sentence(self, number: int, line: str) -> None:
        if line[0].isspace():
            raise LineError(
                "a line is indented with blanks or tabs", "replace the character", line[0], 1
            )
        if LIKE_A_RELATION.match(line) and "[" not in line:
            raise LineError(
                "a relation is indented, a sentence is not",
                "indent it, or write \\> for a > in a sentence",
                line,
                1,
            )
        values = {**self.defaults, **self.document, **self.once}
        context, self.context, self.once = self.context, None, {}
        doc = values.get("doc")
        given = values["index"] if "index" in values else str(self.next_index)
        index = None if given is None else int(given)
        if index is not None:
            self.next_index = index + 1
        text, mentions = _parse_marks(line)
        fields: dict[str, Any] = {
            "id": values.get("id") or (f"{doc}:{given or '~'}" if doc else f"{self.stem}:{number}"),
            "doc_id": doc,
            "sent_index": index if doc is not None or "index" in values else None,
            "text": text,
            "context": context,
            "mentions": mentions,
            "relations": [],
            "exhaustive": values.get("exhaustive") == "yes",
            "meta": {k[5:]: v for k, v in values.items() if k.startswith("meta.")},
        }
        for key in ("date", "source", "annotator", "lang", "status"):
            if values.get(key) is not None:
                fields[key] = values[key]
        self.current = fields
        self.places = []
        self.found.append((number, fields, self.places))


def _header_values(line: str) -> Values:
    """Return the values of a ``#`` line; None for ``~``."""
    values: Values = {}
    position = len(line) - len(line[1:].lstrip())
    end = len(line.rstrip())
    while position < end:
        key = _KEY.match(line, position)
        if key is None:
            raise LineError(
                "a # line gives values as 'key: value'",
                "correct it, write ## for a note, or \\# to begin a sentence with #",
                line[position:end],
                position + 1,
            )
        name = key[1]
        quoted = _QUOTED.match(line, key.end())
        match = quoted or _PLAIN.match(line, key.end())
        value = match[0] if match else ""
        _check_item(name, value, quoted is not None, position + 1)
        if name in values:
            raise LineError("a key stands once in a line", "remove one", name, position + 1)
        values[name] = _value(name, value, quoted is not None, key.end() + 1)
        position = key.end() + len(value)
        position += len(line[position:]) - len(line[position:].lstrip())
    if not values:
        raise LineError("a # line gives values as 'key: value'", "write ## for a note", line, 1)
    return values


def _check_item(name: str, value: str, quoted: bool, column: int) -> None:
    if name not in _FIELDS and not (name.startswith("meta.") and name != "meta."):
        known = ", ".join(_FIELDS)
        raise LineError(f"a header key is one of {known}, or meta.NAME", "correct it", name, column)
    if not quoted and (second := TWO_IN_ONE.search(value)):
        raise LineError(
            "two blanks part the values of a header",
            f"add a blank before {second[0].strip()} or put the value in quotes",
            value,
            column,
        )


def _value(name: str, value: str, quoted: bool, column: int) -> str | None:
    if quoted:
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise LineError(
                f"a value in quotes is written as in JSON ({error.msg.lower()})",
                "correct its backslashes",
                value,
                column,
            ) from None
    elif value == "~":
        return None
    elif not value:
        raise LineError("a value is not empty", "fill it in, or write ~ for none", name, column)
    if name in _ALLOWED and value not in _ALLOWED[name]:
        raise LineError(
            f"{name} is one of {', '.join(_ALLOWED[name])}", "correct it", value, column
        )
    if name == "date" and leading_day(value) != value:
        raise LineError("date must be a day as in 2015-11-23", "correct the date", value, column)
    if name == "index" and not (value.isascii() and value.isdecimal() and len(value) < 16):
        raise LineError("index is a whole number from 0", "correct it", value, column)
    return value


def _parse_marks(line: str) -> tuple[str, list[LabeledMention]]:
    """Return the text without its marks, and the mentions."""
    out: list[str] = []
    mentions: list[LabeledMention] = []
    length = 0
    begin: tuple[int, int] | None = None
    position = 0
    while position < len(line):
        plain = _PLAIN_TEXT.match(line, position)
        if plain is not None:
            out.append(plain[0])
            length += len(plain[0])
            position = plain.end()
            continue
        char = piece = line[position]
        if char == "\\" and (escaped := ESCAPE.match(line, position)):
            piece = unescape(escaped[0])
            position = escaped.end() - 1
        elif char == "[":
            if begin is not None:
                raise LineError(
                    "marks do not nest", "close the first, or use JSON lines", line, position + 1
                )
            begin, piece = (length, position), ""
        elif char == "|" and begin is not None:
            actors, close = _marked_actors(line, position, begin[1])
            words = "".join(out)[begin[0] :]
            if not words:
                raise LineError(
                    "a mark holds words", "mark them", line[begin[1] : close + 1], begin[1] + 1
                )
            mentions += [
                LabeledMention(f"m{len(mentions) + i}", actor, begin[0], length, words)
                for i, actor in enumerate(actors)
            ]
            begin, piece, position = None, "", close
        elif char in "]|":
            raise LineError(
                f"a {char} in the text is written \\{char}",
                "add the backslash, or open the mark with [",
                line[max(0, position - 15) : position + 15],
                position + 1,
            )
        out.append(piece)
        length += len(piece)
        position += 1
    if begin is not None:
        raise LineError(
            "a mark reads [words|ACTOR]",
            "close it, or write \\[ for a bracket in the text",
            line[begin[1] : begin[1] + 30],
            begin[1] + 1,
        )
    return "".join(out), mentions


def _marked_actors(line: str, bar: int, begin: int) -> tuple[list[str], int]:
    """Return the actors of a mark whose ``|`` stands at ``bar``, and where it closes."""
    close = line.find("]", bar)
    written = line[bar + 1 : close] if close > 0 else line[bar + 1 :]
    actors = written.split("+")
    if close < 0 or not all(actors) or re.search(r"[\s\[|#>()*:]", written):
        raise LineError(
            "a mark reads [words|ACTOR] or [words|ACTOR+ACTOR]; an actor has no blanks and none"
            " of []|#>()*+:",
            "close it and name its actor",
            line[begin : begin + 40],
            begin + 1,
        )
    return actors, close
