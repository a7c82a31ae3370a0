"""What several test modules share: a tiny model trained on labels that are built here."""

from __future__ import annotations

import pytest
from hypothesis import settings

from stance.analysis import Model
from stance.learning.training import train
from stance.records import LabeledMention, LabeledRelation, LabeledSentence

# The same examples in every run, so that a change is judged by what it changes; new ones are
# drawn by pytest --hypothesis-profile=default.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

_VERBS = {
    "cooperation": ("praised", "thanked", "signed an accord with", "welcomed", "backed"),
    "rivalry": ("criticised", "rejected", "imposed sanctions on", "rebuked", "blocked"),
    "threat": ("attacked", "threatened to bomb", "shelled", "mobilised against", "invaded"),
    "": (
        "lies north of",
        "is larger than",
        "has fewer rivers than",
        "borders",
        "exports less than",
    ),
}
_SENTIMENT = {"cooperation": "positive", "rivalry": "negative", "threat": "negative", "": "neutral"}


def make_labels(names: tuple[str, str] = ("Alpha", "Omega")) -> tuple[LabeledSentence, ...]:
    """Return labels of all verbs in both directions, each sentence a document of its own."""
    labels = []
    for stance, verbs in _VERBS.items():
        for verb in verbs:
            for when in ("on Monday", "again", "last year"):
                first, second = names
                text = f"{first} {verb} {second} {when}."
                start = text.index(second)
                labels.append(
                    LabeledSentence(
                        id=f"{len(labels)}",
                        text=text,
                        mentions=(
                            LabeledMention("m0", "A", 0, len(first), first),
                            LabeledMention("m1", "B", start, start + len(second), second),
                        ),
                        relations=(
                            LabeledRelation(
                                "m0",
                                "m1",
                                (stance,) if stance else (),
                                _SENTIMENT[stance],  # type: ignore[arg-type]
                            ),
                        ),
                        exhaustive=True,
                    )
                )
    return tuple(labels)


@pytest.fixture(scope="session")
def labels() -> tuple[LabeledSentence, ...]:
    return make_labels()


@pytest.fixture(scope="session")
def tiny(labels: tuple[LabeledSentence, ...]) -> Model:
    """A model that knows twenty verbs."""
    return train(labels)
