from __future__ import annotations

import re
from pathlib import Path

from stance.batch.columns import DATE_NAMES, ID_NAMES, SOURCE_NAMES, TEXT_NAMES
from stance.batch.sources import KINDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "batch.md").read_text()


def test_the_page_names_all_columns_that_are_looked_for_and_all_endings() -> None:
    named = set(re.findall(r"`([^`]+)`", PAGE))
    assert {*TEXT_NAMES, *ID_NAMES, *DATE_NAMES, *SOURCE_NAMES} <= named
    assert {*KINDS} - {".text", ".tab"} <= named
