"""Measures of a classifier, per stance."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

__all__ = [
    "Bin",
    "Coverage",
    "StanceScores",
    "expected_calibration_error",
    "f1",
    "f1_of_counts",
    "precision_coverage",
    "reliability",
    "stance_scores",
]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
_BINS = 10


class Bin(msgspec.Struct, frozen=True):
    """Pairs whose stated probability lies close together, and how often the stance is there."""

    stated: float
    observed: float
    n_pairs: int


class Coverage(msgspec.Struct, frozen=True):
    """The precision of the answers that are kept when the least certain ones are left out.

    Attributes
    ----------
    share : float
        Share of the answers kept.
    at_least : float
        Lowest certainty among them.
    precision : float
    """

    share: float
    at_least: float
    precision: float


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


def f1_of_counts(counts: Floats) -> Floats:
    """Return F1 from (n, 3, n_stances) hits, predicted, wanted; 0 where there is nothing.

    Examples
    --------
    >>> f1_of_counts(np.array([[[2.0], [4.0], [2.0]]])).round(3)
    array([[0.667]])
    """
    below = counts[:, 1] + counts[:, 2]
    scores: Floats = np.divide(2 * counts[:, 0], below, out=np.zeros_like(below), where=below > 0)
    return scores


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
    wanted: Bools, probabilities: npt.NDArray[Any], n_bins: int = _BINS
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


def reliability(wanted: Bools, probabilities: npt.NDArray[Any]) -> tuple[Bin, ...]:
    """Return ten bins of equal width, empty ones left out (Niculescu-Mizil and Caruana 2005, ICML).

    Examples
    --------
    >>> reliability(np.array([True, False, True]), np.array([0.9, 0.05, 0.95]))
    (Bin(stated=0.05, observed=0.0, n_pairs=1), Bin(stated=0.925, observed=1.0, n_pairs=2))
    """
    number = np.minimum((np.asarray(probabilities) * _BINS).astype(int), _BINS - 1)
    return tuple(
        Bin(
            round(float(probabilities[number == b].mean()), 6),
            round(float(wanted[number == b].mean()), 6),
            int((number == b).sum()),
        )
        for b in range(_BINS)
        if (number == b).any()
    )


def precision_coverage(right: Bools, certainty: npt.NDArray[Any]) -> tuple[Coverage, ...]:
    """Return the precision of the most certain answers, from a tenth of them to all.

    The curve by which abstention is judged (El-Yaniv and Wiener 2010, JMLR 11), with precision in
    place of risk. Answers of equal certainty are kept or left out together, so a point may keep
    more than its tenth.

    Parameters
    ----------
    right : (n_answers,) bool
    certainty : (n_answers,) float

    Examples
    --------
    >>> precision_coverage(np.array([True, True, False]), np.array([0.9, 0.8, 0.4]))[-1]
    Coverage(share=1.0, at_least=0.4, precision=0.666667)
    """
    ranked = np.sort(certainty)[::-1]
    points = []
    for tenths in range(1, 11) if len(ranked) else ():
        least = ranked[int(np.ceil(len(ranked) * tenths / 10)) - 1]
        kept = certainty >= least
        points.append(
            Coverage(
                round(float(kept.mean()), 6),
                round(float(least), 6),
                round(float(right[kept].mean()), 6),
            )
        )
    return tuple(dict.fromkeys(points))
