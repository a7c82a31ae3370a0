"""Make src/stance/model/word_clusters.json: words that the encoder reads alike between two actors.

    python tools/word_clusters.py data/labeled [--model models/encoder]

Needs the extra ``encoder``. What the encoder learned of the labels thus reaches words that the
labels never showed: for each word alone ("A word B") it gives the logits of every stance and
sentiment in both directions, and k-means over these makes the clusters.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans

import stance
from stance.labels.files import read_labels
from stance.model.encoder import EncoderScorer
from stance.model.encoder_tokens import read_tokenizer
from stance.model.masking import mask_pair
from stance.records import Pair
from stance.text.tokens import tokenize

N_CLUSTERS = 100
LARGEST = 6.0  # logit; beyond it a probability hardly changes
AT_ONCE = 256  # words
WORD = re.compile(r"[a-z][a-z'-]+|[a-z]|[^\w\s]")
OUT = Path(__file__).parents[1] / "src" / "stance" / "model" / "word_clusters.json"


def readings(words: list[str], scorer: EncoderScorer) -> np.ndarray:
    """Return the logits of each word between two actors, both directions: (n_words, 12)."""
    pairs = []
    for word in words:
        text, first, second = f"A {word} B", (0, 1), (len(word) + 3, len(word) + 4)
        pairs += [mask_pair(Pair(text, first, second)), mask_pair(Pair(text, second, first))]
    step = 2 * AT_ONCE
    found = [scorer.logits(pairs[i : i + step]) for i in range(0, len(pairs), step)]
    return np.concatenate(found).reshape(len(words), -1).clip(-LARGEST, LARGEST)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="+", help="Labels whose words are to be known.")
    parser.add_argument("--model", default="models/encoder")
    arguments = parser.parse_args()
    scorer = stance.load_model(arguments.model).scorer
    assert isinstance(scorer, EncoderScorer)
    words = set(read_tokenizer(scorer.files.tokenizer).get_vocab())
    for label in read_labels(arguments.labels):
        words |= {word.lower().replace("’", "'") for word in tokenize(label.text).words}
    ordered = sorted(word for word in words if WORD.fullmatch(word))
    kmeans = KMeans(N_CLUSTERS, random_state=0, n_init=3).fit(readings(ordered, scorer))
    groups: list[list[str]] = [[] for _ in range(N_CLUSTERS)]
    for word, number in zip(ordered, kmeans.labels_, strict=True):
        groups[number].append(word)
    OUT.write_text(json.dumps([" ".join(group) for group in groups], indent=0) + "\n")
    print(f"{OUT.name}: {len(ordered)} words in {N_CLUSTERS} clusters")


if __name__ == "__main__":
    main()
