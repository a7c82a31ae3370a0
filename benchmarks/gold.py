"""How well a model does on the real articles of gold_dev.jsonl: pairs given, and end to end.

    python benchmarks/gold.py [--model base] [--out benchmarks/results/gold.json]

And what limits it: F1 of directed pairs if thresholds were chosen on these very sentences, if the
mentions of gold were given, if every candidate were judged right, and by the number of actors found
in a sentence.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

import sets
import stance
from stance.analysis import Model
from stance.learning.evaluation import evaluate
from stance.learning.examples import examples_of, label_mentions
from stance.learning.metrics import f1, stance_scores
from stance.model.documents import score_pairs
from stance.model.linear import reaches

Key = tuple[str, str, str, str]
Floats = npt.NDArray[np.float64]

DATES = {"002_d254b03d3bc2601a.txt": "2015-11-24", "003_8f3b9e08a384230c.txt": "2015-11-24"}


def given_pairs(model: Model) -> dict[str, Any]:
    """Return F1 per stance over the pairs that gold lists with both ends in the sentence.

    And of sentiments over all that gold labels.
    """
    labels = sets.gold()
    examples = [e for e in examples_of(labels) if e.actor and e.target]
    probabilities = score_pairs(model.scorer, [e.pair for e in examples]).stances
    held = reaches(probabilities, model.thresholds)
    scores = {
        name: stance_scores(
            np.array([name in e.stances for e in examples]), probabilities[:, k], held[:, k]
        )
        for k, name in enumerate(model.stances)
    }
    return {
        "n_pairs": len(examples),
        "macro_f1": float(np.mean([s.f1 for s in scores.values()])),
        "macro_average_precision": float(np.mean([s.average_precision for s in scores.values()])),
        "f1": {name: s.f1 for name, s in scores.items()},
        "sentiment_f1": evaluate(model, labels).sentiment_f1,
    }


class Found(NamedTuple):
    """What gold and a model say of the articles; keys are document, sentence, actor, target.

    ``asked`` are the probabilities of all candidates, ``held`` the stances found, ``wanted`` those
    of gold, ``optional`` those that count neither way.
    """

    asked: dict[Key, Floats]
    held: set[tuple[Key, str]]
    wanted: set[tuple[Key, str]]
    optional: set[tuple[Key, str]]


def read_articles(model: Model) -> Found:
    """Analyse the articles from raw text."""
    every = Found({}, set(), set(), set())
    for doc, rows in sets.documents(sets.gold_rows()):
        text = "\n".join(row["text"] for row in rows)
        starts = np.cumsum([0, *(len(row["text"]) + 1 for row in rows)])
        analysis = model.analyze(text, date=DATES.get(doc))
        for r in analysis.relations:
            row = int(np.searchsorted(starts, analysis.sentences[r.sent_index].start, "right")) - 1
            key = _key(doc, rows[row]["i"], r.actor and r.actor.id, r.target and r.target.id)
            if not r.abstained:
                scores = np.array([r.scores[name] for name in model.stances])
                every.asked[key] = np.maximum(every.asked.get(key, 0), scores)
                every.held.update((key, name) for name in r.stances)
        for row in rows:
            for item in row["relations"]:
                key = _key(doc, row["i"], item["actor"], item["target"])
                every.wanted.update((key, name) for name in item["stance"])
            for actor, target, name in row["optional"]:
                every.optional.add((_key(doc, row["i"], actor, target), name))
    every.optional.difference_update(every.wanted)
    every.held.difference_update(every.optional)
    return every


def _key(doc: str, number: object, actor: str | None, target: str | None) -> Key:
    return doc, str(number), actor or "*", target or "*"


def end_to_end(model: Model, articles: Found) -> dict[str, Any]:
    """Return F1 of tuples and of directed pairs found from raw text, optional ones left out."""
    found, wanted = articles.held, articles.wanted
    result = {"tuples": _f1(found, wanted), "pairs": _f1(_pairs(found), _pairs(wanted))}
    for name in model.stances:
        result[name] = _f1({t for t in found if t[1] == name}, {t for t in wanted if t[1] == name})
    return result


def limits(model: Model, articles: Found) -> dict[str, Any]:
    """Return F1 of directed pairs as it would be if one thing were perfect, and by actors."""
    asked, wanted = articles.asked, _pairs(articles.wanted)
    labels = [msgspec.structs.replace(label, exhaustive=True) for label in sets.gold()]
    named = {label.id: {mention.id for mention in label_mentions(label)} for label in labels}
    marked = [
        (_key(e.document, e.sentence.rpartition(":")[2], e.actor, e.target), e.pair)
        for e in examples_of(labels)
        if {e.actor, e.target} <= named[e.sentence]
    ]
    scores = score_pairs(model.scorer, [pair for _, pair in marked]).stances
    of_gold = {key: score for (key, _), score in zip(marked, scores, strict=True)}
    actors: dict[tuple[str, ...], set[str]] = {}
    for key in asked:
        actors.setdefault(key[:2], set()).update(key[2:])
    result = {
        "best threshold": _best(model, articles, asked),
        "mentions of gold": _f1(
            _reached(model, articles, of_gold, model.scorer.found_thresholds), wanted
        ),
        "mentions of gold, best threshold": _best(model, articles, of_gold),
        "every candidate judged right": _f1(wanted & asked.keys(), wanted),
    }
    for title, fits in (("two actors", {2}), ("three and more actors", range(3, 99))):
        inside = {sentence for sentence, some in actors.items() if len(some) in fits}
        result[title] = _f1(
            {key for key in _pairs(articles.held) if key[:2] in inside},
            {key for key in wanted if key[:2] in inside},
        )
    return result


def _best(model: Model, articles: Found, asked: dict[Key, Floats]) -> dict[str, float]:
    """Return the scores at the one threshold for all stances that is best in hindsight."""
    wanted = _pairs(articles.wanted)
    every = [
        _f1(_reached(model, articles, asked, [threshold] * len(model.stances)), wanted)
        for threshold in np.arange(0.02, 1, 0.02)
    ]
    return max(every, key=lambda scores: scores["f1"])


def _reached(
    model: Model, articles: Found, asked: dict[Key, Floats], thresholds: Sequence[float]
) -> set[Key]:
    """Return the pairs that hold a stance at some thresholds, optional ones left out."""
    return {
        key
        for key, scores in asked.items()
        for name, score, threshold in zip(model.stances, scores, thresholds, strict=True)
        if score >= threshold and (key, name) not in articles.optional
    }


def _pairs(tuples: Iterable[tuple[Key, str]]) -> set[Key]:
    return {key for key, _ in tuples}


def _f1(found: set[Any], wanted: set[Any]) -> dict[str, float]:
    precision, recall, score = f1(len(found & wanted), len(found), len(wanted))
    return {"precision": precision, "recall": recall, "f1": score}


def main() -> None:
    """Print the figures and write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="base")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/gold.json"))
    arguments = parser.parse_args()
    model = stance.load_model(arguments.model)
    articles = read_articles(model)
    result = {
        "given_pairs": given_pairs(model),
        "end_to_end": end_to_end(model, articles),
        "limits_of_pairs": limits(model, articles),
    }
    arguments.out.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")
    given = result["given_pairs"]
    print(
        f"given pairs ({given['n_pairs']}): macro F1 {given['macro_f1']:.3f}, "
        + ", ".join(f"{name} {value:.3f}" for name, value in given["f1"].items())
    )
    for part in ("end_to_end", "limits_of_pairs"):
        for name, scores in result[part].items():
            print(
                f"{part}, {name}: P {scores['precision']:.3f}, R {scores['recall']:.3f},"
                f" F1 {scores['f1']:.3f}"
            )


if __name__ == "__main__":
    main()
