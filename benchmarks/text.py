"""Measure what the text room finds: mentions, coreference, speakers, pairs, and its speed.

Run ``python benchmarks/text.py`` from the repository root. It prints the tables and writes
``benchmarks/results/text.json``. The evaluation sets lie outside of the repository (``sets.py``);
what is missing there is left out and said so.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sets
from stance.analysis import Analysis, load_model
from stance.errors import StanceError
from stance.labels.files import read_labels
from stance.records import LabeledSentence, Mention
from stance.text.catalogue import default_catalogue
from stance.text.pairs import directed_pairs
from stance.text.reading import ReadSentence, read_document
from text_measures import (
    PRONOUN_OR_PHRASE,
    Tally,
    documents,
    mention_problems,
    place,
    same_speaker,
    speaker_problems,
)
from text_speed import speed

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "tests" / "cases" / "documents.stance"
LABELED = ROOT / "data" / "labeled"
RESULTS = ROOT / "benchmarks" / "results" / "text.json"

LEFT_OUT = {"US_SATELLITES", "SHIITE_ALLIES", "SUNNI_PARTNERS"}
"""Groups that one annotator named for one sentence; no catalogue can hold them."""


def main() -> None:
    """Run all parts and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="list what went wrong")
    show = parser.parse_args().show
    results: dict[str, Any] = {"documents": own_documents(show), "speed": speed(DOCUMENTS)}
    results["labels"] = training_labels(show)
    gold = sets.SHARED / "gold_dev.jsonl"
    if gold.exists():
        results["gold_dev"] = gold_set(gold, show)
    else:
        print(f"{gold.name}: not there, left out")
    plover = sets.SHARED / "benchmarks" / "plv_dev.tsv"
    if plover.exists():
        results["plv_dev"] = plover_spans(plover, show)
    else:
        print(f"{plover.name}: not there, left out")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    print(json.dumps(results, indent=2, sort_keys=True))


def analyzer() -> Callable[[str], Analysis]:
    """Return the shipped model's reading of a text, one without relations if there is no model."""
    try:
        return load_model("base").analyze
    except StanceError as error:
        print(f"no model, so no directed pairs: {error}")
        return lambda text: Analysis(text, (), ())


# --------------------------------------------------------------------------- gold_dev.jsonl


def gold_set(path: Path, show: bool) -> dict[str, Any]:
    """Measure on articles whose relations were annotated."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    named, ids, all_texts, coreferent, speakers = (Tally() for _ in range(5))
    candidates, pairs = Tally(), Tally()
    analyze = analyzer()
    for document in dict.fromkeys(row["doc"] for row in rows):
        of_document = [row for row in rows if row["doc"] == document]
        text = "\n".join(row["text"] for row in of_document)
        read = read_document(text, default_catalogue())
        held = analyze(text)
        start = 0
        for row in of_document:
            end = start + len(row["text"])
            inside = [one for one in read if start <= one.sentence.start < end]
            mentions = [m for one in inside for m in one.sentence.mentions]
            said = held.stanced
            predicted = {
                (r.actor.id, r.target.id)
                for r in said
                if r.actor and r.target and start <= held.sentences[r.sent_index].start < end
            }
            possible = {p for one in inside for p in directed_pairs(one.sentence.mentions)}
            problems = _gold_mentions(row, start, mentions, (named, ids, all_texts, coreferent))
            problems += _gold_speakers(row, start, inside, speakers)
            problems += _gold_pairs(row, possible, predicted, (candidates, pairs))
            if show and problems:
                print(row["text"], *problems, sep="\n    ")
            start = end + 1
    return {
        "sentences": len(rows),
        "mention_recall": named.share(),
        "id_accuracy": ids.share(),
        "all_texts_recall": all_texts.share(),
        "coreference_accuracy": coreferent.share(),
        "speaker_accuracy": speakers.share(),
        "candidate_pairs": candidates.figures(),
        "directed_pairs": pairs.figures(),
        "left_out": sorted(LEFT_OUT),
    }


def _gold_mentions(
    row: dict[str, Any], start: int, mentions: Sequence[Mention], tallies: tuple[Tally, ...]
) -> list[str]:
    named, ids, all_texts, coreferent = tallies
    problems = []
    wanted = {
        (relation[end], relation[f"{end}_text"])
        for relation in row["relations"]
        for end in ("actor", "target")
        if relation[f"{end}_text"] and relation[end] not in LEFT_OUT
    }
    for actor, surface in sorted(wanted):
        over = [
            m
            for match in re.finditer(re.escape(surface), row["text"])
            for m in mentions
            if m.start < start + match.end() and start + match.start() < m.end
        ]
        right = any(m.id == actor for m in over)
        is_coreferent = PRONOUN_OR_PHRASE.match(surface) is not None
        all_texts["hit" if right else "missed"] += 1
        if is_coreferent:
            coreferent["hit" if right else "missed"] += 1
        else:
            named["hit" if over else "missed"] += 1
            if over:
                ids["hit" if right else "missed"] += 1
        if not right:
            what = "coreference" if is_coreferent else "mention"
            problems.append(f"{what}: {surface!r} is {actor}, found {[m.id for m in over]}")
    return problems


def _gold_speakers(
    row: dict[str, Any], start: int, inside: Sequence[ReadSentence], speakers: Tally
) -> list[str]:
    problems = []
    for relation in row["relations"]:
        if not relation["stance"]:
            continue
        spans = []
        for end in ("actor", "target"):
            surface = relation[f"{end}_text"]
            at = row["text"].find(surface) if surface else -1
            spans.append((start + at, start + at + len(surface)) if at >= 0 else None)
        found = next((s for one in inside if (s := one.speaker_of(*spans))), None)
        right = same_speaker(found, relation["speaker"])
        speakers["hit" if right else "missed"] += 1
        if not right:
            problems.append(
                f"speaker: {relation['actor']} > {relation['target']} is"
                f" {relation['speaker']!r}, found {found!r}"
            )
    return problems


def _gold_pairs(
    row: dict[str, Any],
    possible: set[tuple[str, str]],
    predicted: set[tuple[str, str]],
    tallies: tuple[Tally, Tally],
) -> list[str]:
    candidates, pairs = tallies
    gold = {(r["actor"], r["target"]) for r in row["relations"] if r["stance"]}
    optional = {(actor, target) for actor, target, _ in row["optional"]}
    for tally, found in ((candidates, possible), (pairs, predicted)):
        tally["hit"] += len(gold & found)
        tally["missed"] += len(gold - found)
        tally["surplus"] += len(found - gold - optional)
    return [
        *(f"pair missed: {a} > {t}" for a, t in sorted(gold - predicted)),
        *(f"pair surplus: {a} > {t}" for a, t in sorted(predicted - gold - optional)),
    ]


# --------------------------------------------------------------------------- our documents


def own_documents(show: bool) -> dict[str, Any]:
    """Measure on the documents in tests/cases, whose mentions are all marked."""
    labels = read_labels(DOCUMENTS)
    mentions, coreferent, speakers, pairs, candidates = (Tally() for _ in range(5))
    analyze = analyzer()
    for labelled, text in documents(labels):
        held = analyze(text)
        for label, start, inside in labelled:
            end = start + len(label.text)
            predicted = {
                (r.actor.id, r.target.id)
                for r in held.stanced
                if r.actor and r.target and start <= held.sentences[r.sent_index].start < end
            }
            possible = {p for one in inside for p in directed_pairs(one.sentence.mentions)}
            problems = mention_problems(label, start, inside, mentions, coreferent)
            problems += speaker_problems(label, start, inside, speakers)
            gold = {
                tuple(
                    mention.actor if mention else None
                    for mention in (label.mention(r.actor), label.mention(r.target))
                )
                for r in label.relations or ()
                if r.stance
            }
            for tally, found in ((candidates, possible), (pairs, predicted)):
                tally["hit"] += len(gold & found)
                tally["missed"] += len(gold - found)
                tally["surplus"] += len(found - gold)
            if show and problems:
                print(label.id, label.text, *problems, sep="\n    ")
    return {
        "sentences": len(labels),
        "mentions": mentions.figures(),
        "coreference_accuracy": coreferent.share(),
        "speaker_accuracy": speakers.share(),
        "candidate_pairs": candidates.figures(),
        "directed_pairs": pairs.figures(),
    }


# --------------------------------------------------------------------------- data/labeled


def training_labels(show: bool) -> dict[str, Any]:
    """Measure on every fifth document of our labels, which were made to train models.

    Their marks are often shorter than a mention and never complete, so overlap counts, and
    surplus does not. Sentences of twins stand next to each other without being one text.
    """
    named, ids, coreferent, speakers = (Tally() for _ in range(4))
    groups: dict[str, list[LabeledSentence]] = {}
    for path in sorted(LABELED.rglob("*.stance")):
        try:
            labels = read_labels(path)
        except StanceError as error:
            print(f"left out: {error}")
            continue
        for label in labels:
            is_twin = "twin" in label.meta.get("tags", "")
            groups.setdefault(label.id if is_twin else label.group, []).append(label)
    count = 0
    for group in list(groups.values())[::5]:
        for label, start, inside in place(group):
            count += 1
            found = [m for one in inside for m in one.sentence.mentions]
            problems = _label_mentions(label, start, found, (named, ids, coreferent))
            problems += speaker_problems(label, start, inside, speakers)
            if show and problems:
                print(label.id, label.text, *problems, sep="\n    ")
    return {
        "sentences": count,
        "mention_recall": named.share(),
        "id_accuracy": ids.share(),
        "coreference_accuracy": coreferent.share(),
        "speaker_accuracy": speakers.share(),
    }


def _label_mentions(
    label: LabeledSentence, start: int, found: Sequence[Mention], tallies: tuple[Tally, ...]
) -> list[str]:
    named, ids, coreferent = tallies
    problems = []
    for mention in label.mentions or ():
        if mention.start is None or mention.end is None or mention.text is None:
            continue
        span = (start + mention.start, start + mention.end)
        over = [m.id for m in found if m.start < span[1] and span[0] < m.end]
        right = mention.actor in over
        if PRONOUN_OR_PHRASE.match(mention.text):
            coreferent["hit" if right else "missed"] += 1
        else:
            named["hit" if over else "missed"] += 1
            if over:
                ids["hit" if right else "missed"] += 1
        if not right:
            problems.append(f"mention: {mention.text!r} is {mention.actor}, found {over}")
    return problems


# --------------------------------------------------------------------------- plv_dev.tsv


def plover_spans(path: Path, show: bool) -> dict[str, Any]:
    """Count the marked sources and targets in which a mention is found."""
    tallies = {"source": Tally(), "target": Tally()}
    missed: Counter[str] = Counter()
    with path.open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            plain = re.sub(r"</?[st]>", "", row["marked_sentence"])
            mentions = [
                m
                for one in read_document(plain, default_catalogue())
                for m in one.sentence.mentions
            ]
            for name, letter in (("source", "s"), ("target", "t")):
                if row["marked_sentence"].count(f"<{letter}>") != 1:
                    continue  # a few rows mark nothing, or more than one
                span = _marked_span(row["marked_sentence"], letter)
                hit = any(m.start < span[1] and span[0] < m.end for m in mentions)
                tallies[name]["hit" if hit else "missed"] += 1
                if not hit:
                    missed[plain[span[0] : span[1]]] += 1
    if show:
        print("not found:", *(f"{n} {text}" for text, n in missed.most_common()), sep="\n    ")
    return {name: tally.share() for name, tally in tallies.items()}


def _marked_span(marked: str, letter: str) -> tuple[int, int]:
    other = "t" if letter == "s" else "s"
    text = re.sub(f"</?{other}>", "", marked)
    start = text.index(f"<{letter}>")
    return start, text.index(f"</{letter}>") - 3


if __name__ == "__main__":
    main()
