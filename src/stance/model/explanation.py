"""Explanations: what each feature adds to a logit, mapped to the words that show it."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from stance.model.masked import MaskedPair
from stance.model.scorer import Scorer
from stance.records import Span

__all__ = ["Explanation", "FeatureContribution", "explain"]


class FeatureContribution(msgspec.Struct, frozen=True):
    """What the features of one group add to the logit at one place.

    ``feature`` names its group and the masked words, ``span`` is where they stand.
    """

    feature: str
    weight: float
    span: Span


class Explanation(msgspec.Struct, frozen=True):
    """Why a model gave a pair its probability of a stance.

    Attributes
    ----------
    stance : str
    intercept : float
        The logit of a pair about which nothing is known.
    contributions : tuple of FeatureContribution
        The strongest first; ``intercept`` and their weights add up to ``logit``.
    """

    stance: str
    intercept: float
    contributions: tuple[FeatureContribution, ...]

    @property
    def logit(self) -> float:
        """Return the sum of it all."""
        return math.fsum([self.intercept, *(part.weight for part in self.contributions)])

    @property
    def probability(self) -> float:
        """Return the logistic function of the logit."""
        return 1.0 / (1.0 + math.exp(-self.logit))


def explain(scorer: Scorer, pair: MaskedPair, stance: str | None = None) -> Explanation:
    """Return the explanation of one stance, by default of the most probable one."""
    if stance is None:
        stance = scorer.stances[int(np.argmax(scorer.score([pair]).stances[0]))]
    intercept, parts = scorer.contributions(pair, scorer.stances.index(stance))
    contributions = [
        FeatureContribution(
            f"{part.group}: {' '.join(pair.words[part.first : part.last + 1])}",
            part.weight,
            (pair.spans[part.first][0], pair.spans[part.last][1]),
        )
        for part in parts
    ]
    contributions.sort(key=lambda part: (-abs(part.weight), part.span, part.feature))
    return Explanation(stance, intercept, tuple(contributions))
