"""Readers: from a file to its documents, one at a time; what cannot be read is a bad record."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from stance.analysis import MAX_CHARACTERS
from stance.batch.columns import (
    DATE_NAMES,
    ID_NAMES,
    SOURCE_NAMES,
    TEXT_NAMES,
    Columns,
    choose_columns,
    pick,
)
from stance.batch.documents import (
    BadRecord,
    Document,
    bad_record,
    first_undecoded,
    is_undecoded,
    make_document,
    plain_values,
    undecoded,
)
from stance.batch.opening import (
    MAX_RECORD,
    Opened,
    need_pyarrow,
    numbered_lines,
    open_input,
)
from stance.batch.options import BatchOptions, InputFormat
from stance.batch.sources import Source
from stance.errors import InputError, Problem
from stance.files import READ_ERRORS, leading_day

__all__ = ["READERS", "read_source"]

Records = Iterator[Document | BadRecord]
Reader = Callable[[Opened, Source, BatchOptions], Records]

_ROWS = 1024  # of a Parquet batch
_SNIFFED = 4096  # bytes of standard input that tell what it is
_COLUMN = re.compile(r"\s*[\w.:-]+( [\w.:-]+)?\s*|")  # no more than two words
_TOO_LONG = f"a line has at most {MAX_RECORD} characters"


def _read_text(opened: Opened, source: Source, options: BatchOptions) -> Records:
    """Yield the one document that a text file is."""
    stream, encoding = opened.text(options.encoding, newline="")
    text = stream.read(MAX_CHARACTERS + 1)
    place = first_undecoded(text)
    if place is not None:
        line = text[:place].count("\n") + 1
        yield undecoded(text, encoding, source.path, line)
    else:
        yield make_document(text, source.doc_id, _day_of(source, options), source.path, None)


def _read_lines(opened: Opened, source: Source, options: BatchOptions) -> Records:
    """Yield every line of a text file that is not empty as a document."""
    stream, encoding = opened.text(options.encoding, newline="\n")
    day = _day_of(source, options)
    for number, line in numbered_lines(stream):
        if line is None:
            yield _too_long(source, number)
        elif is_undecoded(line):
            yield undecoded(line, encoding, source.path, number)
        elif stripped := line.strip():
            yield make_document(stripped, f"{source.doc_id}:{number}", day, source.path, number)


def _day_of(source: Source, options: BatchOptions) -> str | None:
    """Return the day in the name of a text file, unless no dates are to be read."""
    return None if options.date_column == "" else leading_day(Path(source.path).name)


def _too_long(source: Source, number: int) -> BadRecord:
    return bad_record(
        Problem(_TOO_LONG, "split the record", None, path=source.path, line=number),
        f"{source.path}:{number}",
    )


def _read_json_lines(opened: Opened, source: Source, options: BatchOptions) -> Records:
    stream, encoding = opened.text(options.encoding, newline="\n")
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    for number, line in numbered_lines(stream):
        if line is None:
            yield _too_long(source, number)
        elif is_undecoded(line):
            yield undecoded(line, encoding, source.path, number)
        elif line.strip():
            try:
                record = decode(line)
            except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
                rule = f"each line is one JSON object ({error})"
                shown = line[:80].strip()
                yield bad_record(Problem(rule, "correct the line", shown, source.path, number))
                continue
            yield _from_object(record, source, number, options)


def _from_object(
    record: dict[str, Any], source: Source, number: int, options: BatchOptions
) -> Document | BadRecord:
    values = []
    for stated, usual, what in (
        (options.text_column, TEXT_NAMES, "text"),
        (options.id_column, ID_NAMES, "id"),
        (options.date_column, DATE_NAMES, "date"),
        (options.source_column, SOURCE_NAMES, "source"),
    ):
        found, value = pick(record, stated, usual)
        if not found and (stated or what == "text"):
            rule = f"a record has a field with the {what} ({stated or ', '.join(usual)})"
            step = f"name it (--{what}-column)"
            return bad_record(Problem(rule, step, ", ".join(record), source.path, number))
        values.append(value)
    text, doc_id, date, publisher = values
    return make_document(text, doc_id, date, source.path, number, publisher)


class _Lines:
    """Lines of a table for the csv module: notes what is wrong with those of the current row."""

    def __init__(self, stream: io.TextIOWrapper, encoding: str, path: str) -> None:
        self._lines = numbered_lines(stream)
        self._encoding = encoding
        self._path = path
        self.number = 0
        self.bad: BadRecord | None = None
        self.is_cut = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if line is None:
            problem = Problem(_TOO_LONG, "split the record", path=self._path, line=self.number)
            self.bad = bad_record(problem)
            self.is_cut = True
            return "\n"
        if is_undecoded(line):
            self.bad = undecoded(line, self._encoding, self._path, self.number)
        return line


def _read_table(opened: Opened, source: Source, options: BatchOptions, tab: bool) -> Records:
    """Yield the rows of a CSV (RFC 4180; commas or semicolons) or TSV file."""
    csv.field_size_limit(MAX_RECORD)
    stream, encoding = opened.text(options.encoding, newline="")
    lines = _Lines(stream, encoding, source.path)
    first = next(lines, None)
    if first is None or lines.bad is not None or not first.strip():
        found = lines.bad or bad_record(
            Problem(
                "a table begins with a header", "add the names of the columns", first, source.path
            )
        )
        yield found
        return
    delimiter = "\t" if tab else ";" if first.count(";") > first.count(",") else ","
    try:
        header = next(csv.reader([first], delimiter=delimiter, strict=True))
    except csv.Error as error:
        yield bad_record(Problem(f"the header is CSV ({error})", "correct it", first, source.path))
        return
    columns = choose_columns(header, options, source.path)
    yield from _table_rows(lines, delimiter, len(header), columns, source)


def _table_rows(
    lines: _Lines, delimiter: str, width: int, columns: Columns, source: Source
) -> Records:
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = lines.number + 1  # where the row begins
        lines.bad = None
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if lines.is_cut or str(error).startswith("field larger than"):
                # whether what follows stands inside the field, nobody knows
                rule = f"a field has at most {MAX_RECORD} characters; the rest is not read"
                step = "close its quotes, or split the record"
                yield bad_record(Problem(rule, step, None, source.path, number))
                return
            rule = f"a row is CSV with its quotes closed ({error})"
            yield bad_record(Problem(rule, "correct the row", None, source.path, number))
            continue
        if lines.bad is not None:
            yield lines.bad
            if lines.is_cut:
                return
        elif not row:
            continue
        elif len(row) != width:
            rule = f"a row has the {width} fields of the header"
            yield bad_record(
                Problem(rule, "quote fields that hold separators", len(row), source.path, number)
            )
        else:
            doc_id = None if columns.doc_id is None else row[columns.doc_id]
            date = None if columns.date is None else row[columns.date].strip()
            publisher = None if columns.source is None else row[columns.source]
            yield make_document(row[columns.text], doc_id, date, source.path, number, publisher)


def _read_csv(opened: Opened, source: Source, options: BatchOptions) -> Records:
    return _read_table(opened, source, options, tab=False)


def _read_tsv(opened: Opened, source: Source, options: BatchOptions) -> Records:
    return _read_table(opened, source, options, tab=True)


def _read_parquet(opened: Opened, source: Source, options: BatchOptions) -> Records:
    pyarrow = need_pyarrow(f"reading {source.path}")
    try:
        with opened.seekable() as seekable:
            file = pyarrow.parquet.ParquetFile(seekable)
            for number, record in enumerate(_parquet_rows(file, source, options)):
                opened.share = number / file.metadata.num_rows
                yield record
    except pyarrow.ArrowException as error:
        rule = f"the file is whole Parquet ({str(error).splitlines()[0]})"
        yield bad_record(Problem(rule, "write it again", path=source.path))


def _parquet_rows(file: Any, source: Source, options: BatchOptions) -> Records:
    names = file.schema_arrow.names
    columns = choose_columns(names, options, source.path)
    wanted = [names[place] for place in dict.fromkeys(columns) if place is not None]
    number = 0
    for batch in file.iter_batches(batch_size=_ROWS, columns=wanted):
        values = [
            [None] * len(batch) if place is None else plain_values(batch[names[place]])
            for place in columns
        ]
        for text, doc_id, date, publisher in zip(*values, strict=True):
            number += 1
            yield make_document(text, doc_id, date, source.path, number, publisher)


READERS: dict[str, Reader] = {
    "txt": _read_text,
    "lines": _read_lines,
    "jsonl": _read_json_lines,
    "csv": _read_csv,
    "tsv": _read_tsv,
    "parquet": _read_parquet,
}
"""Input format -> reader."""


def _sniff(opened: Opened, options: BatchOptions) -> InputFormat:
    """Return the format of standard input: JSON lines if it begins with a brace, else one text.

    It is a table if its first line names columns, the text among them.
    """
    encoding = opened.encoding(options.encoding)
    begin = opened.stream.peek(_SNIFFED)[:_SNIFFED].decode(encoding, "replace").lstrip()
    if begin.startswith("{"):
        return "jsonl"
    header, line_end, _ = begin.partition("\n")
    names = re.split(r"[,;\t]", header.replace('"', "").rstrip("\r"))
    is_header = line_end and len(names) > 1 and all(map(_COLUMN.fullmatch, names))
    if is_header and pick(dict.fromkeys(names), options.text_column, TEXT_NAMES)[0]:
        return "tsv" if "\t" in header else "csv"
    return "txt"


def read_source(
    source: Source, options: BatchOptions, watch: Callable[[Opened], None] | None = None
) -> Records:
    """Yield the documents of one input, and its bad records, in order of place.

    Parameters
    ----------
    source : Source
    options : BatchOptions
    watch : callable, optional
        Is given the open file, so that it can ask for the position.

    Raises
    ------
    MissingExtraError
        If the input is Parquet or .zst, and pyarrow is not installed.

    Examples
    --------
    >>> from stance.batch.sources import find_sources
    >>> source, = find_sources(["tests/batch/data/three.jsonl"], BatchOptions())
    >>> [record.doc_id for record in read_source(source, BatchOptions())]
    ['a', 'b', 'c']
    """
    try:
        with open_input(source.file) as opened:
            if watch is not None:
                watch(opened)
            kind = options.input_format or source.kind or _sniff(opened, options)
            yield from READERS[kind](opened, source, options)
    except InputError as error:
        yield bad_record(dataclasses.replace(error.problems[0], path=source.path))
    except READ_ERRORS as error:
        rule = f"the file can be read to its end ({error})"
        yield bad_record(Problem(rule, "check that it is whole", path=source.path))
    except UnicodeError as error:
        rule = f"the file is encoded as it says ({error})"
        yield bad_record(
            Problem(rule, "state its encoding (--encoding utf-16-le, say)", path=source.path)
        )
