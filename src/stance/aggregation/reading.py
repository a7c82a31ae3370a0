"""Score files, data frames, Arrow and analyses, read as chunks of bounded size."""

from __future__ import annotations

import csv
import functools
import gzip
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

import msgspec
import numpy as np

from stance.aggregation.chunks import (
    PLACE_COLUMNS,
    QUOTE_COLUMNS,
    SENTIMENT_COLUMNS,
    TEXT_COLUMNS,
    Chunk,
    make_chunk,
    recoded,
    stance_columns,
)
from stance.aggregation.unnamed import name_apart, name_of_text
from stance.errors import InputError, OptionError, Problem, missing, optional_library
from stance.files import READ_ERRORS, files_below, is_unfinished

__all__ = ["FORMATS", "read_scores"]

Chunks = Iterator[tuple[tuple[str, ...], Chunk]]

_ROWS = 50_000
_BLOCK = 16 << 20


def read_scores(scores: Any, quotes: bool = True, unnamed: Counter[str] | None = None) -> Chunks:
    """Yield ``(stances, chunk)`` of scores of any kind.

    Parameters
    ----------
    scores : path, data frame, Arrow table, Analysis, or an iterable of these or of rows
        A folder stands for all score files in it.
    quotes : bool
        Whether sentences are to be quoted; files are read without the columns for it, if not.
    unnamed : Counter, optional
        How often texts without an id came before (:mod:`stance.aggregation.unnamed`).

    Raises
    ------
    NotFoundError
        If a file does not exist.
    InputError
        If scores are damaged or no scores at all; file and line are named.
    MissingExtraError
        If Parquet or Arrow is read without pyarrow.
    """
    unnamed = Counter() if unnamed is None else unnamed
    if isinstance(scores, (str, Path)):
        yield from _read_path(Path(scores), quotes)
    elif hasattr(scores, "rows") and hasattr(scores, "relations"):  # an Analysis
        yield from _read_rows(_named_rows(scores, unnamed))
    elif hasattr(scores, "__arrow_c_stream__") and (pyarrow := _pyarrow()) is not None:
        try:
            yield from _read_arrow(pyarrow.RecordBatchReader.from_stream(scores), quotes)
        except pyarrow.ArrowException as error:
            rule = f"scores are columns of text and of numbers ({'; '.join(map(str, error.args))})"
            raise InputError(Problem(rule, "correct them")) from None
    elif hasattr(scores, "columns") and hasattr(scores, "__getitem__"):  # a frame
        yield from _read_frame(scores)
    elif isinstance(scores, Iterable):
        yield from _read_iterable(iter(scores), quotes, unnamed)
    else:
        raise OptionError(
            Problem(
                "scores are a score file, a data frame, Arrow, analyses or rows",
                "give one of these",
                type(scores).__name__,
            )
        )


def _read_iterable(items: Iterator[Any], quotes: bool, unnamed: Counter[str]) -> Chunks:
    """Rows are gathered into chunks, anything else is read by itself."""
    for is_row, group in itertools.groupby(items, lambda item: isinstance(item, Mapping)):
        if is_row:
            yield from _read_rows(group)
            continue
        for short, some in itertools.groupby(group, lambda item: hasattr(item, "relations")):
            if short:  # analyses hold few rows each
                yield from _read_rows(row for one in some for row in _named_rows(one, unnamed))
            else:
                for item in some:
                    yield from read_scores(item, quotes, unnamed)


def _named_rows(analysis: Any, unnamed: Counter[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of an analysis; one without an id is a document of its own."""
    name = analysis.doc_id
    if name is None:
        name = name_apart(name_of_text(analysis.text, analysis.date), unnamed)
    evidence = [one.evidence for one in analysis.relations]
    for row, spans in zip(analysis.rows(), evidence, strict=True):
        yield {**row, "doc_id": name, "evidence": spans}


def _read_rows(rows: Iterable[Mapping[str, Any]]) -> Chunks:
    stances_of = functools.cache(stance_columns)
    start = 1
    for stances, group in itertools.groupby(rows, lambda row: stances_of(tuple(row))):
        while block := list(itertools.islice(group, _ROWS)):
            kinds = dict.fromkeys(map(tuple, block))  # rows need not have the same keys
            names = dict.fromkeys(itertools.chain.from_iterable(kinds))
            columns = {name: [row.get(name) for row in block] for name in names}
            yield stances, make_chunk(columns, stances, len(block), None, start)
            start += len(block)


def _read_frame(frame: Any) -> Chunks:
    names = [str(name) for name in frame.columns]
    stances = stance_columns(names)
    n = len(frame)
    for start in range(0, n, _ROWS):
        part = frame[start : start + _ROWS]
        columns = {  # pandas puts nan where a value is missing
            name: [None if value is None or value != value else value for value in part[name]]
            for name in names
        }
        yield stances, make_chunk(columns, stances, len(part), None, start + 1)


def _read_path(path: Path, quotes: bool) -> Chunks:
    if not path.exists():
        raise missing(path, "score file")
    if path.is_dir():
        files = score_files(path)
        if not files:
            raise InputError(
                Problem(
                    f"a folder of scores holds files ending in {', '.join(FORMATS)}",
                    "check the path",
                    path=str(path),
                )
            )
        for file in files:
            yield from _read_path(file, quotes)
        return
    reader = _reader_of(path)
    if reader is None:
        raise InputError(
            Problem(
                f"a score file ends in one of {', '.join(FORMATS)} (or these and .gz)",
                "give what 'stance score' wrote",
                path.suffix,
                str(path),
            )
        )
    try:
        yield from reader(path, quotes)
    except READ_ERRORS as error:
        rule = f"a score file is whole and can be read ({error})"
        raise InputError(Problem(rule, "score the text again", path=str(path))) from None


def score_files(path: Path) -> list[Path]:
    """Return a score file itself, or the score files in a folder, less those of unfinished runs."""
    if not path.is_dir():
        return [path]
    return [file for file in files_below(path, is_unfinished) if _reader_of(file) is not None]


def _reader_of(path: Path) -> Any:
    name = path.name.removesuffix(".gz")
    if path.name.endswith((".errors.jsonl", ".errors.csv")) or path.name.startswith((".", "_")):
        return None
    return FORMATS.get(Path(name).suffix)


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def _read_jsonl(path: Path, quotes: bool) -> Chunks:
    with _open(path) as file:
        decoder, rest, line = None, b"", 1
        stances: tuple[str, ...] = ()
        while block := file.read(_BLOCK):
            block = rest + block
            cut = block.rfind(b"\n") + 1
            block, rest = block[:cut], block[cut:]
            if not block.strip():
                continue
            if decoder is None:
                stances, decoder = _row_decoder(block, path, quotes)
            yield stances, _jsonl_chunk(decoder, block, stances, path, line)
            line += block.count(b"\n")
        if rest.strip():
            if decoder is None:
                stances, decoder = _row_decoder(rest, path, quotes)
            yield stances, _jsonl_chunk(decoder, rest, stances, path, line)


def _row_decoder(block: bytes, path: Path, quotes: bool) -> tuple[tuple[str, ...], Any]:
    """Return the stances of a file, as its first row has them, and a decoder of its rows."""
    first = block.lstrip().split(b"\n", 1)[0]
    try:
        row = msgspec.json.decode(first, type=dict[str, Any])
        stances = stance_columns(list(row))
    except msgspec.MsgspecError as error:
        raise _damaged(path, 1, error) from None
    except InputError as error:
        one = error.problems[0]
        raise InputError(Problem(one.rule, one.next_step, one.value, str(path), 1)) from None
    fields: list[Any] = [(f"text_{k}", str | None, None) for k in range(len(TEXT_COLUMNS))]
    fields += [(f"stance_{k}", float | None, None) for k in range(len(stances))]
    fields += [(name, float | None, None) for name in SENTIMENT_COLUMNS]
    fields += [(name, int | None, None) for name in PLACE_COLUMNS]
    fields += [("evidence", Any, None)]
    names = {f"text_{k}": name for k, name in enumerate(TEXT_COLUMNS)}
    names |= {f"stance_{k}": name for k, name in enumerate(stances)}
    fields = [one for one in fields if quotes or names.get(one[0], one[0]) not in QUOTE_COLUMNS]
    kind = msgspec.defstruct("Row", fields, rename=names, gc=False)
    decoder = msgspec.json.Decoder(kind)
    encoded = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    return stances, (decoder, encoded)


def _jsonl_chunk(
    decoder: Any, block: bytes, stances: tuple[str, ...], path: Path, line: int
) -> Chunk:
    decode, names = decoder
    try:
        rows = decode.decode_lines(block)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        for k, text in enumerate(block.split(b"\n")):
            try:
                if text.strip():
                    decode.decode(text)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise _damaged(path, line + k, error) from None
        raise
    columns: dict[str, Any] = dict(
        zip(names.values(), zip(*map(msgspec.structs.astuple, rows), strict=True), strict=True)
    )
    if not any(columns.get("evidence", ())):
        columns.pop("evidence", None)
    return make_chunk(columns, stances, len(rows), str(path), line)


def _damaged(path: Path, line: int, error: Exception) -> InputError:
    return InputError(
        Problem(
            f"a line of a score file is a JSON object as 'stance score' writes it ({error})",
            "score the text again, or drop the line",
            path=str(path),
            line=line,
        )
    )


def _read_csv(path: Path, quotes: bool) -> Chunks:
    with _open(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as file:
        try:
            rows = csv.reader(file, delimiter="\t" if ".tsv" in path.suffixes else ",")
            names = next(rows, [])
            try:
                stances = stance_columns(names)
            except InputError as error:
                one = error.problems[0]
                problem = Problem(one.rule, one.next_step, one.value, str(path), 1)
                raise InputError(problem) from None
            wanted = _wanted(names, quotes)
            start = 2
            while block := list(itertools.islice(rows, _ROWS)):
                for k, row in enumerate(block):
                    if len(row) != len(names):
                        raise InputError(
                            Problem(
                                f"a row has {len(names)} values, as the header",
                                "score the text again, or drop the row",
                                len(row),
                                str(path),
                                start + k,
                            )
                        )
                all_columns = zip(names, zip(*block, strict=True), strict=True)
                columns = {name: column for name, column in all_columns if name in wanted}
                yield stances, make_chunk(columns, stances, len(block), str(path), start)
                start += len(block)
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(
                Problem(
                    f"a score file is a table in UTF-8 ({error})",
                    "score the text again",
                    path=str(path),
                )
            ) from None


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        return None
    return pyarrow


def _read_parquet(path: Path, quotes: bool) -> Chunks:
    optional_library("pyarrow.parquet", "reading Parquet needs pyarrow", "parquet")
    pyarrow = _pyarrow()
    try:
        # Buffered ahead, all bytes of the file would stay in memory until its end.
        file = pyarrow.parquet.ParquetFile(path, pre_buffer=False)
        wanted = _wanted(file.schema_arrow.names, quotes)
        yield from _read_arrow(file.iter_batches(_ROWS, columns=wanted), quotes, str(path))
    except pyarrow.ArrowException as error:
        raise InputError(
            Problem(f"a Parquet file is whole ({error})", "score the text again", path=str(path))
        ) from None


def _read_arrow(batches: Iterable[Any], quotes: bool, path: str | None = None) -> Chunks:
    start = 1
    for batch in batches:
        names = list(batch.schema.names)
        stances, wanted = stance_columns(names), _wanted(names, quotes)
        for first in range(0, len(batch), _ROWS):
            part = batch.slice(first, _ROWS)
            columns = {
                name: _arrow_column(part.column(k), name)
                for k, name in enumerate(names)
                if name in wanted
            }
            yield stances, make_chunk(columns, stances, len(part), path, start)
            start += len(part)


def _wanted(names: list[str], quotes: bool) -> list[str]:
    """Return the columns that are used, in their order."""
    known = {*TEXT_COLUMNS, *SENTIMENT_COLUMNS, *PLACE_COLUMNS, "evidence"}
    known = (known if quotes else known - {*QUOTE_COLUMNS}) | {*stance_columns(names)}
    return [name for name in names if name in known]


def _arrow_column(column: Any, name: str) -> Any:
    pyarrow = _pyarrow()
    if name == "evidence":
        return column.to_pylist()
    if name in TEXT_COLUMNS:
        if pyarrow.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pyarrow.types.is_null(column.type):
            return [None] * len(column)
        found = column.dictionary_encode(null_encoding="encode")
        values = found.dictionary.cast(pyarrow.string()).to_pylist()
        return recoded(np.from_dlpack(found.indices).astype(np.int64), values)
    try:
        column = column.cast(pyarrow.float64())
    except pyarrow.ArrowException:
        return column.to_pylist()  # of which the row that is no number will be named
    numbers = np.full(len(column), np.nan)  # by hand, since Arrow's own way loads pandas
    valid = np.from_dlpack(column.is_valid().cast(pyarrow.int8())) == 1
    numbers[valid] = np.from_dlpack(column.drop_null())
    return numbers


FORMATS: dict[str, Any] = {
    ".jsonl": _read_jsonl,
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".parquet": _read_parquet,
}
"""Ending of a file -> its reader."""
