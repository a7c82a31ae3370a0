"""What aggregation must show: intervals that cover, change points, speed and memory.

Run: python benchmarks/aggregate.py [--relations N]; writes benchmarks/results/aggregate.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import os
import platform
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from stance.aggregation.changes import change_points
from stance.aggregation.tables import aggregate

HERE = Path(__file__).parent
PLACES = np.array([1.0, -0.5, -1.0])
MOODS = {"mixed": (2.0, 2.0), "friendly": (6.0, 1.5), "hostile": (1.0, 5.0)}
SIZES = (8, 10, 20, 50, 200)


def documents(n: int, mood: tuple[float, float], rng: Any) -> tuple[Any, Any]:
    """Return which document each of some relations is in, and its probabilities.

    Documents differ in length and in their own mean; probabilities are noisy, as a model's are.
    """
    length = rng.geometric(0.35, n)
    share = rng.beta(*mood, size=n)
    of = np.repeat(np.arange(n), length)
    friendly = rng.random(len(of)) < share[of]
    threat = ~friendly & (rng.random(len(of)) < 0.4)
    kind = np.where(rng.random(len(of)) < 0.3, 3, np.where(friendly, 0, np.where(threat, 2, 1)))
    probabilities = rng.beta(1, 8, (len(of), 3))
    for stance in range(3):
        probabilities[kind == stance, stance] = rng.beta(5, 2, int((kind == stance).sum()))
    return of, probabilities.round(4)


def rows_of(of: Any, probabilities: Any, dyad: str, dates: Any = None) -> list[dict[str, Any]]:
    """Return rows as a score file holds them."""
    return [
        {
            "doc_id": f"{dyad}-{d}",
            "date": None if dates is None else dates[d],
            "actor": dyad,
            "target": "B",
            "cooperation": p[0],
            "rivalry": p[1],
            "threat": p[2],
            "stances": "",
        }
        for d, p in zip(of.tolist(), probabilities.tolist(), strict=True)
    ]


def coverage(n_corpora: int) -> list[dict[str, Any]]:
    """Count how often the 95 % interval of a simulated corpus holds the true balance."""
    found = []
    for name, mood in MOODS.items():
        _, p = documents(400_000, mood, np.random.default_rng(99))
        truth = float((p @ PLACES).sum() / p.sum())
        for size in SIZES:
            rng = np.random.default_rng((7, size))
            hits, widths, n = 0, 0.0, 0
            for first in range(0, n_corpora, 200):
                rows = []
                for k in range(first, min(first + 200, n_corpora)):
                    rows += rows_of(*documents(size, mood, rng), dyad=f"A{k}")
                for row in aggregate(rows, by="actor"):
                    assert row.balance is not None
                    if row.balance.low is not None and row.balance.high is not None:
                        n += 1
                        hits += row.balance.low <= truth <= row.balance.high
                        widths += row.balance.high - row.balance.low
            found.append(
                {
                    "corpus": name,
                    "truth": round(truth, 4),
                    "documents": size,
                    "corpora": n_corpora,
                    "with_interval": n,
                    "coverage": round(hits / n, 4),
                    "mean_width": round(widths / n, 4),
                }
            )
            print(found[-1])
    return found


def changes(n_series: int) -> dict[str, Any]:
    """Count false alarms in series without a change, and hits in series with one."""
    out: dict[str, Any] = {"series": n_series, "months": 24, "documents_a_month": 3}
    for name, moods in {
        "no_change": ("mixed",) * 24,
        "change": ("friendly",) * 12 + ("hostile",) * 12,
    }.items():
        alarms = near = 0
        for seed in range(n_series):
            rng = np.random.default_rng((seed, 3))
            rows: list[dict[str, Any]] = []
            for month, mood in enumerate(moods):
                days = [
                    datetime.date(2010 + month // 12, 1 + month % 12, 3 + 9 * d).isoformat()
                    for d in range(3)
                ]
                part = rows_of(*documents(3, MOODS[mood], rng), dyad="A", dates=days)
                rows += [row | {"doc_id": f"{month}-{row['doc_id']}"} for row in part]
            found = [change.period for change in change_points(rows, ("A", "B"))]
            alarms += bool(found)
            near += any(period in ("2010-12", "2011-01", "2011-02") for period in found)
        out[f"{name}_any"] = round(alarms / n_series, 4)
        if name == "change":
            out["change_within_a_month"] = round(near / n_series, 4)
    print(out)
    return out


def write_corpus(path: Path, n: int) -> int:
    """Write ``n`` relations of made-up words as Parquet; return the number of documents."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    words = np.array(
        ["".join(map(chr, rng.integers(97, 123, rng.integers(3, 9)))) for _ in range(5000)]
    )
    weights = 1 / np.arange(1, 201)
    weights /= weights.sum()
    actors = [f"A{i:03}" for i in range(200)]
    doc, written, writer = 0, 0, None
    while written < n:
        size = min(50_000, n - written)
        table: dict[str, list[Any]] = {}
        rows = 0
        while rows < size:
            day = datetime.date(2010, 1, 1) + datetime.timedelta(days=int(rng.integers(0, 3650)))
            for index in range(int(rng.integers(1, 12))):
                pair = rng.choice(200, 2, replace=False, p=weights)
                text = " ".join(words[rng.integers(0, 5000, 25)])
                for a, b in ((pair[0], pair[1]), (pair[1], pair[0])):
                    p = rng.beta(0.3, 1, 3).round(4)
                    row = {
                        "doc_id": f"doc-{doc}",
                        "date": day,
                        "source": "Herald",
                        "sent_index": index,
                        "actor": actors[a],
                        "target": actors[b],
                        "cooperation": p[0],
                        "rivalry": p[1],
                        "threat": p[2],
                        "stances": "|".join(
                            s
                            for s, x in zip(("cooperation", "rivalry", "threat"), p, strict=True)
                            if x > 0.5
                        ),
                        "sentiment": "neutral",
                        "sentiment_negative": 0.2,
                        "sentiment_neutral": 0.7,
                        "sentiment_positive": 0.1,
                        "speaker": None,
                        "abstained": None,
                        "actor_text": actors[a],
                        "target_text": actors[b],
                        "start": index * 160,
                        "end": index * 160 + len(text),
                        "sentence": text,
                    }
                    for key, value in row.items():
                        table.setdefault(key, []).append(value)
                    rows += 1
            doc += 1
        arrow = pa.table(
            {
                k: pa.array(v, pa.string()) if k in ("speaker", "abstained") else v
                for k, v in table.items()
            }
        )
        writer = writer or pq.ParquetWriter(path, arrow.schema)
        writer.write_table(arrow)
        written += rows
    assert writer is not None
    writer.close()
    return doc


def measure(path: str, answer: Any) -> None:
    """Aggregate in a process of its own, on one core, so that its memory is its own."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    wall, cpu = time.perf_counter(), time.process_time()
    table = aggregate(path, by="dyad")
    answer.send(
        {
            "relations": sum(row.n_relations for row in table),
            "dyads": len(table),
            "cpu_seconds": round(time.process_time() - cpu, 2),
            "wall_seconds": round(time.perf_counter() - wall, 2),
            "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        }
    )


def speed(n: int) -> dict[str, Any]:
    """Aggregate a file three times; the fastest counts, since other work only slows."""
    for library in ("OPENBLAS", "OMP", "MKL"):  # whose threads start before one core is chosen
        os.environ[f"{library}_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scores.parquet")
        n_documents = write_corpus(path, n)
        best: dict[str, Any] = {}
        for _ in range(3):
            ours, theirs = multiprocessing.get_context("spawn").Pipe()
            process = multiprocessing.get_context("spawn").Process(
                target=measure, args=(str(path), theirs)
            )
            process.start()
            found = ours.recv()
            process.join()
            print(found)
            if not best or found["cpu_seconds"] < best["cpu_seconds"]:
                best = found
        megabytes = round(path.stat().st_size / 1e6)
    return {**best, "documents": n_documents, "file_megabytes": megabytes, "resamples": 1000}


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="coverage changes speed")
    parser.add_argument("--relations", type=int, default=1_000_000)
    parser.add_argument("--corpora", type=int, default=1000)
    parser.add_argument("--series", type=int, default=200)
    options = parser.parse_args()
    out = HERE / "results" / "aggregate.json"
    results = json.loads(out.read_text("utf-8")) if out.exists() else {}
    results |= {"python": platform.python_version(), "numpy": np.__version__}
    measures = {
        "coverage": lambda: coverage(options.corpora),
        "changes": lambda: changes(options.series),
        "speed": lambda: speed(options.relations),
    }
    for part in options.parts.split():
        results[part] = measures[part]()
        out.parent.mkdir(exist_ok=True)
        out.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
