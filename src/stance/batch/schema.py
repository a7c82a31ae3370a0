"""The columns of a score file, and how rows are written in each form."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from stance.batch.opening import need_pyarrow
from stance.errors import OptionError, Problem
from stance.records import SENTIMENTS

__all__ = ["Column", "Rows", "arrow_schema", "columns_of", "encode_csv", "encode_json", "to_arrow"]

Kind = Literal["text", "day", "integer", "probability"]
Rows = list[Sequence[Any]]
"""Columns of equal length, in the order of the schema."""


class Column(msgspec.Struct, frozen=True):
    """One column of a score file."""

    name: str
    kind: Kind
    meaning: str


_HEAD = (
    Column("doc_id", "text", "identifier of the document; file and line where it had none"),
    Column("date", "day", "its day, or null"),
    Column("source", "text", "who published it, or null"),
    Column("sent_index", "integer", "which sentence of the document, from 0"),
    Column("actor", "text", "identifier of who takes the stance"),
    Column("target", "text", "identifier of the one towards whom"),
)
_MIDDLE = (
    Column("stances", "text", "stances above their thresholds, joined by |; empty if none"),
    Column("sentiment", "text", "negative, neutral or positive: the most probable one"),
)
_TAIL = (
    Column("speaker", "text", "to whom the text attributes the claim, or null"),
    Column("abstained", "text", "why the model should not be believed here, or null"),
    Column("actor_text", "text", "the words that name the actor"),
    Column("target_text", "text", "the words that name the target"),
    Column("start", "integer", "where the sentence begins in the document (Unicode code points)"),
    Column("end", "integer", "where it ends, exclusive"),
    Column("sentence", "text", "the sentence"),
)
_EVIDENCE = Column(
    "evidence", "text", "spans of the words that decided, as start-end in the document, joined by |"
)


def columns_of(stances: Sequence[str], evidence: bool = False) -> tuple[Column, ...]:
    """Return the columns of a score file for a model's stances.

    Raises
    ------
    OptionError
        If a stance has the name of another column.

    Examples
    --------
    >>> [column.name for column in columns_of(("rivalry",))][6:10]
    ['rivalry', 'stances', 'sentiment', 'sentiment_negative']
    """
    columns = (
        *_HEAD,
        *(Column(name, "probability", f"calibrated probability of {name}") for name in stances),
        *_MIDDLE,
        *(
            Column(f"sentiment_{name}", "probability", f"probability of {name} sentiment")
            for name in SENTIMENTS
        ),
        *_TAIL,
        *((_EVIDENCE,) if evidence else ()),
    )
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        rule = "no stance has the name of another column of a score file"
        raise OptionError(Problem(rule, "rename it in the labels and train again", twice[0]))
    return columns


_encode_lines = msgspec.json.Encoder().encode_lines


@functools.lru_cache(maxsize=8)
def _row_maker(columns: tuple[Column, ...]) -> Callable[..., Any]:
    """Return what makes a row of its values: a struct, which becomes JSON faster than a dict."""
    names = [column.name for column in columns]
    if any(char in '"\\' or char < " " for char in "".join(names)):  # no struct has such names
        return lambda *values: dict(zip(names, values, strict=True))
    fields = [(f"column{i}", Any) for i in range(len(names))]
    rename = {field: name for (field, _), name in zip(fields, names, strict=True)}
    return msgspec.defstruct("Row", fields, rename=rename, gc=False)


def encode_json(columns: Sequence[Column], rows: Rows) -> bytes:
    r"""Return rows as JSON lines.

    Examples
    --------
    >>> encode_json(columns_of(())[:2], [["a"], [None]])
    b'{"doc_id":"a","date":null}\n'
    """
    return _encode_lines(list(map(_row_maker(tuple(columns)), *rows)))


def encode_csv(columns: Sequence[Column], rows: Rows) -> bytes:
    r"""Return rows as CSV (RFC 4180, but line feeds end lines), without the header.

    Cells with a carriage return are quoted, too, since readers take one for the end of a line.

    Examples
    --------
    >>> encode_csv(columns_of(())[:2], [["a, b"], [None]])
    b'"a, b",\n'
    """
    out = _Lines()
    # What may end a line is what is quoted: both characters, though only one is kept.
    csv.writer(out, lineterminator="\r\n").writerows(zip(*rows, strict=True))
    return "".join(out.lines).encode()


class _Lines:
    """Takes the lines of a CSV writer, one a call."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line.removesuffix("\r\n") + "\n")


def arrow_schema(columns: Sequence[Column], about: dict[str, str] | None = None) -> Any:
    """Return the Arrow schema of a score file; ``about`` becomes its metadata.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    pyarrow = need_pyarrow("Arrow and Parquet")
    types = {
        "text": pyarrow.string(),
        "day": pyarrow.date32(),
        "integer": pyarrow.int32(),
        "probability": pyarrow.float32(),
    }
    fields = [pyarrow.field(column.name, types[column.kind]) for column in columns]
    return pyarrow.schema(fields, metadata=about)


def to_arrow(columns: Sequence[Column], rows: Rows) -> Any:
    """Return rows as an Arrow table."""
    pyarrow = need_pyarrow("Arrow and Parquet")
    schema = arrow_schema(columns)
    arrays = [
        pyarrow.array(values).cast(field.type)
        if column.kind == "day" and any(value is not None for value in values)
        else pyarrow.array(values, field.type)
        for column, field, values in zip(columns, schema, rows, strict=True)
    ]
    return pyarrow.Table.from_arrays(arrays, schema=schema)
