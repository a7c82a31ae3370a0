"""What the measurements of the text room share: tallies, labelled sentences against read ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from stance.records import LabeledSentence
from stance.text.catalogue import default_catalogue
from stance.text.reading import ReadSentence, read_document

PRONOUN_OR_PHRASE = re.compile(
    r"(?:[Hh]e|him|[Hh]is|[Ss]he|her|[Ii]t|[Ii]ts|[Tt]hey|them|[Tt]heir|[Ww]e|us|[Oo]ur|[Yy]ou|your)$"
    r"|(?i:the|both|its|his|their|our|each|all|those|these|two|neither)"
    r"(?: (?:Nato )?[a-z-]+)*$",
)


Placed = tuple[LabeledSentence, int, list[ReadSentence]]
"""A labelled sentence, where it begins in its document, and what was read there."""


class Tally(Counter[str]):
    """Counts of hits, misses and surplus with the figures made from them."""

    def figures(self) -> dict[str, float]:
        """Return precision, recall and F1 with the counts."""
        hit, missed, surplus = self["hit"], self["missed"], self["surplus"]
        return {
            "precision": round(hit / max(1, hit + surplus), 4),
            "recall": round(hit / max(1, hit + missed), 4),
            "f1": round(2 * hit / max(1, 2 * hit + missed + surplus), 4),
            "found": hit + surplus,
            "expected": hit + missed,
        }

    def share(self) -> dict[str, float]:
        """Return the share of hits with its count."""
        total = self["hit"] + self["missed"]
        return {"share": round(self["hit"] / max(1, total), 4), "of": total}


def same_speaker(found: str | None, wanted: str | None) -> bool:
    """Return whether two speakers are one: the same words, or one within the other."""
    if found is None or wanted is None:
        return found is wanted
    a, b = (
        re.sub(r"^(the|an?|its|his) ", "", text.lower()).replace("’", "'")
        for text in (found, wanted)
    )
    return a in b or b in a


def documents(labels: Iterable[LabeledSentence]) -> Iterator[tuple[list[Placed], str]]:
    """Yield each document: its sentences, placed and read, and its text."""
    groups: dict[str, list[LabeledSentence]] = {}
    for label in labels:
        groups.setdefault(label.group, []).append(label)
    for group in groups.values():
        yield place(group), "\n".join(label.text for label in group)


def place(group: Sequence[LabeledSentence]) -> list[Placed]:
    """Read the sentences of one document; return each with its place and what was read there."""
    text = "\n".join(label.text for label in group)
    read = read_document(text, default_catalogue(), group[0].date)
    placed = []
    start = 0
    for label in group:
        end = start + len(label.text)
        placed.append((label, start, [r for r in read if start <= r.sentence.start < end]))
        start = end + 1
    return placed


def mention_problems(
    label: LabeledSentence,
    start: int,
    inside: Sequence[ReadSentence],
    mentions: Tally,
    coreferent: Tally,
) -> list[str]:
    """Count names found (span and id) and pronouns resolved; return what is wrong.

    The span of a name must be the marked one, that of a pronoun too.
    """
    problems = []
    found = [m for one in inside for m in one.sentence.mentions if m.confidence > 0.3]
    left = [m for m in found if m.kind not in ("pronoun", "phrase")]
    for mention in label.mentions or ():
        if mention.start is None or mention.end is None or mention.text is None:
            continue
        span = (start + mention.start, start + mention.end)
        is_coreferent = PRONOUN_OR_PHRASE.match(mention.text) is not None
        same = [m for m in found if m.id == mention.actor and m.span == span]
        right = any(m in left or is_coreferent for m in same)
        (coreferent if is_coreferent else mentions)["hit" if right else "missed"] += 1
        left = [m for m in left if m not in same]
        if not right:
            problems.append(f"missed: {mention.text!r} is {mention.actor}")
    mentions["surplus"] += len(left)
    return problems + [f"surplus: {m.text!r} as {m.id}" for m in left]


def speaker_problems(
    label: LabeledSentence, start: int, inside: Sequence[ReadSentence], speakers: Tally
) -> list[str]:
    """Count relations whose speaker is right; return what is wrong."""
    problems = []
    for relation in label.relations or ():
        if not relation.stance:
            continue
        spans = [
            None
            if (m := label.mention(end)) is None or m.start is None or m.end is None
            else (start + m.start, start + m.end)
            for end in (relation.actor, relation.target)
        ]
        found = next((s for one in inside if (s := one.speaker_of(*spans))), None)
        right = same_speaker(found, relation.speaker)
        speakers["hit" if right else "missed"] += 1
        if not right:
            problems.append(f"speaker: {relation.speaker!r}, found {found!r}")
    return problems
