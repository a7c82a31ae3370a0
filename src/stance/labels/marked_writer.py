"""Marked text (``.stance``): the writer. What it writes, the reader returns unchanged."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from stance.errors import LabelError, Problem
from stance.labels.marked import LIKE_A_RELATION, TWO_IN_ONE
from stance.labels.relation_lines import SIGNS, LineError, escape, escape_ends, occurrences
from stance.records import LabeledMention, LabeledRelation, LabeledSentence, Span

__all__ = ["relation_line", "relation_lines", "write"]

_NONE = "~"  # stands for null where a field's default is not null


def write(labels: Iterable[LabeledSentence]) -> str:
    """Return labels as marked text.

    Raises
    ------
    LabelError
        If a sentence holds what marked text cannot: overlapping mentions, values of ``meta``
        that are not text. Ids of mentions are not kept; they are renumbered in order.
    """
    lines: list[str] = []
    document: dict[str, str | None] | None = None
    next_index = 0
    problems = []
    for label in labels:
        try:
            values = _header_values(label)
            body = _body(label)
        except LineError as error:
            rule, step, value, _ = error.args
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


def _header_values(label: LabeledSentence) -> dict[str, str | None]:
    values: dict[str, str | None] = {"doc": label.doc_id}
    for key in ("date", "source", "annotator"):
        if (value := getattr(label, key)) is not None:
            values[key] = value
    values |= {"lang": label.lang} if label.lang != "en" else {}
    values |= {"exhaustive": "yes"} if label.exhaustive else {}
    values |= {"status": label.status} if label.status != "single" else {}
    for key, value in label.meta.items():
        if not isinstance(value, str) or not re.fullmatch(r"[\w.]+", key):
            raise LineError(
                "marked text holds meta values that are text", "use JSON lines", {key: value}
            )
        values[f"meta.{key}"] = value
    return values


def _quote(value: str | None) -> str:
    if value is None:
        return _NONE
    plain = (
        re.fullmatch(r'(?!")\S(?:.*\S)?', value)
        and value != _NONE
        and "  " not in value
        and value.isprintable()
        and not TWO_IN_ONE.search(f" {value}")  # after the blank that parts it from its key
    )
    return value if plain else json.dumps(value)


def _body(label: LabeledSentence) -> list[str]:
    if label.mentions is None:
        raise LineError(
            "marked text cannot say that mentions were not annotated", "use JSON lines", None
        )
    lines = [] if label.context is None else [f"    context: {escape(label.context)}"]
    lines.append(_marked_sentence(label))
    used = {end for r in label.relations or () for end in (r.actor, r.target)}
    for mention in label.mentions:
        if mention.start is None and mention.id not in used:
            raise LineError(
                "marked text holds implied actors only in a relation",
                "use JSON lines",
                mention.actor,
            )
    if label.relations is None:
        return [*lines, "    ?"]
    return lines + [f"    {line}" for line in relation_lines(label)]


def relation_lines(label: LabeledSentence) -> list[str]:
    """Return the relations of a sentence as lines of marked text, without their indent."""
    references = _references(label.mentions or ())
    return [relation_line(r, references, label.text) for r in label.relations or ()]


def _marked_sentence(label: LabeledSentence) -> str:
    spans: dict[Span, list[str]] = {}
    for mention in label.mentions or ():
        if re.search(r"[\s\0\[\]|#>()*+:]", mention.actor):
            raise LineError(
                "an actor in marked text has no blanks and none of []|#>()*+:",
                "rename it",
                mention.actor,
            )
        if mention.start is not None and mention.end is not None:
            spans.setdefault((mention.start, mention.end), []).append(mention.actor)
    pieces: list[str] = []
    done = 0
    for (start, end), actors in sorted(spans.items()):
        if start < done:
            raise LineError(
                "marks cannot overlap in marked text", "use JSON lines", label.text[start:end]
            )
        pieces += [label.text[done:start], label.text[start:end], "+".join(actors)]
        done = end
    return _line([*pieces, label.text[done:]])


def _line(pieces: Sequence[str]) -> str:
    """Return a sentence from its pieces: text, words, actors, text, words, actors, ... text."""
    out = []
    for i, piece in enumerate(pieces):
        kind = i % 3
        # Only the outer ends of the line need their blanks escaped, not those inside.
        escaped = piece if kind == 2 else escape(f".{piece}.", "[]|")[1:-1]
        out.append(("", "[", "|")[kind] + escaped + ("]" if kind == 2 else ""))
    line = "".join(out)
    if line[:1] == "#":
        line = "\\" + line
    line = escape_ends(line)
    if LIKE_A_RELATION.match(line) and "[" not in line:
        line = line.replace(">", "\\>", 1)
    return line


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
                raise LineError(
                    "an actor is mentioned or implied, not both", "use JSON lines", mention.actor
                )
            references[mention.id] = f"({mention.actor})"
    return references


def relation_line(
    relation: LabeledRelation, references: Mapping[str | None, str], text: str
) -> str:
    """Return a relation as a line of marked text; ``references`` names its ends."""
    stance = "?" if relation.stance is None else ", ".join(relation.stance) or "none"
    parts = [f"{references[relation.actor]} > {references[relation.target]}: {stance}"]
    if relation.sentiment is not None:
        parts.append(SIGNS[relation.sentiment])
    if relation.evidence == ():
        parts.append('""')
    for start, end in relation.evidence or ():
        words = text[start:end]
        nth = occurrences(words, text).index(start) + 1
        quoted = escape(words, '"')
        parts.append(f'"{quoted}"' + (f"#{nth}" if nth > 1 else ""))
    if relation.speaker is not None:
        parts.append(f"@ {escape(relation.speaker)}")
    return " ".join(parts)
