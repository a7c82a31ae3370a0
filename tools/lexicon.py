"""Make src/stance/model/lexicon.npz: what the encoder makes of each word between two actors.

    python tools/lexicon.py data/labeled [--model models/encoder]

Needs the extra ``encoder`` and the library onnx. What the encoder learned of the labels thus
reaches words that the labels never showed. For each word ("A word B") it gives the logits of every
stance and sentiment in both directions: k-means over these makes the clusters. The vectors are the
principal components of the word's state in its last layer. The letters of words, the third thing
that a model reads from the list, need no encoder. Frequent words come first: of two words that a
slip of the pen may stand for, the first is taken.
"""

from __future__ import annotations

import argparse
import io
import re
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

import stance
from stance.files import write_atomically
from stance.labels.files import read_labels
from stance.labels.splits import fraction
from stance.learning.encoder_options import EncoderOptions
from stance.model.encoder import EncoderScorer
from stance.model.encoder_tokens import Tokens, padded, read_tokenizer
from stance.model.lexicon import N_DIMENSIONS
from stance.model.masked import MaskedPair
from stance.model.masking import mask_pair
from stance.records import Pair
from stance.text.tokens import tokenize

N_CLUSTERS = 100
LARGEST = 6.0  # logit; beyond it a probability hardly changes
AT_ONCE = 256  # words
WORD = re.compile(r"[a-z][a-z'-]+|[a-z]|[^\w\s]")
OUT = Path(__file__).parents[1] / "src" / "stance" / "model" / "lexicon.npz"


def between_actors(words: list[str], backwards: bool = False) -> list[MaskedPair]:
    """Return each word between two actors, as the model would see it."""
    pairs = []
    for word in words:
        ends = (0, 1), (len(word) + 3, len(word) + 4)
        pairs.append(mask_pair(Pair(f"A {word} B", *(ends[::-1] if backwards else ends))))
    return pairs


def answers(words: list[str], scorer: EncoderScorer) -> np.ndarray:
    """Return the logits of each word in both directions: (n_words, 2 x n_outputs)."""
    found = []
    for begin in range(0, len(words), AT_ONCE):
        some = words[begin : begin + AT_ONCE]
        both = [scorer.logits(between_actors(some, backwards)) for backwards in (False, True)]
        found.append(np.hstack(both))
    return np.concatenate(found).clip(-LARGEST, LARGEST)


def states(words: list[str], scorer: EncoderScorer) -> np.ndarray:
    """Return the mean state of each word's tokens in the last layer: (n_words, width)."""
    graph = onnx.load_from_string(scorer.files.graph)
    last = [n for n in graph.graph.node if n.op_type == "LayerNormalization"][-1].output[0]
    graph.graph.output.append(
        onnx.helper.make_tensor_value_info(last, onnx.TensorProto.FLOAT, None)
    )
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    tokens = Tokens(read_tokenizer(scorer.files.tokenizer), scorer.vocabulary)
    found: list[np.ndarray] = []
    for begin in range(0, len(words), AT_ONCE):
        pairs = between_actors(words[begin : begin + AT_ONCE])
        sequences = [tokens.sequence(tokens.of_pair(pair)) for pair in pairs]
        ids, mask = padded(sequences, scorer.vocabulary.pad)
        (layer,) = session.run([last], {"ids": ids, "mask": mask})
        framed = len(scorer.vocabulary.prefix) + 1, len(scorer.vocabulary.suffix) + 1
        found += [
            row[framed[0] : len(sequence) - framed[1]].mean(axis=0)
            for row, sequence in zip(layer, sequences, strict=True)
        ]
    return np.array(found)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="+", help="Labels whose words are to be known.")
    parser.add_argument("--model", default="models/encoder")
    arguments = parser.parse_args()
    scorer = stance.load_model(arguments.model).scorer
    assert isinstance(scorer, EncoderScorer)
    counts = Counter(dict.fromkeys(read_tokenizer(scorer.files.tokenizer).get_vocab(), 0))
    for label in read_labels(arguments.labels):
        if fraction(label.group) >= EncoderOptions().held_out:  # the test part is to stay unseen
            counts.update(word.lower().replace("’", "'") for word in tokenize(label.text).words)
    words = sorted(word for word in counts if WORD.fullmatch(word))
    ordered = sorted(words, key=lambda word: -counts[word])
    clusters = KMeans(N_CLUSTERS, random_state=0, n_init=3).fit(answers(ordered, scorer)).labels_
    vectors = PCA(N_DIMENSIONS, svd_solver="covariance_eigh").fit_transform(states(ordered, scorer))
    vectors /= np.abs(vectors).std() * N_DIMENSIONS**0.5  # the mean word has about length 1
    step = np.float32(np.abs(vectors).max() / 127)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        words=np.array(" ".join(ordered)),
        clusters=(clusters + 1).astype(np.uint8),
        vectors=np.rint(vectors / step).astype(np.int8),
        step=step,
    )
    write_atomically(OUT, buffer.getvalue())
    print(f"{OUT.name}: {len(ordered)} words in {N_CLUSTERS} clusters")


if __name__ == "__main__":
    main()
