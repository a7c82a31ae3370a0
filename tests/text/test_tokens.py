from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text import tokens
from stance.text.tokens import tokenize

pieces = st.sampled_from(
    [
        "U.S.",
        "Iran's",
        "don’t",
        "n't",
        "a.b",
        "-",
        " ",
        "  ",
        "\n",
        "\x1f",
        "\u3000",
        "é",
        "'s",
        "_",
    ]
)
texts = st.lists(pieces | st.text(max_size=6), max_size=20).map("".join)


@given(texts)
def test_tokens_are_what_the_pattern_finds_in_the_whole_text(text: str) -> None:
    matches = list(tokens._TOKEN.finditer(text))
    found = tokenize(text)
    assert found.words == [match.group() for match in matches]
    assert list(zip(found.starts, found.ends, strict=True)) == [match.span() for match in matches]
    assert found.lower == [match.group().lower() for match in matches]


def test_a_full_store_of_forms_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Never-before-seen words: Qwzx’s, U.Q.Z., don't " + "x" * 50
    monkeypatch.setattr(tokens, "_MOST_FORMS", 0)
    found = tokenize(text)
    assert found.words == tokens._TOKEN.findall(text)
    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == found.words


def test_tokens_of_the_same_text_are_equal() -> None:
    assert tokenize("Iran protested.") == tokenize("Iran protested.") != tokenize("Iran waited.")
    assert len({tokenize("Iran protested."), tokenize("Iran protested.")}) == 1
