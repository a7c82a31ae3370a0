"""``stance labels``: the life of labels, from the first sentence to a better model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from stance.cli.shell import (
    Actors,
    Jobs,
    Json,
    ModelName,
    print_json,
    read_documents,
    split_names,
    talk,
)
from stance.errors import OptionError, OutputError, Problem
from stance.records import LabeledSentence

app = typer.Typer(
    no_args_is_help=True, help="Check, count, convert, compare, split and extend labels."
)

Labels = Annotated[list[Path], typer.Argument(help="Labels files or folders.")]
Sources = Annotated[
    list[Path], typer.Argument(help="Labels files or folders, one for each annotator.")
]
Annotators = Annotated[
    str | None,
    typer.Option(
        help="Name of each source's annotator, joined by commas, in place of those in the labels;"
        " by default the names in the labels, or else the files' names."
    ),
]
_TOOLS = "brat, conllu, doccano, huggingface, label-studio, prodigy, spacy"
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the output.")]


def _check_new(out: Path, overwrite: bool) -> None:
    """Raise OutputError if labels would be lost: an output is a new file, or an empty folder."""
    empty = out.is_dir() and not any(out.iterdir())
    if out.exists() and not empty and not overwrite:
        step = "name another output, or pass --overwrite to replace it"
        raise OutputError(Problem("the output is not there yet", step, path=str(out)))


def _sources(paths: list[Path], annotators: str | None) -> dict[str, list[LabeledSentence]]:
    """Read one source for each annotator."""
    from stance.labels.files import read_labels

    names = [path.resolve().stem for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    if annotators is not None:
        names = list(split_names(annotators))
        if len(names) != len(paths) or not all(names):
            raise OptionError(
                Problem(
                    f"--annotators has one name for each of the {len(paths)} sources",
                    "join the names by commas",
                    annotators,
                )
            )
    sources: dict[str, list[LabeledSentence]] = {}
    for name, path in zip(names, paths, strict=True):
        labels = read_labels(path)
        if annotators is not None:
            labels = tuple(msgspec.structs.replace(label, annotator=name) for label in labels)
        sources.setdefault(name, []).extend(labels)
    return sources


@app.command()
def validate(
    labels: Labels,
    stances: Annotated[
        str | None, typer.Option(help="Stances allowed, joined by commas; by default any.")
    ] = None,
) -> None:
    """Check labels against the format; every problem of every file is listed.

    Actors that stand once and in no catalogue are named: they may be misspelt.
    """
    from stance.labels.actor_ids import lone_actors
    from stance.labels.files import read_labels
    from stance.text.catalogue import default_catalogue

    allowed = None if stances is None else split_names(stances)
    found = read_labels(labels, allowed)
    lone = lone_actors(found, default_catalogue().ids)
    for actor, sentence, near in lone:
        if near:
            talk(f"note: {actor} ({sentence}) is in no other sentence or catalogue; {near}?")
    if far := [actor for actor, _, near in lone if not near]:
        talk(f"note: in one sentence and no catalogue, and like no other: {', '.join(far)}")
    talk(f"{len(found)} sentences, {sum(len(s.relations or ()) for s in found)} relations: valid")


@app.command()
def convert(
    labels: Labels,
    out: Annotated[Path, typer.Option(help="A .jsonl, .stance or .csv file; see --to.")],
    source: Annotated[
        str | None, typer.Option("--from", help=f"The tool that wrote the labels: {_TOOLS}.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--to", help="The tool that will read them.")
    ] = None,
    lossy: Annotated[
        bool, typer.Option("--lossy", help="Leave out what the form cannot hold, and say so.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Write labels in another form, from or for another tool.

    What a tool cannot hold is named. Our own forms refuse to lose anything, unless --lossy.
    """
    from stance.labels.exchange.tools import export_labels, import_labels
    from stance.labels.files import read_labels, write_labels
    from stance.labels.simplify import simplified

    _check_new(out, overwrite)
    found: list[LabeledSentence] = []
    notes: list[str] = []
    if source is None:
        found += read_labels(labels)
    else:
        for path in labels:
            imported = import_labels(path, source)
            found += imported.labels
            notes += imported.notes
    if target is not None:
        notes += export_labels(found, out, target)
    else:
        if lossy:
            found, left_out = simplified(found, out.suffix)
            notes += left_out
        write_labels(found, out)
    for note in dict.fromkeys(notes):
        talk(f"note: {note}")
    talk(f"{out}: {len(found)} sentences")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the labelling format."""
    from stance.labels.schema import json_schema

    print_json(json_schema(), in_order=True)


@app.command()
def stats(labels: Labels, json: Json = False) -> None:
    """Count sentences, relations, stances, actors, dyads and kinds of text."""
    from stance.cli.label_tables import show_stats
    from stance.labels.files import read_labels
    from stance.labels.stats import label_stats

    found = label_stats(read_labels(labels))
    if json:
        print_json(found.to_dict())
    else:
        show_stats(found)


@app.command()
def split(
    labels: Labels,
    out: Annotated[Path, typer.Option(help="Folder for the parts: train.jsonl, test.jsonl.")],
    parts: Annotated[
        str, typer.Option(help="Names and shares, train=0.7,dev=0.1,test=0.2 say.")
    ] = "train=0.8,test=0.2",
    seed: Annotated[int, typer.Option(help="Another number gives another split.")] = 0,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact",
            help="Fill each stance up to its share. Documents that stand in OUT already stay.",
        ),
    ] = False,
) -> None:
    """Split labels by document; a document stays in its part when labels are added.

    A hash of the document's name decides, so that every stance has its share in each part up to
    chance; --exact removes the chance.
    """
    from stance.cli.label_tables import show_splits
    from stance.labels.files import read_labels, write_labels
    from stance.labels.splits import split_labels
    from stance.labels.stats import label_stats

    shares = _parse_shares(parts)
    files = {name: out / f"{name}.jsonl" for name in shares}
    previous = {name: read_labels(file) for name, file in files.items() if file.exists()}
    divided = split_labels(read_labels(labels), shares, seed, exact, previous if exact else None)
    for name, part in divided.items():
        if part:
            write_labels(part, files[name])
        else:  # an older file would hold documents that stand in another part now
            files[name].unlink(missing_ok=True)
            talk(f"{name} is empty: too few documents; there is no {files[name]}")
    show_splits({name: label_stats(part) for name, part in divided.items()})


def _parse_shares(parts: str) -> dict[str, float]:
    shares: dict[str, float] = {}
    for item in parts.split(","):
        name, _, share = (piece.strip() for piece in item.partition("="))
        try:
            shares[name] = float(share)
        except ValueError:
            name = ""
        if not name.replace("-", "").replace("_", "").isalnum():
            raise OptionError(
                Problem("--parts reads name=share,name=share", "correct it", value=item)
            )
    return shares


@app.command()
def merge(
    labels: Sources,
    out: Annotated[Path, typer.Option(help="A labels file.")],
    annotators: Annotators = None,
    overwrite: Overwrite = False,
) -> None:
    """Join the labels of several annotators; each sentence keeps its annotator."""
    from stance.labels.files import write_labels
    from stance.labels.merging import merge_labels

    _check_new(out, overwrite)
    merged = merge_labels(_sources(labels, annotators))
    write_labels(merged, out)
    texts = len({(label.doc_id, label.id) for label in merged})
    talk(f"{out}: {len(merged)} labels of {texts} sentences")


@app.command()
def agreement(
    labels: Sources,
    annotators: Annotators = None,
    resamples: Annotated[int, typer.Option(min=0, help="For intervals; 0 leaves them out.")] = 1000,
    json: Json = False,
) -> None:
    """Measure how far annotators agree: mentions, pairs, directions, stances, sentiment."""
    from stance.cli.label_tables import show_agreement
    from stance.labels.agreement import agreement as measure
    from stance.labels.merging import merge_labels

    found = measure(merge_labels(_sources(labels, annotators)), resamples)
    if json:
        print_json(found.to_dict())
    else:
        show_agreement(found)


@app.command()
def adjudicate(
    labels: Sources,
    out: Annotated[Path, typer.Option(help="File for the settled labels.")],
    queue: Annotated[Path, typer.Option(help="File for what is to be decided.")],
    annotators: Annotators = None,
    decisions: Annotated[
        Path | None, typer.Option(help="The queue, after somebody decided; may be QUEUE itself.")
    ] = None,
    name: Annotated[str, typer.Option(help="Who decided.")] = "adjudicated",
    overwrite: Overwrite = False,
) -> None:
    """Write what annotators agree on and a queue of the rest; fold decisions back with --decisions.

    In the queue a disputed stance is '?', and the header says what each annotator wrote. Replace
    the '?', or remove the line; where mentions are disputed, correct the marks and remove
    'meta.mentions' from the header. Decisions that OUT holds from earlier rounds stay.
    """
    from stance.labels.adjudication import adjudicate as part
    from stance.labels.adjudication import fold_back
    from stance.labels.files import read_labels, write_labels
    from stance.labels.merging import merge_labels

    if decisions is None and queue.exists():
        raise OptionError(
            Problem(
                "a queue is not written over decisions",
                f"fold them back with --decisions {queue}, or name another file",
                path=str(queue),
            )
        )
    if decisions is None:
        _check_new(out, overwrite)
    found = part(merge_labels(_sources(labels, annotators)))
    if decisions is not None:
        decided = read_labels(decisions)
        asked = {label.id for label in found.queue}
        for label in decided:
            if label.id not in asked:
                talk(f"{decisions}: sentence {label.id} is not disputed; left out")
        earlier = read_labels(out) if out.exists() else ()
        if not {label.id for label in earlier} <= {label.id for each in found for label in each}:
            _check_new(out, overwrite)  # it holds other labels than those settled before
        found = fold_back(found, [s for s in decided if s.id in asked], name, earlier)
    for path, part_labels in ((out, found.settled), (queue, found.queue)):
        if part_labels:
            write_labels(part_labels, path)
        else:
            path.unlink(missing_ok=True)
    talk(f"{out}: {len(found.settled)} sentences settled; {queue}: {len(found.queue)} to decide")


@app.command()
def doubts(
    labels: Labels,
    most: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
    quick: Annotated[
        bool, typer.Option("--quick", help="Contradictions alone; no model is trained.")
    ] = False,
    jobs: Jobs = 1,
    json: Json = False,
) -> None:
    """List labels that are likely wrong, the surest first, each with the reason."""
    from stance.analysis import check_jobs
    from stance.cli.label_tables import show_doubts
    from stance.labels.files import read_labels
    from stance.learning.doubts import find_contradictions, find_doubts

    check_jobs(jobs)
    read = read_labels(labels)
    found = find_contradictions(read) if quick else find_doubts(read, n_jobs=jobs)
    if json:
        print_json([doubt.to_dict() for doubt in found])
    else:
        show_doubts(found, most)


@app.command()
def suggest(
    texts: Annotated[
        list[Path], typer.Argument(help="Text files, folders of .txt files, or labels files.")
    ],
    out: Annotated[Path, typer.Option(help="A labels file, to be corrected by hand.")],
    n: Annotated[int, typer.Option("--n", "-n", help="How many sentences.")] = 50,
    labeled: Annotated[
        list[Path] | None, typer.Option(help="Labels that you have; their sentences are left out.")
    ] = None,
    model: ModelName = "base",
    actors: Actors = None,
    overwrite: Overwrite = False,
) -> None:
    """Choose what to label next: uncertain, varied sentences, labelled by the model beforehand.

    Correct them, and change 'status: suggested' to 'single': training leaves suggestions out.
    """
    from stance.analysis import load_model
    from stance.labels.files import read_labels, write_labels
    from stance.learning.suggestions import suggest as choose

    _check_new(out, overwrite)
    known = [label.text for label in read_labels(labeled)] if labeled else []
    found = choose(load_model(model, actors), read_documents(texts), n, known)
    write_labels(found, out)
    talk(f"{out}: {len(found)} sentences to label, the most useful first")
