"""Measures, on counts and probabilities few enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from stance.learning.metrics import expected_calibration_error, f1, f1_of_counts


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1, 2, 4), (1 / 2, 1 / 4, 1 / 3)),
        ((3, 3, 3), (1.0, 1.0, 1.0)),
        ((0, 2, 3), (0.0, 0.0, 0.0)),
        ((0, 0, 3), (0.0, 0.0, 0.0)),
        ((0, 2, 0), (0.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
    ],
)
def test_precision_recall_and_f1_of_counts(
    counts: tuple[int, int, int], expected: tuple[float, float, float]
) -> None:
    assert f1(*counts) == pytest.approx(expected)
    assert f1_of_counts(np.array([counts], float)[:, :, None])[0, 0] == pytest.approx(expected[2])


@pytest.mark.parametrize(
    ("wanted", "probabilities", "expected"),
    [
        ([], [], 0.0),
        ([True, False], [1.0, 0.0], 0.0),  # 1 falls into the highest bin
        ([False, True], [1.0, 0.0], 1.0),
        ([True, False, False, False], [0.25, 0.25, 0.25, 0.25], 0.0),
        ([True, True, True, True], [0.25, 0.25, 0.25, 0.25], 0.75),
        ([True, False], [0.75, 0.25], 0.25),  # too low there, too high here: gaps do not cancel
        ([True, False], [0.76, 0.74], 0.25),  # in one bin they do: stated 3/4, observed 1/2
        ([True, False, False], [0.95, 0.05, 0.05], 0.05),
    ],
)
def test_calibration_error_is_the_mean_gap_of_ten_bins(
    wanted: list[bool], probabilities: list[float], expected: float
) -> None:
    found = expected_calibration_error(np.array(wanted, bool), np.array(probabilities))
    assert found == pytest.approx(expected)
