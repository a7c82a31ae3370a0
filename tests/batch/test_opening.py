"""Byte order marks against the encoding that is stated."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from stance.batch.documents import BadRecord, Document
from stance.batch.options import BatchOptions
from stance.batch.readers import read_source
from stance.batch.sources import find_sources

TEXT = "Erdoğan praised Oman."


def read(path: Path, encoding: str) -> Document | BadRecord:
    options = BatchOptions(encoding=encoding)
    (source,) = find_sources([path], options)
    (record,) = read_source(source, options)
    return record


@pytest.mark.parametrize(
    ("mark", "written", "stated"),
    [
        (codecs.BOM_UTF8, "utf-8", "UTF8"),
        (codecs.BOM_UTF8, "utf-8", "utf_8_sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16BE"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (b"", "utf-8", "utf-8-sig"),
        (b"", "utf-16-le", "utf-16-le"),
        (b"", "cp1254", "cp1254"),
    ],
)
def test_a_mark_that_agrees_with_the_encoding_is_dropped(
    mark: bytes, written: str, stated: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(mark + TEXT.encode(written))
    found = read(tmp_path / "a.txt", stated)
    assert isinstance(found, Document)
    assert found.text == TEXT


@pytest.mark.parametrize(
    ("written", "stated"),
    [("utf-8-sig", "cp1252"), ("utf-16", "utf-8"), ("utf-8-sig", "utf-16"), ("utf-32", "cp1254")],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl"])
def test_a_mark_that_contradicts_the_encoding_is_a_bad_record(
    name: str, written: str, stated: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(TEXT.encode(written))
    found = read(tmp_path / name, stated)
    assert isinstance(found, BadRecord)
    assert found.rule == f"the input is encoded in {stated.upper()}, as stated"
    assert (found.path, found.line) == (str(tmp_path / name), 1)
    assert "state what its mark says (--encoding utf-" in found.next_step
