"""Splits keep documents whole and in place, and every stance in its share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import OptionError
from stance.labels.splits import split_labels
from stance.records import LabeledMention, LabeledRelation, LabeledSentence

STANCES = ("cooperation", "rivalry", "threat")


def corpus(n: int, start: int = 0) -> list[LabeledSentence]:
    mentions = (LabeledMention("m0", "A", 0, 1, "A"), LabeledMention("m1", "B", 2, 3, "B"))
    return [
        LabeledSentence(
            id=f"d{i}:{k}",
            doc_id=f"d{i}",
            text="A B",
            mentions=mentions,
            relations=(LabeledRelation("m0", "m1", (STANCES[min(i % 7, 2)],)),),
        )
        for i in range(start, start + n)
        for k in range(1 + i % 3)
    ]


def documents(part: tuple[LabeledSentence, ...]) -> set[str]:
    return {label.group for label in part}


@given(n=st.integers(1, 60), more=st.integers(0, 60), seed=st.integers(0, 3))
def test_a_document_stays_whole_and_in_its_part_when_data_grows(
    n: int, more: int, seed: int
) -> None:
    before = split_labels(corpus(n), seed=seed)
    after = split_labels(corpus(n + more), seed=seed)
    assert not documents(after["train"]) & documents(after["test"])
    assert sum(map(len, after.values())) == len(corpus(n + more))
    for name in before:
        assert documents(before[name]) <= documents(after[name])


@given(st.permutations(corpus(12)))
def test_the_order_of_the_labels_makes_no_difference(labels: list[LabeledSentence]) -> None:
    for exact in (False, True):
        usual = split_labels(corpus(12), exact=exact)
        shuffled = split_labels(labels, exact=exact)
        assert {k: documents(v) for k, v in usual.items()} == {
            k: documents(v) for k, v in shuffled.items()
        }


def test_an_exact_split_gives_each_stance_its_share() -> None:
    parts = split_labels(corpus(140), {"train": 0.7, "dev": 0.1, "test": 0.2}, exact=True)
    for name, share in (("train", 0.7), ("dev", 0.1), ("test", 0.2)):
        assert len(documents(parts[name])) == pytest.approx(140 * share, abs=2)
        for k in (0, 1):
            held = {d for d in documents(parts[name]) if int(d[1:]) % 7 == k}
            assert len(held) == pytest.approx(20 * share, abs=1)


def test_an_exact_split_that_grows_keeps_the_documents_of_the_earlier_one() -> None:
    before = split_labels(corpus(30), exact=True)
    after = split_labels(corpus(90), exact=True, previous=before)
    for name in before:
        assert documents(before[name]) <= documents(after[name])


def test_the_hash_gives_each_stance_its_share_up_to_chance() -> None:
    parts = split_labels(corpus(2100))
    for k in (0, 1):
        held = [d for d in documents(parts["test"]) if int(d[1:]) % 7 == k]
        assert len(held) / 300 == pytest.approx(0.2, abs=0.06)


def test_another_seed_gives_another_split() -> None:
    assert split_labels(corpus(50))["test"] != split_labels(corpus(50), seed=1)["test"]


@pytest.mark.parametrize("shares", [{}, {"a": 0.5}, {"a": 1.5, "b": -0.5}])
def test_shares_that_do_not_sum_to_one_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(OptionError, match="are positive and sum to one"):
        split_labels(corpus(3), shares)


def test_an_earlier_split_with_other_parts_is_refused() -> None:
    with pytest.raises(OptionError, match="an earlier split has the parts train, test; found 'x'"):
        split_labels(corpus(3), previous={"x": corpus(1)})
