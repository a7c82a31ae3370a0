"""The model card: what a model was made of, what it is worth, and where it fails.

After Mitchell et al. (2019, "Model Cards for Model Reporting", FAT*). Everything in it comes from
the manifest of the model and from its audits, so that the same model gets the same card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from stance.analysis import MIN_FAMILIAR, Model
from stance.files import decode_utf8, write_atomically
from stance.learning.audits import Audit, KindResult, audit
from stance.learning.held_out import HeldOut, held_out_of
from stance.model.linear import LinearScorer

__all__ = ["CARD", "data_licence", "model_card", "write_card"]

CARD = "MODEL_CARD.md"
"""Name of the card in a model folder; loading a model does not need it."""

_SHOWN_FAILURES = 3  # of each kind; ``stance audit`` shows all
_NOT_MEASURED = "Not measured: no documents were held out of training.\n"

_INTENDED = (
    "Reading political news and analysis in English at scale: which international actor takes"
    " which stance towards which other, sentence by sentence, to be added up over many sentences"
    " and documents, with the sentences behind a number at hand. The actors' names never reach the"
    " model.\n\n"
    "Not intended: single scores as facts about governments or persons; decisions about persons;"
    " other languages than English; other kinds of text (conversation, fiction, legal prose)"
    " without labels of that kind to measure on.\n"
)

_KNOWN = """\
- It sees one sentence at a time; stances that only the context shows are overlooked.
- Irony and quotation without distance are taken at their word.
- Probabilities hold for text like that of the labels; elsewhere, measure on labels of your own
  (`stance evaluate`) before you trust them.
"""


def write_card(folder: Path | str, model: Model, labels: Sequence[Path | str] = ()) -> Audit:
    """Audit a model and write its card into its folder.

    Parameters
    ----------
    folder : path
    model : Model
        As trained or loaded.
    labels : sequence of paths
        The labels that it was trained on; the licence stands in the data card beside them.

    Returns
    -------
    Audit
    """
    found = audit(model)
    card = model_card(model, found, data_licence(labels))
    write_atomically(Path(folder) / CARD, card.encode("utf-8"))
    return found


def data_licence(labels: Iterable[Path | str]) -> str | None:
    """Return what the data cards of labels say under "Licence"; None if there is none.

    A data card is a ``DATA_CARD.md`` in the folder of the labels, or in the one above.

    Examples
    --------
    >>> data_licence(["data/labeled/africa"])
    'CC BY 4.0.'
    >>> data_licence(["tests/data/small.stance"]) is None
    True
    """
    found = []
    for path in map(Path, labels):
        for folder in (path, path.parent):
            card = folder / "DATA_CARD.md"
            if card.is_file():
                text = decode_utf8(card.read_bytes(), str(card))
                section = text.partition("\n## Licence\n")[2].partition("\n## ")[0]
                found += [" ".join(section.split())] if section.strip() else []
                break
    return " ".join(dict.fromkeys(found)) or None


def model_card(model: Model, audited: Audit, licence: str | None = None) -> str:
    """Return the card of a model as Markdown.

    Parameters
    ----------
    model : Model
    audited : Audit
    licence : str, optional
        Of the labels.

    Examples
    --------
    >>> import stance
    >>> model = stance.load_model("base")
    >>> print(model_card(model, audit(model)).splitlines()[0])
    # Model card: linear model, 3 stances
    """
    held_out = held_out_of(model.about)
    kind = "linear model" if isinstance(model.scorer, LinearScorer) else "encoder"
    sections = {"": _what(model, kind), "Training data": _data(model.about, licence)}
    for title, measured in _MEASURED.items():
        sections[title] = iter([_NOT_MEASURED]) if held_out is None else measured(held_out)
    sections |= {
        "Audits": _audits(audited),
        "Intended use": iter([_INTENDED]),
        "Known failures": _failures(audited),
    }
    lines = [f"# Model card: {kind}, {len(model.stances)} stances\n"]
    for title, parts in sections.items():
        lines += [f"## {title}\n"] if title else []
        lines += parts
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _three(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / max(whole, 1):.1%})"


def _what(model: Model, kind: str) -> Iterator[str]:
    names = ", ".join(model.stances)
    yield (
        f"A {kind} that says of an ordered pair of actors in a sentence which stances the first"
        f" takes towards the second ({names}), with a calibrated probability for each, and how the"
        " first values the second (negative, neutral, positive).\n"
    )
    if base := model.about.get("base"):
        licence = model.about.get("base_licence") or "see its card"
        yield f"Made from {base} (licence: {licence}).\n"
    rows = [
        [name, f"{asked:.2f}", f"{found:.2f}"]
        for name, asked, found in zip(
            model.stances, model.scorer.thresholds, model.scorer.found_thresholds, strict=True
        )
    ]
    yield _table(["stance", "threshold, pair asked about", "threshold, raw text"], rows)


def _data(about: dict[str, Any], licence: str | None) -> Iterator[str]:
    n_pairs = about.get("n_pairs", 0)
    rows: list[Sequence[object]] = [["sentences", f"{about.get('n_sentences', 0):,}"]]
    rows.append(["documents", f"{about.get('n_documents', 0):,}"])
    rows.append(["pairs", f"{n_pairs:,}"])
    if "n_relations" in about:
        rows.append(["of these listed by the labels", _share(about["n_relations"], n_pairs)])
    for name, count in about.get("pairs_by_stance", {}).items():
        rows.append([f"of these {name}", _share(count, n_pairs)])
    if teacher := about.get("teacher"):
        rows.append([f"unlabelled pairs, answered by {teacher['name']}", f"{teacher['n_pairs']:,}"])
    yield _table(["", "count"], rows)
    yield f"SHA-256 of the labels, in any order: `{about.get('labels_sha256', 'not known')}`.\n"
    yield f"Licence of the labels: {licence or 'not stated (no DATA_CARD.md beside them).'}\n"
    versions = ", ".join(f"{name} {number}" for name, number in about.get("versions", {}).items())
    yield f"Trained with {versions or 'versions that were not written down'}.\n"


def _method(held_out: HeldOut) -> Iterator[str]:
    how = (
        f"{held_out.n_folds}-fold cross-validation by document: each pair was scored by a model"
        " that had not seen its document; the model itself learned from all of them."
        if held_out.n_folds > 1
        else "On documents that were held out of training."
    )
    yield (
        f"{how} {held_out.n_documents:,} documents, {held_out.n_pairs:,} pairs,"
        f" {held_out.n_listed:,} of them listed by the labels, the others implied to hold none."
        " Two numbers a stance for calibration and two thresholds were chosen on the same pairs.\n"
    )


def _scores(held_out: HeldOut) -> Iterator[str]:
    head = ["stance", "held by", "precision", "recall", "F1", "average precision", "F1, all pairs"]
    rows: list[Sequence[object]] = [
        [
            name,
            f"{one.support:,}",
            *map(_three, (one.precision, one.recall, one.f1, one.average_precision)),
            _three(held_out.found[name].f1),
        ]
        for name, one in held_out.listed.items()
    ]
    rows.append(["macro F1", "", "", "", _three(held_out.macro_f1), "", ""])
    yield _table(head, rows)
    yield (
        "Pairs that the labels list, at the thresholds for pairs that are asked about; the last"
        " column: all pairs of actors, at the thresholds for raw text.\n"
    )


def _slices(held_out: HeldOut) -> Iterator[str]:
    rows = [
        [one.name, f"{one.n_pairs:,}", *map(_three, (one.precision, one.recall, one.f1))]
        for one in held_out.slices
    ]
    yield _table(["slice", "pairs", "precision", "recall", "F1"], rows)
    yield "Over all stances; pairs that the labels list; of each kind the twelve largest.\n"


def _calibration(held_out: HeldOut) -> Iterator[str]:
    rows = [
        [name, _three(one.calibration_error), _three(one.brier)]
        for name, one in held_out.found.items()
    ]
    yield _table(["stance", "expected calibration error", "Brier score"], rows)
    yield "All pairs; ten bins of equal width. What was stated, and how often it was so:\n"
    for name, bins in held_out.reliability.items():
        points = [[_three(b.stated), _three(b.observed), f"{b.n_pairs:,}"] for b in bins]
        yield _table([f"{name}: stated", "observed", "pairs"], points)


def _abstention(held_out: HeldOut) -> Iterator[str]:
    yield (
        f"The model abstains where it knows less than {MIN_FAMILIAR:.0%} of the words, and says"
        " so. Who wants fewer and surer answers leaves out the less probable stances.\n"
    )
    one = held_out.abstention
    yield (
        f"Held out: {one.n_abstained:,} of {one.n_pairs:,} pairs abstained on; F1 of the others"
        f" {_three(one.f1_answered)}, of these {_three(one.f1_abstained)}.\n"
    )
    rows = [[f"{c.share:.0%}", f"{c.at_least:.2f}", _three(c.precision)] for c in held_out.coverage]
    yield _table(["stances kept, all pairs", "probability at least", "precision"], rows)


def _unseen(held_out: HeldOut) -> Iterator[str]:
    rows = []
    for name, one in held_out.unseen.items():
        gain = f"{one.difference:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
        worse = "yes" if one.worse else "no"
        rows.append([name, f"{one.n_unseen:,}", _three(one.unseen), _three(one.met), gain, worse])
    head = ["unseen", "pairs", "macro F1", "macro F1, met", "difference, 95 %", "shown to be worse"]
    yield _table(head, rows)
    yield (
        "An actor (of the two) or a dyad is unseen if no document learned from mentions it in a"
        " pair. The interval is a bootstrap over documents.\n"
    )


_MEASURED: dict[str, Callable[[HeldOut], Iterator[str]]] = {
    "How it was measured": _method,
    "Scores": _scores,
    "Where it does well and where not": _slices,
    "Calibration": _calibration,
    "Abstention": _abstention,
    "Unseen actors and dyads": _unseen,
}
"""Title of a section -> its paragraphs, if documents were held out."""


def _audits(audited: Audit) -> Iterator[str]:
    rows = [
        [one.kind, str(one.n_cases), str(one.n_passed), _three(one.rate), one.rule]
        for one in audited.kinds
    ]
    yield _table(["audit", "cases", "passed", "rate", "a case is passed if"], rows)
    yield "`stance audit` repeats them and lists every case that is not passed.\n"


def _failures(audited: Audit) -> Iterator[str]:
    yield _KNOWN
    for one in audited.kinds:
        if one.failures:
            yield f"Of the audit {one.kind}, {len(one.failures)} of {one.n_cases} cases, such as\n"
            yield "\n".join(_failure_lines(one)) + "\n"


def _failure_lines(result: KindResult) -> Iterator[str]:
    for failure in result.failures[:_SHOWN_FAILURES]:
        yield f"- {' '.join(failure.sentences)}"
        yield f"  {failure.reason}."
