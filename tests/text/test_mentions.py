"""Mentions: cases as data, in pairs that fire and stay quiet, and what holds for any text."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.text.catalogue import Actor, Catalogue, Leader, default_catalogue
from stance.text.mentions import find_mentions
from stance.text.places import ONLY_WHERE
from stance.text.tokens import tokenize

CASES = Path("tests/cases")


def cases(name: str) -> list[Any]:
    rows = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text().splitlines()]
    return [
        pytest.param(
            row,
            id=row["name"],
            marks=[pytest.mark.xfail(reason=row["known_failure"])]
            if "known_failure" in row
            else [],
        )
        for row in rows
    ]


@pytest.mark.parametrize("case", cases("mentions"))
def test_mentions_are_those_of_the_case(case: dict[str, Any]) -> None:
    found = find_mentions(
        case["text"], tokenize(case["text"]), default_catalogue(), date=case.get("date")
    )
    assert [[m.text, m.id] for m in found if m.confidence > ONLY_WHERE] == case["expect"]


@pytest.mark.parametrize("case", cases("places"))
def test_places_that_only_say_where_are_told_from_actors(case: dict[str, Any]) -> None:
    found = find_mentions(case["text"], tokenize(case["text"]), default_catalogue())
    assert [m.text for m in found if m.confidence <= ONLY_WHERE] == case["places"]
    assert all(m.kind == "place" for m in found if m.confidence <= ONLY_WHERE)


WORDS = st.sampled_from(
    "Iran Iran's Erdoğan “ ” , . president the of in Turkish foreign minister and US U.S. - led"
    " Côte d’Ivoire Gondor (GECF) said NATO Élysée ISIS west x 4-2 goals match \n".split(" ")
)


@given(st.lists(WORDS, max_size=25).map(" ".join), st.integers(0, 1000))
@settings(max_examples=200, deadline=None)
def test_spans_give_the_words_back_and_never_overlap(text: str, offset: int) -> None:
    found = find_mentions(text, tokenize(text), default_catalogue(), offset)
    for mention in found:
        assert text[mention.start - offset : mention.end - offset] == mention.text
        assert mention.id in default_catalogue()
    for left, right in itertools.pairwise(found):
        assert left.end <= right.start


SENTENCES = (
    "{A} accused {B} of arming rebels in {C}.",
    "The president of {A} thanked {B}'s prime minister, Omar Quill, for the boats.",
    "Officials from {A} and {B} met in {C} on Friday.",
    '"We trust {A}," {B} foreign minister Omar Quill said.',
    "{A}-led troops and {B}-backed fighters clashed.",
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_invented_actors_are_found_exactly_as_real_ones(sentence: str) -> None:
    invented = Catalogue(
        [
            Actor(id=i, kind="state", name=n)
            for i, n in (("A", "Arnor"), ("B", "Gondor"), ("C", "Rohan"))
        ]
    )
    ours = sentence.format(A="Arnor", B="Gondor", C="Rohan")
    real = sentence.format(A="Uzbekistan", B="Kazakhstan", C="Tajikistan")
    names = {"UZB": "A", "KAZ": "B", "TJK": "C"}
    found = find_mentions(ours, tokenize(ours), invented)
    known = find_mentions(real, tokenize(real), default_catalogue())
    assert [(m.id, m.kind, m.confidence) for m in found] == [
        (names[m.id], m.kind, m.confidence) for m in known
    ]
    assert len(found) > 1


def test_a_surname_counts_alone_once_the_full_name_has_stood() -> None:
    catalogue = Catalogue(
        [Actor(id="A", kind="state", name="Arnor")],
        [Leader(actor="A", name="Elen Brown", office="president", surname=("Brown",))],
    )
    known: dict[str, str] = {}

    def ids(text: str) -> list[str]:
        return [m.id for m in find_mentions(text, tokenize(text), catalogue, known_names=known)]

    assert ids("Brown left.") == []
    assert ids("President Brown left.") == ["A"]
    assert ids("Elen Brown left.") == ["A"]
    assert ids("Brown left.") == ["A"]


def test_an_acronym_in_brackets_is_learned() -> None:
    catalogue = Catalogue([Actor(id="WC", kind="organization", name="White Council")])
    known: dict[str, str] = {}
    find_mentions("", tokenize(""), catalogue, known_names=known)
    text = "The White Council (WCO) met."
    find_mentions(text, tokenize(text), catalogue, known_names=known)
    after = "The WCO left."
    assert [m.id for m in find_mentions(after, tokenize(after), catalogue, known_names=known)] == [
        "WC"
    ]


def test_the_minister_named_with_an_office_is_known_afterwards() -> None:
    known: dict[str, str] = {}
    for text, expected in (
        ("Russia's Minister of Trade and Industry, Denis Manturin, left.", "RUS"),
        ("Manturin returned.", "RUS"),
    ):
        found = find_mentions(text, tokenize(text), default_catalogue(), known_names=known)
        assert [m.id for m in found] == [expected]
