r"""Marked text: labels that people type in any editor (``.stance``).

::

    # annotator: kb   exhaustive: yes
    # doc: a17   date: 2015-11-23
    [Iran|IRN] was condemned by the [EU|EU].
        EU > IRN: rivalry - "condemned"
        IRN > EU: none
    Later [the two|IRN+EU] met, [Tehran|IRN] said.
        IRN > EU: cooperation 0 @ Tehran
        EU#2 > (USA): ?

A ``#`` line with ``doc`` opens a document, and its values hold for it; one without holds for all
that follows. ``id`` and ``index`` there hold for the next sentence alone. ``A+B`` marks words that
stand for two actors, ``A#2`` the second mention of A, ``(A)`` an actor that the sentence does not
mention, ``*`` no one. After the stances (``none``, ``?`` for not annotated) may stand a sentiment
(``+ 0 -``), evidence in quotes and, after ``@``, the speaker. ``context:`` before a sentence gives
the text that precedes it. A backslash takes the meaning from the character after it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from stance.errors import LabelError, Problem
from stance.files import read_lines
from stance.records import LabeledMention, LabeledRelation, LabeledSentence, Span

__all__ = ["read", "write"]

_SENTIMENT = {"+": "positive", "0": "neutral", "-": "negative"}
_SIGN = {name: sign for sign, name in _SENTIMENT.items()}
_HEADER_ITEM = re.compile(
    r'([A-Za-z_][\w.]*):\s*("(?:[^"\\]|\\.)*"|.*?)(?=\s{2,}[A-Za-z_][\w.]*:|\s*$)'
)
_REFERENCE = r"\*|\([^\s()#>]+\)|[^\s()#>]+(?:\#\d+)?"
_RELATION = re.compile(
    rf"(?P<actor>{_REFERENCE})\s*>\s*(?P<target>{_REFERENCE})\s*:\s*"
    r"(?P<stances>\?|[^\s,\"@]+(?:\s*,\s*[^\s,\"@]+)*)"
    r"(?:\s+(?P<sentiment>[+0-]))?"
    r'(?P<evidence>(?:\s+"(?:[^"\\]|\\.)*"(?:\#\d+)?)*)'
    r"(?:\s+@\s+(?P<speaker>.+))?\Z"
)
_EVIDENCE = re.compile(r'"((?:[^"\\]|\\.)*)"(?:#(\d+))?')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FIELDS = {"doc", "id", "index", "date", "source", "annotator", "lang", "exhaustive", "status"}
_ONE_SENTENCE = {"id", "index"}
_NONE = "~"  # stands for null where a field's default is not null


class _LineError(Exception):
    """What is wrong with one line: rule, next step, value."""


def read(path: str) -> tuple[list[tuple[int, LabeledSentence]], list[Problem]]:
    """Return the numbered sentences of a file of marked text, and all that is wrong with it."""
    reader = _Reader()
    problems = []
    for number, line in read_lines(path):
        try:
            reader.feed(number, line)
        except _LineError as error:
            rule, step, value = error.args
            problems.append(Problem(rule, step, value, path, number))
    return reader.sentences(), problems


class _Reader:
    """Reads marked text line by line; ``feed`` raises on a wrong line and goes on after it."""

    def __init__(self) -> None:
        self.defaults: dict[str, str] = {}
        self.document: dict[str, str] = {}
        self.once: dict[str, str] = {}
        self.next_index = 0
        self.context: str | None = None
        self.found: list[tuple[int, dict[str, Any]]] = []

    def sentences(self) -> list[tuple[int, LabeledSentence]]:
        return [(number, msgspec.convert(fields, LabeledSentence)) for number, fields in self.found]

    def feed(self, number: int, line: str) -> None:
        if not line.strip():
            return
        if line.startswith("#"):
            self._header(line[1:].strip())
        elif line[0] in " \t":
            self._belonging(line.strip())
        else:
            self._sentence(number, line)

    def _header(self, line: str) -> None:
        values = {}
        for key, value in _HEADER_ITEM.findall(line):
            if key not in _FIELDS and not key.startswith("meta."):
                known = ", ".join(sorted(_FIELDS))
                raise _LineError(f"a header key is one of {known}, or meta.NAME", "correct it", key)
            values[key] = json.loads(value) if value.startswith('"') else value
        if not values:
            raise _LineError(
                "a # line gives values as 'key: value'",
                "write '\\#' to begin a sentence with #",
                line,
            )
        once = {key: values.pop(key) for key in _ONE_SENTENCE & values.keys()}
        if "doc" in values:
            self.document = values
            self.next_index = 0
            self.context = None
        else:
            if not once:
                self.document = {}
            self.defaults.update({} if once else values)
            if once and values:
                raise _LineError("id and index stand with doc, or alone", "split the line", line)
        self.once = once

    def _belonging(self, line: str) -> None:
        if line.startswith("context:"):
            self.context = _unescape(line.removeprefix("context:").strip())
            return
        if not self.found:
            raise _LineError(
                "an indented line belongs to the sentence above it", "begin with a sentence", line
            )
        fields = self.found[-1][1]
        if line == "?":
            fields["relations"] = None
            return
        match = _RELATION.match(line)
        if match is None:
            raise _LineError(
                "a relation reads 'ACTOR > TARGET: stance, stance - @ speaker'",
                "correct the line",
                line,
            )
        names = match["stances"]
        stance: tuple[str, ...] | None = tuple(re.split(r"\s*,\s*", names))
        if names in ("?", "none"):
            stance = None if names == "?" else ()
        sentiment = match["sentiment"]
        fields["relations"].append(
            LabeledRelation(
                actor=_resolve(match["actor"], fields["mentions"]),
                target=_resolve(match["target"], fields["mentions"]),
                stance=stance,
                sentiment=_SENTIMENT[sentiment] if sentiment else None,  # type: ignore[arg-type]
                speaker=_unescape(match["speaker"]) if match["speaker"] else None,
                evidence=_locate(match["evidence"], fields["text"]),
            )
        )

    def _sentence(self, number: int, line: str) -> None:
        values = {**self.defaults, **self.document, **self.once}
        text, mentions = _parse_marks(line)
        doc = values.get("doc")
        index = values.get("index", str(self.next_index))
        if index != _NONE and not index.isdigit():
            raise _LineError("index is a whole number", "correct it", index)
        exhaustive = values.get("exhaustive", "no")
        if exhaustive not in ("yes", "no"):
            raise _LineError("exhaustive is yes or no", "correct it", exhaustive)
        fields: dict[str, Any] = {
            "id": values.get("id") or (f"{doc}:{index}" if doc else f"line{number}"),
            "doc_id": doc if doc != _NONE else None,
            "sent_index": None if index == _NONE or not doc else int(index),
            "text": text,
            "context": self.context,
            "mentions": mentions,
            "relations": [],
            "exhaustive": exhaustive == "yes",
            "meta": {key[5:]: value for key, value in values.items() if key.startswith("meta.")},
        }
        fields.update(
            {
                key: values[key]
                for key in ("date", "source", "annotator", "lang", "status")
                if key in values
            }
        )
        if fields.get("status", "gold") not in ("gold", "single", "suggested", "rejected"):
            raise _LineError(
                "status is gold, single, suggested or rejected", "correct it", fields["status"]
            )
        if index != _NONE:
            self.next_index = int(index) + 1
        self.context = None
        self.once = {}
        self.found.append((number, fields))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], m[1]), text)


def _parse_marks(line: str) -> tuple[str, list[LabeledMention]]:
    """Return the text without its marks, and the mentions."""
    out: list[str] = []
    mentions: list[LabeledMention] = []
    length = 0
    begin: int | None = None
    position = 0
    while position < len(line):
        char = line[position]
        piece = char
        if char == "\\" and position + 1 < len(line):
            piece = _unescape(line[position : position + 2])
            position += 1
        elif char == "[":
            if begin is not None:
                raise _LineError("marks do not nest", "close the first, or use JSON lines", line)
            begin, piece = length, ""
        elif char == "|" and begin is not None:
            close = line.find("]", position)
            actors = line[position + 1 : close] if close > 0 else ""
            if not actors or re.search(r"[\s\[|#>()*]", actors):
                raise _LineError(
                    "a mark reads [words|ACTOR]",
                    "close it and name its actor",
                    line[position : position + 30],
                )
            surface = "".join(out)[begin:]
            mentions += [
                LabeledMention(f"m{len(mentions) + i}", actor, begin, length, surface)
                for i, actor in enumerate(actors.split("+"))
            ]
            begin, piece, position = None, "", close
        elif char in "]|":
            raise _LineError(
                f"a {char} in the text is written \\{char}",
                "add the backslash",
                line[max(0, position - 15) : position + 15],
            )
        out.append(piece)
        length += len(piece)
        position += 1
    if begin is not None:
        raise _LineError("a mark reads [words|ACTOR]", "close it, or write \\[", line)
    return "".join(out), mentions


def _resolve(reference: str, mentions: list[LabeledMention]) -> str | None:
    """Return the id of the mention that ``reference`` names, adding an implied one."""
    if reference == "*":
        return None
    implied = reference.startswith("(")
    actor, _, nth = reference.strip("()").partition("#")
    same = [m for m in mentions if m.actor == actor and (m.start is None) == implied]
    if implied and not same:
        if any(m.actor == actor for m in mentions):
            raise _LineError(
                "parentheses are for actors the sentence does not mention", "remove them", reference
            )
        same = [LabeledMention(f"m{len(mentions)}", actor)]
        mentions += same
    if not same:
        raise _LineError(
            "a relation names actors marked in its sentence",
            f"mark it, or write ({actor}) if it is only implied",
            actor,
        )
    if nth and not 0 < int(nth) <= len(same):
        raise _LineError(
            f"{actor} stands {len(same)} times in the sentence", "correct it", reference
        )
    return same[int(nth or 1) - 1].id


def _locate(quotes: str, text: str) -> tuple[Span, ...] | None:
    """Return the spans of the quoted evidence in ``text``; None if none is given."""
    spans = []
    for quoted, nth in _EVIDENCE.findall(quotes):
        words = _unescape(quoted)
        if not words:
            return ()
        starts = _occurrences(words, text)
        if not 0 < int(nth or 1) <= len(starts):
            raise _LineError("evidence is quoted from the sentence", "copy its words", words)
        start = starts[int(nth or 1) - 1]
        spans.append((start, start + len(words)))
    return tuple(spans) or None


def _occurrences(words: str, text: str) -> list[int]:
    return [i for i in range(len(text)) if text.startswith(words, i)]


# ---------------------------------------------------------------------------------------------


def write(labels: Iterable[LabeledSentence]) -> str:
    """Return labels as marked text.

    Raises
    ------
    LabelError
        If a sentence holds what marked text cannot: overlapping mentions, values of ``meta``
        that are not text. Ids of mentions are not kept; they are renumbered in order.
    """
    lines: list[str] = []
    document: dict[str, str] | None = None
    next_index = 0
    problems = []
    for label in labels:
        try:
            values = _header_values(label)
            body = _body(label)
        except _LineError as error:
            rule, step, value = error.args
            problems.append(Problem(f"sentence {label.id}: {rule}", step, value))
            continue
        if values != document:
            lines.append("# " + "   ".join(f"{k}: {_quote(v)}" for k, v in values.items()))
            document, next_index = values, 0
        index = _NONE if label.sent_index is None else str(label.sent_index)
        regular = label.doc_id is not None and label.id == f"{label.doc_id}:{index}"
        if not regular or index != str(next_index):
            lines.append(f"# id: {_quote(label.id)}   index: {index}")
        next_index = next_index if label.sent_index is None else label.sent_index + 1
        lines += body
    if problems:
        raise LabelError(problems)
    return "\n".join(lines) + "\n"


def _header_values(label: LabeledSentence) -> dict[str, str]:
    values = {"doc": _NONE if label.doc_id is None else label.doc_id}
    for key in ("date", "source", "annotator"):
        if (value := getattr(label, key)) is not None:
            values[key] = value
    values |= {"lang": label.lang} if label.lang != "en" else {}
    values |= {"exhaustive": "yes"} if label.exhaustive else {}
    values |= {"status": label.status} if label.status != "single" else {}
    for key, value in label.meta.items():
        if not isinstance(value, str) or not re.fullmatch(r"[\w.]+", key):
            raise _LineError(
                "marked text holds meta values that are text", "use JSON lines", {key: value}
            )
        values[f"meta.{key}"] = value
    return values


def _quote(value: str) -> str:
    plain = re.fullmatch(r'(?!")\S(?:.*\S)?', value) and "  " not in value and value.isprintable()
    return value if plain else json.dumps(value)


def _body(label: LabeledSentence) -> list[str]:
    if label.mentions is None:
        raise _LineError(
            "marked text cannot say that mentions were not annotated", "use JSON lines", None
        )
    lines = [] if label.context is None else [f"    context: {_escape(label.context)}"]
    lines.append(_marked_sentence(label))
    if label.relations is None:
        return [*lines, "    ?"]
    references = _references(label.mentions)
    used = {end for relation in label.relations for end in (relation.actor, relation.target)}
    for mention in label.mentions:
        if mention.start is None and mention.id not in used:
            raise _LineError(
                "marked text holds implied actors only in a relation",
                "use JSON lines",
                mention.actor,
            )
    return lines + [
        _relation_line(relation, references, label.text) for relation in label.relations
    ]


def _escape(text: str, special: str = "") -> str:
    text = text.replace("\\", "\\\\")
    for char in special:
        text = text.replace(char, "\\" + char)
    text = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    if text[:1] in ("#", "?") or text[:1].isspace():
        text = "\\" + text
    if text[-1:].isspace():
        text = f"{text[:-1]}\\{text[-1]}"
    return text


def _marked_sentence(label: LabeledSentence) -> str:
    spans: dict[Span, list[str]] = {}
    for mention in label.mentions or ():
        if re.search(r"[\s\[\]|#>()*+:]", mention.actor):
            raise _LineError(
                "an actor in marked text has no blanks and none of []|#>()*+:",
                "rename it",
                mention.actor,
            )
        if mention.start is not None and mention.end is not None:
            spans.setdefault((mention.start, mention.end), []).append(mention.actor)
    out = []
    done = 0
    for (start, end), actors in sorted(spans.items()):
        if start < done:
            raise _LineError(
                "marks cannot overlap in marked text", "use JSON lines", label.text[start:end]
            )
        inner = _inner(label.text[start:end])
        out += [_inner(label.text[done:start]), f"[{inner}|{'+'.join(actors)}]"]
        done = end
    line = "".join(out) + _inner(label.text[done:])
    if line[:1] == "#" or line[:1].isspace():
        line = "\\" + line
    return line[:-1] + "\\" + line[-1] if line[-1:].isspace() else line


def _inner(text: str) -> str:
    for char, written in (
        ("\\", "\\\\"),
        ("[", "\\["),
        ("]", "\\]"),
        ("|", "\\|"),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
    ):
        text = text.replace(char, written)
    return text


def _references(mentions: Iterable[LabeledMention]) -> dict[str | None, str]:
    counts: Counter[str] = Counter()
    references: dict[str | None, str] = {None: "*"}
    placed = sorted((m for m in mentions if m.start is not None), key=lambda m: (m.start, m.end))
    for mention in placed:
        counts[mention.actor] += 1
        nth = counts[mention.actor]
        references[mention.id] = mention.actor if nth == 1 else f"{mention.actor}#{nth}"
    for mention in mentions:
        if mention.start is None:
            if counts[mention.actor]:
                raise _LineError(
                    "an actor is mentioned or implied, not both", "use JSON lines", mention.actor
                )
            references[mention.id] = f"({mention.actor})"
    return references


def _relation_line(relation: LabeledRelation, references: dict[str | None, str], text: str) -> str:
    stance = "?" if relation.stance is None else ", ".join(relation.stance) or "none"
    parts = [f"    {references[relation.actor]} > {references[relation.target]}: {stance}"]
    if relation.sentiment is not None:
        parts.append(_SIGN[relation.sentiment])
    if relation.evidence == ():
        parts.append('""')
    for start, end in relation.evidence or ():
        words = text[start:end]
        nth = _occurrences(words, text).index(start) + 1
        quoted = _escape(words, '"')
        parts.append(f'"{quoted}"' + (f"#{nth}" if nth > 1 else ""))
    if relation.speaker is not None:
        if not relation.speaker:
            raise _LineError("a speaker is not empty", "use null", relation.speaker)
        parts.append(f"@ {_escape(relation.speaker)}")
    return " ".join(parts)
