"""Model folders: a manifest and arrays, with checksums; nothing in them can run code."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from stance.errors import ModelError, NotFoundError, Problem
from stance.files import write_atomically
from stance.model.features import GROUPS, TABLE_SIZE
from stance.model.linear import LinearScorer, expand
from stance.records import SENTIMENTS

__all__ = ["FORMAT", "Manifest", "load_scorer", "read_manifest", "save_scorer"]

FORMAT = 1
"""Number of the model format; a newer one is refused."""

_MANIFEST = "manifest.json"
_ARRAYS = ("rows", "weights", "intercept")
_RETRAIN = "train it again (stance train) or fetch a whole copy"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model folder says of itself.

    ``about`` holds what training wrote down: versions, hash and composition of the labels,
    scores. Nothing in it changes what the model does.
    """

    format: int
    backend: str
    stances: tuple[str, ...]
    groups: tuple[tuple[str, float], ...]
    thresholds: tuple[float, ...]
    table_size: int
    sha256: dict[str, str]
    about: dict[str, Any] = {}


def save_scorer(scorer: LinearScorer, folder: Path | str, about: dict[str, Any]) -> None:
    """Write a model folder; the manifest comes last, so a broken write is noticed."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sums = {}
    for name in _ARRAYS:
        buffer = io.BytesIO()
        np.save(buffer, getattr(scorer, name), allow_pickle=False)
        data = buffer.getvalue()
        sums[f"{name}.npy"] = hashlib.sha256(data).hexdigest()
        write_atomically(folder / f"{name}.npy", data)
    manifest = Manifest(
        format=FORMAT,
        backend="linear",
        stances=scorer.stances,
        groups=scorer.groups,
        thresholds=scorer.thresholds,
        table_size=TABLE_SIZE,
        sha256=sums,
        about=about,
    )
    encoded = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=2)
    write_atomically(folder / _MANIFEST, encoded + b"\n")


def read_manifest(folder: Path | str) -> Manifest:
    """Return the manifest of a model folder.

    Raises
    ------
    NotFoundError
        If there is no model at ``folder``.
    ModelError
        If the manifest is damaged, or written in a newer format.
    """
    path = Path(folder) / _MANIFEST
    if not path.is_file():
        raise NotFoundError(
            Problem(
                f"a model folder holds a {_MANIFEST}",
                "name a model folder or a shipped model ('base')",
                path=str(folder),
            )
        )
    data = path.read_bytes()
    try:
        number = msgspec.json.decode(data, type=_Numbered).format
        if number > FORMAT:
            raise ModelError(
                Problem(
                    f"this version reads model format {FORMAT}",
                    "update this library, or train the model again",
                    number,
                    str(path),
                )
            )
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ModelError(
            Problem(f"the manifest is whole ({error})", _RETRAIN, path=str(path))
        ) from None


class _Numbered(msgspec.Struct):
    format: int


def load_scorer(folder: Path | str) -> tuple[LinearScorer, Manifest]:
    """Load a model folder.

    Raises
    ------
    NotFoundError
        If there is no model at ``folder``, or a file of it is missing.
    ModelError
        If anything in it is damaged, foreign or newer than this version.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    unknown = [name for name, _ in manifest.groups if name not in GROUPS]
    if manifest.backend != "linear" or unknown or manifest.table_size != TABLE_SIZE:
        raise ModelError(
            Problem(
                "the model was made for this version's features",
                _RETRAIN,
                unknown or manifest.backend,
                str(folder / _MANIFEST),
            )
        )
    arrays = {name: _load_array(folder / f"{name}.npy", manifest) for name in _ARRAYS}
    n_outputs = len(manifest.stances) + len(SENTIMENTS)
    shapes = {name: array.shape for name, array in arrays.items()}
    wanted = {
        "rows": (len(arrays["rows"]),),
        "weights": (len(arrays["rows"]), n_outputs),
        "intercept": (n_outputs,),
    }
    rows = arrays["rows"]
    if (
        shapes != wanted
        or len(manifest.thresholds) != len(manifest.stances)
        or (len(rows) and not 0 <= rows.min() <= rows.max() < TABLE_SIZE)
    ):
        raise ModelError(Problem(f"arrays have the shapes {wanted}", _RETRAIN, shapes, str(folder)))
    scorer = LinearScorer(
        stances=manifest.stances,
        groups=manifest.groups,
        rows=rows,
        weights=arrays["weights"],
        intercept=arrays["intercept"],
        thresholds=manifest.thresholds,
        table=expand(rows, arrays["weights"], TABLE_SIZE),
    )
    return scorer, manifest


def _load_array(path: Path, manifest: Manifest) -> Any:
    if not path.is_file():
        raise NotFoundError(
            Problem("a model folder holds all files of its manifest", _RETRAIN, path=str(path))
        )
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != manifest.sha256.get(path.name):
        raise ModelError(
            Problem(
                "a model file has the checksum of its manifest", _RETRAIN, found[:16], str(path)
            )
        )
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ModelError(
            Problem(f"a model file holds an array ({error})", _RETRAIN, path=str(path))
        ) from None
