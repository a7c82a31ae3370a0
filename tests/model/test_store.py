from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest

from stance.analysis import Model, load_model
from stance.errors import ModelError, NotFoundError
from stance.model.linear import LinearScorer
from stance.model.store import FORMAT


@pytest.fixture
def folder(tiny: Model, tmp_path: Path) -> Path:
    tiny.save(tmp_path / "m")
    return tmp_path / "m"


def edit_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_model_comes_back_as_it_was(tiny: Model, folder: Path) -> None:
    copy = load_model(folder)
    text = "Iran praised Iraq. Oman shelled Yemen."
    assert copy.analyze(text).relations == tiny.analyze(text).relations
    assert (copy.stances, copy.thresholds, copy.about) == (
        tiny.stances,
        tiny.thresholds,
        tiny.about,
    )


def test_saving_twice_gives_the_same_bytes(tiny: Model, folder: Path, tmp_path: Path) -> None:
    tiny.save(tmp_path / "again")
    for file in sorted(folder.iterdir()):
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes(), file.name


@pytest.mark.parametrize("name", ["rows.npy", "weights.npy", "intercept.npy"])
def test_a_damaged_file_is_refused_and_named(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelError, match=f"{name}: a model file has the checksum of its manifest"):
        load_model(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "weights.npy").unlink()
    with pytest.raises(NotFoundError, match=r"weights\.npy: a model folder holds all files"):
        load_model(folder)


def test_a_newer_format_is_refused_with_both_numbers(folder: Path) -> None:
    edit_manifest(folder, format=FORMAT + 1, novelty="something this version does not know")
    with pytest.raises(
        ModelError, match=f"reads model format {FORMAT}; found {FORMAT + 1}; update"
    ):
        load_model(folder)


def test_rows_of_the_first_format_are_read_as_they_stand(tiny: Model, folder: Path) -> None:
    assert isinstance(tiny.scorer, LinearScorer)
    buffer = io.BytesIO()
    np.save(buffer, tiny.scorer.rows)
    (folder / "rows.npy").write_bytes(buffer.getvalue())
    sums = json.loads((folder / "manifest.json").read_text("utf-8"))["sha256"]
    sums["rows.npy"] = hashlib.sha256(buffer.getvalue()).hexdigest()
    edit_manifest(folder, format=1, sha256=sums)
    copy = load_model(folder).scorer
    assert isinstance(copy, LinearScorer)
    assert copy.rows.tolist() == tiny.scorer.rows.tolist()


@pytest.mark.parametrize(
    ("content", "rule"),
    [(b"", "the manifest is whole"), (b"{", "the manifest is whole"), (b"[]", "manifest is whole"),
     (b'{"format": 1}', "missing required field"), (b"\xff\xfe", "the manifest is whole")],
)  # fmt: skip
def test_a_broken_manifest_is_refused(folder: Path, content: bytes, rule: str) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match=rule):
        load_model(folder)


def test_foreign_features_are_refused(folder: Path) -> None:
    edit_manifest(folder, groups=[["syntax", 1.0]])
    with pytest.raises(ModelError, match="made for this version's features"):
        load_model(folder)


def test_another_word_list_is_refused(folder: Path) -> None:
    edit_manifest(folder, lexicon="0" * 64)
    with pytest.raises(ModelError, match="this version's word list; found '000000000000'"):
        load_model(folder)


def test_arrays_of_the_wrong_shape_are_refused(folder: Path) -> None:
    edit_manifest(folder, stances=["one"], thresholds=[0.5], found_thresholds=[0.5])
    with pytest.raises(ModelError, match="arrays have the shapes"):
        load_model(folder)


def test_nothing_is_ever_unpickled(folder: Path) -> None:
    path = folder / "intercept.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    sums = json.loads((folder / "manifest.json").read_text())["sha256"]
    sums["intercept.npy"] = hashlib.sha256(path.read_bytes()).hexdigest()
    edit_manifest(folder, sha256=sums)
    with pytest.raises(ModelError, match=r"intercept\.npy: a model file holds an array"):
        load_model(folder)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="a model is a folder, or a shipped one"):
        load_model("no-such-model")


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"a model folder holds a manifest\.json"):
        load_model(tmp_path)
