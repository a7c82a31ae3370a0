"""The list of words: every number has its parts, and slips of the pen find their word."""

from __future__ import annotations

import numpy as np
import pytest

from stance.model.lexicon import N_DIMENSIONS, lexicon
from stance.model.masked import STEM_BITS
from stance.model.masking import mask_pair
from stance.records import Pair


def test_every_word_has_parts_and_number_zero_has_none() -> None:
    words = lexicon()
    n_words = len(words.number_of)
    assert sorted(words.number_of.values()) == list(range(1, n_words + 1))
    assert len(words.clusters) == n_words + 1
    for parts in (words.vectors, words.letters):
        assert len(parts.start) == n_words + 2
        assert parts.start[0] == parts.start[1] == 0
        assert parts.start[-1] == len(parts.kind) == len(parts.value)
        assert 0 <= parts.kind.min() <= parts.kind.max() < parts.n_kinds
    assert (np.diff(words.vectors.start)[1:] == N_DIMENSIONS).all()


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("condemend", "condemned"),  # exchanged
        ("threatend", "threatened"),  # one left out
        ("accuused", "accused"),  # one too many
        ("attacked", "attacked"),
    ],
)
def test_a_slip_of_the_pen_is_read_as_the_word(slip: str, word: str) -> None:
    words = lexicon()
    assert words.number(slip) == words.number_of[word]


OTHER_WORDS = "inking feted exhorted defuses maimed railed slays abets parley flays"  # no slips


@pytest.mark.parametrize("form", ["xqz", "wrtplqk", "été", "r2d2x", "", *OTHER_WORDS.split()])
def test_what_is_no_slip_stays_unknown(form: str) -> None:
    assert lexicon().number(form) == 0


def test_a_word_of_any_length_takes_no_time() -> None:
    assert lexicon().number("q" * 1_000_000) == 0


def test_a_capital_is_no_slip() -> None:
    def entry(word: str) -> int:
        text = f"A {word} B"
        return mask_pair(Pair(text, (0, 1), (len(text) - 1, len(text)))).ids[1] >> STEM_BITS

    assert entry("threatend") == entry("threatened") > 0
    assert entry("Threatened") == entry("threatened")
    assert entry("Threatend") == 0
