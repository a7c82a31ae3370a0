"""The JSON Schema that ships is the one made from the records."""

from __future__ import annotations

import importlib.resources
import json

from stance.labels.schema import json_schema


def test_the_schema_file_is_that_of_the_records() -> None:
    shipped = importlib.resources.files("stance.labels").joinpath("schema.json").read_text("utf-8")
    assert json.loads(shipped) == json_schema(), "run: stance labels schema > schema.json"
