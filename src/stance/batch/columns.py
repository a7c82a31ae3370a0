"""Which column holds text, id, date and source: by name, or by the names that are usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from stance.batch.options import BatchOptions
from stance.errors import InputError, Problem

__all__ = [
    "DATE_NAMES",
    "ID_NAMES",
    "SOURCE_NAMES",
    "TEXT_NAMES",
    "Columns",
    "choose_columns",
    "pick",
]

TEXT_NAMES = ("text", "content", "body", "article", "sentence", "full_text", "message")
ID_NAMES = ("doc_id", "id", "document_id", "article_id", "uid", "guid", "url")
DATE_NAMES = (
    "date",
    "published",
    "publication_date",
    "pub_date",
    "pubdate",
    "published_at",
    "created_at",
    "datetime",
    "timestamp",
)
SOURCE_NAMES = ("source", "outlet", "publisher")


class Columns(NamedTuple):
    """Places of the columns in a header; None where there is no such column."""

    text: int
    doc_id: int | None
    date: int | None
    source: int | None


def choose_columns(header: Sequence[str], options: BatchOptions, path: str) -> Columns:
    """Return which columns of a table to read; case does not matter.

    Raises
    ------
    InputError
        If a column that was named is not there, none looks like the text, or a name stands twice.

    Examples
    --------
    >>> choose_columns(["ID", "Title", "Body"], BatchOptions(), "a.csv")
    Columns(text=2, doc_id=0, date=None, source=None)
    """
    names = [name.strip().lower() for name in header]
    text = _find(names, header, options.text_column, TEXT_NAMES, path)
    if text is None:
        alone = "; commas or semicolons part columns, tabs those of a .tsv file" * (len(names) == 1)
        raise InputError(
            Problem(
                f"a column holds the text ({', '.join(TEXT_NAMES)})",
                f"name it (--text-column){alone}",
                ", ".join(header),
                path,
                1,
            )
        )
    return Columns(
        text,
        _find(names, header, options.id_column, ID_NAMES, path),
        _find(names, header, options.date_column, DATE_NAMES, path),
        _find(names, header, options.source_column, SOURCE_NAMES, path),
    )


def _find(
    names: Sequence[str],
    header: Sequence[str],
    stated: str | None,
    usual: Sequence[str],
    path: str,
) -> int | None:
    if stated == "":
        return None
    if stated is not None and list(header).count(stated) == 1:
        return list(header).index(stated)
    wanted = usual if stated is None else (stated.strip().lower(),)
    for name in wanted:
        if names.count(name) > 1:
            raise InputError(
                Problem("a column stands once in the header", "rename one", name, path, 1)
            )
        if name in names:
            return names.index(name)
    if stated is None:
        return None
    raise InputError(
        Problem(
            f"the header has the column {stated!r} that was named",
            "correct the name",
            ", ".join(header),
            path,
            1,
        )
    )


def pick(record: Mapping[str, Any], stated: str | None, usual: Sequence[str]) -> tuple[bool, Any]:
    """Return whether a JSON object has a field, and its value; case matters only between two.

    Objects of one file need not have the same fields, so each is looked at by itself.

    Examples
    --------
    >>> pick({"body": "Iran protested."}, None, TEXT_NAMES)
    (True, 'Iran protested.')
    """
    if stated == "":
        return False, None
    wanted = usual if stated is None else (stated,)
    for name in wanted:
        if name in record:
            return True, record[name]
    lowered = {name.strip().lower(): name for name in record}
    for name in wanted:
        found = lowered.get(name.strip().lower())
        if found is not None:
            return True, record[found]
    return False, None
