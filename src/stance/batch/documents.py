"""Documents of a corpus and bad records: what every reader yields."""

from __future__ import annotations

import datetime
import decimal
import re
from typing import Any

import msgspec

from stance.analysis import check_text
from stance.errors import InputError, Problem, shorten

__all__ = ["BadRecord", "Document", "bad_record", "make_document", "plain_values"]


class Document(msgspec.Struct, frozen=True):
    """One text of a corpus.

    ``date`` is an ISO day or None, ``source`` who published it, if that is known. ``path`` and
    ``line`` say where it was read.
    """

    doc_id: str
    text: str
    date: str | None = None
    path: str = ""
    line: int | None = None
    source: str | None = None


class BadRecord(msgspec.Struct, frozen=True):
    """A record that could not be read or scored: a line of the error file.

    ``doc_id`` is None where the record does not get as far as having one.
    """

    doc_id: str | None
    path: str
    line: int | None
    rule: str
    found: str | None
    next_step: str


_ISO_DAY = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ] *[012]?\d(?::?\d\d){0,2}(?:[.,]\d+)?(?: ?[ap]m)?"  # a time, and its zone
    r"(?: ?(?:[a-z]{1,5}|[+-]\d\d(?::?\d\d){0,2}))*(?:\[[\w/+-]+\])?)?"
    r"|(?P<figures>\d{8})",
    re.IGNORECASE,
)
_EXACT = 2**53  # below it a float holds every whole number
_UNDECODED = re.compile("[\udc80-\udcff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def plain_values(column: Any) -> list[Any]:
    """Return the values of an Arrow column.

    A time that Python cannot hold comes as text, a text that is no UTF-8 with lone surrogates:
    what is wrong with one value is wrong with one record.

    Examples
    --------
    >>> import pyarrow
    >>> plain_values(pyarrow.array([3_000_000], "date32"))
    ['10183-09-21']
    """
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        if hasattr(column, "dictionary_decode"):
            column = column.dictionary_decode()
        return [_plain(scalar) for scalar in column]


def _plain(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes().decode("utf-8", "surrogateescape")
    except (ValueError, OverflowError):
        return scalar.cast("string").as_py()


def bad_record(problem: Problem, doc_id: str | None = None) -> BadRecord:
    """Return the record of a problem.

    Examples
    --------
    >>> bad_record(Problem("a text is a str", "check it", 3, "a.jsonl", 7)).found
    '3'
    """
    found = None if problem.value is None else shorten(problem.value)
    return BadRecord(
        doc_id, problem.path or "", problem.line, problem.rule, found, problem.next_step
    )


def is_undecoded(text: str) -> bool:
    """Return whether ``text`` holds bytes that its encoding could not make characters of."""
    return first_undecoded(text) is not None


def first_undecoded(text: str) -> int | None:
    """Return the place of the first byte that its encoding could not make a character of."""
    match = None if text.isascii() else _UNDECODED.search(text)
    return None if match is None else match.start()


def undecoded(text: str, encoding: str, path: str, line: int | None) -> BadRecord:
    """Return the bad record of a text in another encoding than the one taken."""
    start = first_undecoded(text) or 0
    raw = text[start : start + 8].encode("utf-8", "surrogateescape")
    return bad_record(
        Problem(
            f"the input is encoded in {encoding}",
            "state its encoding (--encoding cp1252, say)",
            raw,
            path,
            line,
        )
    )


def make_document(
    text: object,
    doc_id: object,
    date: object,
    path: str,
    line: int | None,
    source: object = None,
) -> Document | BadRecord:
    """Return a document, or what is wrong with it.

    Parameters
    ----------
    text : object
        Must be a str with something in it.
    doc_id : object
        A str or a whole number (also 7.0); None or empty makes one of file and line.
    date : object
        A day, a time, or their ISO form (20151123 as a number, too); None or empty is no date.
    path : str
    line : int or None
    source : object
        A str or a whole number; None or empty is no source.

    Examples
    --------
    >>> make_document("Iran protested.", None, "2015-11-23T10:00:00Z", "a.jsonl", 3, "Agency")
    Document(doc_id='a.jsonl:3', text='Iran protested.', date='2015-11-23', path='a.jsonl', line=3,
             source='Agency')
    """
    default = path if line is None else f"{path}:{line}"
    doc_id = _whole(doc_id)
    if isinstance(doc_id, bool) or not isinstance(doc_id, (str, int, type(None))):
        rule = "an id is text or a whole number"
        return bad_record(Problem(rule, "name another column (--id-column)", doc_id, path, line))
    name = default if doc_id is None or doc_id == "" else str(doc_id)
    try:
        name.encode("utf-8")
        check_text(text)
        day = _day(date)
        publisher = _source(source)
    except InputError as error:
        one = error.problems[0]
        return bad_record(Problem(one.rule, one.next_step, one.value, path, line), name)
    except UnicodeEncodeError:
        rule = "an id is valid Unicode"
        return bad_record(Problem(rule, "correct it", doc_id, path, line), default)
    assert isinstance(text, str)
    if not text or text.isspace():
        rule = "a document has text"
        return bad_record(Problem(rule, "fill it in, or drop the record", None, path, line), name)
    if "\0" in text:
        rule = "a text holds no NUL characters"
        start = text.index("\0")
        shown = text[start : start + 8]
        return bad_record(Problem(rule, "clean the record", shown, path, line), name)
    return Document(name, text, day, path, line, publisher)


def _whole(value: object) -> object:
    """Return a whole number as an int, however a table stores it; anything else as it is."""
    if isinstance(value, decimal.Decimal):
        is_whole = value.is_finite() and value == int(value)
    else:
        is_whole = isinstance(value, float) and abs(value) < _EXACT and value.is_integer()
    return int(value) if is_whole else value  # type: ignore[call-overload]


def _source(source: object) -> str | None:
    """Return who published a text, or None where nothing is said."""
    source = _whole(source)
    if source is None or source == "":
        return None
    if isinstance(source, (str, int)) and not isinstance(source, bool):
        name = str(source)
        if not _LONE_SURROGATE.search(name):
            return name
    raise InputError(
        Problem(
            "a source is text or a whole number",
            "name another column, or read no sources (--source-column '')",
            source,
        )
    )


def _day(date: object) -> str | None:
    """Return an ISO day, or None where there is none."""
    if date is None or date == "":
        return None
    if isinstance(date, datetime.date):  # a datetime is one, too
        return date.isoformat()[:10]
    whole = _whole(date)
    shown = str(whole) if isinstance(whole, int) else date
    match = _ISO_DAY.fullmatch(shown.strip()) if isinstance(shown, str) else None
    if match is not None:
        try:
            return datetime.date.fromisoformat(match["day"] or match["figures"]).isoformat()
        except ValueError:
            pass
    raise InputError(
        Problem(
            "a date is a day as in 2015-11-23",
            "correct it, or read no dates (--date-column '')",
            date,
        )
    )
