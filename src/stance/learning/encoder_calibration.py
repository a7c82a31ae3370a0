"""Calibration of logits: Platt scaling for each stance, a temperature for the sentiments."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["platt", "temperature"]

Array = npt.NDArray[Any]

_ROUNDS = 100


def platt(logits: Array, wanted: Array) -> tuple[float, float]:
    """Return slope and offset that calibrate the logits of one stance.

    Newton's method with the smoothed targets of Platt (1999), as in Lin, Lin and Weng (2007,
    Machine Learning 68). Where there is nothing to learn, or the slope would turn the order
    around, nothing is changed.

    Parameters
    ----------
    logits : (n,) float
    wanted : (n,) bool

    Examples
    --------
    >>> slope, offset = platt(np.array([-4.0, -4.0, 4.0, 4.0]), np.array([0, 0, 1, 1], bool))
    >>> round(slope, 2), round(offset, 2)
    (0.27, 0.0)
    """
    yes, no = int(wanted.sum()), int((~wanted).sum())
    if not yes or not no:
        return 1.0, 0.0
    target = np.where(wanted, (yes + 1) / (yes + 2), 1 / (no + 2))
    columns = np.column_stack([logits, np.ones(len(logits))]).astype(float)
    weights = np.array([0.0, np.log((yes + 1) / (no + 1))])
    loss = _loss(columns @ weights, target)
    for _ in range(_ROUNDS):
        shown = 1 / (1 + np.exp(-np.clip(columns @ weights, -60, 60)))
        gradient = columns.T @ (shown - target)
        curvature = (columns * (shown * (1 - shown))[:, None]).T @ columns + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        scale = 1.0
        while scale > 1e-6 and _loss(columns @ (weights - scale * step), target) > loss:
            scale /= 2
        weights = weights - scale * step
        loss = _loss(columns @ weights, target)
        if np.abs(scale * step).max() < 1e-9:
            break
    slope, offset = float(weights[0]), float(weights[1])
    return (slope, offset) if slope > 0 else (1.0, 0.0)


def _loss(logits: Array, target: Array) -> float:
    return float(np.sum(np.logaddexp(0, logits) - target * logits))


def temperature(logits: Array, wanted: Array) -> float:
    """Return what to divide logits by so that the likelihood is highest (Guo et al. 2017, ICML).

    Parameters
    ----------
    logits : (n, n_classes) float
    wanted : (n,) int

    Examples
    --------
    >>> temperature(np.array([[9.0, 0.0], [9.0, 0.0], [9.0, 0.0]]), np.array([0, 0, 1])) > 5
    True
    """
    if not len(wanted):
        return 1.0
    steps = np.exp(np.linspace(np.log(0.25), np.log(16.0), 121))
    losses = []
    for step in steps:
        scaled = logits / step
        top = scaled.max(axis=1)
        total = np.log(np.exp(scaled - top[:, None]).sum(axis=1)) + top
        losses.append(float(np.mean(total - scaled[np.arange(len(wanted)), wanted])))
    return float(steps[int(np.argmin(losses))])
