"""What analysis, evaluation and explanation ask of a model, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from stance.model.linear import Contribution, Scored, TokenShares
from stance.model.masked import MaskedPair

__all__ = ["Scorer"]


class Scorer(Protocol):
    """A trained model at work: masked pairs in, calibrated probabilities out.

    ``LinearScorer`` and ``EncoderScorer`` satisfy it. A pair's scores depend on that pair alone,
    never on the pairs that it is scored with.
    """

    @property
    def stances(self) -> tuple[str, ...]:
        """Return the names of the stances, in the order of the columns."""

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Return the probability from which on a pair that is asked about holds a stance."""

    @property
    def found_thresholds(self) -> tuple[float, ...]:
        """Return the same for pairs found in raw text, most of which hold no stance."""

    def score(self, pairs: Sequence[MaskedPair]) -> Scored:
        """Return the probabilities of some pairs."""

    def token_shares(self, pairs: Sequence[MaskedPair]) -> TokenShares:
        """Return how much each token speaks for each output."""

    def contributions(self, pair: MaskedPair, output: int) -> tuple[float, list[Contribution]]:
        """Return an intercept and parts of one logit; they add up to it."""
