"""A bootstrap over documents.

The sentences of a document were written together and are not independent, so whole documents are
drawn with replacement, as many as there are, and a figure is computed again from each draw (Efron
and Tibshirani 1993, ch. 6).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["LEVEL", "document_draws", "interval"]

LEVEL = 0.95
"""Coverage of an interval unless another is asked for."""


def document_draws(n: int, n_resamples: int, random_state: int) -> npt.NDArray[np.float64]:
    """Return how often each of ``n`` documents is drawn in each resample, (n_resamples, n).

    Examples
    --------
    >>> document_draws(4, 3, 0).sum(axis=1).tolist()
    [4.0, 4.0, 4.0]
    """
    generator = np.random.default_rng(random_state)
    return generator.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float64)


def interval(values: npt.NDArray[Any], level: float = LEVEL) -> tuple[float, float]:
    """Return the bounds of the middle part of resampled values.

    Examples
    --------
    >>> interval(np.arange(101.0), 0.5)
    (25.0, 75.0)
    """
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return low, high
