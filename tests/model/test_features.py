from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.model.features import GROUPS, TABLE_SIZE, group_values, make_batch, table_rows
from stance.model.masking import MaskedPair, MaskedSentence
from stance.records import Mention

WORDS = st.lists(
    st.sampled_from(["Iran", "Iraq", "fears", "praised", "the", "of", ",", "talks", "."]),
    min_size=1,
    max_size=12,
)


def masked(words: list[str]) -> MaskedPair:
    text = " ".join(words)
    mentions, place = [], 0
    for word in words:
        if word in ("Iran", "Iraq"):
            mentions.append(Mention(word, word, place, place + 4))
        place += len(word) + 1
    return MaskedSentence(text, mentions).pair("Iran", "Iraq")


@pytest.mark.parametrize("name", GROUPS)
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_occurrences_stand_inside_their_pair_and_in_its_order(
    name: str, sentences: list[list[str]]
) -> None:
    batch = make_batch([masked(words) for words in sentences])
    seen = GROUPS[name](batch)
    assert (np.diff(seen.pair) >= 0).all()
    assert (batch.start[seen.pair] <= seen.first).all()
    assert (seen.first <= seen.last).all()
    assert (seen.last < batch.start[seen.pair + 1]).all()


@pytest.mark.parametrize("name", GROUPS)
@given(st.lists(WORDS, min_size=2, max_size=4))
def test_a_pair_has_the_same_features_alone_and_in_company(
    name: str, sentences: list[list[str]]
) -> None:
    pairs = [masked(words) for words in sentences]
    together = make_batch(pairs)
    seen = GROUPS[name](together)
    rows, values = table_rows(name, seen), group_values(together, seen)
    for i, pair in enumerate(pairs):
        alone = make_batch([pair])
        own = GROUPS[name](alone)
        assert table_rows(name, own).tolist() == rows[seen.pair == i].tolist()
        assert np.allclose(group_values(alone, own), values[seen.pair == i])


@pytest.mark.parametrize("name", GROUPS)
def test_rows_lie_in_the_table_and_values_have_bounded_length(name: str) -> None:
    batch = make_batch([masked("Iran fears that Iraq praised the talks .".split())])
    seen = GROUPS[name](batch)
    rows, values = table_rows(name, seen), group_values(batch, seen)
    assert len(rows)
    assert 0 <= rows.min() <= rows.max() < TABLE_SIZE
    assert float((values**2).sum()) <= 1.001


def test_groups_do_not_share_rows_on_purpose() -> None:
    batch = make_batch([masked("Iran fears Iraq".split())])
    rows = [frozenset(table_rows(name, GROUPS[name](batch)).tolist()) for name in GROUPS]
    assert sum(map(len, rows)) - len(frozenset.union(*rows)) <= 2  # chance collisions apart
