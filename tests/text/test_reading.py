"""Reading documents: offsets, absent things, and texts that are no prose."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.text.catalogue import default_catalogue
from stance.text.reading import read_document


def test_an_empty_text_has_no_sentences() -> None:
    assert read_document("", default_catalogue()) == []
    assert read_document(" \n\n ", default_catalogue()) == []


def test_reading_twice_gives_the_same() -> None:
    text = "Iran and Russia met. The two countries agree, Putin said. “We help it.”"
    assert read_document(text, default_catalogue()) == read_document(text, default_catalogue())


def test_one_very_long_line_is_read() -> None:
    text = "Iran warned Iraq and it left " * 3000
    read = read_document(text, default_catalogue())
    assert sum(len(one.sentence.mentions) for one in read) >= 6000


def test_a_full_name_introduces_the_surname_that_the_catalogue_gives() -> None:
    text = "Moon Jae-in praised France. Moon is in Paris."
    read = read_document(text, default_catalogue(), date="2018-06-01")
    assert [m.text for m in read[1].sentence.mentions] == ["Moon", "Paris"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Donald Trump's adviser, Ada Roe, left. Roe praised Iran.", ["Roe", "Iran"]),
        ("King Abdullah II praised Iran. World War II ended.", []),
        ("Moon Jae-in praised France. Moon Chung-in, a professor, left.", []),
    ],
)
def test_what_a_name_introduces_is_the_surname_alone(text: str, expected: list[str]) -> None:
    read = read_document(text, default_catalogue(), date="2018-06-01")
    assert [m.text for m in read[1].sentence.mentions] == expected


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_spans_are_its_own(text: str) -> None:
    end = 0
    for index, one in enumerate(read_document(text, default_catalogue())):
        assert one.sentence.index == index
        assert text[one.sentence.start : one.sentence.end] == one.sentence.text
        assert one.sentence.start >= end
        end = one.sentence.end
        for m in one.sentence.mentions:
            assert text[m.start : m.end] == m.text
        for said in one.attributions:
            assert text[slice(*said.span)].strip()


def test_the_examples_of_the_page_run() -> None:
    failed, tried = doctest.testfile("../../docs/actors.md", optionflags=doctest.ELLIPSIS)
    assert tried > 0
    assert failed == 0
