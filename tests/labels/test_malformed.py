"""Every malformed input has a clear message of its own, held in ``malformed.jsonl``.

``python tests/labels/test_malformed.py`` writes the messages anew: read the difference.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from stance.errors import StanceError
from stance.labels.files import read_labels

CASES_FILE = Path(__file__).with_name("malformed.jsonl")
CASES: list[dict[str, Any]] = [
    json.loads(line) for line in CASES_FILE.read_text("utf-8").splitlines()
]
TOO_LONG = {"LONG": "x" * 10_000_000, "CELL": f"{'x' * 200_000},,,\n"}
"""What stands in a case for text that no file of cases should hold."""


def message_of(case: dict[str, Any], folder: Path) -> str:
    path = folder / f"labels{case['ending']}"
    content = case.get("text", "")
    for short, long in TOO_LONG.items():
        content = content.replace(short, long)
    path.write_bytes(bytes.fromhex(case["hex"]) if "hex" in case else content.encode("utf-8"))
    try:
        read_labels(path)
    except StanceError as error:
        return str(error).replace(str(path), path.name)
    return "no error"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_malformed_input_gives_its_message(case: dict[str, Any], tmp_path: Path) -> None:
    assert message_of(case, tmp_path) == case["message"]


def test_the_list_is_long_and_its_messages_are_clear() -> None:
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)
    for case in CASES:
        for line in case["message"].splitlines():
            assert line.startswith("labels.") or "labels.xlsx" in line, line
            assert "; " in line, f"no next step: {line}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        lines = [
            json.dumps({**c, "message": message_of(c, Path(name))}, ensure_ascii=False)
            for c in CASES
        ]
    CASES_FILE.write_text("\n".join(lines) + "\n", "utf-8")
