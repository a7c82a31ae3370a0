"""From score files or texts to a report on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from stance.aggregation.tally import tally
from stance.analysis import Analysis, Model
from stance.errors import InputError, OptionError, Problem
from stance.files import leading_day, read_texts
from stance.learning.held_out import HeldOut, held_out_of
from stance.report.contents import ReportOptions, Trust, make_contents
from stance.report.origins import Meta, metas_of, model_of
from stance.report.pages import report_page, write_page
from stance.text.catalogue import default_catalogue

__all__ = ["report", "trust_of"]


def report(
    scores: Any,
    out: Path | str,
    options: ReportOptions | None = None,
    model: Model | Path | str | None = None,
    actors: Path | str | None = None,
) -> tuple[Path, Path]:
    """Write a report as a page and its numbers as JSON beside it.

    Parameters
    ----------
    scores : path, data frame, Arrow table, Analysis, or an iterable of these or of rows
        As in :func:`stance.aggregate`. Where analyses are given, their articles are shown, too.
    out : path
        Ends in ``.html``.
    options : ReportOptions, optional
    model : Model, or its name or folder, optional
        The model that made the scores: its card and the names of its actors are shown. By default
        the one that the ``.meta.json`` beside score files names, if it is still the same.
    actors : path, optional
        A catalogue file, laid over that of the model.

    Returns
    -------
    page, twin : Path

    Raises
    ------
    NotFoundError, InputError, MissingExtraError
        If scores cannot be read, or the extra ``report`` is not installed.
    OptionError
        If an option is outside what it may be, or another model made the scores.

    Examples
    --------
    >>> import tempfile, stance
    >>> analysis = stance.analyze("The EU praised Ghana. Iran threatened to attack Israel.")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page, twin = report(analysis, Path(folder, "report.html"))
    ...     page.name, twin.name, "<script" in page.read_text("utf-8")
    ('report.html', 'report.json', False)
    """
    one_or_many = [scores] if isinstance(scores, Analysis) else scores
    if not isinstance(one_or_many, (str, Path)) and isinstance(one_or_many, Sequence):
        analyses = [one for one in one_or_many if isinstance(one, Analysis)]
    else:
        analyses = []
    metas = metas_of(scores)
    trust = None
    if not isinstance(model, Model):
        model, trust = model_of(metas, model)
    counted = tally(one_or_many)
    if not counted.stances:
        raise InputError(
            Problem("scores hold at least one relation", "check that the texts name two actors")
        )
    if model is not None and model.stances != counted.stances:
        raise OptionError(
            Problem(
                f"the scores have the stances of the model, {', '.join(model.stances)}",
                "name the model that made them",
                ", ".join(counted.stances),
            )
        )
    catalogue = default_catalogue() if model is None else model.catalogue
    if actors is not None:
        catalogue = catalogue.overlay(actors)
    names = {link[k]: catalogue.name(link[k]) for link in counted.links for k in (0, 1)}
    contents = make_contents(counted, options, names, trust_of(model) or trust, _counts(metas))
    page = report_page(contents, analyses)
    return write_page(out, page, contents.to_dict())


def _counts(metas: Sequence[Meta | None]) -> tuple[int, int] | None:
    """Return the documents read and the bad records, if they are known of all score files."""
    known = [one.summary for one in metas if one is not None]
    if not known or len(known) < len(metas):
        return None
    return sum(one.documents for one in known), sum(one.bad for one in known)


def trust_of(model: Model | None) -> Trust | None:
    """Return what the model card says about a model, in words."""
    if model is None:
        return None
    about = model.about
    facts = []
    if "n_sentences" in about and "n_documents" in about:
        facts.append(
            (
                "Trained on",
                f"{about['n_sentences']:,} sentences of {about['n_documents']:,} documents",
            )
        )
    if isinstance(about.get("pairs_by_stance"), dict):
        counts = about["pairs_by_stance"]
        facts.append(("Pairs", ", ".join(f"{name} {n:,}" for name, n in counts.items())))
    held_out = held_out_of(about)
    if held_out is not None:
        facts += _measured(held_out)
    thresholds = zip(model.stances, model.thresholds, strict=True)
    facts.append(("Thresholds", ", ".join(f"{name} {least:.2f}" for name, least in thresholds)))
    if held_out is None:
        facts.append(
            ("Measured", "The model carries no figures; run 'stance evaluate' on labels of yours.")
        )
    return Trust(model.name, tuple(facts))


def _measured(held_out: HeldOut) -> list[tuple[str, str]]:
    """Return what was measured on pairs found in raw text, in words."""
    unanswered = held_out.abstention.n_abstained / max(held_out.abstention.n_pairs, 1)
    return [
        (
            "Measured",
            f"On {held_out.n_documents:,} documents that it had not learned from, of the same kind"
            " as those it had. On others expect less: run 'stance evaluate' on labels of yours.",
        ),
        *(
            (
                name.capitalize(),
                f"precision {one.precision:.2f}, recall {one.recall:.2f} (F1 {one.f1:.2f});"
                f" probabilities are off by {one.calibration_error:.3f} on average",
            )
            for name, one in held_out.found.items()
        ),
        ("Abstains", f"from {unanswered:.1%} of pairs"),
    ]


def read_articles(paths: Sequence[Path], model: Model) -> list[Analysis]:
    """Analyse text files; a name that begins with a day, as in 2015-11-23-x.txt, dates its text.

    The id of a text is the name of its file without its ending; where files in several folders
    share one, all are named by their paths below the folder that holds them all.

    Raises
    ------
    NotFoundError, InputError
        If a file does not exist, is empty, or is no text in UTF-8; all such are named.
    """
    texts = read_texts(paths)
    return [
        model.analyze(text, date=leading_day(file.name), doc_id=name)
        for (file, text), name in zip(texts.items(), _ids(texts), strict=True)
    ]


def _ids(files: Iterable[Path]) -> list[str]:
    """Return an id of each file that no other has."""
    whole = [file.absolute() for file in files]
    stems = [file.stem for file in whole]
    if len(set(stems)) == len(stems):
        return stems
    top = os.path.commonpath([file.parent for file in whole])
    return [file.relative_to(top).as_posix() for file in whole]
