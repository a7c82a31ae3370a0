"""The labelling format itself: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from stance.errors import Problem
from stance.files import read_lines
from stance.labels.check import Numbered
from stance.records import LabeledSentence

__all__ = ["read", "write"]

_decoder = msgspec.json.Decoder(LabeledSentence)
_encoder = msgspec.json.Encoder()
_SHOWN = 80
_HINTS = {"[": "jq -c '.[]'", "{": "jq -c ."}


class _RepeatedKeyError(Exception):
    """A key stands twice in one object."""


def read(path: str) -> tuple[list[Numbered], list[Problem]]:
    """Return the numbered sentences of a file of JSON lines, and all that is wrong with it."""
    sentences: list[Numbered] = []
    problems: list[Problem] = []
    for number, line in read_lines(path):
        stripped = line.strip()
        if not stripped:
            continue
        if stripped in _HINTS and not sentences and not problems:
            return [], [
                Problem(
                    "each line is one whole JSON object (this looks like JSON over many lines)",
                    f"write one object a line, with {_HINTS[stripped]} say",
                    stripped,
                    path,
                    number,
                )
            ]
        try:
            sentences.append(Numbered(number, _decode(line)))
        except msgspec.ValidationError as error:
            problems.append(
                Problem(
                    "a labelled sentence has the fields and types of the format:"
                    f" {_lower(str(error))}",
                    "see docs/labelling.md",
                    line[:_SHOWN],
                    path,
                    number,
                )
            )
        except msgspec.DecodeError:
            problems.append(_why_no_json(line, path, number))
        except _RepeatedKeyError as error:
            problems.append(
                Problem(
                    "a key stands once in an object",
                    "remove one of the two",
                    error.args[0],
                    path,
                    number,
                )
            )
    return sentences, problems


def _decode(line: str) -> LabeledSentence:
    label = _decoder.decode(line.encode("utf-8"))
    json.loads(line, object_pairs_hook=_unique)  # the decoder takes the last of equal keys
    return label


def _unique(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for key, _ in pairs:
        if key in seen:
            raise _RepeatedKeyError(key)
        seen.add(key)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _why_no_json(line: str, path: str, number: int) -> Problem:
    """Return what is wrong with a line that is no JSON, with its column where it is known."""
    try:
        json.loads(line, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        rule, step, column = f"each line is one JSON object ({_lower(error.msg)})", "", error.colno
        step = "correct the line"
        if error.msg.startswith("Extra data"):
            step = "put each object on a line of its own"
        return Problem(rule, step, line[error.pos : error.pos + 20], path, number, column)
    except ValueError as error:
        return Problem(
            "JSON has numbers, but no NaN or Infinity",
            "write null",
            str(error),
            path,
            number,
            line.find(str(error)) + 1,
        )
    except RecursionError:
        return Problem(
            "values are nested a few levels deep", "flatten meta", line[:_SHOWN], path, number
        )
    return Problem(
        "text is valid Unicode: a \\ud800..\\udfff escape without its other half is no character",
        "remove the damaged character",
        line[:_SHOWN],
        path,
        number,
        max(line.lower().find("\\ud"), 0) + 1,
    )


def write(labels: Iterable[LabeledSentence]) -> str:
    """Return labels as JSON lines."""
    return "".join(_encoder.encode(label).decode() + "\n" for label in labels)
