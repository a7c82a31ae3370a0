"""The labelling format as a JSON Schema (draft 2020-12), made from the records themselves.

``schema.json`` beside this module is the same, for tools that read a file; a test holds it equal.
"""

from __future__ import annotations

from typing import Any

import msgspec

from stance.records import LabeledSentence

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of the labelling format, version 1.

    Examples
    --------
    >>> json_schema()["$ref"]
    '#/$defs/LabeledSentence'
    """
    schema = msgspec.json.schema(LabeledSentence)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$defs"]["LabeledSentence"]["properties"]["schema"] = {"const": 1, "default": 1}
    return schema
