"""Leaving out what a form of labels cannot hold, and saying what it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from stance.labels.table import places
from stance.records import LabeledMention, LabeledSentence

__all__ = ["simplified"]


def simplified(
    labels: Iterable[LabeledSentence], ending: str
) -> tuple[list[LabeledSentence], list[str]]:
    """Return labels without what the form cannot hold, and a note on each thing left out.

    Parameters
    ----------
    labels : iterable of LabeledSentence
    ending : str
        ``.csv`` or ``.stance``; JSON lines hold everything.

    Examples
    --------
    >>> label = LabeledSentence(id="a", text="x", meta={"n": 1}, mentions=(), relations=())
    >>> simplified([label], ".csv")[1]
    ['left out of 1 sentences: meta']
    """
    counts: Counter[str] = Counter()
    kept = []
    for label in labels:
        steps = {".csv": _for_table, ".stance": _for_marked_text}.get(ending)
        simple, lost = steps(label) if steps else (label, set())
        if label.exhaustive and (
            label.relations is None or len(simple.relations or ()) < len(label.relations)
        ):  # a relation that is not listed would count as a true negative
            simple = msgspec.structs.replace(simple, exhaustive=False)
            lost.add("that every relation is listed (exhaustive)")
        counts.update(lost)
        kept.append(simple)
    return kept, [
        f"left out of {count} sentences: {name}" for name, count in sorted(counts.items())
    ]


def _for_table(label: LabeledSentence) -> tuple[LabeledSentence, set[str]]:
    lost = set()
    if label.meta:
        lost.add("meta")
    if label.relations is None:
        lost.add("that relations were not annotated")
    good = {
        mention.id
        for mention in label.mentions or ()
        if mention.text is not None and places(mention.text, label.text) == [mention.start]
    }
    relations = tuple(
        msgspec.structs.replace(relation, evidence=None)
        for relation in label.relations or ()
        if {relation.actor, relation.target} <= good | {None} and relation.stance is not None
    )
    if len(relations) < len(label.relations or ()):
        lost.add("relations of actors that are implied, or whose words stand twice, or left open")
    if any(relation.evidence is not None for relation in label.relations or ()):
        lost.add("evidence")
    used = {end for relation in relations for end in (relation.actor, relation.target)}
    mentions = tuple(mention for mention in label.mentions or () if mention.id in used)
    if len(mentions) < len(label.mentions or ()):
        lost.add("mentions outside relations")
    simple = msgspec.structs.replace(
        label, meta={}, context=label.context or None, mentions=mentions, relations=relations
    )
    return simple, lost


def _for_marked_text(label: LabeledSentence) -> tuple[LabeledSentence, set[str]]:
    lost = set()
    meta = {key: value for key, value in label.meta.items() if isinstance(value, str)}
    if len(meta) < len(label.meta):
        lost.add("values of meta that are not text")
    mentions: list[LabeledMention] = []
    end = 0
    for mention in sorted(label.mentions or (), key=lambda m: (m.start or 0, -(m.end or 0))):
        if mention.start is None or mention.end is None:
            continue
        same = bool(mentions) and (mentions[-1].start, mentions[-1].end) == (
            mention.start,
            mention.end,
        )
        if mention.start >= end or same:
            mentions.append(mention)
            end = mention.end
    named = {e for r in label.relations or () for e in (r.actor, r.target)}
    marked = {mention.actor for mention in mentions}
    mentions += [
        m
        for m in label.mentions or ()
        if m.start is None and m.id in named and m.actor not in marked
    ]
    ids = {mention.id for mention in mentions} | {None}
    relations = tuple(r for r in label.relations or () if {r.actor, r.target} <= ids)
    if len(mentions) < len(label.mentions or ()):
        lost.add("mentions that overlap others, or are implied only")
    if label.mentions is None:
        lost.add("that mentions were not annotated")
    simple = msgspec.structs.replace(
        label,
        meta=meta,
        mentions=tuple(mentions),
        relations=None if label.relations is None else relations,
    )
    return simple, lost
