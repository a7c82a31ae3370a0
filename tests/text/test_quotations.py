"""Speakers: cases as data; quotations that run on; attribution to holder and narrator."""

from __future__ import annotations

from typing import Any

import pytest
from tests.text.test_mentions import cases

from stance.text.catalogue import default_catalogue
from stance.text.reading import read_document


@pytest.mark.parametrize("case", cases("speakers"))
def test_a_claim_belongs_to_the_speaker_of_the_case(case: dict[str, Any]) -> None:
    text = case["text"]
    (one,) = read_document(text, default_catalogue())
    first, second = case["pair"]
    start = text.index(first)
    after = text.index(second, start + 1)
    found = one.speaker_of((start, start + len(first)), (after, after + len(second)))
    if case["speaker"] is None:
        assert found is None
    else:
        assert found is not None
        assert found.startswith(case["speaker"])


@pytest.mark.parametrize("case", cases("quotations"))
def test_each_sentence_has_the_speaker_of_the_case(case: dict[str, Any]) -> None:
    read = read_document(case["text"], default_catalogue())
    assert [one.speaker for one in read] == case["speakers"]


def test_a_quotation_that_runs_on_keeps_its_speaker() -> None:
    text = '"Iran is weak," Oslo\'s envoy said. "It must leave." Then it rained.'
    speakers = [one.speaker for one in read_document(text, default_catalogue())]
    assert speakers == ["Oslo's envoy", "Oslo's envoy", None]


def test_a_quotation_that_stays_open_runs_into_the_next_sentence() -> None:
    text = "An envoy said: “Iran is weak. Iraq knows it. Syria too.” Rain fell on Rome."
    speakers = [one.speaker for one in read_document(text, default_catalogue())]
    assert speakers == ["An envoy", "An envoy", "An envoy", None]


def test_a_sentence_without_quotation_ends_the_speech() -> None:
    text = 'Iran is weak, an envoy said. Nothing happened. "Iraq must leave."'
    speakers = [one.speaker for one in read_document(text, default_catalogue())]
    assert speakers == ["an envoy", None, None]


def test_attributed_spans_lie_in_the_document() -> None:
    text = "Snow fell. Iran distrusts Iraq, a diplomat in Oslo said."
    *_, last = read_document(text, default_catalogue())
    (one,) = last.attributions
    assert text[slice(*one.span)] == one.speaker == "a diplomat in Oslo"
    assert text[slice(*one.content)].startswith("Iran distrusts Iraq")
