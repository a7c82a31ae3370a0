"""How good, how fast and how large the encoder is.

    python benchmarks/encoder.py train [--model models/encoder]   # train on data/labeled
    python benchmarks/encoder.py gold  [--model models/encoder]   # real articles, pairs given
    python benchmarks/encoder.py speed [--model models/encoder]

``gold`` and ``speed`` write their part of benchmarks/results/encoder.json. ``train`` does what
``stance train`` does, and keeps the graph before its weights went to eight bits, in build/, for
``gold`` to compare.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import stance
from gold import given_pairs
from stance.analysis import Model
from stance.files import write_atomically
from stance.labels.files import read_labels
from stance.learning.card import write_card
from stance.learning.encoder_options import EncoderOptions
from stance.learning.encoder_training import train_encoder
from stance.learning.examples import examples_of
from stance.learning.training import encoder_model, in_order
from stance.model.encoder import EncoderFiles, EncoderScorer
from stance.model.masking import mask_pair
from stance.model.store import load_scorer
from stance.records import Pair

RESULTS = Path("benchmarks/results/encoder.json")


def note(part: str, figures: dict[str, Any]) -> None:
    """Print figures, and put them into the results."""
    print(json.dumps({part: figures}, indent=2))
    whole = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    whole[part] = figures
    write_atomically(RESULTS, (json.dumps(whole, indent=2, sort_keys=True) + "\n").encode())


def train(folder: Path) -> None:
    """Train on data/labeled as ``stance train --backend encoder`` does."""
    labels = in_order(read_labels("data/labeled"))
    examples = list(examples_of(labels))
    options = EncoderOptions(
        progress=True, checkpoint=folder.with_name(folder.name + ".checkpoint")
    )
    trained = train_encoder(examples, options, n_jobs=2)
    model = encoder_model(trained, labels, examples)
    model.save(folder)
    write_card(folder, model, ["data/labeled"])
    write_atomically(float_graph(folder), trained.raw)


def float_graph(folder: Path) -> Path:
    """Return where the graph before eight bits lies."""
    return Path("build") / f"{folder.name}.float32.onnx"


def gold(folder: Path) -> None:
    """Measure on gold_dev.jsonl with the pairs given; in eight bits and as trained."""
    model = stance.load_model(folder)
    figures: dict[str, Any] = {"eight_bits": given_pairs(model)}
    assert isinstance(model.scorer, EncoderScorer)
    if float_graph(folder).is_file():
        scorer = model.scorer
        files = EncoderFiles(float_graph(folder).read_bytes(), scorer.files.tokenizer)
        wide = EncoderScorer(
            scorer.stances, files, scorer.vocabulary, scorer.calibration, scorer.known
        )
        figures["float32"] = given_pairs(Model(wide))
        figures["lost"] = figures["float32"]["macro_f1"] - figures["eight_bits"]["macro_f1"]
    figures["megabytes"] = sum(f.stat().st_size for f in folder.iterdir()) / 1e6
    note("gold", figures)


def speed(folder: Path) -> None:
    """Measure pairs a second in a process of its own, on two processors, beside the base."""
    figures = {}
    for name, model in (("encoder", str(folder)), ("base", "base")):
        environment = {**os.environ, "OMP_NUM_THREADS": "2"}
        done = subprocess.run(
            [sys.executable, __file__, "timed", "--model", model],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        figures[name] = json.loads(done.stdout)
    note("speed", figures)


def timed(model: str) -> None:
    """Print speed and memory of one model on pairs of about 30 tokens."""
    words = "said on Monday that its talks with partners about trade and the border were useful"
    pairs = []
    for i in range(512):
        head = f"The government of Aland {('praised', 'blamed', 'warned')[i % 3]} "
        text = head + f"Bland after the vote, and {words} for {i} firms in the region ."
        at = len(head)
        pairs.append(mask_pair(Pair(text, (18, 23), (at, at + 5))))
    scorer = load_scorer(stance.analysis.model_folder(model))[0]
    scorer.score(pairs)
    wall, cpu = time.perf_counter(), time.process_time()
    scorer.score(pairs)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "tokens": float(np.mean([len(pair.words) for pair in pairs])),
                "pairs_a_second": len(pairs) / wall,
                "pairs_a_processor_second": len(pairs) / cpu,
                "processors": 2,
                "load_average": os.getloadavg()[0],
                "megabytes_of_memory": memory,
            }
        )
    )


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "part",
        choices=("train", "gold", "speed", "timed"),
    )
    parser.add_argument("--model", default="models/encoder")
    arguments = parser.parse_args()
    if arguments.part == "timed":
        timed(arguments.model)
    else:
        {"train": train, "gold": gold, "speed": speed}[arguments.part](Path(arguments.model))


if __name__ == "__main__":
    main()
