"""The flat table (CSV): one relation a row, for people who label in a spreadsheet.

Columns ``sentence, actor, target, stance``; all others may be left out. ``actor`` and ``target``
are words of the sentence (empty: no one), ``actor_id`` and ``target_id`` the actors they stand for
(by default the words themselves). Several stances are joined by ``|``; an empty one or ``none`` is
neutral. A row with a sentence alone says that it holds no relations.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stance.errors import LabelError, Problem
from stance.files import read_labels_text
from stance.labels.check import Numbered
from stance.labels.relation_lines import occurrences
from stance.records import SENTIMENTS, LabeledMention, LabeledRelation, LabeledSentence

__all__ = ["COLUMNS", "places", "read", "table_losses", "write"]

REQUIRED = ("sentence", "actor", "target", "stance")
_RELATION = ("actor_id", "target_id", "sentiment", "speaker")
_SENTENCE = ("doc_id", "date", "id", "sent_index", "lang", "context", "source", "annotator")
COLUMNS = (*REQUIRED, *_RELATION, *_SENTENCE, "exhaustive", "status")
_STATUSES = ("gold", "single", "suggested", "rejected")

Row = dict[str, str]


_MAX_CELL = 131_072  # characters


class _CellError(Exception):
    """What is wrong with a cell: column, rule, next step, value."""


def read(path: str) -> tuple[list[Numbered], list[Problem]]:
    """Return the numbered sentences of a flat table, and all that is wrong with it."""
    problems: list[Problem] = []
    groups: dict[tuple[str, ...], list[tuple[int, Row]]] = {}
    for line, row in _rows(path, problems):
        key = (row.get("doc_id", ""), row.get("id", ""), row.get("annotator", ""), row["sentence"])
        groups.setdefault(key, []).append((line, row))
    sentences = []
    counts: Counter[str] = Counter()
    for rows in groups.values():
        line, first = rows[0]
        doc = first.get("doc_id", "")
        try:
            label = _sentence(first, f"{doc or Path(path).stem}:{counts[doc]}", counts[doc])
        except _CellError as error:
            problems.append(_problem(error, path, line))
            continue
        counts[doc] += 1
        mentions: list[LabeledMention] = []
        relations = []
        lines: list[tuple[int, None]] = []
        for line, row in rows:
            try:
                _check_same(first, row)
                found = _relation(row, mentions)
            except _CellError as error:
                problems.append(_problem(error, path, line))
                continue
            relations += found
            lines += [(line, None)] * len(found)
        label |= {"mentions": tuple(mentions), "relations": tuple(relations)}
        sentences.append(Numbered(rows[0][0], LabeledSentence(**label), tuple(lines)))
    return sentences, problems


def _problem(error: _CellError, path: str, line: int) -> Problem:
    column, rule, step, value = error.args
    return Problem(f"{column}: {rule}", step, value, path, line)


def _rows(path: str, problems: list[Problem]) -> Iterator[tuple[int, Row]]:
    """Yield the rows with the line where each begins; what is wrong goes to ``problems``."""
    csv.field_size_limit(_MAX_CELL)  # of the whole process: another reader may have set its own
    reader = csv.reader(io.StringIO(read_labels_text(path), newline=""), strict=True)
    header: list[str] = []
    line = 0
    try:
        for cells in reader:
            begin, line = line + 1, reader.line_num
            if not any(cells):
                continue
            if not header:
                header = cells
                problems += _check_header(header, path, begin)
                if problems:
                    return
            elif len(cells) != len(header):
                problems.append(
                    Problem(
                        f"each row has {len(header)} cells like the header",
                        "quote cells that hold commas",
                        len(cells),
                        path,
                        begin,
                    )
                )
            else:
                yield begin, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        large = "larger than" in str(error)
        problems.append(
            Problem(
                f"the table is valid CSV ({error})",
                "shorten the cell, or close the quotes before it"
                if large
                else "correct the quotes; a quote inside a cell is doubled",
                path=path,
                line=line + 1,
            )
        )


def _check_header(header: list[str], path: str, line: int) -> list[Problem]:
    if len(header) == 1:
        for mark, name in ((";", "semicolons"), ("\t", "tabs")):
            if mark in header[0]:
                return [
                    Problem(
                        f"commas part the cells of the table, not {name}",
                        "save it as CSV with commas",
                        header[0],
                        path,
                        line,
                    )
                ]
    lacking = [name for name in REQUIRED if name not in header]
    unknown = [name for name in dict.fromkeys(header) if name not in COLUMNS]
    twice = [name for name, count in Counter(header).items() if count > 1 and name in COLUMNS]
    known = ", ".join(COLUMNS)
    return [
        *(
            Problem(
                f"the table has the column {name}",
                "add it, or rename the one that holds it",
                ", ".join(header),
                path,
                line,
            )
            for name in lacking
        ),
        *(
            Problem(f"a column is one of {known}", "rename or remove it", name, path, line)
            for name in unknown
        ),
        *(
            Problem("a column stands once in a table", "remove one", name, path, line)
            for name in twice
        ),
    ]


def _sentence(row: Row, id_: str, index: int) -> dict[str, Any]:
    doc = row.get("doc_id") or None
    exhaustive = row.get("exhaustive", "") or "no"
    if exhaustive not in ("yes", "no"):
        raise _CellError("exhaustive", "it is yes or no", "correct it", exhaustive)
    status = row.get("status") or "single"
    if status not in _STATUSES:
        raise _CellError("status", f"it is one of {', '.join(_STATUSES)}", "correct it", status)
    given = row.get("sent_index", "")
    if given and not (given.isascii() and given.isdecimal() and len(given) < 16):
        raise _CellError("sent_index", "it is a whole number from 0", "correct it", given)
    return {
        "id": row.get("id") or id_,
        "doc_id": doc,
        "sent_index": int(given) if given else index if doc and not row.get("id") else None,
        "text": row["sentence"],
        "lang": row.get("lang") or "en",
        "status": status,
        "exhaustive": exhaustive == "yes",
        **{name: row.get(name) or None for name in ("date", "context", "source", "annotator")},
    }


def _check_same(first: Row, row: Row) -> None:
    for name in (*_SENTENCE, "exhaustive", "status"):
        if row.get(name) != first.get(name):
            raise _CellError(
                name,
                f"the rows of a sentence say the same (first {first[name]!r})",
                "correct one",
                row[name],
            )


def _relation(row: Row, mentions: list[LabeledMention]) -> list[LabeledRelation]:
    if not row["actor"] and not row["target"]:
        if filled := [n for n in ("stance", *_RELATION) if row.get(n)]:
            raise _CellError(
                filled[0],
                "a row without actor and target says that a sentence holds no relations",
                "fill in actor or target, or empty this cell",
                row[filled[0]],
            )
        return []
    sentiment = row.get("sentiment") or None
    if sentiment is not None and sentiment not in SENTIMENTS:
        raise _CellError(
            "sentiment", f"it is {', '.join(SENTIMENTS)} or empty", "correct it", sentiment
        )
    names = [name.strip() for name in row["stance"].split("|") if name.strip()]
    if parted := [name for name in names if re.search("[;,]", name)]:
        written = "|".join(re.split(r"\s*[;,]\s*", parted[0]))
        raise _CellError(
            "stance", "several stances are joined by |", f"write {written}", row["stance"]
        )
    return [
        LabeledRelation(
            actor=_mention(row, "actor", mentions),
            target=_mention(row, "target", mentions),
            stance=() if names == ["none"] else tuple(names),
            sentiment=sentiment,
            speaker=row.get("speaker") or None,
        )
    ]


def _mention(row: Row, column: str, mentions: list[LabeledMention]) -> str | None:
    words, sentence = row[column], row["sentence"]
    if not words:
        return None
    starts = places(words, sentence)
    if len(starts) != 1:
        step = (
            f"it stands {len(starts)} times; add words around it, or use marked text"
            if starts
            else "copy its words exactly"
        )
        raise _CellError(column, "a mention stands once in its sentence", step, words)
    start = starts[0]
    actor = row.get(f"{column}_id") or words
    for mention in mentions:
        if (mention.start, mention.text, mention.actor) == (start, words, actor):
            return mention.id
    mentions.append(LabeledMention(f"m{len(mentions)}", actor, start, start + len(words), words))
    return mentions[-1].id


def places(words: str, sentence: str) -> list[int]:
    """Return where a table takes words to stand: as whole words if anywhere, else inside others.

    Examples
    --------
    >>> places("Niger", "Nigeria cut the power lines to Niger."), places("Iran", "Iranian ships")
    ([31], [0])
    """
    whole = rf"(?<!\w)(?={re.escape(words)}(?!\w))"
    return [match.start() for match in re.finditer(whole, sentence)] or occurrences(words, sentence)


def write(labels: Iterable[LabeledSentence]) -> str:
    """Return labels as a flat table, with the columns that are needed.

    Raises
    ------
    LabelError
        If a sentence holds what a table cannot: a mention whose words stand twice or that no
        relation names, an implied actor, evidence, meta, relations left open.
    """
    labels = tuple(labels)
    problems = [
        Problem(f"sentence {label.id}: a table holds {rule}", "use JSON lines", value)
        for label in labels
        for rule, value in table_losses(label)
    ]
    if problems:
        raise LabelError(problems)
    rows: list[Mapping[str, str]] = []
    counts: Counter[str] = Counter()
    seen: set[tuple[str, str | None, str]] = set()
    for label in labels:
        doc = label.doc_id or ""
        index, again = counts[doc], (doc, label.annotator, label.text) in seen
        regular = doc and label.id == f"{doc}:{index}" and label.sent_index == index and not again
        shared = _cells(label, bool(regular))
        seen.add((doc, label.annotator, label.text))
        counts[doc] += 1
        relations: Sequence[LabeledRelation | None] = label.relations or (None,)
        rows += [{**shared, **_relation_cells(label, relation)} for relation in relations]
    used = [name for name in COLUMNS if name in REQUIRED or any(row.get(name) for row in rows)]
    lines = [used, *([row.get(name, "") for name in used] for row in rows)]
    return "".join(",".join(map(_quote, cells)) + "\n" for cells in lines)


def _quote(cell: str) -> str:
    """Return a cell as in RFC 4180; the writer of the standard library leaves a lone CR bare."""
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[",\r\n]', cell) else cell


def _cells(label: LabeledSentence, regular: bool) -> dict[str, str]:
    """Return the cells that all rows of a sentence share; a regular one is numbered by its row."""
    return {
        "sentence": label.text,
        "doc_id": label.doc_id or "",
        "date": label.date or "",
        "id": "" if regular else label.id,
        "sent_index": "" if regular or label.sent_index is None else str(label.sent_index),
        "lang": label.lang if label.lang != "en" else "",
        "context": label.context or "",
        "source": label.source or "",
        "annotator": label.annotator or "",
        "exhaustive": "yes" if label.exhaustive else "",
        "status": label.status if label.status != "single" else "",
    }


def _relation_cells(label: LabeledSentence, relation: LabeledRelation | None) -> dict[str, str]:
    if relation is None:
        return {}
    actor, target = label.mention(relation.actor), label.mention(relation.target)
    return {
        "actor": (actor and actor.text) or "",
        "target": (target and target.text) or "",
        "stance": "|".join(relation.stance or ()),
        "actor_id": actor.actor if actor and actor.actor != actor.text else "",
        "target_id": target.actor if target and target.actor != target.text else "",
        "sentiment": relation.sentiment or "",
        "speaker": relation.speaker or "",
    }


def table_losses(label: LabeledSentence) -> Iterator[tuple[str, object]]:
    """Yield what a sentence holds and a table cannot: what it holds instead, and the value."""
    if label.relations is None or label.mentions is None:
        yield "no sentences left open", label.text
    if label.meta:
        yield "no meta", label.meta
    if label.context == "":
        yield "no empty context", ""
    if b"\\u0000" in msgspec.json.encode(label):
        yield "no NUL characters", label.text
    named = {end for relation in label.relations or () for end in (relation.actor, relation.target)}
    for mention in label.mentions or ():
        if mention.text is None:
            yield "no implied actors", mention.actor
        elif mention.id not in named:
            yield "no mentions outside relations", mention.text
        elif places(mention.text, label.text) != [mention.start]:
            yield "mentions whose words stand once", mention.text
    for relation in label.relations or ():
        if relation.stance is None:
            yield "no unannotated stance", None
        if relation.evidence is not None:
            yield "no evidence", relation.evidence
