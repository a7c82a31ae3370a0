"""Chunks of score rows as arrays: the one form that every kind of input is brought into."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from stance.errors import InputError, OptionError, Problem
from stance.files import leading_day

__all__ = [
    "QUOTE_COLUMNS",
    "UNIT",
    "Bools",
    "Chunk",
    "Coded",
    "Ints",
    "add_up",
    "coded",
    "distinct_keys",
    "group_codes",
    "make_chunk",
    "recoded",
    "stance_columns",
]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNIT = 1_000_000
"""Probabilities are summed as whole millionths: sums of integers do not depend on their order."""

_LARGEST = np.iinfo(np.int64).max

NEEDED = ("doc_id", "actor", "target", "stances")
TEXT_COLUMNS = (
    "doc_id",
    "date",
    "source",
    "actor",
    "target",
    "speaker",
    "stances",
    "abstained",
    "sentence",
    "actor_text",
    "target_text",
)
SENTIMENT_COLUMNS = ("sentiment_negative", "sentiment_neutral", "sentiment_positive")
PLACE_COLUMNS = ("sent_index", "start", "end")
QUOTE_COLUMNS = ("actor_text", "target_text", "start", "end", "evidence")
"""Columns of no use but to quote sentences."""


class Coded(NamedTuple):
    """A column of strings as codes into its distinct values; -1 is no value."""

    codes: Ints
    values: tuple[str, ...]

    def at(self, row: int) -> str | None:
        """Return the value in a row."""
        code = int(self.codes[row])
        return None if code < 0 else self.values[code]


class Chunk(msgspec.Struct, frozen=True):
    """Some rows of a score file.

    Attributes
    ----------
    columns : dict of str to Coded
        The columns of ``TEXT_COLUMNS``; what the rows lack is all -1.
    empty : (n,) bool
        Rows of documents that hold no relation: they count as read, and for nothing else.
    stances, sentiment : (n, n_stances) and (n, 3) int64
        Probabilities in millionths.
    held : (n, n_stances) bool
        Which stances reach the thresholds of the model.
    places : (n, 3) int64
        Number of the sentence, its start and end in the document.
    evidence : tuple of str or None
        Spans in the document, as they stand in the rows.
    """

    columns: dict[str, Coded]
    empty: Bools
    stances: Ints
    sentiment: Ints
    held: Bools
    places: Ints
    evidence: tuple[Any, ...] | None

    def __len__(self) -> int:
        return len(self.held)


def coded(values: Sequence[Any]) -> Coded:
    """Return a column of strings as codes; None and the empty string are no value.

    Examples
    --------
    >>> coded(["RUS", None, "RUS"])
    Coded(codes=array([ 0, -1,  0]), values=('RUS',))
    """
    distinct = list(dict.fromkeys(values))
    index = {value: code for code, value in enumerate(distinct)}
    codes = np.fromiter(map(index.__getitem__, values), np.int64, len(values))
    return recoded(codes, distinct)


def recoded(codes: Ints, distinct: Sequence[Any]) -> Coded:
    """Return codes into distinct values as a column, in which None and "" are no value.

    Examples
    --------
    >>> recoded(np.array([1, 0, 1]), [None, "RUS"])
    Coded(codes=array([ 0, -1,  0]), values=('RUS',))
    """
    missing = np.array([value is None or value == "" for value in distinct], bool)
    if missing.any():
        codes = np.where(missing, -1, np.cumsum(~missing) - 1)[codes]
        distinct = [value for value in distinct if value is not None and value != ""]
    return Coded(codes, tuple(map(str, distinct)))


def distinct_keys(keys: Ints) -> Ints:
    """Return the distinct keys, sorted (by a sort: numpy's own way hashes, and is slower)."""
    keys = np.sort(keys)
    return keys[np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))] if len(keys) else keys


def group_codes(*columns: Ints) -> tuple[Ints, Ints]:
    """Return the distinct rows of some code columns: first place of each, and each row's number.

    Examples
    --------
    >>> first, number = group_codes(np.array([3, 3, -1]), np.array([0, 0, 0]))
    >>> first.tolist(), number.tolist()
    ([2, 0], [1, 1, 0])
    """
    key, top = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        size = int(column.max(initial=-1)) + 2
        if top * size > _LARGEST:  # only the distinct keys so far, to make room
            _, key = _ranked(key)
            top = int(key.max(initial=0)) + 1
        key, top = key * size + (column + 1), top * size
    return _ranked(key)


def _ranked(keys: Ints) -> tuple[Ints, Ints]:
    """Return the first place of each distinct key, in order of keys, and each key's rank."""
    if not len(keys):
        return keys, keys
    order = np.argsort(keys)
    in_order = keys[order]
    new = np.diff(in_order, prepend=in_order[0] - 1) != 0
    rank = np.empty(len(keys), np.int64)
    rank[order] = np.cumsum(new) - 1
    return np.minimum.reduceat(order, np.flatnonzero(new)), rank


def add_up(keys: Ints, sums: Ints) -> tuple[Ints, Ints]:
    """Return each key once, sorted, with the sum of its rows.

    Examples
    --------
    >>> keys, sums = add_up(np.array([7, 3, 7]), np.array([[1], [2], [4]]))
    >>> keys.tolist(), sums.tolist()
    ([3, 7], [[2], [5]])
    """
    if not len(keys):
        return keys, sums
    order = np.argsort(
        keys
    )  # any order of equal keys will do: sums of integers do not depend on it
    keys, sums = keys[order], sums[order]
    first = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    if len(first) == len(keys):  # nothing to add up
        return keys, sums
    return keys[first], np.add.reduceat(sums, first, axis=0)


def stance_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Return which columns hold stances: score files have them between target and stances.

    Raises
    ------
    InputError
        If a column that every score file has is missing, or no stance stands in its place.

    Examples
    --------
    >>> stance_columns(["doc_id", "actor", "target", "cooperation", "threat", "stances"])
    ('cooperation', 'threat')
    """
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise InputError(
            Problem(
                f"scores have the columns {', '.join(NEEDED)}; {', '.join(missing)} is missing",
                "give what 'stance score' or Analysis.rows() made",
                ", ".join(names),
            )
        )
    found = tuple(names[names.index("target") + 1 : names.index("stances")])
    if not found:
        raise InputError(
            Problem(
                "the stances stand between the columns target and stances",
                "keep the order of the columns",
                ", ".join(names),
            )
        )
    return found


def make_chunk(
    columns: Mapping[str, Any], names: tuple[str, ...], n: int, path: str | None, start: int
) -> Chunk:
    """Return a chunk of columns.

    Parameters
    ----------
    columns : mapping of str to Coded or sequence
    names : tuple of str
        The stances.
    n : int
        Number of rows.
    path : str, optional
    start : int
        Number of the first row, for messages.

    Raises
    ------
    InputError
        If a row names no document, a relation lacks a probability or has one outside 0 to 1, or
        a date is no day.
    """
    texts = {}
    for name in TEXT_COLUMNS:
        column = columns.get(name, ())
        if not isinstance(column, Coded):
            column = coded(column) if len(column) else Coded(np.full(n, -1), ())
        texts[name] = column
    texts["date"] = _days(texts["date"], path, start)
    nameless = np.flatnonzero(texts["doc_id"].codes < 0)
    if len(nameless):
        raise InputError(
            Problem(
                "every row names its document (intervals are made over documents)",
                "fill in doc_id",
                path=path,
                line=start + int(nameless[0]),
            )
        )
    probabilities = _numbers([columns[name] for name in names], n, path, start)
    unknown = np.isnan(probabilities)
    empty: Bools = np.asarray(unknown.all(axis=1))
    empty &= (texts["actor"].codes < 0) & (texts["target"].codes < 0)
    partial = np.flatnonzero(unknown.any(axis=1) & ~empty)
    if len(partial):
        raise InputError(
            Problem(
                f"a relation has a probability of each stance, here {', '.join(names)}",
                "add up the scores of another model by themselves, or score the text again",
                path=path,
                line=start + int(partial[0]),
            )
        )
    _check_range(probabilities[~empty], np.flatnonzero(~empty), path, start)
    sentiment = _numbers([columns.get(name, ()) for name in SENTIMENT_COLUMNS], n, path, start)
    places = _numbers([columns.get(name, ()) for name in PLACE_COLUMNS], n, path, start)
    evidence = columns.get("evidence", ())
    return Chunk(
        columns=texts,
        empty=empty,
        stances=np.rint(np.nan_to_num(probabilities) * UNIT).astype(np.int64),
        sentiment=np.rint(np.nan_to_num(sentiment) * UNIT).astype(np.int64),
        held=_held(texts["stances"], names, path),
        places=np.nan_to_num(places, nan=-1).astype(np.int64),
        evidence=tuple(evidence) if len(evidence) else None,
    )


def _numbers(
    columns: Sequence[Any], n: int, path: str | None, start: int
) -> npt.NDArray[np.float64]:
    """Return columns of numbers, (n, n_columns); what is missing is nan."""
    out = np.full((n, len(columns)), np.nan)
    for k, column in enumerate(columns):
        if len(column) == 0:
            continue
        try:
            out[:, k] = np.asarray(column, np.float64)
        except (TypeError, ValueError):
            for i, value in enumerate(column):
                try:
                    out[i, k] = math.nan if value is None or value == "" else float(value)
                except (TypeError, ValueError):
                    raise InputError(
                        Problem("a score is a number", "correct it", value, path, start + i)
                    ) from None
    return out


def _check_range(
    values: npt.NDArray[np.float64], rows: npt.NDArray[np.int64], path: str | None, start: int
) -> None:
    bad = ~((values >= 0) & (values <= 1))
    if bad.any():
        i, k = np.argwhere(bad)[0]
        raise InputError(
            Problem(
                "a probability lies between 0 and 1",
                "correct the row, or score the text again",
                float(values[i, k]),
                path,
                start + int(rows[i]),
            )
        )


def _held(column: Coded, names: tuple[str, ...], path: str | None) -> Bools:
    """Return which stances are held, from values as in ``cooperation|rivalry``."""
    table = np.zeros((len(column.values) + 1, len(names)), bool)  # the last row is for none
    for i, value in enumerate(column.values):
        for name in value.split("|"):
            if name not in names:
                raise InputError(
                    Problem(
                        f"the stances of these scores are {', '.join(names)}",
                        "correct the column stances",
                        name,
                        path,
                    )
                )
            table[i, names.index(name)] = True
    return np.asarray(table[column.codes])


def _days(column: Coded, path: str | None, start: int) -> Coded:
    """Return dates cut to days."""
    days = []
    for code, value in enumerate(column.values):
        day = leading_day(value)
        if day is None or value[10:11] not in ("", "T", " "):
            line = start + int(np.flatnonzero(column.codes == code)[0])
            raise InputError(
                Problem("a date is a day as in 2015-11-23", "correct it", value, path, line)
            )
        days.append(day)
    again = coded(days)
    lookup = np.append(again.codes, -1)
    return Coded(lookup[column.codes], again.values)


def same_stances(known: tuple[str, ...], found: tuple[str, ...]) -> None:
    """Raise OptionError unless two sets of scores tell the same stances apart."""
    if known != found:
        raise OptionError(
            Problem(
                f"scores that are added up have the same stances, here {', '.join(known)}",
                "aggregate them apart",
                ", ".join(found),
            )
        )
