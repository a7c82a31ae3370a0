from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.model.batches import make_batch
from stance.model.features import (
    GROUPS,
    TABLE_SIZE,
    WordGroup,
    group_matrix,
    occurrences,
    table_rows,
)
from stance.model.masked import MaskedPair
from stance.model.masking import MaskedSentence
from stance.records import Mention

WORDS = st.lists(
    st.sampled_from(["Iran", "Iraq", "fears", "praised", "the", "of", ",", "talks", "."]),
    min_size=1,
    max_size=12,
)
TABLE = np.random.default_rng(0).normal(size=TABLE_SIZE)


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
def test_rows_lie_in_the_table(name: str) -> None:
    seen = occurrences(make_batch([masked("Iran fears that Iraq praised it .".split())]), name)
    assert len(seen.row)
    assert 0 <= seen.row.min() <= seen.row.max() < TABLE_SIZE


@pytest.mark.parametrize("name", [name for name in GROUPS if name != "vectors"])
def test_what_counts_is_positive_and_has_bounded_length(name: str) -> None:
    seen = occurrences(make_batch([masked("Iran fears that Iraq praised it .".split())]), name)
    assert (seen.value > 0).all()
    assert float((seen.value**2).sum()) <= 1.001


@pytest.mark.parametrize("name", GROUPS)
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_the_matrix_of_a_group_adds_its_occurrences_up(
    name: str, sentences: list[list[str]]
) -> None:
    batch = make_batch([masked(words) for words in sentences])
    seen = occurrences(batch, name)
    whole = group_matrix(batch, name)
    expected = np.bincount(seen.pair, TABLE[seen.row] * seen.value, batch.n_pairs)
    assert np.allclose(whole @ TABLE, expected, atol=1e-5)


@functools.cache
def added_by_words(name: str) -> np.ndarray:
    group = GROUPS[name]
    assert isinstance(group, WordGroup)
    kinds = TABLE[table_rows(name, group.numbers)]
    return np.concatenate([group.content @ place for place in kinds])


@pytest.mark.parametrize("name", [n for n, group in GROUPS.items() if isinstance(group, WordGroup)])
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_words_times_their_content_are_the_matrix_of_a_word_group(
    name: str, sentences: list[list[str]]
) -> None:
    group = GROUPS[name]
    assert isinstance(group, WordGroup)
    batch = make_batch([masked(words) for words in sentences])
    assert np.allclose(
        group.words(batch) @ added_by_words(name), group_matrix(batch, name) @ TABLE, atol=1e-5
    )


def test_a_sentence_without_known_words_shows_no_words() -> None:
    batch = make_batch([masked(["Iran", "qzxv", "Iraq"]), masked(["Iran", "praised", "Iraq"])])
    for name in ("vectors", "letters"):
        assert set(occurrences(batch, name).pair.tolist()) == {1}


def test_groups_do_not_share_rows_on_purpose() -> None:
    batch = make_batch([masked("Iran fears Iraq".split())])
    rows = [frozenset(occurrences(batch, name).row.tolist()) for name in GROUPS]
    assert sum(map(len, rows)) - len(frozenset.union(*rows)) <= 2  # chance collisions apart
