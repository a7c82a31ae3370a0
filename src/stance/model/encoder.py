"""The encoder at work: a small transformer over masked pairs, run by onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.errors import MissingExtraError, ModelError, Problem
from stance.model.batches import Floats, make_batch
from stance.model.encoder_tokens import STEP, Tokens, Vocabulary, padded, read_tokenizer
from stance.model.familiarity import familiar_share
from stance.model.linear import Contribution, Scored, TokenShares, sigmoid, softmax
from stance.model.masked import ROLE_NAMES, MaskedPair
from stance.records import SENTIMENTS

__all__ = ["Calibration", "EncoderFiles", "EncoderScorer"]

_TOKENS_AT_ONCE = 2048  # more fall out of the processor's cache, fewer leave it idle
_MOST_PASSES = 400  # of one explanation

Numbers = npt.NDArray[np.int64]


class Calibration(msgspec.Struct, frozen=True):
    """What turns raw logits into calibrated ones, and these into answers.

    Attributes
    ----------
    slopes, offsets : tuple of float
        One of each for each stance (Platt 1999).
    temperature : float
        Divides the logits of the sentiments (Guo et al. 2017, ICML).
    thresholds : tuple of float
        For each stance, the probability from which on a pair that somebody asks about holds it.
    found_thresholds : tuple of float
        The same for pairs found in raw text, most of which hold no stance.
    """

    slopes: tuple[float, ...]
    offsets: tuple[float, ...]
    temperature: float
    thresholds: tuple[float, ...]
    found_thresholds: tuple[float, ...]


class EncoderFiles(msgspec.Struct, frozen=True):
    """The bytes of a trained encoder: its graph in ONNX, and its ``tokenizer.json``."""

    graph: bytes
    tokenizer: bytes


class EncoderScorer:
    """A trained encoder.

    Parameters
    ----------
    stances : tuple of str
    files : EncoderFiles
        The graph takes ``ids`` and ``mask``, (n_pairs, n_tokens) int64 each, and gives
        ``logits``, (n_pairs, n_stances + 3) float32.
    vocabulary : Vocabulary
    calibration : Calibration
    known : (n_words,) uint32
        Numbers of the stems met in training, ascending.

    Raises
    ------
    MissingExtraError
        If the extra ``encoder`` is not installed.
    ModelError
        If the graph or the tokenizer is damaged, or not of an encoder of ours.
    """

    def __init__(
        self,
        stances: tuple[str, ...],
        files: EncoderFiles,
        vocabulary: Vocabulary,
        calibration: Calibration,
        known: npt.NDArray[np.uint32],
    ) -> None:
        self.stances = stances
        self.files = files
        self.vocabulary = vocabulary
        self.calibration = calibration
        self.known = known
        self._tokens = Tokens(read_tokenizer(files.tokenizer), vocabulary)
        self._session = _open_session(files.graph, len(stances) + len(SENTIMENTS))

    def __reduce__(self) -> tuple[type[EncoderScorer], tuple[Any, ...]]:
        # a session cannot travel to another process; what it was made from can
        parts = (self.files, self.vocabulary, self.calibration, self.known)
        return EncoderScorer, (self.stances, *parts)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Return the thresholds of pairs that somebody asks about."""
        return self.calibration.thresholds

    @property
    def found_thresholds(self) -> tuple[float, ...]:
        """Return the thresholds of pairs found in raw text."""
        return self.calibration.found_thresholds

    def score(self, pairs: Sequence[MaskedPair]) -> Scored:
        """Return the probabilities of some pairs."""
        logits = self.logits(pairs)
        n = len(self.stances)
        return Scored(sigmoid(logits[:, :n]), softmax(logits[:, n:]), self._familiar(pairs))

    def logits(self, pairs: Sequence[MaskedPair]) -> Floats:
        """Return calibrated logits, (n_pairs, n_stances + 3) float32."""
        tokens = self._tokens
        return self._run([tokens.sequence(tokens.of_pair(pair)) for pair in pairs])

    def token_shares(self, pairs: Sequence[MaskedPair]) -> TokenShares:
        """Return by how much each logit falls when a word is left out (occlusion).

        Roles stay: without them there is no question. One pass of the encoder a word.
        """
        variants: list[list[int]] = []
        places: list[tuple[int, int]] = []  # pair, and place in the flat list of tokens
        begin = 0
        for row, pair in enumerate(pairs):
            words = self._tokens.of_pair(pair)
            variants.append(self._tokens.sequence(words))
            places.append((row, -1))
            for place in _players(pair, words):
                variants.append(self._tokens.sequence(words[:place] + words[place + 1 :]))
                places.append((row, begin + place))
            begin += len(words)
        logits = self._run(variants)
        shares = np.zeros((begin, logits.shape[1]), np.float32)
        whole = {row: logits[i] for i, (row, place) in enumerate(places) if place < 0}
        for i, (row, place) in enumerate(places):
            if place >= 0:
                shares[place] = whole[row] - logits[i]
        return TokenShares(make_batch(pairs), shares)

    def contributions(self, pair: MaskedPair, output: int) -> tuple[float, list[Contribution]]:
        """Return what each word adds to a logit, and the logit of the roles without any word.

        Shapley values, estimated over orders of the words and the same orders turned around
        (Strumbelj and Kononenko 2010, JMLR 11): words are added one by one, and what each adds
        is averaged. In every order the parts add up to the logit, so their means do.
        """
        words = self._tokens.of_pair(pair)
        players = _players(pair, words)
        orders = _orders(players)
        variants = {frozenset[int](): 0, frozenset(players): 1}
        for order in orders:
            for length in range(1, len(order)):
                variants.setdefault(frozenset(order[:length]), len(variants))
        sequences = [
            self._tokens.sequence(
                [
                    word
                    for place, word in enumerate(words)
                    if place in inside or pair.ids[place] in ROLE_NAMES
                ]
            )
            for inside in variants
        ]
        logits = self._run(sequences)[:, output].astype(float)
        added = dict.fromkeys(players, 0.0)
        for order in orders:
            before = logits[0]
            for length, place in enumerate(order, 1):
                after = logits[variants[frozenset(order[:length])]]
                added[place] += (after - before) / len(orders)
                before = after
        parts = [Contribution("word", place, place, value) for place, value in added.items()]
        return float(logits[0]), parts

    def _run(self, sequences: Sequence[Sequence[int]]) -> Floats:
        """Return the calibrated logits of some sequences, in buckets of one padded length."""
        n = len(self.stances)
        logits = np.zeros((len(sequences), n + len(SENTIMENTS)), np.float32)
        for rows in _buckets([len(sequence) for sequence in sequences]):
            # a product with one row is rounded otherwise than one with more: there are always two
            chosen = rows if len(rows) > 1 else np.repeat(rows, 2)
            ids, mask = padded([sequences[row] for row in chosen], self.vocabulary.pad)
            found = self._session.run(["logits"], {"ids": ids, "mask": mask})[0]
            logits[rows] = found[: len(rows)]
        logits[:, :n] *= np.array(self.calibration.slopes, np.float32)
        logits[:, :n] += np.array(self.calibration.offsets, np.float32)
        logits[:, n:] /= np.float32(self.calibration.temperature)
        return logits

    def _familiar(self, pairs: Sequence[MaskedPair]) -> Floats:
        """Return the share of each pair's words that were met in training."""
        if not pairs:
            return np.zeros(0, np.float32)
        return familiar_share(make_batch(pairs), self.known)


def _players(pair: MaskedPair, words: Sequence[Sequence[int]]) -> list[int]:
    """Return the places of the words that can be left out."""
    return [
        place
        for place, number in enumerate(pair.ids)
        if number not in ROLE_NAMES and len(words[place])
    ]


def _orders(players: Sequence[int]) -> list[list[int]]:
    """Return orders of the words, each with its reverse; the same for the same sentence."""
    if not players:
        return [[]]
    random = np.random.default_rng(len(players))
    count = int(np.clip(_MOST_PASSES // (2 * len(players)), 1, 12))
    orders = []
    for _ in range(count):
        order = random.permutation(np.array(players)).tolist()
        orders += [order, order[::-1]]
    return orders


def _buckets(lengths: Sequence[int]) -> Iterable[Numbers]:
    """Yield rows of sequences of one padded length, a limited number of tokens at a time."""
    widths = -(-np.array(lengths, np.int64) // STEP) * STEP
    for width in np.unique(widths):
        rows = np.flatnonzero(widths == width)
        size = max(1, _TOKENS_AT_ONCE // int(width))
        for begin in range(0, len(rows), size):
            yield rows[begin : begin + size]


def _open_session(graph: bytes, n_outputs: int) -> Any:
    """Return the session that runs a graph, after a look at what it takes and gives."""
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError(
            Problem("an encoder needs onnxruntime", "pip install 'stance-ir[encoder]'")
        ) from None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    # workers of joblib are told by OMP_NUM_THREADS how many processors are theirs
    threads = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = int(threads) if threads.isdecimal() else 0
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    retrain = "train the model again (stance train), or fetch a whole copy"
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the classes of its errors are not public
        raise ModelError(
            Problem(f"model.onnx holds a graph ({str(error).splitlines()[0]})", retrain)
        ) from None
    takes = {entry.name for entry in session.get_inputs()}
    gives = {entry.name: entry.shape[-1] for entry in session.get_outputs()}
    if takes != {"ids", "mask"} or gives != {"logits": n_outputs}:
        raise ModelError(
            Problem(
                f"the graph takes ids and mask, and gives {n_outputs} logits",
                retrain,
                value=(sorted(takes), gives),
            )
        )
    return session
