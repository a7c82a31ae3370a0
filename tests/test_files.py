from __future__ import annotations

import os
from pathlib import Path

import pytest

from stance import files
from stance.errors import InputError, NotFoundError, OutputError
from stance.files import files_below, read_lines, read_texts, write_atomically


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "a labels file is not empty"),
        (b" \n\n", "a labels file is not empty"),
        (b"one\nt\0wo", ":2: a text file holds no NUL bytes"),
        (b"one\ncaf\xe9", ":2:4: a text file is encoded in UTF-8"),
        ("a".encode("utf-16"), "NUL bytes"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_its_line(
    tmp_path: Path, data: bytes, rule: str
) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=rule):
        list(read_lines(path))


def test_a_line_of_ten_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("short\n" + "x" * 10_000_000)
    with pytest.raises(InputError, match=r"f\.txt:2: a line has at most 1000000 characters"):
        list(read_lines(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere: there is no such file; check the path"):
        list(read_lines(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "folder: a folder of texts holds .txt files; check it"),
        ({"a.txt": b"", "b.txt": b"caf\xe9", "c.txt": b"x"}, "(?s)a.txt: a text .*b.txt:1:4: "),
    ],
)
def test_a_folder_of_texts_names_all_that_is_wrong(
    tmp_path: Path, files: dict[str, bytes], message: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with pytest.raises((InputError, NotFoundError), match=message):
        read_texts([folder])


def test_texts_are_files_and_those_of_folders_in_order(tmp_path: Path) -> None:
    for name in ("folder/b.txt", "folder/deep/a.txt", "folder/c.csv", "notes"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    read = read_texts([tmp_path / "notes", tmp_path / "folder"])
    assert list(read.values()) == ["notes", "folder/b.txt", "folder/deep/a.txt"]


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    for name in ("corpus/b/1.txt", "elsewhere/2.txt", "corpus/.3.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    corpus = tmp_path / "corpus"
    try:
        (corpus / "a").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        (corpus / "b" / "round").symlink_to(corpus, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    found = [file.relative_to(corpus).as_posix() for file in files_below(corpus)]
    assert found == ["a/2.txt", "b/1.txt"]


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    list_folder = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"closed: the folders .* can be read \(Permission"):
        files_below(tmp_path)


def test_only_line_feeds_end_a_line(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes("\ufeffa\u2028b\x85c\r\nd".encode())
    assert list(read_lines(path)) == [(1, "a\u2028b\x85c"), (2, "d")]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f.txt"
    write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match=r"f\.txt: the output can be written \(no space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["f.txt"]


def test_a_closed_standard_input_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.sys, "stdin", None)
    with pytest.raises(InputError, match=r"^-: standard input can be read \(it is closed\); send"):
        files.read_text("-")
