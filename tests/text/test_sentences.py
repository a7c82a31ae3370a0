"""Sentences and words: borders, offsets, round trips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text.sentences import sentence_spans
from stance.text.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gen. Lee met the U.S. envoy. He left.", ["Gen. Lee met the U.S. envoy.", "He left."]),
        (
            "H.E. Colonel Roe met H.R.H. Prince Poe and H.M. King Coe. He left.",
            ["H.E. Colonel Roe met H.R.H. Prince Poe and H.M. King Coe.", "He left."],
        ),
        ("Talks fail\nIran walks out\n", ["Talks fail", "Iran walks out"]),
        ("A line that is\nbroken here. Next.", ["A line that is\nbroken here.", "Next."]),
        ("Yes!  No?", ["Yes!", "No?"]),
        ("", []),
    ],
    ids=[
        "abbreviations do not end a sentence",
        "honours before a name do not end a sentence",
        "headlines stand alone",
        "a lower case line belongs to the one before",
        "exclamation and question marks end one",
        "nothing holds none",
    ],
)
def test_sentences_end_where_they_should(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == expected


@given(st.text(max_size=300))
def test_no_character_but_white_space_is_lost(text: str) -> None:
    spans = sentence_spans(text)
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)
    assert spans == sorted(spans)


@given(st.text(max_size=300))
def test_tokens_give_the_text_back(text: str) -> None:
    tokens = tokenize(text)
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert text[start:end] == word
    assert list(tokens.starts) == sorted(tokens.starts)


def test_a_paragraph_of_any_length_is_cut_between_sentences_else_between_words() -> None:
    sentence = "Mr. Lee of the U.S. praised Iran in Oman."
    for gap in (" ", "\n"):
        text = gap.join([sentence] * 2000)
        assert {text[slice(*span)] for span in sentence_spans(text)} == {sentence}
    words = ["praised"] * 20_000
    pieces = [" ".join(words)[slice(*span)] for span in sentence_spans(" ".join(words))]
    assert [word for piece in pieces for word in piece.split()] == words
    assert max(map(len, pieces)) <= 20_000
    spans = sentence_spans("x" * 50_000)
    assert spans == [(0, 20_000), (20_000, 40_000), (40_000, 50_000)]
