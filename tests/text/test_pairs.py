"""Pairs: all orders of different actors, without places; what a model is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stance.records import Mention
from stance.text.catalogue import default_catalogue
from stance.text.pairs import MAX_ACTORS, directed_pairs, taking_part
from stance.text.reading import read_document

MENTIONS = st.lists(
    st.builds(
        lambda i, a, k, c: Mention(a, a, 3 * i, 3 * i + 2, k, c),
        st.integers(0, 50),
        st.sampled_from("ABCDE"),
        st.sampled_from(["name", "pronoun", "phrase"]),
        st.sampled_from([0.3, 0.5, 1.0]),
    ),
    max_size=12,
)


@given(MENTIONS)
def test_each_ordered_pair_stands_once_and_none_with_itself(mentions: list[Mention]) -> None:
    pairs = list(directed_pairs(mentions))
    assert len(pairs) == len(set(pairs))
    assert all(actor != target for actor, target in pairs)
    assert {(target, actor) for actor, target in pairs} == set(pairs)


@given(MENTIONS)
def test_taking_part_loses_no_actor(mentions: list[Mention]) -> None:
    assert {m.id for m in taking_part(mentions)} == {m.id for m in mentions}


def test_a_place_forms_no_pair() -> None:
    (one,) = read_document("Norway and Sweden met in Kenya.", default_catalogue())
    assert set(directed_pairs(one.sentence.mentions)) == {("NOR", "SWE"), ("SWE", "NOR")}


def test_a_long_list_is_cut() -> None:
    mentions = [Mention(f"A{i}", "x", i, i + 1) for i in range(40)]
    assert len(list(directed_pairs(mentions))) == MAX_ACTORS * (MAX_ACTORS - 1)


def test_a_pronoun_of_an_actor_that_is_named_does_not_reach_the_model() -> None:
    (one,) = read_document("Iran said that it distrusts Iraq.", default_catalogue())
    assert [m.text for m in one.sentence.mentions] == ["Iran", "it", "Iraq"]
    assert [m.text for m in taking_part(one.sentence.mentions)] == ["Iran", "Iraq"]
