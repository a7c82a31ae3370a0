"""What a form cannot hold is left out, and the rest still says what is true."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stance.labels.simplify import simplified
from stance.records import LabeledMention, LabeledRelation, LabeledSentence

LABEL = LabeledSentence(
    id="a:0",
    text="Iran met Oman; Iran left.",
    exhaustive=True,
    mentions=(
        LabeledMention("m0", "IRN", 0, 4, "Iran"),
        LabeledMention("m1", "OMN", 9, 13, "Oman"),
    ),
    relations=(LabeledRelation("m0", "m1", ("cooperation",)),),
)
ONCE = {"text": "Iran met Oman; it left."}
OPEN = {"relations": (LabeledRelation("m1", None, None),)}
OVERLAP = {
    **ONCE,
    "mentions": (*(LABEL.mentions or ()), LabeledMention("m2", "X", 0, 8, "Iran met")),
    "relations": (LabeledRelation("m0", "m1", ("cooperation",)),),
}
LOST = "that every relation is listed (exhaustive)"


@pytest.mark.parametrize(
    ("change", "ending", "still"),
    [
        ({}, ".csv", False),
        (OPEN, ".csv", False),
        (OVERLAP, ".stance", False),
        ({"relations": None}, ".csv", False),
        (ONCE, ".csv", True),
        ({}, ".stance", True),
        ({}, ".jsonl", True),
    ],
    ids=[
        "words that stand twice in a table",
        "a stance left open in a table",
        "marks that overlap in marked text",
        "relations not annotated in a table",
        "a table that holds everything",
        "marked text that holds everything",
        "JSON lines",
    ],
)
def test_a_sentence_that_lost_a_relation_is_exhaustive_no_more(
    change: dict[str, Any], ending: str, still: bool
) -> None:
    (simple,), notes = simplified([msgspec.structs.replace(LABEL, **change)], ending)
    assert simple.exhaustive is still
    assert (f"left out of 1 sentences: {LOST}" in notes) is not still
