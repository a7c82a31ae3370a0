"""What ids, days and sources may be, as the tables of the world store them."""

from __future__ import annotations

import decimal
from typing import Any

import pytest

from stance.batch.documents import BadRecord, Document, make_document


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (7, "7"),
        (7.0, "7"),
        (decimal.Decimal("7.00"), "7"),
        (decimal.Decimal(10**20), "1" + "0" * 20),
        (7.5, None),
        (float("nan"), None),
        (float("inf"), None),
        (1e300, None),
        (decimal.Decimal("7.5"), None),
        (decimal.Decimal("NaN"), None),
        (True, None),
    ],
)
def test_a_whole_number_is_an_id_and_a_source_however_it_is_stored(
    given: Any, expected: str | None
) -> None:
    for doc_id, source in ((given, None), ("a", given)):
        found = make_document("Iran.", doc_id, None, "a", 1, source)
        if expected is None:
            assert isinstance(found, BadRecord)
        else:
            assert isinstance(found, Document)
            assert expected in (found.doc_id, found.source)


@pytest.mark.parametrize(
    "date",
    [
        "2015-11-23",
        " 2015-11-23 ",
        "20151123",
        20151123,
        20151123.0,
        "2015-11-23T10:00:00Z",
        "2015-11-23T10:00:00.123456789+01:00",
        "2015-11-23 10:00",
        "2015-11-23 9:05:01 AM",
        "2015-11-23 10:00:00 +0000 UTC",
        "2015-11-23T10:00+01:00[Europe/Berlin]",
        "2015-11-23T10Z",
    ],
)
def test_a_date_is_a_day_or_a_time_of_it(date: object) -> None:
    found = make_document("Iran.", "a", date, "a", 1)
    assert isinstance(found, Document)
    assert found.date == "2015-11-23"


@pytest.mark.parametrize(
    "date",
    ["2015-11-23 99 nonsense", "2015-11-23 nonsense", "2015-11-23T", 2015, 1448272800, 2.5, True],
)
def test_what_stands_behind_a_day_must_be_a_time(date: object) -> None:
    found = make_document("Iran.", "a", date, "a", 1)
    assert isinstance(found, BadRecord)
    assert found.rule.startswith("a date is a day")
