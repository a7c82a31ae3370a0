"""Measures of a classifier, per stance."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

__all__ = ["StanceScores", "expected_calibration_error", "f1", "stance_scores"]

Bools = npt.NDArray[np.bool_]


class StanceScores(msgspec.Struct, frozen=True):
    """How well one stance is found.

    Attributes
    ----------
    support : int
        Pairs that hold the stance.
    precision, recall, f1 : float
        At the model's threshold.
    average_precision : float
        Area under the precision-recall curve; nan without any pair that holds the stance.
    brier : float
        Mean squared distance of the probability from the truth (Brier 1950).
    calibration_error : float
        Expected calibration error over ten bins of equal width (Naeini et al. 2015).
    """

    support: int
    precision: float
    recall: float
    f1: float
    average_precision: float
    brier: float
    calibration_error: float


def f1(hits: int, predicted: int, wanted: int) -> tuple[float, float, float]:
    """Return precision, recall and F1 from counts; a ratio without cases is 0.

    Examples
    --------
    >>> f1(hits=2, predicted=4, wanted=2)
    (0.5, 1.0, 0.6666666666666666)
    """
    return (
        hits / predicted if predicted else 0.0,
        hits / wanted if wanted else 0.0,
        2 * hits / (predicted + wanted) if predicted + wanted else 0.0,
    )


def stance_scores(wanted: Bools, probabilities: npt.NDArray[Any], predicted: Bools) -> StanceScores:
    """Return the scores of one stance over pairs."""
    precision, recall, score = f1(
        int((wanted & predicted).sum()), int(predicted.sum()), int(wanted.sum())
    )
    return StanceScores(
        support=int(wanted.sum()),
        precision=precision,
        recall=recall,
        f1=score,
        average_precision=(
            float(average_precision_score(wanted, probabilities)) if wanted.any() else float("nan")
        ),
        brier=float(np.mean((probabilities - wanted) ** 2)),
        calibration_error=expected_calibration_error(wanted, probabilities),
    )


def expected_calibration_error(
    wanted: Bools, probabilities: npt.NDArray[Any], n_bins: int = 10
) -> float:
    """Return how far stated probabilities lie from frequencies, averaged over bins.

    Examples
    --------
    >>> expected_calibration_error(np.array([True, False]), np.array([0.5, 0.5]))
    0.0
    """
    bins = np.minimum((np.asarray(probabilities) * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, probabilities - wanted, n_bins)
    return float(np.abs(gaps).sum() / max(len(wanted), 1))
