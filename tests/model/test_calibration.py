from __future__ import annotations

import numpy as np
import pytest

from stance.model.calibration import best_threshold


@pytest.mark.parametrize(
    ("wanted", "probabilities", "threshold"),
    [
        ([1, 0], [0.9, 0.1], 0.5),
        ([0, 1, 1], [0.2, 0.3, 0.8], 0.25),
        ([1, 1, 0, 0], [0.6, 0.6, 0.6, 0.1], 0.35),
        ([1], [0.7], 0.35),
    ],
)
def test_the_threshold_lies_where_f1_is_highest(
    wanted: list[int], probabilities: list[float], threshold: float
) -> None:
    found = best_threshold(np.array(wanted, bool), np.array(probabilities))
    assert found == pytest.approx(threshold)
