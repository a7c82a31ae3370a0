"""The linear model at work: a table of weights, looked up and added."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.batches import Batch, Floats, Ints, make_batch
from stance.model.familiarity import familiar_share
from stance.model.features import GROUPS, Rows, WordGroup, occurrences, table_rows
from stance.model.masked import MaskedPair
from stance.records import SENTIMENTS

__all__ = ["LinearScorer", "Scored", "reaches", "sigmoid", "softmax"]

Bools = npt.NDArray[np.bool_]
_MANY = 256  # pairs from which on a sparse product pays


class Scored(msgspec.Struct, frozen=True):
    """What a scorer says of a batch of pairs.

    Attributes
    ----------
    stances : (n_pairs, n_stances) float32
        Calibrated probabilities.
    sentiment : (n_pairs, 3) float32
        Probabilities of negative, neutral, positive.
    familiar : (n_pairs,) float32
        Share of the words that the model met in training.
    """

    stances: Floats
    sentiment: Floats
    familiar: Floats


class TokenShares(msgspec.Struct, frozen=True):
    """How much each token of each pair adds to the logits: (n_tokens, n_outputs)."""

    batch: Batch
    shares: Floats


class Contribution(msgspec.Struct, frozen=True):
    """What the features of one group at one place add to a logit (tokens from first to last)."""

    group: str
    first: int
    last: int
    weight: float


class LinearScorer(msgspec.Struct, frozen=True, dict=True):
    """Weights and thresholds of a trained linear model.

    Attributes
    ----------
    stances : tuple of str
    groups : tuple of (str, float)
        Feature groups in use, with their scale.
    rows : (n_rows,) int32
        Rows of the table that hold weights, ascending.
    weights : (n_rows, n_stances + 3) float32
        One column for each stance, then negative, neutral, positive.
    intercept : (n_stances + 3,) float32
    thresholds : tuple of float
        For each stance, the probability from which on a pair that somebody asks about holds it.
    found_thresholds : tuple of float
        The same for pairs found in raw text, most of which hold no stance.
    known : (n_stems,) uint32
        Numbers of the stems met in training, ascending.
    table : (table_size, n_stances + 3) float32
        ``weights`` in their ``rows``, zero elsewhere.
    """

    stances: tuple[str, ...]
    groups: tuple[tuple[str, float], ...]
    rows: npt.NDArray[np.int32]
    weights: Floats
    intercept: Floats
    thresholds: tuple[float, ...]
    found_thresholds: tuple[float, ...]
    known: npt.NDArray[np.uint32]
    table: Floats

    def score(self, pairs: Sequence[MaskedPair]) -> Scored:
        """Return the probabilities of some pairs."""
        n = len(self.stances)
        if not pairs:
            return Scored(
                np.zeros((0, n), np.float32),
                np.zeros((0, len(SENTIMENTS)), np.float32),
                np.zeros(0, np.float32),
            )
        return self.score_batch(make_batch(pairs))

    def score_batch(self, batch: Batch) -> Scored:
        """Return the probabilities of the pairs of a batch."""
        n = len(self.stances)
        logits = np.tile(self.intercept.astype(np.float64), (batch.n_pairs, 1))
        for group, scale in self.groups:
            see = GROUPS[group]
            if not isinstance(see, WordGroup):
                seen = see(batch)
                added = self._sums(table_rows(group, seen.number), seen.value, seen.start)
            elif batch.n_pairs >= _MANY:
                added = see.words(batch) @ self._word_weights[group]
            else:
                token, by_token = self._added_by_words(group, see, batch)
                added = _sums_between(by_token, np.searchsorted(token, batch.start))
            logits += scale * added
        narrow = logits.astype(np.float32)
        return Scored(
            sigmoid(narrow[:, :n]), softmax(narrow[:, n:]), familiar_share(batch, self.known)
        )

    def _sums(self, rows: Rows, values: Floats, start: Ints) -> npt.NDArray[np.float64]:
        """Return the weights in some rows, times values, added up between starts.

        In double precision, so that both ways of adding round to the same single-precision
        logits.
        """
        if len(start) <= _MANY:
            return _sums_between(self.table[rows] * values.astype(np.float64)[:, None], start)
        from scipy import sparse  # takes longer to load than a short text to analyse

        shape = (len(start) - 1, len(self.table))
        wide = values.astype(np.float64)
        pointers = start.astype(np.int32)
        found: npt.NDArray[np.float64] = (
            sparse.csr_matrix((wide, rows, pointers), shape=shape, copy=False) @ self._wide_table
        )
        return found

    def _added_by_words(
        self, group: str, see: WordGroup, batch: Batch
    ) -> tuple[Ints, npt.NDArray[np.float64]]:
        """Return the tokens that a group of words sees and what each adds to the logits."""
        uses = see.uses(batch)
        keys, inverse = np.unique(see.keys(batch, uses), return_inverse=True)
        start, number, value = see.shown(keys)
        parts = self.table[table_rows(group, number)] * value.astype(np.float64)[:, None]
        weights = _sums_between(parts, start)
        return uses.token, weights[inverse] * uses.value.astype(np.float64)[:, None]

    @functools.cached_property
    def _word_weights(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return what each word in each place adds to the logits, for each group of words."""
        found = {}
        for group, _ in self.groups:
            see = GROUPS[group]
            if isinstance(see, WordGroup):
                weights = self.table[table_rows(group, see.numbers)]  # (place, kind, output)
                n_places, n_kinds, n_outputs = weights.shape
                by_kind = weights.transpose(1, 0, 2).reshape(n_kinds, -1).astype(np.float64)
                added = (see.content @ by_kind).reshape(-1, n_places, n_outputs)
                found[group] = added.transpose(1, 0, 2).reshape(-1, n_outputs)
        return found

    @functools.cached_property
    def _wide_table(self) -> npt.NDArray[np.float64]:
        return self.table.astype(np.float64)

    def token_shares(self, pairs: Sequence[MaskedPair]) -> TokenShares:
        """Return how much each token adds to each logit, n-grams shared among their tokens."""
        batch = make_batch(pairs)
        shares = np.zeros((len(batch.words), self.weights.shape[1]), np.float32)
        for group, scale in self.groups:
            see = GROUPS[group]
            if isinstance(see, WordGroup):
                token, added = self._added_by_words(group, see, batch)
                shares[token] += np.float32(scale) * added.astype(np.float32)
                continue
            seen = occurrences(batch, group)
            weights = self.table[seen.row] * (seen.value * np.float32(scale))[:, None]
            width = seen.last - seen.first + 1
            weights /= width[:, None]
            for step in range(int(width.max(initial=0))):
                inside = width > step
                token, part = seen.first[inside] + step, weights[inside]
                for output in range(shares.shape[1]):  # far faster than np.add.at
                    shares[:, output] += np.bincount(token, part[:, output], len(shares))
        return TokenShares(batch, shares)

    def contributions(self, pair: MaskedPair, output: int) -> tuple[float, list[Contribution]]:
        """Return the intercept and what each group adds at each place; they add up to a logit."""
        batch = make_batch([pair])
        sums: dict[tuple[str, int, int], float] = {}
        for group, scale in self.groups:
            seen = occurrences(batch, group)
            weights = self.table[seen.row, output] * seen.value * np.float32(scale)
            for first, last, weight in zip(seen.first, seen.last, weights, strict=True):
                place = group, int(first), int(last)
                sums[place] = sums.get(place, 0.0) + float(weight)
        parts = [Contribution(*place, weight) for place, weight in sums.items() if weight]
        return float(self.intercept[output]), parts


def expand(rows: npt.NDArray[np.int32], weights: Floats, table_size: int) -> Floats:
    """Return the whole table: ``weights`` in ``rows``, zero elsewhere."""
    table = np.zeros((table_size, weights.shape[1]), np.float32)
    table[rows] = weights
    return table


def _sums_between(products: npt.NDArray[np.float64], start: Ints) -> npt.NDArray[np.float64]:
    """Return the sums of the rows between starts; 0 where there are none.

    Examples
    --------
    >>> _sums_between(np.array([[1.0], [2.0], [4.0]]), np.array([0, 2, 2, 3])).ravel().tolist()
    [3.0, 0.0, 4.0]
    """
    some = np.flatnonzero(np.diff(start))
    sums = np.zeros((len(start) - 1, products.shape[1]))
    sums[some] = np.add.reduceat(products, start[some], axis=0)
    return sums


def reaches(probabilities: Floats, thresholds: Sequence[float]) -> Bools:
    """Return which probabilities reach the threshold of their column, (n_pairs, n_stances).

    Both sides are single precision: a threshold that was chosen as the probability of a pair is
    reached by it.

    Examples
    --------
    >>> reaches(np.array([[0.7, 0.2]], np.float32), (0.7, 0.3)).tolist()
    [[True, False]]
    """
    return np.asarray(probabilities >= np.array(thresholds, np.float32))


def sigmoid(logits: Floats) -> Floats:
    """Return the logistic function of each value.

    Examples
    --------
    >>> float(sigmoid(np.zeros(1, np.float32))[0])
    0.5
    """
    result: Floats = (1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)
    return result


def softmax(logits: Floats) -> Floats:
    """Return rows of probabilities that sum to one."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return result
