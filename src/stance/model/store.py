"""Model folders: a manifest and arrays, with checksums; nothing in them can run code."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.errors import ModelError, NotFoundError, Problem
from stance.files import write_atomically
from stance.model.encoder import Calibration, EncoderFiles, EncoderScorer
from stance.model.encoder_tokens import Vocabulary
from stance.model.features import GROUPS, TABLE_SIZE
from stance.model.lexicon import lexicon_checksum
from stance.model.linear import LinearScorer, expand
from stance.model.scorer import Scorer
from stance.records import SENTIMENTS

__all__ = ["FORMAT", "Manifest", "load_scorer", "read_manifest", "save_scorer"]

FORMAT = 2
"""Number of the model format; a newer one is refused.

From 2 on ``rows.npy`` holds how far each row of the table lies behind the one before: a byte each.
"""

_MANIFEST = "manifest.json"
_ARRAYS = ("rows", "weights", "intercept", "known")
_RETRAIN = "train it again (stance train) or fetch a whole copy"


class EncoderPart(msgspec.Struct, frozen=True):
    """What the manifest of an encoder says beyond that of a linear model."""

    vocabulary: Vocabulary
    slopes: tuple[float, ...]
    offsets: tuple[float, ...]
    temperature: float


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model folder says of itself.

    ``lexicon`` is the checksum of the word list that a linear model learned with: its weights mean
    nothing with another. ``about`` holds what training wrote down: versions, hash and composition
    of the labels, scores. Nothing in it changes what the model does.
    """

    format: int
    backend: str
    stances: tuple[str, ...]
    thresholds: tuple[float, ...]
    found_thresholds: tuple[float, ...]
    sha256: dict[str, str]
    groups: tuple[tuple[str, float], ...] = ()
    table_size: int = TABLE_SIZE
    lexicon: str = ""
    encoder: EncoderPart | None = None
    about: dict[str, Any] = {}


def save_scorer(scorer: Scorer, folder: Path | str, about: dict[str, Any]) -> None:
    """Write a model folder; the manifest comes last, so a broken write is noticed."""
    if isinstance(scorer, LinearScorer):
        arrays = {name: getattr(scorer, name) for name in _ARRAYS}
        arrays["weights"] = arrays["weights"].astype(np.float16)  # exact: fit rounds to it
        arrays["rows"] = _gaps(scorer.rows)
        files = {f"{name}.npy": _as_npy(array) for name, array in arrays.items()}
        manifest = _manifest("linear", scorer, about, groups=scorer.groups)
    elif isinstance(scorer, EncoderScorer):
        files = _encoder_files(scorer, about)
        calibration = scorer.calibration
        part = EncoderPart(
            scorer.vocabulary, calibration.slopes, calibration.offsets, calibration.temperature
        )
        manifest = _manifest("encoder", scorer, about, encoder=part)
    else:
        raise ModelError(
            Problem(
                "a model that can be written is linear or an encoder",
                "train one (stance train)",
                type(scorer).__name__,
            )
        )
    folder = Path(folder)
    for name, data in files.items():
        write_atomically(folder / name, data)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = msgspec.structs.replace(manifest, sha256=sums)
    encoded = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=2)
    write_atomically(folder / _MANIFEST, encoded + b"\n")


def _manifest(
    backend: str,
    scorer: Scorer,
    about: dict[str, Any],
    groups: tuple[tuple[str, float], ...] = (),
    encoder: EncoderPart | None = None,
) -> Manifest:
    return Manifest(
        format=FORMAT,
        backend=backend,
        stances=scorer.stances,
        thresholds=scorer.thresholds,
        found_thresholds=scorer.found_thresholds,
        sha256={},
        groups=groups,
        lexicon=lexicon_checksum() if groups else "",
        encoder=encoder,
        about=about,
    )


def _gaps(rows: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
    """Return how far each of some ascending rows lies behind the one before, in few bytes."""
    gaps = np.diff(rows, prepend=0)
    return gaps.astype(np.min_scalar_type(int(gaps.max(initial=0))))


def _as_npy(array: npt.NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _encoder_files(scorer: EncoderScorer, about: dict[str, Any]) -> dict[str, bytes]:
    files = {
        "model.onnx": scorer.files.graph,
        "tokenizer.json": scorer.files.tokenizer,
        "known.npy": _as_npy(scorer.known),
    }
    base, licence = about.get("base"), about.get("base_licence")
    if base:
        files["NOTICE"] = (
            f"This model was made from {base}"
            f" (licence: {licence or 'see its card'}):\n"
            "role tokens and a head were added, it was trained further on labelled sentences,\n"
            "and its weights were reduced to eight bits.\n"
        ).encode()
    return files


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


def load_scorer(folder: Path | str) -> tuple[Scorer, Manifest]:
    """Load a model folder.

    Raises
    ------
    NotFoundError
        If there is no model at ``folder``, or a file of it is missing.
    ModelError
        If anything in it is damaged, foreign or newer than this version.
    MissingExtraError
        If it is an encoder, and the extra ``encoder`` is not installed.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    n = len(manifest.stances)
    if len(manifest.thresholds) != n or len(manifest.found_thresholds) != n:
        raise ModelError(
            Problem(
                f"a model of {n} stances has {n} thresholds",
                _RETRAIN,
                manifest.thresholds,
                str(folder / _MANIFEST),
            )
        )
    if manifest.backend == "encoder" and manifest.encoder is not None:
        return _load_encoder(folder, manifest, manifest.encoder), manifest
    return _load_linear(folder, manifest), manifest


def _load_encoder(folder: Path, manifest: Manifest, part: EncoderPart) -> EncoderScorer:
    n = len(manifest.stances)
    known = _load_array(folder / "known.npy", manifest)
    if (
        not len(part.slopes) == len(part.offsets) == n
        or known.ndim != 1
        or not (part.temperature > 0)
    ):
        raise ModelError(
            Problem(f"an encoder of {n} stances is calibrated for each", _RETRAIN, path=str(folder))
        )
    files = EncoderFiles(
        _read_whole(folder / "model.onnx", manifest),
        _read_whole(folder / "tokenizer.json", manifest),
    )
    calibration = Calibration(
        part.slopes, part.offsets, part.temperature, manifest.thresholds, manifest.found_thresholds
    )
    return EncoderScorer(
        manifest.stances, files, part.vocabulary, calibration, known.astype(np.uint32)
    )


def _load_linear(folder: Path, manifest: Manifest) -> LinearScorer:
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
    if manifest.lexicon != lexicon_checksum():
        raise ModelError(
            Problem(
                "the model was made with this version's word list",
                _RETRAIN,
                manifest.lexicon[:12] or "none",
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
        "known": (len(arrays["known"]),),
    }
    weights = arrays["weights"].astype(np.float32)
    rows = arrays["rows"] if manifest.format < 2 else np.cumsum(arrays["rows"], dtype=np.int64)
    if shapes != wanted or (len(rows) and not 0 <= rows.min() <= rows.max() < TABLE_SIZE):
        raise ModelError(Problem(f"arrays have the shapes {wanted}", _RETRAIN, shapes, str(folder)))
    narrow = rows.astype(np.int32)
    return LinearScorer(
        stances=manifest.stances,
        groups=manifest.groups,
        rows=narrow,
        weights=weights,
        intercept=arrays["intercept"],
        thresholds=manifest.thresholds,
        found_thresholds=manifest.found_thresholds,
        known=arrays["known"],
        table=expand(narrow, weights, TABLE_SIZE),
    )


def _load_array(path: Path, manifest: Manifest) -> Any:
    data = _read_whole(path, manifest)
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ModelError(
            Problem(f"a model file holds an array ({error})", _RETRAIN, path=str(path))
        ) from None


def _read_whole(path: Path, manifest: Manifest) -> bytes:
    """Return a file of a model, if it is the one that its manifest speaks of."""
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
    return data
