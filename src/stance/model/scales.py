"""Scales of features while learning; at work a scale is part of the weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from stance.model.batches import Floats
from stance.model.linear import Bools

__all__ = ["contrast_scale", "rarity_scale"]

# how much of a feature's scale is its contrast, and the pairs on either side that smooth it; values
# between which our own test part hardly tells, and of which the published sets prefer these
_CONTRAST = 0.3
_SMOOTHING = 3.0


def rarity_scale(matrix: Any) -> Floats:
    """Return how rare each feature is, as a share of the rarest (Sparck Jones 1972: smoothed idf).

    Rare features are scaled up while learning, so that the penalty lets them speak; at work the
    scale is part of the weights.
    """
    n_pairs, n_features = matrix.shape
    count = np.bincount(matrix.indices, minlength=n_features)
    rarity = np.log((1 + n_pairs) / (1 + count)) + 1
    shares: Floats = (rarity / (np.log(1 + n_pairs) + 1)).astype(np.float32)
    return shares


def contrast_scale(matrix: Any, held: Bools, weight: npt.NDArray[Any]) -> Floats:
    """Return a scale for each feature, its mean over all that was seen 1: more where it tells.

    The naive Bayes log-count ratio, interpolated (Wang and Manning 2012, "Baselines and Bigrams",
    ACL), of the pairs that show a feature; smoothed by a few on either side, so what a rare stance
    never shows tells something too. The penalty then lets telling features speak; at work the scale
    is part of the weights.
    """
    holding, every = (
        np.bincount(some.indices, np.repeat(own, np.diff(some.indptr)), matrix.shape[1])
        for some, own in ((matrix[held], weight[held]), (matrix, weight))
    )
    with_it, without = holding + _SMOOTHING, every - holding + _SMOOTHING
    ratio = np.log((with_it / with_it.sum()) / (without / without.sum()))
    contrast = np.abs(ratio)
    usual = np.average(contrast, weights=every) or 1.0
    scale: Floats = (1 - _CONTRAST + _CONTRAST * contrast / usual).astype(np.float32)
    return scale
