"""Published sets, the same protocol for every system: baselines, the linear model, the encoder.

    python benchmarks/published.py [--sets plv newsmtsc dse] [--systems majority vader ...]
    python benchmarks/published.py --sets plv --systems encoder --epochs 10 --rate 2e-4

PLV: five stratified folds, four classes. NewsMTSC: five folds by sentence, three sentiments of the
target. DSE: trained on its train part, asked on its valid part, five classes of direction and
sentiment. ``base`` and ``encoder`` are what ``stance train`` makes of the same folds, with its
defaults and nothing of our own labels. Each (set, system) is written into
benchmarks/results/published.json as soon as it is measured; the encoder takes hours.
With epochs or a rate of its own an encoder stands there under a name that says so.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer

import sets
import stance
from stance.analysis import Model
from stance.files import write_atomically
from stance.learning.encoder_options import EncoderOptions
from stance.learning.examples import examples_of
from stance.learning.metrics import expected_calibration_error, f1
from stance.model.documents import score_pairs
from stance.records import LabeledSentence

RESULTS = Path("benchmarks/results/published.json")
SEED = 0
Labels = Sequence[LabeledSentence]


class Task(msgspec.Struct, frozen=True):
    """A set with its protocol: what is learned from and asked about, fold by fold."""

    labels: Labels
    classes: list[str]
    folds: list[tuple[Any, Any]]
    encoder: EncoderOptions


class Answer(msgspec.Struct, frozen=True):
    """Classes found for some labels; for probabilistic systems also how far off they were."""

    classes: list[str]
    calibration_error: float | None = None


def plv() -> Task:
    """Return the PLOVER relations: five stratified folds."""
    labels = sets.plv()
    classes = [_only_stance(label) for label in labels]
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED).split(classes, classes)
    return Task(labels, classes, list(folds), EncoderOptions(epochs=6))


def newsmtsc() -> Task:
    """Return target sentiment: five folds in which a sentence stays whole."""
    labels = sets.newsmtsc()
    classes = [_only_stance(label) for label in labels]
    sentences = [label.doc_id for label in labels]
    splitter = StratifiedGroupKFold(5, shuffle=True, random_state=SEED)
    return Task(
        labels, classes, list(splitter.split(classes, classes, sentences)), EncoderOptions()
    )


def dse() -> Task:
    """Return directed sentiment: its own two parts."""
    train, valid = sets.dse("train"), sets.dse("valid")
    labels = [*train, *valid]
    fold = np.arange(len(train)), np.arange(len(train), len(labels))
    return Task(labels, [_direction(label) for label in labels], [fold], EncoderOptions())


def _only_stance(label: LabeledSentence) -> str:
    (relation,) = label.relations or ()
    (name,) = relation.stance or ()
    return name


def _direction(label: LabeledSentence) -> str:
    for relation in label.relations or ():
        if relation.stance:
            return f"{relation.actor}>{relation.target} {relation.stance[0]}"
    return "neutral"


def majority(task: Task, learn: Any, ask: Any) -> Answer:
    """Return the commonest class."""
    commonest = Counter(task.classes[i] for i in learn).most_common(1)[0][0]
    return Answer([commonest] * len(ask))


def vader(task: Task, learn: Any, ask: Any) -> Answer:
    """Return the sentiment of the sentence by VADER (Hutto and Gilbert 2014), whoever is meant.

    Where a direction is asked for, the entity named first is taken for the holder.
    """
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    found = []
    for i in ask:
        score = analyzer.polarity_scores(task.labels[i].text)["compound"]
        name = "positive" if score >= 0.05 else "negative" if score <= -0.05 else "neutral"
        mentions = sorted(task.labels[i].mentions or (), key=lambda m: m.start or 0)
        if len(mentions) == 2 and name != "neutral":
            name = f"{mentions[0].id}>{mentions[1].id} {name}"
        found.append(name)
    return Answer(found)


def ngrams(task: Task, learn: Any, ask: Any) -> Answer:
    """Return what n-grams of words and characters, and those between the two, say by tf-idf."""
    pieces = [_masked(label) for label in task.labels]
    features = make_union(
        make_pipeline(FunctionTransformer(_whole), _tfidf("word", (1, 3))),
        make_pipeline(FunctionTransformer(_whole), _tfidf("char_wb", (3, 5))),
        make_pipeline(FunctionTransformer(_between), _tfidf("word", (1, 2))),
    )
    matrix = features.fit_transform([pieces[i] for i in learn])
    model = LogisticRegression(C=10, max_iter=1000).fit(matrix, [task.classes[i] for i in learn])
    return Answer(
        [str(name) for name in model.predict(features.transform([pieces[i] for i in ask]))]
    )


def _tfidf(analyzer: str, span: tuple[int, int]) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=span, min_df=2, sublinear_tf=True, lowercase=False
    )


def _whole(pieces: list[tuple[str, str]]) -> list[str]:
    return [whole for whole, _ in pieces]


def _between(pieces: list[tuple[str, str]]) -> list[str]:
    return [between for _, between in pieces]


def _masked(label: LabeledSentence) -> tuple[str, str]:
    """Return a sentence with its ends as role words, and what stands between the ends."""
    mentions = sorted(label.mentions or (), key=lambda m: m.start or 0)
    out, done = [], 0
    for m in mentions:
        assert m.start is not None
        assert m.end is not None
        out += [label.text[done : m.start].lower(), f" X{m.id.upper()} "]
        done = m.end
    out.append(label.text[done:].lower())
    return "".join(out), f"{out[1]}{out[2]}{out[3] if len(out) > 3 else ''}"


def base(task: Task, learn: Any, ask: Any) -> Answer:
    """Return what the linear model says."""
    return _asked(stance.train([task.labels[i] for i in learn]), [task.labels[i] for i in ask])


def encoder(task: Task, learn: Any, ask: Any) -> Answer:
    """Return what the encoder says."""
    options = msgspec.structs.replace(task.encoder, progress=True)
    model = stance.train([task.labels[i] for i in learn], backend="encoder", encoder=options)
    return _asked(model, [task.labels[i] for i in ask])


def _asked(model: Model, labels: Labels) -> Answer:
    """Return the class of each label: the stance of its pair, or the stance and direction."""
    examples = list(examples_of(labels))
    probabilities = score_pairs(model.scorer, [example.pair for example in examples]).stances
    wanted = np.array([[name in e.stances for name in model.stances] for e in examples])
    rows = defaultdict(list)
    for i, example in enumerate(examples):
        rows[example.sentence].append(i)
    found = []
    for label in labels:
        asked = rows[label.id]
        if len(asked) == 1:
            found.append(model.stances[int(probabilities[asked[0]].argmax())])
            continue
        margin = probabilities[asked] - np.array(model.thresholds, np.float32)
        row, column = np.unravel_index(int(margin.argmax()), margin.shape)
        ends = examples[asked[row]]
        held = f"{str(ends.actor).lower()}>{str(ends.target).lower()} {model.stances[column]}"
        found.append(held if margin[row, column] >= 0 else "neutral")
    errors = [
        expected_calibration_error(wanted[:, k], probabilities[:, k])
        for k in range(len(model.stances))
    ]
    return Answer(found, float(np.mean(errors)))


SETS: dict[str, Callable[[], Task]] = {"plv": plv, "newsmtsc": newsmtsc, "dse": dse}
SYSTEMS: dict[str, Callable[[Task, Any, Any], Answer]] = {
    "majority": majority,
    "vader": vader,
    "ngrams": ngrams,
    "base": base,
    "encoder": encoder,
}
UNABLE = {("plv", "vader")}  # sentiment knows nothing of words and deeds


def measure(task: Task, system: Callable[[Task, Any, Any], Answer]) -> dict[str, Any]:
    """Return the scores of a system on a set, over all folds together.

    ``new_texts`` are the scores over the sentences that do not stand, word for word, among those
    learned from as well: of DSE's valid part a quarter do.
    """
    began = time.monotonic()
    wanted, found, new, errors, counts = [], [], [], [], []
    for learn, ask in task.folds:
        answer = system(task, learn, ask)
        learned = {task.labels[i].text for i in learn}
        wanted += [task.classes[i] for i in ask]
        found += answer.classes
        new += [task.labels[i].text not in learned for i in ask]
        if answer.calibration_error is not None:
            errors.append(answer.calibration_error)
            counts.append(len(ask))
    chosen = np.array(new)
    return {
        **_scores(np.array(wanted), np.array(found)),
        "new_texts": _scores(np.array(wanted)[chosen], np.array(found)[chosen]),
        "calibration_error": float(np.average(errors, weights=counts)) if errors else None,
        "seconds": round(time.monotonic() - began),
    }


def _scores(wanted: Any, found: Any) -> dict[str, Any]:
    by_class = dict(_class_scores(wanted, found))
    return {
        "n": len(wanted),
        "micro_f1": float(np.mean(wanted == found)),
        "macro_f1": float(np.mean(list(by_class.values()))),
        "f1": by_class,
    }


def _class_scores(wanted: Any, found: Any) -> Iterator[tuple[str, float]]:
    for name in sorted(set(wanted.tolist())):
        hits = int(((wanted == name) & (found == name)).sum())
        yield name, f1(hits, int((found == name).sum()), int((wanted == name).sum()))[2]


def main() -> None:
    """Measure the systems and sets that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--rate", type=float)
    arguments = parser.parse_args()
    own = {k: v for k in ("epochs", "rate") if (v := getattr(arguments, k)) is not None}
    for set_name in arguments.sets:
        task = SETS[set_name]()
        task = msgspec.structs.replace(task, encoder=msgspec.structs.replace(task.encoder, **own))
        for system in arguments.systems:
            if (set_name, system) in UNABLE:
                continue
            figures = measure(task, SYSTEMS[system])
            name = system
            if own and system == "encoder":
                name = f"encoder, {task.encoder.epochs} epochs at {task.encoder.rate:g}"
            print(set_name, name, json.dumps(figures), flush=True)
            whole = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
            whole.setdefault(set_name, {})[name] = figures
            write_atomically(RESULTS, (json.dumps(whole, indent=2, sort_keys=True) + "\n").encode())


if __name__ == "__main__":
    main()
