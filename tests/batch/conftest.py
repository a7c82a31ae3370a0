"""A corpus of our own making, and a tiny model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stance.labels.files import read_labels
from stance.learning.training import train

NAMES = ("Iran", "France", "Oman", "China", "Japan", "Chile", "the European Union", "Ghana")
VERBS = ("condemned", "praised", "threatened to attack", "signed an accord with", "met")
FILLERS = (
    "The weather stayed mild all week.",
    "He had eggs, bread and a little salt.",
    "Nobody knew when the talks would end.",
    "Ministers in Accra spoke of rain.",
)


def sentence(number: int) -> str:
    """Return one sentence; one in three names two actors."""
    if number % 3:
        return FILLERS[number * 7 % len(FILLERS)]
    actor, target = NAMES[number % 8], NAMES[(number // 3 + 1) % 8]
    return f"{actor[0].upper()}{actor[1:]} {VERBS[number % 5]} {target} on day {number}."


def corpus(n_documents: int) -> list[dict[str, str]]:
    """Return documents of ten sentences each."""
    return [
        {
            "id": f"doc-{i}",
            "source": ("Agency", "", "Daily Post")[i % 3],
            "date": f"20{10 + i % 9}-{1 + i % 12:02d}-15",
            "text": " ".join(sentence(10 * i + k) for k in range(10)),
        }
        for i in range(n_documents)
    ]


def write_corpus(path: Path, n_documents: int) -> Path:
    """Write a corpus as JSON lines."""
    path.write_text("".join(json.dumps(one) + "\n" for one in corpus(n_documents)))
    return path


LABELS = """
[Iran|IRN] condemned [France|FRA] on day 2.
    IRN > FRA: rivalry -
[Oman|OMN] praised [China|CHN] for its help.
    OMN > CHN: cooperation +
[Japan|JPN] threatened to attack [Chile|CHL].
    JPN > CHL: threat -
[Ghana|GHA] signed an accord with [Iran|IRN].
    GHA > IRN: cooperation 0
    IRN > GHA: cooperation 0
[France|FRA] met [Oman|OMN].
    FRA > OMN: none
"""


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of a tiny model, trained on a few sentences."""
    folder = tmp_path_factory.mktemp("model")
    labels = "".join(f"# doc: d{i}\n{LABELS}\n" for i in range(6))
    (folder / "tiny.stance").write_text(labels)
    train(read_labels(folder / "tiny.stance")).save(folder / "tiny")
    return str(folder / "tiny")
