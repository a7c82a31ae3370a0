"""Outputs: the parts of a run, joined in order into one file or a folder of months."""

from __future__ import annotations

import io
import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stance.batch.opening import need_pyarrow
from stance.batch.parts import Parts
from stance.batch.schema import Column, arrow_schema, encode_csv
from stance.errors import OptionError, Problem

__all__ = ["WRITERS", "Written", "join_parts", "measure", "output_kind", "put_in_place"]

_GROUP = 100_000  # rows of a Parquet row group: what a reader skips or takes as a whole
_BLOCK = 1 << 20  # bytes
_MONTH_ROWS = 500_000  # rows held in memory before the months are written
_NO_MONTH = "undated"  # Hive's own name for null stops pandas.read_parquet

Tables = Iterator[Any]
Join = Callable[[Path, Parts, int, Sequence[Column], Mapping[str, str]], None]


class Written(msgspec.Struct, frozen=True):
    """Size in bytes and checksum of an output: what it is known by when it is there already."""

    size: int
    crc32: int


def output_kind(out: Path, partition: str | None) -> str:
    """Return the form of an output, which its ending names.

    Raises
    ------
    OptionError
        If the ending is not that of a score file, or only Parquet can be what was asked for.

    Examples
    --------
    >>> output_kind(Path("scores.csv"), None)
    'csv'
    """
    kind = out.suffix.lower().removeprefix(".")
    if kind not in WRITERS:
        rule = f"an output ends in {', '.join('.' + name for name in WRITERS)}"
        raise OptionError(Problem(rule, "rename it (--out)", value=out.name))
    if partition is not None and kind != "parquet":
        rule = "only Parquet is written as a folder of months"
        raise OptionError(Problem(rule, "end --out in .parquet, or drop --partition", out.name))
    return kind


def join_parts(
    out: Path,
    parts: Parts,
    n_parts: int,
    columns: Sequence[Column],
    about: Mapping[str, str],
    partition: str | None,
) -> Path:
    """Write an output from its parts, beside them; return where it lies."""
    kind = output_kind(out, partition)
    temporary = parts.folder / f"joined.{kind}"
    _remove(temporary)
    if partition is None:
        WRITERS[kind](temporary, parts, n_parts, columns, about)
    else:
        _join_months(temporary, parts, n_parts, columns, about)
    for one in (*temporary.rglob("*"), temporary):
        _sync(one)
    return temporary


def put_in_place(joined: Path, out: Path) -> None:
    """Give an output its name, which holds what it held before until then."""
    if out.exists() and (out.is_dir() or joined.is_dir()):  # only a file replaces a file at once
        old = joined.with_name("replaced")
        _remove(old)
        out.replace(old)
    joined.replace(out)
    _sync(out.parent)


def _sync(path: Path) -> None:
    """Wait until a file, or the names that a folder holds, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def measure(out: Path) -> Written:
    """Return the size and checksum of an output, a file or a folder of them."""
    files = sorted(out.rglob("*.parquet")) if out.is_dir() else [out]
    size = crc32 = 0
    for path in files:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                size, crc32 = size + len(block), zlib.crc32(block, crc32)
    return Written(size, crc32)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _join_bytes(path: Path, parts: Parts, n_parts: int, header: bytes) -> None:
    with path.open("wb") as file:
        file.write(header)
        for index in range(n_parts):
            file.write(parts.payload(index))


def _join_json(
    path: Path, parts: Parts, n_parts: int, columns: Sequence[Column], about: Mapping[str, str]
) -> None:
    _join_bytes(path, parts, n_parts, b"")


def _join_csv(
    path: Path, parts: Parts, n_parts: int, columns: Sequence[Column], about: Mapping[str, str]
) -> None:
    header = encode_csv(columns, [[column.name] for column in columns])
    _join_bytes(path, parts, n_parts, header)


def _tables(parts: Parts, n_parts: int, rows: int) -> Tables:
    """Yield the tables of all parts, small ones joined until they have ``rows`` rows."""
    pyarrow = need_pyarrow("Parquet")
    waiting: list[Any] = []
    n_waiting = 0
    for index in range(n_parts):
        with pyarrow.ipc.open_stream(io.BytesIO(parts.payload(index))) as reader:
            table = reader.read_all()
        waiting.append(table)
        n_waiting += table.num_rows
        if n_waiting >= rows:
            yield pyarrow.concat_tables(waiting)
            waiting, n_waiting = [], 0
    if n_waiting:
        yield pyarrow.concat_tables(waiting)


def _join_parquet(
    path: Path, parts: Parts, n_parts: int, columns: Sequence[Column], about: Mapping[str, str]
) -> None:
    pyarrow = need_pyarrow("Parquet")
    schema = arrow_schema(columns, dict(about))
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in _tables(parts, n_parts, _GROUP):
            writer.write_table(table.replace_schema_metadata(schema.metadata), _GROUP)


def _join_months(
    folder: Path, parts: Parts, n_parts: int, columns: Sequence[Column], about: Mapping[str, str]
) -> None:
    """Write one folder a month, named as Hive does: ``month=2015-11/000000.parquet``."""
    pyarrow = need_pyarrow("Parquet")
    schema = arrow_schema(columns, dict(about))
    folder.mkdir()
    for number, table in enumerate(_tables(parts, n_parts, _MONTH_ROWS)):
        table = table.replace_schema_metadata(schema.metadata)
        months = pyarrow.array(
            [str(day)[:7] if day is not None else _NO_MONTH for day in table["date"].to_pylist()]
        )
        for month in sorted(months.unique().to_pylist()):
            own = folder / f"month={month}"
            own.mkdir(exist_ok=True)
            pyarrow.parquet.write_table(
                table.filter(pyarrow.compute.equal(months, month)),
                own / f"{number:06d}.parquet",
                compression="zstd",
            )


WRITERS: dict[str, Join] = {"jsonl": _join_json, "csv": _join_csv, "parquet": _join_parquet}
"""Output format -> how parts are joined."""
