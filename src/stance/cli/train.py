"""``stance train``: labels in, a model folder out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.shell import Jobs, read_documents, split_names, talk
from stance.errors import OptionError, Problem
from stance.records import LabeledSentence

if TYPE_CHECKING:
    from stance.learning.encoder_options import EncoderOptions


def train(
    labels: Annotated[list[Path], typer.Argument(help="Labels files or folders.")],
    out: Annotated[Path, typer.Option(help="Folder of the new model.")],
    stances: Annotated[
        str | None,
        typer.Option(help="Stances allowed, joined by commas; by default all that occur."),
    ] = None,
    jobs: Jobs = 1,
    backend: Annotated[
        str,
        typer.Option(
            metavar="linear|encoder",
            help="linear: a minute or two; encoder: better, half an hour (extra encoder-train).",
        ),
    ] = "linear",
    encoder: Annotated[
        str | None,
        typer.Option(help="Pretrained encoder: a folder or a name on the Hugging Face hub."),
    ] = None,
    weight: Annotated[
        float | None,
        typer.Option(help="How much labels count that come after the first file or folder."),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Where a later file labels a sentence of an earlier one, it alone counts.",
        ),
    ] = False,
    teacher: Annotated[
        str | None,
        typer.Option(help="A better model; a linear one also learns what it says of --unlabeled."),
    ] = None,
    unlabeled: Annotated[
        list[Path] | None,
        typer.Option(help="Texts for the teacher: .txt files, folders of them, or labels files."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Say whether the later labels help: hold documents out, train without and with.",
        ),
    ] = False,
) -> None:
    """Train a model on labelled sentences: stance train data/labeled mine.stance --out my-model."""
    from stance.learning.card import write_card
    from stance.learning.training import train as train_model

    allowed = None if stances is None else split_names(stances)
    first, later = _read(labels, allowed, weight, replace)
    if check:
        _say_whether_it_helps(first, later, jobs)
    options = _encoder_options(out, encoder) if backend == "encoder" or encoder else None
    model = train_model(
        [*first, *later],
        allowed,
        backend,  # type: ignore[arg-type]
        n_jobs=jobs,
        encoder=options,
        teacher=teacher,
        unlabeled=read_documents(unlabeled or []).values(),
    )
    model.save(out)
    write_card(out, model, labels)
    talk(
        f"{out}: trained on {model.about['n_sentences']} sentences,"
        f" {model.about['n_pairs']} pairs; stances {', '.join(model.stances)}"
    )


def _read(
    paths: list[Path], stances: tuple[str, ...] | None, weight: float | None, replace: bool
) -> tuple[tuple[LabeledSentence, ...], tuple[LabeledSentence, ...]]:
    """Return the labels of the first path, and those of the later ones, weighed."""
    from stance.labels.files import read_labels
    from stance.learning.comparison import replace_labels, weigh_labels

    if not replace:
        read_labels(paths, stances)  # problems of all files at once, ids that stand twice too
    first, later = read_labels(paths[0], stances), read_labels(paths[1:], stances)
    if not later and (weight is not None or replace):
        raise OptionError(
            Problem("--weight and --replace are about a second labels file", "name one", len(paths))
        )
    if weight is not None:
        later = weigh_labels(later, weight)
    if replace:
        first = replace_labels(first, later)[: -len(later)]
    return first, later


def _say_whether_it_helps(
    first: tuple[LabeledSentence, ...], later: tuple[LabeledSentence, ...], jobs: int
) -> None:
    from stance.learning.comparison import added_value

    if not later:
        raise OptionError(Problem("--check is about a second labels file", "name one", 1))
    for name, comparison in added_value(first, later, jobs).items():
        where = "the later labels" if name == "yours" else "the first labels"
        talk(f"{comparison.sentence(where)} ({comparison.n_documents} documents held out)")


def _encoder_options(out: Path, encoder: str | None) -> EncoderOptions:
    """Return options under which a run that was broken off goes on when it is started again."""
    from stance.learning.encoder_options import EncoderOptions

    checkpoint = out.absolute().with_name(out.name + ".checkpoint")
    return EncoderOptions(encoder=encoder, checkpoint=checkpoint, progress=True)
