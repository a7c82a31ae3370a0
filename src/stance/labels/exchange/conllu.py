"""CoNLL-U: mentions in the ``Entity`` marks of MISC (as CorefUD has them), the rest kept.

``Entity=(IRN`` opens a mention, ``IRN)`` closes it, ``(IRN)`` is one word; of ``(e1-person-1-``
the part before the first hyphen is the id. Relations stand in comments, in the form of marked
text: ``# stance = EU > IRN: rivalry -``. The block that was read stays in ``meta.conllu``, so that
writing gives parts of speech and syntax back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from stance.files import read_lines, write_atomically
from stance.labels.exchange.common import (
    ForeignError,
    Imported,
    fields_of,
    finish,
    label_of,
    losses,
    placed,
)
from stance.labels.exchange.prodigy import tokens_of
from stance.labels.marked_writer import relation_lines
from stance.labels.relation_lines import LineError, parse_relation
from stance.records import LabeledMention, LabeledSentence

__all__ = ["read", "write"]

_MARK = re.compile(r"\(([^()]+?)\)|\(([^()]+)|([^()]+)\)")
_COMMENT = re.compile(r"#\s*([\w.:]+)\s*=\s*(.*)")
_KEPT = "conllu"

Token = tuple[int, int, str]
"""Start, end and MISC of a token."""


def read(path: Path) -> Imported:
    """Return the labels of a CoNLL-U file."""
    found: list[tuple[int | None, LabeledSentence | ForeignError]] = []
    document: list[str] = []
    counter = 0
    for number, block in _blocks(path):
        comments = {m[1]: m[2] for line in block if (m := _COMMENT.match(line))}
        for line in block:
            if match := re.match(r"#\s*newdoc(?:\s+id)?\s*=?\s*(.*)", line):
                document = [match[1].strip()]
                counter = 0
        try:
            found.append((number, _label(block, comments, document, (path, counter))))
        except ForeignError as error:
            found.append((number, error))
        counter += 1
    return finish(found, path)


def _blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    begin = 1
    for number, line in read_lines(path):
        if line.strip():
            begin = begin if block else number
            block.append(line)
        elif block:
            yield begin, block
            block = []
    if block:
        yield begin, block


def _label(
    block: list[str], comments: dict[str, str], document: list[str], place: tuple[Path, int]
) -> LabeledSentence:
    text, tokens = _tokens(block, comments.get("text"))
    mentions = _mentions(tokens, text)
    relations = []
    for line in block:
        match = _COMMENT.match(line)
        if match and match[1] == "stance":
            try:
                relations.append(
                    parse_relation(match[2].strip(), line.index(match[2]) + 1, mentions, text)[0]
                )
            except LineError as error:
                rule, step, value, _ = error.args
                raise ForeignError(rule, step, value) from None
    path, index = place
    fields: dict[str, Any] = {
        "doc_id": document[0] if document and document[0] else None,
        "sent_index": index if document and document[0] else None,
        "id": comments.get("sent_id"),
        "exhaustive": comments.get("exhaustive") == "yes" or None,
        "meta": {_KEPT: "\n".join(block)},
    }
    for name in ("date", "source", "annotator", "lang", "status"):
        if name in comments:
            fields[name] = comments[name]
    return label_of(text, fields, mentions, relations, f"{path.stem}:{index}")


def _tokens(block: list[str], text: str | None) -> tuple[str, list[Token]]:
    """Return the text and its words; contracted words are placed as their surface token."""
    out = []
    tokens: list[Token] = []
    position = 0
    inside = (0, 0, 0)  # last word of a surface token, its start and its end
    for line in block:
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 10:
            raise ForeignError("a word has ten cells parted by tabs", "correct the line", line[:60])
        number, form, misc = cells[0], cells[1], cells[9]
        if "." in number:
            continue
        if not re.fullmatch(r"\d+(-\d+)?", number):
            raise ForeignError("a word has a number", "correct it", number)
        if "-" in number or int(number) > inside[0]:
            start = position if text is None else _find(text, form, position)
            position = start + len(form)
            if text is None:
                out.append(form)
                if "SpaceAfter=No" not in misc.split("|"):
                    out.append(" ")
                    position += 1
            place = (start, start + len(form))
            if "-" in number:
                inside = (int(number.partition("-")[2]), *place)
                continue
        else:
            place = inside[1:]
        tokens.append((*place, misc))
    return (text if text is not None else "".join(out).rstrip(" ")), tokens


def _find(text: str, form: str, position: int) -> int:
    found = text.find(form, position)
    if found < 0 or text[position:found].strip():
        raise ForeignError("the words of a sentence make up its text", "correct '# text ='", form)
    return found


def _mentions(tokens: Iterable[Token], text: str) -> list[LabeledMention]:
    found: list[tuple[int, int, str]] = []
    open_: dict[str, list[int]] = {}
    for start, end, misc in tokens:
        marks = next((v for v in misc.split("|") if v.startswith("Entity=")), "")
        for single, opened, closed in _MARK.findall(marks.removeprefix("Entity=")):
            if single:
                found.append((start, end, _id(single)))
            elif opened:
                open_.setdefault(_id(opened), []).append(start)
            elif open_.get(_id(closed)):
                found.append((open_[_id(closed)].pop(), end, _id(closed)))
            else:
                raise ForeignError(
                    "an Entity mark is opened before it is closed", "correct it", marks
                )
    if left := [name for name, starts in open_.items() if starts]:
        raise ForeignError("an Entity mark is closed in its sentence", "correct it", left)
    unique = sorted(dict.fromkeys(found))
    return [LabeledMention(f"m{i}", a, s, e, text[s:e]) for i, (s, e, a) in enumerate(unique)]


def _id(mark: str) -> str:
    return mark.partition("-")[0] if re.match(r"e\d+-", mark) else mark


def write(labels: Iterable[LabeledSentence], path: Path) -> tuple[str, ...]:
    """Write labels as CoNLL-U; sentences that were read from it keep their syntax."""
    labels = tuple(labels)
    blocks = []
    document: str | None = None
    for label in labels:
        head = []
        if label.doc_id is not None and label.doc_id != document:
            head.append(f"# newdoc id = {label.doc_id}")
            document = label.doc_id
        blocks.append("\n".join([*head, *_comments(label), *_words(label)]) + "\n\n")
    write_atomically(path, "".join(blocks).encode("utf-8"))
    held_back = ["open"]
    notes = losses(labels, "CoNLL-U", held_back)
    lost = sum(bool(set(label.meta) - {_KEPT}) or label.context is not None for label in labels)
    return (
        (*notes, f"CoNLL-U cannot hold meta and context: left out of {lost} sentences")
        if lost
        else notes
    )


def _comments(label: LabeledSentence) -> Iterator[str]:
    yield f"# sent_id = {label.id}"
    yield "# text = " + re.sub(r"\s", " ", label.text)
    fields = fields_of(label)
    for name in ("date", "source", "annotator", "lang", "status"):
        if name in fields:
            yield f"# {name} = {fields[name]}"
    if label.exhaustive:
        yield "# exhaustive = yes"
    for line in relation_lines(label):
        yield f"# stance = {line.strip()}"
    for line in str(label.meta.get(_KEPT, "")).splitlines():
        match = _COMMENT.match(line)
        written = {"sent_id", "text", "stance", "exhaustive", "newdoc", *fields}
        if (
            line.startswith("#")
            and not line.startswith("# newdoc")
            and (match is None or match[1] not in written)
        ):
            yield line


def _words(label: LabeledSentence) -> Iterator[str]:
    kept = [x for x in str(label.meta.get(_KEPT, "")).splitlines() if x and not x.startswith("#")]
    if kept:
        _, tokens = _tokens(kept, label.text)
        rows = [line.split("\t") for line in kept]
        words = [row for row in rows if re.fullmatch(r"\d+", row[0])]
        places = [(start, end) for start, end, _ in tokens]
    else:
        borders = {b for m in placed(label) for b in (m.start, m.end) if b is not None}
        places = [
            (s, e) for s, e in tokens_of(label.text, borders) if not label.text[s:e].isspace()
        ]
        rows = words = [
            [str(i), label.text[s:e], *"________"] for i, (s, e) in enumerate(places, 1)
        ]
        for row, (_, end) in zip(rows, places, strict=True):
            spaced = end >= len(label.text) or label.text[end].isspace()
            row[9] = "_" if spaced else "SpaceAfter=No"
    marks = _marks(label, places)
    for row, mark in zip(words, marks, strict=True):
        misc = [
            item for item in row[9].split("|") if item != "_" and not item.startswith("Entity=")
        ]
        row[9] = "|".join([*([f"Entity={mark}"] if mark else []), *misc]) or "_"
    yield from ("\t".join(row) for row in rows)


def _marks(label: LabeledSentence, places: list[tuple[int, int]]) -> list[str]:
    """Return the Entity mark of each word."""
    marks = [""] * len(places)
    spans = []
    for m in placed(label):
        inside = [i for i, (s, e) in enumerate(places) if s < (m.end or 0) and e > (m.start or 0)]
        spans += [(inside[0], inside[-1], m.actor)] if inside else []
    for first, last, actor in sorted(spans, key=lambda span: (span[0], -span[1])):
        if first == last:
            marks[first] += f"({actor})"
        else:
            marks[first] = f"{marks[first]}({actor}"
            marks[last] = f"{actor}){marks[last]}"
    return marks
