"""From two annotators' labels to one: what they agree on, a queue of the rest, the decisions.

A sentence in the queue is a label like any other. Relations that all annotators share stand in
it; one that they dispute has its stance open (``?`` in marked text), and ``meta`` says what each
wrote. Whoever decides replaces the ``?``, or removes the line; where mentions are disputed,
corrects the marks and removes ``meta.mentions``. What is still open stays in the queue.

A relation is disputed where stance, sentiment or speaker differ, or where evidence was marked and
no word of it by all. Evidence that overlaps is settled as the words that all marked: where a
phrase begins is a matter of taste, and would fill the queue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from stance.errors import LabelError, Problem
from stance.labels.marked_writer import relation_line
from stance.labels.merging import align
from stance.records import LabeledMention, LabeledRelation, LabeledSentence, Span

__all__ = ["Adjudication", "adjudicate", "fold_back"]

_SAID = "said_by."
_MENTIONS = "mentions"

Dyad = tuple[str, str]


class Adjudication(NamedTuple):
    """Labels that are settled, and those that somebody has to decide."""

    settled: tuple[LabeledSentence, ...]
    queue: tuple[LabeledSentence, ...]


def adjudicate(labels: Iterable[LabeledSentence]) -> Adjudication:
    """Part the sentences that annotators agree on from those that they dispute.

    Parameters
    ----------
    labels : iterable of LabeledSentence
        Each with its annotator. A sentence that one annotator labelled is settled as it is.

    Raises
    ------
    LabelError
        If an annotator is missing, or labelled one sentence in two ways.

    Examples
    --------
    >>> import msgspec, stance
    >>> labels = stance.read_labels("tests/data/small.stance")[:1]
    >>> other = msgspec.structs.replace(labels[0], annotator="other", relations=())
    >>> adjudicate([*labels, other]).queue[0].meta["said_by.own"]
    'EU > IRN: rivalry - "condemned"'
    """
    settled: list[LabeledSentence] = []
    queue: list[LabeledSentence] = []
    for found in align(labels).values():
        usable = {
            name: label
            for name, label in sorted(found.items())
            if label.relations is not None and label.status not in ("suggested", "rejected")
        }
        if not usable:
            continue
        if len(usable) == 1:
            settled += usable.values()
            continue
        joined = _joined(usable)
        (queue if joined.status == "suggested" else settled).append(joined)
    return Adjudication(tuple(settled), tuple(queue))


def _joined(found: dict[str, LabeledSentence]) -> LabeledSentence:
    """Return one label of a sentence: gold if nothing is disputed, else a piece of the queue."""
    names = list(found)
    views = [_by_dyad(label) for label in found.values()]
    marks = [_marks(label) for label in found.values()]
    mentions = _all_mentions(found.values(), views)
    number = {m.actor: m.id for m in reversed(mentions)}
    placed = {m.id for m in mentions if m.start is not None}
    relations = []
    disputed_dyads = []
    for dyad in dict.fromkeys(d for view in views for d in view):
        said = [view.get(dyad) for view in views]
        ends = [number.get(end) for end in dyad]
        shared = _shared(said, next(iter(found.values())).text)
        if shared is not None:
            relations.append(_with_ends(shared, ends))
            continue
        disputed_dyads.append(dyad)
        if any(end in placed for end in ends):  # else all its marks overlap others' marks
            relations.append(LabeledRelation(ends[0], ends[1], None))
    first_label = next(iter(found.values()))
    meta: dict[str, Any] = dict(first_label.meta)
    disputed = any(mark != marks[0] for mark in marks)
    if disputed:
        meta[_MENTIONS] = "; ".join(
            f"{name} {', '.join(_difference(label, marks)) or 'nothing more'}"
            for name, label in found.items()
        )
    for name, view in zip(names, views, strict=True):
        if disputed_dyads:
            text = found[name].text
            meta[f"{_SAID}{_key(name)}"] = _written(view, disputed_dyads, text)
    return msgspec.structs.replace(
        first_label,
        mentions=mentions,
        relations=tuple(relations),
        exhaustive=all(label.exhaustive for label in found.values()),
        annotator="+".join(names),
        status="suggested" if disputed_dyads or disputed else "gold",
        meta=meta,
    )


def _by_dyad(label: LabeledSentence) -> dict[Dyad, LabeledRelation]:
    return {
        (
            end.actor if (end := label.mention(relation.actor)) else "*",
            end.actor if (end := label.mention(relation.target)) else "*",
        ): relation
        for relation in label.relations or ()
    }


def _claim(relation: LabeledRelation | None) -> object:
    """Return what must be the same; an unlisted pair and a neutral one are, apart from words."""
    if relation is None or not relation.stance:
        return None if relation is None or relation.stance is not None else "open"
    return (tuple(sorted(relation.stance)), relation.sentiment, relation.speaker)


def _shared(said: Sequence[LabeledRelation | None], text: str) -> LabeledRelation | None:
    """Return the relation that all annotators hold; None if they dispute it."""
    claims = {_claim(relation) for relation in said}
    if len(claims) > 1 or "open" in claims:
        return None
    listed = [relation for relation in said if relation is not None]
    marked = [r.evidence for r in listed if r.stance and r.evidence is not None]
    if not marked:
        return listed[0]
    evidence = _common(marked, text)
    if not evidence and any(marked):
        return None
    return msgspec.structs.replace(listed[0], evidence=evidence)


def _common(marked: Sequence[tuple[Span, ...]], text: str) -> tuple[Span, ...]:
    """Return the spans of text that all of some evidence holds, without blanks at their ends."""
    places = [{i for start, end in spans for i in range(start, end)} for spans in marked]
    shared = set.intersection(*places)
    kept = "".join(char if i in shared else "\0" for i, char in enumerate(text))
    return tuple(match.span() for match in re.finditer(r"[^\s\0](?:[^\0]*[^\s\0])?", kept))


def _marks(label: LabeledSentence) -> set[tuple[int, int, str]]:
    return {
        (m.start, m.end, m.actor)
        for m in label.mentions or ()
        if m.start is not None and m.end is not None
    }


def _difference(
    label: LabeledSentence, marks: Sequence[set[tuple[int, int, str]]]
) -> Iterator[str]:
    shared = set.intersection(*marks)
    for start, end, actor in sorted(_marks(label) - shared):
        yield f"{label.text[start:end]}={actor}"


def _all_mentions(
    labels: Iterable[LabeledSentence], views: Sequence[dict[Dyad, LabeledRelation]]
) -> tuple[LabeledMention, ...]:
    """Return all marks of all annotators; of two that overlap in part, the first annotator's."""
    kept: dict[tuple[int, int, str], LabeledMention] = {}
    implied: dict[str, None] = {}
    for label in labels:
        for m in label.mentions or ():
            if m.start is None or m.end is None:
                implied[m.actor] = None
            elif all(
                (m.start, m.end) == (start, end) or m.end <= start or end <= m.start
                for start, end, _ in kept
            ):
                kept.setdefault((m.start, m.end, m.actor), m)
    present = {actor for *_, actor in kept}
    needed = {end for view in views for dyad in view for end in dyad if end != "*"}
    implied |= dict.fromkeys(sorted(needed - present))  # its mark overlapped another's
    placed = [(m.actor, m.start, m.end, m.text) for _, m in sorted(kept.items())]
    rest = [(actor, None, None, None) for actor in implied if actor in needed - present]
    return tuple(LabeledMention(f"m{i}", *values) for i, values in enumerate([*placed, *rest]))


def _with_ends(relation: LabeledRelation, ends: Sequence[str | None]) -> LabeledRelation:
    return msgspec.structs.replace(relation, actor=ends[0], target=ends[1])


def _key(annotator: str) -> str:
    return "".join(char if char.isalnum() or char in "_." else "_" for char in annotator)


def _written(view: dict[Dyad, LabeledRelation], dyads: Iterable[Dyad], text: str) -> str:
    """Return what one annotator says of the disputed dyads, as in marked text."""
    lines = []
    for dyad in dyads:
        relation = view.get(dyad)
        if relation is None:
            lines.append(f"{' > '.join(dyad)}: not listed")
        else:
            names = {relation.actor: dyad[0], relation.target: dyad[1]}
            lines.append(relation_line(relation, names, text))
    return "; ".join(lines)


def fold_back(
    found: Adjudication,
    decisions: Iterable[LabeledSentence],
    annotator: str = "adjudicated",
    earlier: Iterable[LabeledSentence] = (),
) -> Adjudication:
    """Add decided sentences of a queue to the settled ones; the open ones remain a queue.

    Parameters
    ----------
    found : Adjudication
        As :func:`adjudicate` returned it.
    decisions : iterable of LabeledSentence
        The queue, or some of it, after somebody decided. A sentence is decided once no stance is
        open and ``meta`` no longer holds ``mentions``.
    annotator : str
        Who decided.
    earlier : iterable of LabeledSentence
        What was settled before: decisions among it stand, unless a sentence is decided anew.

    Raises
    ------
    LabelError
        If a decided sentence is settled already.

    Examples
    --------
    >>> import msgspec, stance
    >>> labels = stance.read_labels("tests/data/small.stance")[:1]
    >>> other = msgspec.structs.replace(labels[0], annotator="other", relations=())
    >>> found = adjudicate([*labels, other])
    >>> len(fold_back(found, found.queue).queue)
    1
    >>> decided = msgspec.structs.replace(found.queue[0], relations=())
    >>> fold_back(found, [decided]).settled[0].annotator
    'adjudicated'
    """
    done = list(found.settled)
    known = {_name(label) for label in done}
    queue = {_name(label): label for label in found.queue}
    before = {_name(label): label for label in earlier if _name(label) in queue}
    problems = []
    for label in decisions:
        if not _is_decided(label):
            queue[_name(label)] = label
            continue
        queue.pop(_name(label), None)
        before.pop(_name(label), None)
        if _name(label) in known:
            problems.append(
                Problem(
                    "a decision is about a sentence that was disputed",
                    "remove it from the queue",
                    label.id,
                )
            )
        meta = {key: value for key, value in label.meta.items() if not key.startswith(_SAID)}
        done.append(msgspec.structs.replace(label, annotator=annotator, status="gold", meta=meta))
    if problems:
        raise LabelError(problems)
    still = (label for name, label in queue.items() if name not in before)
    return Adjudication((*done, *before.values()), tuple(still))


def _name(label: LabeledSentence) -> tuple[str | None, str]:
    return label.doc_id, label.id


def _is_decided(label: LabeledSentence) -> bool:
    return (
        label.relations is not None
        and _MENTIONS not in label.meta
        and all(relation.stance is not None for relation in label.relations)
    )
