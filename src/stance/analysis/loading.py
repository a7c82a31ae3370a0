"""Models by name, and one text in one call."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
from collections.abc import Iterator
from pathlib import Path

import msgspec

from stance.analysis.document import Analysis
from stance.analysis.model import Model
from stance.errors import ModelError, NotFoundError, Problem, missing
from stance.model.store import load_scorer
from stance.text.catalogue import Catalogue, default_catalogue

__all__ = [
    "ModelKey",
    "analyze",
    "cached_model",
    "load_model",
    "model_folder",
    "model_key",
    "shipped_models",
]


class ModelKey(msgspec.Struct, frozen=True):
    """Which model, to the last bit: its name or folder and the checksum of its manifest.

    The same for the catalogue laid over ours, if there is one.
    """

    name: str
    sha256: str
    actors: str | None = None
    actors_sha256: str | None = None


def _shipped_folders() -> Iterator[Path]:
    """Yield where models may lie: inside the package, or beside the source of a checkout."""
    yield Path(str(importlib.resources.files("stance"))) / "models"
    yield Path(__file__).parents[3] / "models"


def shipped_models() -> tuple[str, ...]:
    """Return the names of the models that came with this installation."""
    return tuple(
        sorted(
            {
                manifest.parent.name
                for folder in _shipped_folders()
                for manifest in folder.glob("*/manifest.json")
            }
        )
    )


def model_folder(name: Path | str) -> Path:
    """Return the folder of a model: a path, or the name of one that is shipped."""
    path = Path(name)
    if len(path.parts) > 1 or (path / "manifest.json").is_file():
        return path
    for folder in _shipped_folders():
        if (folder / name).is_dir():
            return folder / name
    if path.exists():  # no model, and who reads it will say why
        return path
    next_step = "check the name, or train one (stance train)"
    if str(name) == "encoder":  # too large for the wheel
        next_step = (
            "copy the folder models/encoder of the source repository and name it,"
            " or train one (stance train LABELS --backend encoder --out FOLDER)"
        )
    raise NotFoundError(
        Problem("a model is a folder, or a shipped one ('base')", next_step, value=str(name))
    )


def load_model(name: Path | str = "base", actors: Path | str | None = None) -> Model:
    """Load a shipped model by its name, or one from a folder.

    Parameters
    ----------
    name : str or path
    actors : path, optional
        A catalogue file to lay over the one that comes with the library.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelError
        If it is damaged, foreign, or newer than this version.

    Examples
    --------
    >>> import stance
    >>> stance.load_model("base").stances
    ('cooperation', 'rivalry', 'threat')
    """
    scorer, manifest = load_scorer(model_folder(name))
    catalogue = None if actors is None else default_catalogue().overlay(actors)
    return Model(scorer, dict(manifest.about), catalogue, Path(name).name)


def model_key(name: str, actors: str | None = None) -> ModelKey:
    """Return what a model is known by.

    Raises
    ------
    NotFoundError
        If there is no such model or catalogue.
    """
    manifest = model_folder(name) / "manifest.json"
    if not manifest.is_file():
        raise missing(manifest, "model")
    sha256 = hashlib.sha256(manifest.read_bytes()).hexdigest()
    if actors is None:
        return ModelKey(name, sha256)
    if not Path(actors).is_file():
        raise missing(actors, "catalogue file")
    return ModelKey(name, sha256, actors, hashlib.sha256(Path(actors).read_bytes()).hexdigest())


@functools.lru_cache(maxsize=4)
def cached_model(key: ModelKey) -> Model:
    """Return a model, loaded once in each process.

    Raises
    ------
    ModelError
        If what lies there is not what the run began with: another machine, or a new training.
    """
    if model_key(key.name, key.actors) != key:
        rule = "all processes have the model and the actors that the run began with"
        raise ModelError(Problem(rule, "put the same ones on all machines", path=key.name))
    return load_model(key.name, key.actors)


def analyze(
    text: str,
    date: str | None = None,
    doc_id: str | None = None,
    actors: Catalogue | Path | str | None = None,
    model: Model | Path | str = "base",
    coreference: bool = True,
) -> Analysis:
    """Read one document: who takes which stance towards whom, sentence by sentence.

    See :meth:`Model.analyze` for the parameters; ``model`` is a model, or its name or path.

    Examples
    --------
    >>> import stance
    >>> analysis = stance.analyze("Japan criticised Chad. Iran threatened to attack Israel.")
    >>> print(analysis)  # doctest: +ELLIPSIS
    Japan criticised Chad.
        JPN > TCD: rivalry ... negative
    Iran threatened to attack Israel.
        IRN > ISR: threat 0... negative
    """
    chosen = model if isinstance(model, Model) else cached_model(model_key(str(model)))
    return chosen.analyze(text, date, doc_id, actors, coreference)
