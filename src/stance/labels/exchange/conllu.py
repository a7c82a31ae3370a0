"""CoNLL-U: mentions in the ``Entity`` marks of MISC (as CorefUD has them), the rest kept.

``Entity=(IRN`` opens a mention, ``IRN)`` closes it, ``(IRN)`` is one word; of ``(e1-person-1-``
the part before the first hyphen is the id. Relations stand in comments, in the form of marked
text: ``# stance = EU > IRN: rivalry -``. Sentences of a document are counted from 0; where one is
out of turn, ``# sent_index = 4`` says so (``_`` for none), and a bare ``# newdoc`` ends a document.
The block that was read stays in ``meta.conllu``, so that writing gives parts of speech and syntax
back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stance.errors import LabelError, Problem
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
from stance.records import LabeledMention, LabeledSentence, Span

__all__ = ["read", "write"]

_MARK = re.compile(r"\(([^()]+?)\)|\(([^()]+)|([^()]+)\)")
_COMMENT = re.compile(r"#\s*([\w.:]+)\s*= ?(.*)")
_NEW_DOCUMENT = re.compile(r"#\s*newdoc(?:\s+id)?\s*=?\s*(.*)")
_NUMBER = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
_KEPT = "conllu"

Token = tuple[int, int, str]
"""Start, end and MISC of a token."""


def read(path: Path) -> Imported:
    """Return the labels of a CoNLL-U file."""
    found: list[tuple[int | None, LabeledSentence | ForeignError]] = []
    document: str | None = None
    next_index = 0
    for count, (number, block) in enumerate(_blocks(path)):
        for line in block:
            if match := _NEW_DOCUMENT.match(line):
                document, next_index = match[1].strip() or None, 0
        place = (document, None if document is None else next_index)
        try:
            label = _label(block, place, f"{path.stem}:{count}")
        except ForeignError as error:
            found.append((number, error))
            next_index += 1
        else:
            found.append((number, label))
            next_index = _after(label, next_index)
    return finish(found, path)


def _after(label: LabeledSentence, index: int) -> int:
    """Return the index that the next sentence of the document has if it names none."""
    return index if label.sent_index is None else label.sent_index + 1


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
    block: list[str], place: tuple[str | None, int | None], default_id: str
) -> LabeledSentence:
    """Return a sentence; ``place`` is its document and its index there, if it names no other."""
    written = {m[1]: m[2] for line in block if (m := _COMMENT.match(line))}
    comments = {name: value.strip() for name, value in written.items()}
    text, tokens = _tokens(block, written.get("text"))
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
    index: int | str | None = comments.get("sent_index", place[1])
    if isinstance(index, str):
        if not re.fullmatch(r"_|\d{1,18}", index):
            raise ForeignError("sent_index is a whole number, or _ for none", "correct it", index)
        index = None if index == "_" else int(index)
    fields: dict[str, Any] = {
        "doc_id": place[0],
        "sent_index": index,
        "id": comments.get("sent_id"),
        "exhaustive": comments.get("exhaustive") == "yes" or None,
        "meta": {_KEPT: "\n".join(block)},
    }
    for name in ("date", "source", "annotator", "lang", "status"):
        if name in comments:
            fields[name] = comments[name]
    return label_of(text, fields, mentions, relations, default_id)


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
        numbers = _NUMBER.fullmatch(number)
        if numbers is None:
            raise ForeignError("a word has a number", "correct it", number)
        if numbers[2] or int(number) > inside[0]:
            start = position if text is None else _find(text, form, position)
            position = start + len(form)
            if text is None:
                out.append(form)
                if "SpaceAfter=No" not in misc.split("|"):
                    out.append(" ")
                    position += 1
            place = (start, start + len(form))
            if numbers[2]:
                inside = (int(numbers[2]), *place)
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
    """Write labels as CoNLL-U; sentences that were read from it keep their syntax.

    Raises
    ------
    LabelError
        If an actor is both mentioned and implied, or the syntax that was kept is of another text.
    """
    labels = tuple(labels)
    blocks: list[str] = []
    problems: list[Problem] = []
    changed: Counter[str] = Counter()
    document: str | None = None
    next_index = 0
    for label in labels:
        try:
            rows, places = _rows(label)
            fitted = _fitted(label, places)
            lines = [*_comments(fitted), *_words(fitted, rows, places)]
        except (LineError, ForeignError) as error:
            rule, step, value, *_ = error.args
            problems.append(Problem(f"sentence {label.id}: {rule}", step, value))
            continue
        changed.update(_changes(label, fitted))
        head = []
        if label.doc_id != document:
            head.append("# newdoc" if label.doc_id is None else _comment("newdoc id", label.doc_id))
            document, next_index = label.doc_id, 0
        if label.sent_index != (None if document is None else next_index):
            index = "_" if label.sent_index is None else label.sent_index
            head.append(_comment("sent_index", index))
        next_index = _after(label, next_index)
        blocks.append("\n".join([*head, *lines]) + "\n\n")
    if problems:
        raise LabelError(problems)
    write_atomically(path, "".join(blocks).encode("utf-8"))
    notes = (f"{what} {count} sentences" for what, count in sorted(changed.items()))
    return (*losses(labels, "CoNLL-U", ("open",)), *notes)


def _changes(label: LabeledSentence, fitted: LabeledSentence) -> Iterator[str]:
    """Yield what a label loses, as notes that a number of sentences ends."""
    if set(label.meta) - {_KEPT} or label.context is not None:
        yield "CoNLL-U cannot hold meta and context: left out of"
    names = [value for value in fields_of(label).values() if isinstance(value, str)]
    if _plain(label.text) != label.text or any(_plain(name).strip() != name for name in names):
        yield "CoNLL-U cannot hold NUL and blanks other than spaces: replaced in"
    before, after = (
        [(m.id, m.start, m.end) for m in one.mentions or ()] for one in (label, fitted)
    )
    if before != after:
        yield (
            "CoNLL-U marks whole words, and implied actors in relations alone: other mentions are"
            " moved or left out, with their relations, in"
        )


def _plain(value: object) -> str:
    """Return a value as it can stand in a line, as long as before."""
    return re.sub(r"\s", " ", str(value)).replace("\0", "\ufffd")


def _comment(name: str, value: object) -> str:
    return f"# {name} = {_plain(value)}"


def _comments(label: LabeledSentence) -> Iterator[str]:
    yield _comment("sent_id", label.id)
    yield _comment("text", label.text)
    fields = fields_of(label)
    for name in ("date", "source", "annotator", "lang", "status"):
        if name in fields:
            yield _comment(name, fields[name])
    if label.exhaustive:
        yield "# exhaustive = yes"
    for line in relation_lines(label):
        yield f"# stance = {line.strip()}"
    written = {"sent_id", "text", "stance", "exhaustive", "newdoc", "sent_index", *fields}
    for line in _kept(label):
        match = _COMMENT.match(line)
        if (
            line.startswith("#")
            and not _NEW_DOCUMENT.match(line)
            and (match is None or match[1] not in written)
        ):
            yield line


def _kept(label: LabeledSentence) -> list[str]:
    """Return the lines of the block that was read, without empty ones."""
    return [line for line in str(label.meta.get(_KEPT, "")).split("\n") if line]


def _rows(label: LabeledSentence) -> tuple[list[list[str]], list[Span]]:
    """Return the cells of each line of a sentence, and the place of each word in its text."""
    text = _plain(label.text)
    if kept := [line for line in _kept(label) if not line.startswith("#")]:
        _, tokens = _tokens(kept, text)
        return [line.split("\t") for line in kept], [(start, end) for start, end, _ in tokens]
    borders = {b for m in placed(label) for b in (m.start, m.end) if b is not None}
    places = [(s, e) for s, e in tokens_of(text, borders) if not text[s:e].isspace()]
    rows = []
    for i, (start, end) in enumerate(places, 1):
        spaced = end >= len(text) or text[end] == " "
        rows.append([str(i), text[start:end], *"_______", "_" if spaced else "SpaceAfter=No"])
    return rows, places


def _fitted(label: LabeledSentence, places: Sequence[Span]) -> LabeledSentence:
    """Return a label with mentions of whole words, and what can be written of the rest."""
    text = _plain(label.text)
    used = {end for r in label.relations or () for end in (r.actor, r.target)}
    mentions: dict[tuple[str, int | None, int | None], LabeledMention] = {}
    for m in label.mentions or ():
        start, end = m.start, m.end
        if start is not None and end is not None:
            words = _inside(m, places)
            if not words:
                continue
            start, end = places[words[0]][0], places[words[-1]][1]
        elif m.id not in used:
            continue
        marked = None if start is None else text[start:end]
        fit = LabeledMention(m.id, m.actor, start, end, marked)
        mentions.setdefault((m.actor, start, end), fit)
    ids = {None, *(mention.id for mention in mentions.values())}
    relations = tuple(r for r in label.relations or () if {r.actor, r.target} <= ids)
    return msgspec.structs.replace(
        label,
        text=text,
        mentions=None if label.mentions is None else tuple(mentions.values()),
        relations=None if label.relations is None else relations,
        exhaustive=label.exhaustive and len(relations) == len(label.relations or ()),
    )


def _inside(mention: LabeledMention, places: Sequence[Span]) -> list[int]:
    """Return the numbers of the words that a mention touches."""
    start, end = mention.start or 0, mention.end or 0
    return [i for i, (s, e) in enumerate(places) if s < end and e > start]


def _words(label: LabeledSentence, rows: list[list[str]], places: Sequence[Span]) -> Iterator[str]:
    words = [row for row in rows if re.fullmatch(r"\d+", row[0])]
    for row, mark in zip(words, _marks(label, places), strict=True):
        misc = [
            item for item in row[9].split("|") if item != "_" and not item.startswith("Entity=")
        ]
        row[9] = "|".join([*([f"Entity={mark}"] if mark else []), *misc]) or "_"
    yield from ("\t".join(row) for row in rows)


def _marks(label: LabeledSentence, places: Sequence[Span]) -> list[str]:
    """Return the Entity mark of each word."""
    marks = [""] * len(places)
    spans = []
    for m in placed(label):
        inside = _inside(m, places)
        spans.append((inside[0], inside[-1], m.actor))
    for first, last, actor in sorted(spans, key=lambda span: (span[0], -span[1])):
        if first == last:
            marks[first] += f"({actor})"
        else:
            marks[first] = f"{marks[first]}({actor}"
            marks[last] = f"{actor}){marks[last]}"
    return marks
