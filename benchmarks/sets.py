"""The evaluation sets as labels of our own format; for measuring only.

They lie in ../shared, or in the folder that the environment variable STANCE_SETS names. Nothing of
them is copied here. Where one is absent, the functions say what is missing.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stance.errors import NotFoundError, Problem
from stance.records import LabeledMention, LabeledRelation, LabeledSentence, Span
from stance.text.catalogue import default_catalogue
from stance.text.mentions import find_mentions
from stance.text.tokens import tokenize

SHARED = Path(os.environ.get("STANCE_SETS", Path(__file__).parents[2] / "shared"))
PENTA = {
    "1": "verbal_cooperation",
    "2": "material_cooperation",
    "3": "verbal_conflict",
    "4": "material_conflict",
}


def shared(name: str) -> Path:
    """Return the path of a file of the evaluation sets."""
    path = SHARED / name
    if not path.is_file():
        raise NotFoundError(
            Problem(
                "this benchmark needs the evaluation sets (docs/benchmarks.md)",
                f"put {name} there, or name another folder in STANCE_SETS",
                path=os.path.relpath(path),
            )
        )
    return path


def gold_rows() -> list[dict[str, Any]]:
    """Return the lines of gold_dev.jsonl."""
    return [json.loads(line) for line in shared("gold_dev.jsonl").read_text("utf-8").splitlines()]


def gold() -> list[LabeledSentence]:
    """Return gold_dev.jsonl as labels: mentions are the names in the texts that gold gives."""
    labels = []
    for row in gold_rows():
        mentions: dict[tuple[str, str | None], LabeledMention] = {}
        relations = []
        for item in row["relations"]:
            ends = [
                _gold_mention(mentions, row["text"], item[end], item[f"{end}_text"])
                for end in ("actor", "target")
            ]
            relations.append(
                LabeledRelation(
                    ends[0], ends[1], tuple(item["stance"]), item["sentiment"], item["speaker"]
                )
            )
        labels.append(
            LabeledSentence(
                id=f"{row['doc']}:{row['i']}",
                doc_id=row["doc"],
                sent_index=row["i"],
                text=row["text"],
                mentions=tuple(mentions.values()),
                relations=tuple(relations),
                exhaustive=False,
                status="gold",
            )
        )
    return labels


def _gold_mention(
    mentions: dict[tuple[str, str | None], LabeledMention],
    text: str,
    actor: str | None,
    surface: str | None,
) -> str | None:
    if actor is None:
        return None
    start = text.find(surface) if surface else -1
    key = (actor, surface if start >= 0 else None)
    if key not in mentions:
        name = f"m{len(mentions)}"
        if start < 0 or surface is None:
            mentions[key] = LabeledMention(name, actor)
        else:
            begin, end = _name_inside(text, actor, (start, start + len(surface)))
            mentions[key] = LabeledMention(name, actor, begin, end, text[begin:end])
    return mentions[key].id


def _name_inside(text: str, actor: str, span: Span) -> Span:
    """Return the name of an actor inside a text that gold gives for him, else that text's span.

    Gold's texts take more in than the actor ("Western sanctions", "the US military presence"):
    what he does is to stay for a model to read.
    """
    for found in find_mentions(text, tokenize(text), default_catalogue()):
        if found.id == actor and span[0] <= found.start and found.end <= span[1]:
            return found.span
    return span


def plv() -> list[LabeledSentence]:
    """Return the PLOVER relations of Hu et al. (ACL 2024), stances the four penta classes."""
    labels = []
    with shared("benchmarks/plv_dev.tsv").open(encoding="utf-8", newline="") as file:
        for i, row in enumerate(csv.DictReader(file, delimiter="\t")):
            text, spans = _unmark(row["marked_sentence"])
            if len(spans) == 2:  # in a few rows one end lies inside the other
                labels.append(_one_pair(f"plv{i}", text, spans, PENTA[row["gold_penta"]]))
    return labels


def _unmark(marked: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return a sentence without its <s> and <t> marks, and the two spans."""
    out, spans, opened = "", {}, {}
    for piece in re.split(r"(</?[st]>)", marked):
        if re.fullmatch(r"<[st]>", piece):
            opened[piece[1]] = len(out)
        elif re.fullmatch(r"</[st]>", piece):
            spans[piece[2]] = (opened[piece[2]], len(out))
        else:
            out += piece
    return out, spans


def _one_pair(
    name: str, text: str, spans: dict[str, tuple[int, int]], stance: str
) -> LabeledSentence:
    mentions = tuple(
        LabeledMention(role, role.upper(), start, end, text[start:end])
        for role, (start, end) in sorted(spans.items())
    )
    return LabeledSentence(
        id=name, text=text, mentions=mentions, relations=(LabeledRelation("s", "t", (stance,)),)
    )


def newsmtsc() -> list[LabeledSentence]:
    """Return target sentiment of NewsMTSC (Hamborg and Donnay, EACL 2021): no actor, a target."""
    labels = []
    names = {2.0: "negative", 4.0: "neutral", 6.0: "positive"}
    for line in shared("benchmarks/newsmtsc_train.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        text = row["sentence_normalized"]
        for k, target in enumerate(row["targets"]):
            start, end = target["from"], target["to"]
            if text[start:end] != target["mention"]:
                continue
            sentiment = names[target["polarity"]]
            labels.append(
                LabeledSentence(
                    id=f"{row['primary_gid']}:{k}",
                    doc_id=row["primary_gid"],
                    sent_index=k,
                    text=text,
                    mentions=(LabeledMention("t", "T", start, end, text[start:end]),),
                    relations=(LabeledRelation(None, "t", (sentiment,), sentiment),),
                )
            )  # type: ignore[arg-type]
    return labels


def dse(part: str) -> list[LabeledSentence]:
    """Return directed sentiment of Park, Pan and Joo (ACL 2021) as stances of both directions.

    Class 1 is p positive to q, 2 q to p, 3 p negative to q, 4 q to p, 0 neutral.
    """
    labels = []
    for i, line in enumerate(shared(f"benchmarks/dse_{part}.tsv").read_text("utf-8").splitlines()):
        cells = line.split("\t")
        if len(cells) < 4:
            continue
        sentence, p, q, number = cells[0], cells[1], cells[2], cells[3]
        text, spans = _unbracket(sentence, p, q)
        if len(spans) < 2:
            continue
        labels.append(_directed(f"{part}{i}", text, spans, int(number)))
    return labels


def _unbracket(sentence: str, p: str, q: str) -> tuple[str, dict[str, tuple[int, int]]]:
    out, spans = "", {}
    for piece in re.split(r"(\[[^\]]*\])", sentence):
        inner = piece[1:-1] if piece.startswith("[") and piece.endswith("]") else None
        if inner is not None:
            for role, name in (("p", p), ("q", q)):
                if inner == name and role not in spans:
                    spans[role] = (len(out), len(out) + len(inner))
                    break
        out += piece if inner is None else inner
    return out, spans


def _directed(
    name: str, text: str, spans: dict[str, tuple[int, int]], number: int
) -> LabeledSentence:
    mentions = tuple(
        LabeledMention(role, role.upper(), start, end, text[start:end])
        for role, (start, end) in sorted(spans.items())
    )
    stance = {0: None, 1: "positive", 2: "positive", 3: "negative", 4: "negative"}[number]
    forward = number in (1, 3)
    relations = (
        LabeledRelation("p", "q", (stance,) if stance and forward else ()),
        LabeledRelation("q", "p", (stance,) if stance and not forward else ()),
    )
    return LabeledSentence(id=name, text=text, mentions=mentions, relations=relations)


def documents(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the documents of gold rows."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["doc"], []).append(row)
    yield from grouped.items()
