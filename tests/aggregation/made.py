"""Score rows made for tests, without any model."""

from __future__ import annotations

from typing import Any

STANCES = ("cooperation", "rivalry", "threat")


def make_row(
    doc_id: str = "d0",
    actor: str | None = "RUS",
    target: str | None = "IRN",
    probabilities: tuple[float, ...] = (0.9, 0.1, 0.05),
    **others: Any,
) -> dict[str, Any]:
    """Return a row as a score file holds it; a stance is held from one half on."""
    held = [name for name, p in zip(STANCES, probabilities, strict=True) if p >= 0.5]
    row = {
        "doc_id": doc_id,
        "date": None,
        "sent_index": 0,
        "actor": actor,
        "target": target,
        **dict(zip(STANCES, probabilities, strict=True)),
        "stances": "|".join(held),
        "sentiment": "neutral",
        "sentiment_negative": 0.2,
        "sentiment_neutral": 0.5,
        "sentiment_positive": 0.3,
        "speaker": None,
        "abstained": None,
        "actor_text": actor,
        "target_text": target,
        "start": 0,
        "end": 9,
        "sentence": f"{actor} and {target} in {doc_id}.",
    }
    assert not set(others) - {*row, "source", "evidence"}
    return row | others
