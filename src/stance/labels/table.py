"""The flat table (CSV): one relation a row, for people who label in a spreadsheet.

Columns ``sentence, actor, target, stance``, optionally ``actor_id, target_id, sentiment,
speaker, doc_id, date``. ``actor`` and ``target`` are words of the sentence (empty: no one),
``actor_id`` and ``target_id`` the actors they stand for (by default the words themselves).
Several stances are joined by ``|``; an empty stance is neutral.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import get_args

from stance.errors import LabelError, Problem
from stance.files import read_lines
from stance.records import LabeledMention, LabeledRelation, LabeledSentence, Sentiment

__all__ = ["COLUMNS", "read", "write"]

REQUIRED = ("sentence", "actor", "target", "stance")
COLUMNS = (*REQUIRED, "actor_id", "target_id", "sentiment", "speaker", "doc_id", "date")

Row = dict[str, str]


def read(path: str) -> tuple[list[tuple[int, LabeledSentence]], list[Problem]]:
    """Return the numbered sentences of a flat table, and all that is wrong with it."""
    text = "\n".join(line for _, line in read_lines(path))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader)
    problems = _check_header(header, path)
    if problems:
        return [], problems
    groups: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    try:
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                problems.append(
                    Problem(
                        f"each row has {len(header)} cells like the header",
                        "quote cells that hold commas",
                        len(cells),
                        path,
                        reader.line_num,
                    )
                )
                continue
            row = dict(zip(header, cells, strict=True))
            key = (row.get("doc_id", ""), row["sentence"])
            groups.setdefault(key, []).append((reader.line_num, row))
    except csv.Error as error:
        problems.append(
            Problem(
                f"the table is valid CSV ({error})",
                "correct the quotes",
                path=path,
                line=reader.line_num,
            )
        )
    sentences = []
    counts: dict[str, int] = {}
    for (doc, sentence), rows in groups.items():
        index = counts[doc] = counts.get(doc, -1) + 1
        mentions: list[LabeledMention] = []
        relations = []
        for line, row in rows:
            try:
                relations.append(_relation(row, sentence, mentions))
            except ValueError as error:
                rule, step, value = error.args
                problems.append(Problem(rule, step, value, path, line))
        first = rows[0][1]
        sentences.append(
            (
                rows[0][0],
                LabeledSentence(
                    id=f"{doc or 'row'}:{index}",
                    doc_id=doc or None,
                    sent_index=index if doc else None,
                    text=sentence,
                    date=first.get("date") or None,
                    mentions=tuple(mentions),
                    relations=tuple(relations),
                ),
            )
        )
    return sentences, problems


def _check_header(header: list[str], path: str) -> list[Problem]:
    lacking = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    return [
        Problem(
            "the table has the columns sentence, actor, target, stance",
            "add the column",
            name,
            path,
            1,
        )
        for name in lacking
    ] + [
        Problem(f"a column is one of {', '.join(COLUMNS)}", "rename or remove it", name, path, 1)
        for name in unknown
    ]


def _relation(row: Row, sentence: str, mentions: list[LabeledMention]) -> LabeledRelation:
    sentiment = row.get("sentiment") or None
    if sentiment is not None and sentiment not in get_args(Sentiment):
        raise ValueError("sentiment is negative, neutral or positive", "correct it", sentiment)
    return LabeledRelation(
        actor=_mention(row["actor"], row.get("actor_id", ""), sentence, mentions),
        target=_mention(row["target"], row.get("target_id", ""), sentence, mentions),
        stance=tuple(name.strip() for name in row["stance"].split("|") if name.strip()),
        sentiment=sentiment,  # type: ignore[arg-type]
        speaker=row.get("speaker") or None,
    )


def _mention(words: str, actor: str, sentence: str, mentions: list[LabeledMention]) -> str | None:
    if not words:
        return None
    count = sentence.count(words)
    if count != 1:
        rule = "a mention stands once in its sentence"
        step = (
            "copy its words exactly"
            if not count
            else f"it stands {count} times; add words around it, or use marked text"
        )
        raise ValueError(rule, step, words)
    start = sentence.index(words)
    actor = actor or words
    for mention in mentions:
        if (mention.start, mention.actor) == (start, actor):
            return mention.id
    mentions.append(LabeledMention(f"m{len(mentions)}", actor, start, start + len(words), words))
    return mentions[-1].id


def write(labels: Iterable[LabeledSentence]) -> str:
    """Return labels as a flat table.

    Raises
    ------
    LabelError
        If a sentence holds what a table cannot: a mention whose words stand twice, an implied
        actor, a sentence without relations, evidence, context or meta.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    problems = []
    for label in labels:
        problems += [
            Problem(f"sentence {label.id}: a table holds {rule}", "use JSON lines", value)
            for rule, value in _losses(label)
        ]
        for relation in label.relations or ():
            ends = [label.mention(relation.actor), label.mention(relation.target)]
            writer.writerow(
                [
                    label.text,
                    *(end.text if end else "" for end in ends),
                    "|".join(relation.stance or ()),
                    *(end.actor if end else "" for end in ends),
                    relation.sentiment or "",
                    relation.speaker or "",
                    label.doc_id or "",
                    label.date or "",
                ]
            )
    if problems:
        raise LabelError(problems)
    return out.getvalue()


def _losses(label: LabeledSentence) -> Iterable[tuple[str, object]]:
    if not label.relations:
        yield "sentences with relations", label.text
    if label.context is not None:
        yield "no context", label.context
    if label.meta:
        yield "no meta", label.meta
    if label.exhaustive:
        yield "no promise that a sentence is exhaustive", True
    for mention in label.mentions or ():
        if mention.text is None:
            yield "no implied actors", mention.actor
        elif label.text.count(mention.text) != 1:
            yield "mentions whose words stand once", mention.text
    for relation in label.relations or ():
        if relation.stance is None:
            yield "no unannotated stance", None
        if relation.evidence is not None:
            yield "no evidence", relation.evidence
