"""Calibration: what a linear model learned, turned so that its outputs are probabilities.

Stances are calibrated one by one, the three sentiments together; thresholds are chosen for F1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from stance.model.linear import Bools
from stance.records import SENTIMENTS

__all__ = ["Line", "best_threshold", "calibrated", "jointly_calibrated"]


class Line(NamedTuple):
    """Weights and intercept of one output."""

    weights: npt.NDArray[Any]
    intercept: float


def calibrated(
    line: Line,
    logits: npt.NDArray[Any],
    wanted: Bools,
    weight: npt.NDArray[Any],
) -> tuple[npt.NDArray[Any], float, npt.NDArray[Any]]:
    """Return calibrated weights and intercept, and the probabilities behind out-of-fold logits."""
    weights, intercept = line
    if len(set(wanted)) < 2:
        sign = 1.0 if wanted.all() else -1.0
        return weights, 4.0 * sign, np.full(len(wanted), 0.5 + 0.48 * sign)
    slope, offset = _platt(logits, wanted, weight)
    probabilities = 1.0 / (1.0 + np.exp(-(slope * logits + offset)))
    return slope * weights, slope * intercept + offset, probabilities


def _platt(
    logits: npt.NDArray[Any], wanted: Bools, weight: npt.NDArray[Any]
) -> tuple[float, float]:
    """Return slope and offset that calibrate logits (Platt 1999); a slope is never negative."""
    model = LogisticRegression(C=1e4).fit(logits[:, None], wanted, weight)
    slope = float(model.coef_[0, 0])
    if slope <= 0:
        return 1.0, 0.0
    return slope, float(model.intercept_[0])


def jointly_calibrated(
    fitted: Sequence[tuple[Line, npt.NDArray[Any]]],
    felt: npt.NDArray[Any],
    weight: npt.NDArray[Any],
    n_features: int,
) -> tuple[npt.NDArray[Any], list[float]]:
    """Return weights, (n_features, 3), and intercepts of the three sentiments.

    Each was learned against the others; a multinomial regression on out-of-fold logits makes
    probabilities of them (matrix scaling: Guo et al. 2017, "On Calibration of Modern Neural
    Networks", ICML).
    """
    weights: dict[str, npt.NDArray[Any]] = {name: np.zeros(n_features) for name in SENTIMENTS}
    annotated = felt != ""
    present = sorted(set(felt[annotated]))
    intercepts: dict[str, float] = {
        name: 0.0 if not present or name in present else -8.0 for name in SENTIMENTS
    }
    if len(present) == 1:
        intercepts[present[0]] = 8.0
    elif present:
        lines = [line for line, _ in fitted]
        logits = np.column_stack([logits for _, logits in fitted])
        model = LogisticRegression().fit(logits, felt[annotated], weight[annotated])
        mixing, offsets = model.coef_, model.intercept_
        if len(present) == 2:  # one row says how the second differs from the first
            mixing, offsets = np.vstack([0 * mixing, mixing]), np.array([0.0, offsets[0]])
        mixed = np.column_stack([line.weights for line in lines]) @ mixing.T
        offsets = offsets + mixing @ [line.intercept for line in lines]
        for k, name in enumerate(present):
            weights[str(name)], intercepts[str(name)] = mixed[:, k], float(offsets[k])
    return np.column_stack(list(weights.values())), list(intercepts.values())


def best_threshold(wanted: Bools, probabilities: npt.NDArray[Any]) -> float:
    """Return the probability from which on to say yes, so that F1 is highest.

    Examples
    --------
    >>> best_threshold(np.array([False, True, True]), np.array([0.1, 0.4, 0.8]))
    0.25
    """
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(wanted[order])
    ranked = probabilities[order]
    scores = 2 * hits / (np.arange(1, len(order) + 1) + max(int(wanted.sum()), 1))
    scores[:-1][ranked[:-1] == ranked[1:]] = 0  # no threshold lies between equals
    best = int(np.argmax(scores))
    below = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return round(float(np.clip((ranked[best] + below) / 2, 0.01, 0.99)), 4)
