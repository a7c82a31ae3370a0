from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.model.features import GROUPS, TABLE_SIZE, make_batch, occurrences
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
    seen = occurrences(batch, name)
    assert (np.diff(seen.pair) >= 0).all()
    assert (batch.start[seen.pair] <= seen.first).all()
    assert (seen.first <= seen.last).all()
    assert (seen.last < batch.start[seen.pair + 1]).all()


@pytest.mark.parametrize("name", GROUPS)
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_places_without_a_value_are_those_that_no_occurrence_fills(
    name: str, sentences: list[list[str]]
) -> None:
    batch = make_batch([masked(words) for words in sentences])
    seen = GROUPS[name](batch)
    assert len(seen.number) == len(seen.value) == len(seen.first) == seen.start[-1]
    last = seen.first + seen.width - 1
    pair = np.repeat(np.arange(batch.n_pairs), np.diff(seen.start))
    fits = (batch.start[pair] <= seen.first) & (last < batch.start[pair + 1])
    assert not seen.value[~fits].any()
    assert (seen.value >= 0).all()
    assert len(occurrences(batch, name).row) == np.count_nonzero(seen.value)


@pytest.mark.parametrize("name", GROUPS)
@given(st.lists(WORDS, min_size=2, max_size=4))
def test_a_pair_has_the_same_features_alone_and_in_company(
    name: str, sentences: list[list[str]]
) -> None:
    pairs = [masked(words) for words in sentences]
    together = occurrences(make_batch(pairs), name)
    for i, pair in enumerate(pairs):
        own = occurrences(make_batch([pair]), name)
        assert own.row.tolist() == together.row[together.pair == i].tolist()
        assert np.allclose(own.value, together.value[together.pair == i])


@pytest.mark.parametrize("name", GROUPS)
def test_rows_lie_in_the_table_and_values_have_bounded_length(name: str) -> None:
    batch = make_batch([masked("Iran fears that Iraq praised the talks .".split())])
    seen = occurrences(batch, name)
    assert len(seen.row)
    assert 0 <= seen.row.min() <= seen.row.max() < TABLE_SIZE
    assert float((seen.value**2).sum()) <= 1.001


def test_groups_do_not_share_rows_on_purpose() -> None:
    batch = make_batch([masked("Iran fears Iraq".split())])
    rows = [frozenset(occurrences(batch, name).row.tolist()) for name in GROUPS]
    assert sum(map(len, rows)) - len(frozenset.union(*rows)) <= 2  # chance collisions apart
