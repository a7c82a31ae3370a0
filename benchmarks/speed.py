"""Speed of ``stance score``: sentences a second against VADER, workers, memory.

    python benchmarks/speed.py [--model base] [--sentences 10000] [--sizes 10000,1000000]
                               [--parts rates,stages,workers,growth]

The corpus is made of sentences of ``data/labeled`` in a fixed random order, twenty to a document:
once with the density of news, a third of the sentences with two or more actors, and once with
two or more in every sentence. VADER (a word list without actors; Hutto and Gilbert 2014) gets
the same sentences, split already; ``stance score`` starts from the documents and ends with a
file of rows. Both are measured in processor time, in turns, in one run; the median of the turns
counts. Times of several processes are wall-clock times, so run it on a machine that does nothing
else.
Parts that are not asked for keep the figures of the results file. Where ``stance`` was compiled
when it was installed (docs/batch.md), its figures stand beside the others, under ``compiled``.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from stance.analysis import Model, load_model
from stance.batch.documents import Document
from stance.batch.options import BatchOptions
from stance.batch.run import score
from stance.batch.schema import columns_of, encode_json
from stance.batch.scoring import score_rows
from stance.labels.files import read_labels
from stance.model.documents import score_documents
from stance.text import matching
from stance.text.collecting import collection_put_off
from stance.text.reading import read_document
from stance.text.sentences import sentence_spans
from stance.text.tokens import tokenize

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "speed.json"
PER_DOCUMENT = 20
TURNS = 11
WORKER_TURNS = 9


def sentences(model: Model) -> tuple[list[str], list[str]]:
    """Return our own sentences with two or more actors, and those with fewer."""
    dense, sparse = [], []
    for label in read_labels(ROOT / "data" / "labeled"):
        read = read_document(label.text, model.catalogue)
        if len(read) == 1:
            actors = {mention.id for mention in read[0].sentence.mentions}
            (dense if len(actors) > 1 else sparse).append(label.text)
    return dense, sparse


def make_corpus(dense: list[str], sparse: list[str], n: int, every: int) -> list[list[str]]:
    """Return documents; one sentence in ``every`` has two or more actors."""
    chance = random.Random(7)
    drawn = [chance.choice(sparse if i % every else dense) for i in range(n)]
    return [drawn[i : i + PER_DOCUMENT] for i in range(0, n, PER_DOCUMENT)]


def write_corpus(path: Path, documents: list[list[str]]) -> Path:
    """Write documents as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for number, document in enumerate(documents):
            record = {"id": f"d{number}", "date": "2015-11-23", "text": " ".join(document)}
            file.write(json.dumps(record) + "\n")
    return path


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time that some work takes; what lies about is no garbage of its own."""
    gc.collect()
    gc.freeze()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def times_as_fast(ours: list[float], theirs: list[float]) -> float:
    """Return how many times as fast ours is as theirs, measured before and after each of ours.

    Neighbours in time are compared: the pace of a virtual machine changes by the minute.
    """
    around = map(statistics.fmean, itertools.pairwise(theirs))
    return statistics.median(other / own for own, other in zip(ours, around, strict=True))


def against_vader(folder: Path, model: str, documents: list[list[str]]) -> dict[str, float]:
    """Return sentences a second of both, and their ratio."""
    source = write_corpus(folder / "corpus.jsonl", documents)
    plain = [sentence for document in documents for sentence in document]
    vader = SentimentIntensityAnalyzer()
    options = BatchOptions(model=model, overwrite=True)
    found = {}

    def run() -> None:
        found["summary"] = score(source, folder / "out.jsonl", options)

    def compare() -> None:
        for sentence in plain:
            vader.polarity_scores(sentence)

    run()  # loads the model
    theirs = [seconds(compare)]
    ours = []
    for _ in range(TURNS):
        ours.append(seconds(run))
        theirs.append(seconds(compare))
    summary = found["summary"]
    ratio = times_as_fast(ours, theirs) * summary.sentences / len(plain)
    return {
        "sentences": summary.sentences,
        "relations_a_sentence": round(summary.relations / summary.sentences, 2),
        "stance_a_second": round(summary.sentences / statistics.median(ours)),
        "vader_a_second": round(len(plain) / statistics.median(theirs)),
        "ratio": round(ratio, 3),
    }


def stages(model: Model, documents: list[list[str]]) -> dict[str, float]:
    """Return microseconds a sentence of each stage, in processor time."""
    corpus = [Document(str(i), " ".join(one)) for i, one in enumerate(documents)]
    n = sum(map(len, documents))
    plain = [sentence for document in documents for sentence in document]
    read = [read_document(one.text, model.catalogue) for one in corpus]
    rows, _, _ = score_rows(model, corpus)
    columns = columns_of(model.stances)

    def reading(coreference: bool) -> None:
        for one in corpus:
            read_document(one.text, model.catalogue, coreference=coreference)

    works: list[Callable[[], object]] = [
        lambda: [sentence_spans(one.text) for one in corpus],
        lambda: [tokenize(one) for one in plain],
        lambda: reading(False),
        lambda: reading(True),
        lambda: score_rows(model, corpus),
        lambda: encode_json(columns, rows),
        lambda: score_documents(model.scorer, read, evidence=False),
        lambda: score_documents(model.scorer, read, evidence=True),
    ]
    with collection_put_off():  # as in a batch run
        turns = [[seconds(work) for work in works] for _ in range(TURNS)]
    # differences of neighbours in time: the pace of a virtual machine changes by the minute
    splitting, tokens, simple, whole, everything, encoding, scoring, explained = zip(
        *turns, strict=True
    )
    parts = {
        "sentence splitting": [splitting],
        "tokens": [tokens],
        "mentions and quotations": [simple, splitting, tokens],
        "coreference": [whole, simple],
        "masking, features, scores, rows": [everything, whole],
        "JSON": [encoding],
        "evidence (only with --evidence)": [explained, scoring],
    }
    return {
        name: round(
            1e6
            / n
            * statistics.median(first - sum(less) for first, *less in zip(*of, strict=True)),
            1,
        )
        for name, of in parts.items()
    }


def workers(folder: Path, model: str, source: Path) -> dict[str, float]:
    """Return the wall-clock time of one process and of two, and how often the second pays."""

    def run(n_jobs: int) -> float:
        options = BatchOptions(model=model, n_jobs=n_jobs, overwrite=True, chunk_characters=100_000)
        begun = time.perf_counter()
        score(source, folder / f"out{n_jobs}.jsonl", options)
        return time.perf_counter() - begun

    run(1)  # loads the model
    run(2)  # starts the processes
    alone, together = [run(1)], []
    for _ in range(WORKER_TURNS):
        together.append(run(2))
        alone.append(run(1))
    same = (folder / "out1.jsonl").read_bytes() == (folder / "out2.jsonl").read_bytes()
    return {
        "one_s": round(statistics.median(alone), 2),
        "two_s": round(statistics.median(together), 2),
        "speed_up": round(times_as_fast(together, alone), 2),
        "same_bytes": same,
        "load_before": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count() or 0,
    }


def measured_run(source: Path, out: Path, model: str) -> None:
    """Score in this process and print its sentences, seconds and peak memory."""
    begun = time.process_time()
    summary = score(source, out, BatchOptions(model=model))
    print(json.dumps([summary.sentences, time.process_time() - begun, peak_memory()]))


def peak_memory() -> float:
    """Return the most memory that this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # what getrusage says may be the peak of the process that started it
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth(
    folder: Path, model: str, dense: list[str], sparse: list[str], sizes: list[int]
) -> list[dict[str, float]]:
    """Return processor time and peak memory of one process for corpora of some sizes."""
    found = []
    for size in sizes:
        source = write_corpus(folder / f"{size}.jsonl", make_corpus(dense, sparse, size, every=3))
        out = folder / f"{size}.out.jsonl"
        args = [sys.executable, __file__, "--one", str(source), str(out), "--model", model]
        done = subprocess.run(args, capture_output=True, text=True, check=True)
        n, spent, peak = json.loads(done.stdout)
        found.append({"sentences": n, "processor_s": round(spent, 1), "peak_mb": round(peak, 1)})
        source.unlink()
        out.unlink()
    return found


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="base")
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--sizes", default="10000,30000", help="for memory and growth")
    parser.add_argument("--parts", default="rates,stages,workers,growth")
    parser.add_argument("--one", nargs=2, metavar=("SOURCE", "OUT"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        measured_run(Path(args.one[0]), Path(args.one[1]), args.model)
        return
    model = load_model(args.model)
    dense, sparse = sentences(model)
    result: dict[str, Any] = {
        "model": Path(args.model).name,
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
    }
    is_compiled = not str(matching.__file__).endswith(".py")
    news = make_corpus(dense, sparse, args.sentences, every=3)
    every = make_corpus(dense, sparse, args.sentences // 2, every=1)
    sizes = [int(size) for size in args.sizes.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "rates": lambda: {
                "news_density": against_vader(folder, args.model, news),
                "actors_in_every_sentence": against_vader(folder, args.model, every),
            },
            "stages": lambda: {"stages_us_a_sentence": stages(model, news)},
            "workers": lambda: {
                "workers": workers(folder, args.model, write_corpus(folder / "w.jsonl", news * 4))
            },
            "growth": lambda: {"growth": growth(folder, args.model, dense, sparse, sizes)},
        }
        for part in args.parts.split(","):
            result |= parts[part]()
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    result = kept | ({"compiled": kept.get("compiled", {}) | result} if is_compiled else result)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
