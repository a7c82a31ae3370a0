from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import InputError
from stance.model.masked import ORDERS
from stance.model.masking import MaskedSentence, mask_pair
from stance.records import Mention, Pair

NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ üéß-", min_size=1).filter(
    lambda name: name.strip() == name and name[0].isalnum() and name[-1].isalnum()
)


def build(template: str, *names: str) -> tuple[str, list[Mention]]:
    """Fill ``{}`` of a template with names; the third and later are other actors."""
    text, mentions = "", []
    for i, piece in enumerate(template.split("{}")):
        text += piece
        if i < len(names):
            mentions.append(Mention(f"ACTOR{i}", names[i], len(text), len(text) + len(names[i])))
            text += names[i]
    return text, mentions


@given(st.lists(NAMES, min_size=3, max_size=3), st.lists(NAMES, min_size=3, max_size=3))
def test_names_never_reach_the_model(one: list[str], other: list[str]) -> None:
    template = "{} accused {} of arming {} in the north."
    masked = []
    for names in (one, other):
        text, mentions = build(template, *names)
        pair = MaskedSentence(text, mentions).pair("ACTOR0", "ACTOR1")
        masked.append((pair.ids, pair.words, pair.first, pair.second, pair.order))
    assert masked[0] == masked[1]


@given(NAMES, NAMES)
def test_spans_lead_back_to_the_text(first: str, second: str) -> None:
    text, mentions = build("Why {} distrusts {}, explained", first, second)
    pair = MaskedSentence(text, mentions).pair("ACTOR0", "ACTOR1")
    shown = [text[start:end] for start, end in pair.spans]
    assert [w if w not in ("ACTOR", "TARGET") else None for w in pair.words] == [
        s if i not in (pair.first, pair.second) else None for i, s in enumerate(shown)
    ]
    assert (shown[pair.first], shown[pair.second]) == (first, second)


def test_swapping_the_roles_swaps_the_masks() -> None:
    text, mentions = build("{} warned {}", "Iran", "Iraq")
    sentence = MaskedSentence(text, mentions)
    one, other = sentence.pair("ACTOR0", "ACTOR1"), sentence.pair("ACTOR1", "ACTOR0")
    assert one.words == ["ACTOR", "warned", "TARGET"]
    assert other.words == ["TARGET", "warned", "ACTOR"]
    assert (ORDERS[one.order], ORDERS[other.order]) == ("actor first", "target first")


def test_one_phrase_for_two_actors_is_joint() -> None:
    text = "The two countries quarrelled."
    mentions = [Mention("A", "", 0, 17), Mention("B", "", 0, 17)]
    pair = MaskedSentence(text, mentions).pair("A", "B")
    assert pair.words == ["BOTH", "quarrelled", "."]
    assert ORDERS[pair.order] == "joint"


def test_the_nearest_mentions_are_the_ends() -> None:
    text = "A left. B said A hit C."
    mentions = [Mention(c, c, i, i + 1) for i, c in enumerate(text) if c in "ABC"]
    pair = MaskedSentence(text, mentions).pair("A", "C")
    assert [pair.words[pair.first], pair.words[pair.second]] == ["ACTOR", "TARGET"]
    assert pair.second - pair.first == 2


def test_of_overlapping_mentions_the_longer_counts() -> None:
    text = "Bank of China sued Iran"
    mentions = [Mention("BOC", "", 0, 13), Mention("CHN", "", 8, 13), Mention("IRN", "", 19, 23)]
    assert MaskedSentence(text, mentions).pair("BOC", "IRN").words == ["ACTOR", "sued", "TARGET"]


def test_a_pair_may_have_one_end() -> None:
    alone = mask_pair(Pair("Iran is isolated.", target=(0, 4)))
    assert (alone.words[0], ORDERS[alone.order]) == ("TARGET", "target alone")
    alone = mask_pair(Pair("Iran is isolated.", actor=(0, 4)))
    assert (alone.words[0], ORDERS[alone.order]) == ("ACTOR", "actor alone")


def test_mentions_of_a_pair_tell_who_is_who() -> None:
    text = "Iran said Tehran would hit Oman before Qatar did."
    mentions = (
        Mention("IRN", "Iran", 0, 4), Mention("IRN", "Tehran", 10, 16),
        Mention("OMN", "Oman", 27, 31), Mention("QAT", "Qatar", 39, 44),
    )  # fmt: skip
    masked = mask_pair(Pair(text, (10, 16), (27, 31), mentions))
    assert " ".join(masked.words) == "ACTOR said ACTOR would hit TARGET before OTHER did ."


def test_actors_of_one_phrase_come_in_alphabetical_order() -> None:
    names = [f"ACTOR{i}" for i in range(9)]
    sentence = MaskedSentence("All nine agreed.", [Mention(name, "", 0, 8) for name in names[::-1]])
    assert list(sentence.slot_of) == names


OFFSETS = st.integers(-3, 25)


@given(st.tuples(OFFSETS, OFFSETS), st.sampled_from(["actor", "target", "mentions"]))
def test_a_span_lies_within_its_text_or_is_refused(span: tuple[int, int], where: str) -> None:
    text = "Iran warned the US again."
    ends = {"actor": (0, 4), "target": (16, 18)}
    mentions = (Mention("X", "", *span),) if where == "mentions" else ()
    pair = Pair(text, **{**ends, **({} if mentions else {where: span})}, mentions=mentions)
    if any(span == (i, j) for j in range(26) for i in range(j)):
        mask_pair(pair)
    else:
        with pytest.raises(InputError, match=r"^a span \(start, end\) has 0 <= start < end <= 25"):
            mask_pair(pair)


@pytest.mark.parametrize("span", [(0, 400), (3, 1), (4, 4), (-5, 2), (25, 26)])
def test_a_refused_span_is_named_with_the_rule_and_what_to_do(span: tuple[int, int]) -> None:
    with pytest.raises(InputError) as caught:
        mask_pair(Pair("Iran warned the US again.", actor=span))
    assert str(caught.value) == (
        "a span (start, end) has 0 <= start < end <= 25, the length of the text;"
        f" found {span}; count characters from the start of the pair's own text"
    )
