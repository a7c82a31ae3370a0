"""Which model made scores: what ``stance score`` wrote beside them says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from stance.aggregation.reading import score_files
from stance.analysis import Model, load_model
from stance.analysis.loading import model_key
from stance.errors import ModelError, NotFoundError, OptionError, Problem
from stance.report.contents import Trust

__all__ = ["Meta", "metas_of", "model_of"]


class MetaCounts(msgspec.Struct, frozen=True):
    """Documents that were scored, and records that could not be."""

    documents: int
    bad: int


class MetaRun(msgspec.Struct, frozen=True):
    """The model of a run: its name or folder, and the checksum of its manifest."""

    model: str
    model_sha256: str


class Meta(msgspec.Struct, frozen=True):
    """What a report needs of ``SCORES.meta.json``."""

    summary: MetaCounts
    run: MetaRun | None = None


def metas_of(scores: Any) -> tuple[Meta | None, ...]:
    """Return what stands beside score files, each once; None for files without.

    Scores that are no files have nothing beside them.
    """
    paths = [scores] if isinstance(scores, (str, Path)) else scores
    if not isinstance(paths, Sequence) or not all(isinstance(p, (str, Path)) for p in paths):
        return ()
    found = {_beside(file, Path(path)): None for path in paths for file in score_files(Path(path))}
    return tuple(None if path is None else _read(path) for path in found)


def _beside(file: Path, top: Path) -> Path | None:
    """Return the file beside a score file, or beside the folder of a partitioned one."""
    for place in (file, *file.parents):
        path = place.parent / f"{place.name}.meta.json"
        if path.is_file():
            return path
        if place == top:
            break
    return None


def _read(path: Path) -> Meta | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Meta)
    except (OSError, msgspec.MsgspecError):
        return None


def model_of(
    metas: Sequence[Meta | None], named: Path | str | None
) -> tuple[Model | None, Trust | None]:
    """Return the model that made scores; where it is not known, what to say instead.

    Parameters
    ----------
    metas : sequence of Meta or None
        Of the score files.
    named : str or path, optional
        The model that somebody says made them.

    Raises
    ------
    OptionError
        If another model than ``named`` made them.
    NotFoundError, ModelError
        If ``named`` is no model.

    Examples
    --------
    >>> model_of([None], None)[1].facts[0][1]
    'Not known: no .meta.json beside the scores names their model; name it with --model.'
    """
    runs = sorted({(one.run.model, one.run.model_sha256) for one in metas if one and one.run})
    if named is not None:
        found = model_key(str(named)).sha256
        for name, sha256 in runs:
            if sha256 != found:
                raise OptionError(
                    Problem(
                        f"the model is the one that made the scores, {name}"
                        f" (its manifest has the SHA-256 {sha256[:12]})",
                        "name its folder, or leave --model out",
                        f"{named} ({found[:12]})",
                    )
                )
        return load_model(named), None
    if not metas:
        return None, None
    if any(one is None or one.run is None for one in metas):
        return None, _unknown(
            "unknown", "no .meta.json beside the scores names their model; name it with --model"
        )
    if len(runs) > 1:
        names = ", ".join(name for name, _ in runs)
        return None, _unknown(names, "the scores were made by several models")
    name, sha256 = runs[0]
    try:
        if model_key(name).sha256 == sha256:
            return load_model(name), None
        why = "the model of this name is another by now"
    except (NotFoundError, ModelError):
        why = "there is no such model here"
    return None, _unknown(
        name,
        f"{why}; the manifest of the one that made the scores has the SHA-256"
        f" {sha256[:12]}; name its folder with --model",
    )


def _unknown(name: str, why: str) -> Trust:
    return Trust(name, (("Measured", f"Not known: {why}."),))
