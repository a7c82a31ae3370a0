"""Coreference: cases as data; the option; what a resolved mention always is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.text.test_mentions import cases

from stance.text.catalogue import Actor, Catalogue, default_catalogue
from stance.text.reading import read_document

RESOLVED = ("pronoun", "phrase")


def resolved(text: str, catalogue: Catalogue) -> list[list[Any]]:
    found: dict[tuple[int, str], list[str]] = {}
    for one in read_document(text, catalogue):
        for m in one.sentence.mentions:
            if m.kind in RESOLVED:
                found.setdefault((m.start, m.text), []).append(m.id)
    return [[key[1], ids] for key, ids in sorted(found.items())]


@pytest.mark.parametrize("case", cases("coreference"))
def test_pronouns_and_phrases_stand_for_those_of_the_case(case: dict[str, Any]) -> None:
    assert resolved(case["text"], default_catalogue()) == case["expect"]


def test_without_coreference_only_names_are_mentions() -> None:
    text = "Iran and Russia met. The two countries said it would help them."
    read = read_document(text, default_catalogue(), coreference=False)
    assert [m.id for one in read for m in one.sentence.mentions] == ["IRN", "RUS"]


def test_two_mentions_of_one_phrase_share_the_span_and_are_less_than_certain() -> None:
    *_, last = read_document("Iran and Russia met. The two countries agree.", default_catalogue())
    first, second = last.sentence.mentions
    assert first.span == second.span
    assert first.kind == second.kind == "phrase"
    assert 0 < first.confidence < 1


def test_invented_actors_are_resolved_like_real_ones() -> None:
    catalogue = Catalogue(
        [
            Actor(id="ARN", kind="state", name="Arnor"),
            Actor(id="GON", kind="state", name="Gondor"),
            Actor(id="ORC", kind="group", name="Orcs"),
        ]
    )
    text = 'Arnor and Gondor met. The two countries fight the Orcs. "We fear them," it said.'
    assert ["The two countries", ["ARN", "GON"]] in resolved(text, catalogue)


WORDS = st.sampled_from(
    "Iran Russia ISIS he it its they them we our “ ” the two countries both sides the minister"
    " said , . Putin Turkey's president NATO the bloc its neighbour in and that".split(" ")
)


@given(st.lists(WORDS, max_size=40).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_every_mention_is_text_of_its_sentence_and_an_actor_of_the_document(text: str) -> None:
    plain = read_document(text, default_catalogue(), coreference=False)
    named = {m.id for one in plain for m in one.sentence.mentions}
    for one in read_document(text, default_catalogue()):
        for m in one.sentence.mentions:
            assert text[m.start : m.end] == m.text
            assert one.sentence.start <= m.start < m.end <= one.sentence.end
            assert m.id in named


@pytest.mark.parametrize(
    ("phrase", "called", "expected"),
    [
        ("The kingdom", {}, "GON"),  # nobody is known to be called so: the last subject
        ("The kingdom", {"ARN": ("kingdom",)}, "ARN"),
        ("The island", {"ARN": ("kingdom",)}, "GON"),
        ("The junta", {"ARN": ("junta",)}, "ARN"),
    ],
)
def test_what_a_catalogue_says_an_actor_is_called_decides(
    phrase: str, called: dict[str, tuple[str, ...]], expected: str
) -> None:
    names = {"GON": "Gondor", "ARN": "Arnor"}
    catalogue = Catalogue(
        Actor(id=id_, kind="state", name=name, called=called.get(id_, ()))
        for id_, name in names.items()
    )
    text = f"Gondor met Arnor. Gondor left. {phrase} protested."
    assert resolved(text, catalogue) == [[phrase, [expected]]]
