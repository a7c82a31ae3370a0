"""brat standoff: a folder of ``NAME.txt`` and ``NAME.ann`` files, one sentence a line.

``T`` lines are mentions with the actor's id as type, ``R`` lines relations with a stance (or
``none``) as type and ``Arg1`` the actor, ``A`` lines the sentiment of a relation. A folder of one
annotator gives its name to the labels, and labels of several annotators are written into a folder
each. Discontinuous spans are refused, events are left out.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from stance.errors import InputError, LabelError, Problem
from stance.files import decode_utf8, read_lines, write_atomically
from stance.labels.exchange.common import (
    ForeignError,
    Imported,
    Named,
    finish,
    label_names,
    label_of,
    losses,
    placed,
    relations_of,
    two_ended,
)
from stance.records import SENTIMENTS, LabeledMention, LabeledSentence

__all__ = ["read", "write"]

_LOST = ("speaker", "evidence", "implied", "nobody", "open", "fields")
_TEXT_BOUND = re.compile(r"(T\S*)\t(\S+) (\d{1,9}) (\d{1,9})\t")
_RELATION = re.compile(r"(R\S*)\t(\S+) Arg1:(\S+) Arg2:(\S+)\s*\Z")
_ATTRIBUTE = re.compile(r"[AM]\S*\t(\S+) (\S+)(?: (\S+))?\s*\Z")
_LEFT_OUT = {"E": "events", "#": "notes", "N": "normalisations", "*": "equivalences"}


def read(path: Path) -> Imported:
    """Return the labels of a brat folder, or of one ``.ann`` file with its text.

    Raises
    ------
    InputError
        If there are no ``.ann`` files, or one has no text beside it.
    LabelError
        With all problems of all files.
    """
    files = sorted(path.rglob("*.ann")) if path.is_dir() else [path]
    if not files:
        raise InputError(
            Problem(
                "a brat folder holds .ann files with their .txt", "check the path", path=str(path)
            )
        )
    labels: list[LabeledSentence] = []
    problems: list[Problem] = []
    notes: dict[str, None] = {}
    for file in files:
        document = _Document(file)
        try:
            found = finish(document.sentences(), file)
        except LabelError as error:
            problems += error.problems
        else:
            labels += found.labels
        problems += document.problems
        notes |= dict.fromkeys(document.notes)
    if problems:
        raise LabelError(problems)
    return Imported(tuple(labels), tuple(notes))


class _Document:
    """One text with its annotations."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        text_file = file.with_suffix(".txt")
        if not text_file.is_file():
            raise InputError(
                Problem("an .ann file stands beside its .txt", "copy it there", path=str(text_file))
            )
        self.text = decode_utf8(text_file.read_bytes(), str(text_file))
        self.lines = self.text.split("\n")
        self.starts = [0, *itertools.accumulate(len(line) + 1 for line in self.lines)]
        self.mentions: list[dict[str, tuple[int, int, str]]] = [{} for _ in self.lines]
        self.sentence_of: dict[str, int] = {}
        self.relations: dict[str, tuple[str, str, str]] = {}
        self.sentiments: dict[str, str] = {}
        if file.stat().st_size:
            for number, line in read_lines(file):
                try:
                    self._feed(line)
                except ForeignError as error:
                    rule, step, value = error.args
                    self.problems.append(Problem(rule, step, value, str(file), number))

    def _feed(self, line: str) -> None:
        if not line.strip():
            return
        if line[0] == "T":
            self._mention(line)
        elif line[0] == "R":
            match = _RELATION.match(line)
            if match is None:
                raise ForeignError(
                    "an R line reads 'R1<tab>type Arg1:T1 Arg2:T2'", "correct it", line
                )
            name, kind, *ends = match.groups()
            for end in ends:
                if end not in self.sentence_of:
                    raise ForeignError("a relation joins T lines above it", "correct it", line)
            if self.sentence_of[ends[0]] != self.sentence_of[ends[1]]:
                raise ForeignError(
                    "a relation stays in its sentence (a line of the text)", "remove it", line
                )
            self.relations[name] = (ends[0], ends[1], kind)
        elif line[0] in "AM":
            match = _ATTRIBUTE.match(line)
            value = (match[3] or match[1]).lower() if match else ""
            if match and value in SENTIMENTS and match[2] in self.relations:
                self.sentiments[match[2]] = value
            else:
                self.notes.append("attributes other than the sentiment of a relation are left out")
        else:
            what = _LEFT_OUT.get(line[0], f"lines that begin with {line[0]}")
            self.notes.append(f"{what} are left out")

    def _mention(self, line: str) -> None:
        if re.match(r"T\S*\t\S+ \d+ \d+;", line):
            raise ForeignError(
                "a mention is one stretch of text; this one is discontinuous", "mark one part", line
            )
        match = _TEXT_BOUND.match(line)
        if match is None:
            raise ForeignError(
                "a T line reads 'T1<tab>type start end<tab>text'", "correct it", line
            )
        start, end = int(match[3]), int(match[4])
        index = bisect.bisect_right(self.starts, start) - 1
        if end > len(self.text) or end > self.starts[index] + len(self.lines[index]):
            raise ForeignError(
                "a mention stays in its sentence (a line of the text)", "correct it", line
            )
        self.sentence_of[match[1]] = index
        self.mentions[index][match[1]] = (start, end, match[2])

    def sentences(self) -> Iterator[tuple[int | None, LabeledSentence | ForeignError]]:
        """Yield the sentences; a relation goes to the sentence of its ends."""
        named: list[list[Named]] = [[] for _ in self.lines]
        for name, (actor, target, kind) in self.relations.items():
            where = named[self.sentence_of[actor]]
            where.append((actor, target, kind))
            if name in self.sentiments:
                where.append((actor, target, self.sentiments[name]))
        folder = self.file.parent.name
        for index, line in enumerate(self.lines):
            if not line.strip():
                continue
            start = self.starts[index]
            mentions = [
                LabeledMention(name, actor, begin - start, end - start, self.text[begin:end])
                for name, (begin, end, actor) in self.mentions[index].items()
            ]
            fields: dict[str, Any] = {"doc_id": self.file.stem, "sent_index": index}
            if folder:
                fields["annotator"] = folder
            id_ = f"{self.file.stem}:{index}"
            yield None, label_of(line, fields, mentions, relations_of(named[index]), id_)


def write(labels: Iterable[LabeledSentence], path: Path) -> tuple[str, ...]:
    """Write a folder with a ``.txt`` and an ``.ann`` for each document, one sentence a line.

    Labels of several annotators are written into a folder each; those that name none stand beside
    these folders.
    """
    labels = tuple(labels)
    annotators: dict[str | None, list[LabeledSentence]] = {}
    for label in labels:
        annotators.setdefault(label.annotator, []).append(label)
    folders = _file_names(name for name in annotators if name is not None)
    for annotator, own in annotators.items():
        one = annotator is None or len(annotators) == 1
        _write_folder(own, path if one else path / folders[annotator or ""])
    return losses(labels, "brat", _LOST)


def _write_folder(labels: Iterable[LabeledSentence], path: Path) -> None:
    documents: dict[str, list[LabeledSentence]] = {}
    for label in labels:
        documents.setdefault(label.group, []).append(label)
    stems = _file_names(documents)
    for name, sentences in documents.items():
        texts: list[str] = []
        lines: list[str] = []
        start = 0
        numbers = {kind: itertools.count(1) for kind in "TRA"}
        for label in sentences:
            lines += _lines(label, start, numbers)
            texts.append(_one_line(label.text))
            start += len(label.text) + 1
        write_atomically(path / f"{stems[name]}.txt", ("\n".join(texts) + "\n").encode())
        body = "".join(f"{line}\n" for line in lines)
        write_atomically(path / f"{stems[name]}.ann", body.encode())


def _file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a name for a file for each name; no two are equal, also where case does not count.

    Examples
    --------
    >>> _file_names(["a/b", "a b", "A_B", "..", "d"])
    {'a/b': 'a_b', 'a b': 'a_b_2', 'A_B': 'A_B_3', '..': '_', 'd': 'd'}
    """
    found: dict[str, str] = {}
    taken = set()
    for name in names:
        plain = clean = re.sub(r"^\.+|[^\w.-]", "_", name)
        numbers = itertools.count(2)
        while clean.casefold() in taken:
            clean = f"{plain}_{next(numbers)}"
        taken.add(clean.casefold())
        found[name] = clean
    return found


def _one_line(text: str) -> str:
    """Return text without line ends, as long as before: brat shows a sentence a line."""
    return re.sub(r"[\n\r]", " ", text)


def _lines(
    label: LabeledSentence, start: int, numbers: dict[str, itertools.count[int]]
) -> Iterator[str]:
    names = {}
    for m in placed(label):
        names[m.id] = f"T{next(numbers['T'])}"
        place = f"{start + (m.start or 0)} {start + (m.end or 0)}"
        actor = re.sub(r"\s", "_", m.actor)
        yield f"{names[m.id]}\t{actor} {place}\t{_one_line(m.text or '')}"
    for r in two_ended(label):
        actor, target = names[r.actor or ""], names[r.target or ""]
        for kind in label_names(r):
            if kind in SENTIMENTS:
                continue
            number = f"R{next(numbers['R'])}"
            yield f"{number}\t{kind} Arg1:{actor} Arg2:{target}"
            if r.sentiment:
                yield f"A{next(numbers['A'])}\tSentiment {number} {r.sentiment}"
