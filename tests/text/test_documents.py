"""Our own documents: every sentence annotated, with floors below which nothing may fall."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from stance.labels.files import read_labels
from stance.records import LabeledSentence
from stance.text.catalogue import default_catalogue
from stance.text.pairs import directed_pairs
from stance.text.places import ONLY_WHERE
from stance.text.reading import ReadSentence, read_document

RESOLVED = ("pronoun", "phrase")
NEGATIVE = ("recipe", "sport", "streets", "nobody")
PRONOUN = re.compile(r"[Hh]e|him|[Ii]ts?|[Tt]hey|them|[Ww]e|us|[Oo]ur|(?:[Tt]he|[Bb]oth)\b.*|both")

Placed = tuple[LabeledSentence, int, list[ReadSentence]]


def documents() -> Iterator[tuple[str, list[Placed]]]:
    groups: dict[str, list[LabeledSentence]] = {}
    for label in read_labels(Path("tests/cases/documents.stance")):
        groups.setdefault(label.group, []).append(label)
    for name, group in groups.items():
        text = "\n".join(label.text for label in group)
        read = read_document(text, default_catalogue(), group[0].date)
        placed = []
        start = 0
        for label in group:
            end = start + len(label.text)
            placed.append((label, start, [r for r in read if start <= r.sentence.start < end]))
            start = end + 1
        yield name, placed


@pytest.fixture(scope="module")
def placed() -> list[Placed]:
    return [one for _, sentences in documents() for one in sentences]


def test_there_are_enough_sentences(placed: list[Placed]) -> None:
    assert len(placed) >= 150


def test_no_actor_is_found_in_recipes_sport_and_streets() -> None:
    for name, sentences in documents():
        if name in NEGATIVE:
            found = {
                m.text
                for _, _, inside in sentences
                for one in inside
                for m in one.sentence.mentions
                if m.confidence > ONLY_WHERE
            }
            assert found <= {"Warsaw"}, name  # a known failure: going to a city


def test_names_are_found_with_span_and_actor(placed: list[Placed]) -> None:
    counts: Counter[str] = Counter()
    for label, start, inside in placed:
        found = {
            (m.start - start, m.end - start, m.id)
            for one in inside
            for m in one.sentence.mentions
            if m.kind not in RESOLVED and m.confidence > ONLY_WHERE
        }
        marked = {
            (m.start, m.end, m.actor)
            for m in label.mentions or ()
            if m.text is not None and not PRONOUN.fullmatch(m.text)
        }
        named = {m for m in marked if m in found}
        counts.update(hit=len(named), missed=len(marked - found), surplus=len(found - marked))
    assert counts["hit"] / (counts["hit"] + counts["missed"]) >= 0.95
    assert counts["hit"] / (counts["hit"] + counts["surplus"]) >= 0.95


def test_pronouns_and_phrases_stand_for_the_right_actors(placed: list[Placed]) -> None:
    right = []
    for label, start, inside in placed:
        found = {
            (m.start - start, m.end - start, m.id)
            for one in inside
            for m in one.sentence.mentions
            if m.kind in RESOLVED
        }
        right += [
            (m.start, m.end, m.actor) in found
            for m in label.mentions or ()
            if m.text is not None and PRONOUN.fullmatch(m.text)
        ]
    assert len(right) >= 50
    assert sum(right) / len(right) >= 0.85


def test_speakers_are_right(placed: list[Placed]) -> None:
    right = []
    for label, start, inside in placed:
        for relation in label.relations or ():
            ends = [label.mention(relation.actor), label.mention(relation.target)]
            spans = [
                None
                if m is None or m.start is None or m.end is None
                else (start + m.start, start + m.end)
                for m in ends
            ]
            found = next((s for one in inside if (s := one.speaker_of(*spans))), None)
            right.append(found == relation.speaker)
    assert sum(right) / len(right) >= 0.95


def test_the_pairs_that_hold_a_stance_are_candidates(placed: list[Placed]) -> None:
    found = []
    for label, _, inside in placed:
        candidates = {p for one in inside for p in directed_pairs(one.sentence.mentions)}
        for relation in label.relations or ():
            ends = [label.mention(relation.actor), label.mention(relation.target)]
            if relation.stance and all(m is not None and m.start is not None for m in ends):
                found.append(tuple(m.actor for m in ends if m is not None) in candidates)
    assert sum(found) / len(found) >= 0.95
