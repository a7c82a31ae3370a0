"""Intervals by bootstrap over documents.

An article is one draw: its sentences were written together and are not independent. So whole
documents are drawn with replacement (Efron 1979; as clusters, Davison and Hinkley 1997, section
3.8), and the statistic is computed again for each resample.
"""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["MIN_DOCUMENTS", "ratio_intervals", "student_quantile"]

Floats = npt.NDArray[np.float64]

MIN_DOCUMENTS = 8
"""Below this many documents no interval is given: simulation shows it would be too narrow."""

MIN_EFFECTIVE = 3.0
"""Nor is one given where a document or two outweigh all others."""

MOST_DRAWS = 200
"""More documents than this are drawn in this many groups, which changes next to nothing."""

_VALUES_AT_ONCE = 1_000_000


def student_quantile(p: float, freedom: float) -> float:
    """Return the quantile of Student's t distribution (Hill 1970, algorithm 396).

    Accurate to about three digits from three degrees of freedom on.

    Examples
    --------
    >>> round(student_quantile(0.975, 4), 2), round(student_quantile(0.975, 30), 2)
    (2.78, 2.04)
    """
    n = freedom
    a = 1 / (n - 0.5)
    b = 48 / (a * a)
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * n
    two_tailed = 2 * min(p, 1 - p)
    y = (d * two_tailed) ** (2 / n)
    if y > 0.05 + a:
        x = NormalDist().inv_cdf(two_tailed / 2)
        y = x * x
        if n < 5:
            c += 0.3 * (n - 4.5) * (x + 0.6)
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = math.expm1(a * y * y)
    else:
        y = (
            (1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1
        ) * (n + 1) / (n + 2) + 1 / y
    return math.copysign(math.sqrt(n * y), p - 0.5)


@functools.lru_cache(maxsize=10_000)
def expanded_tail(level: float, n: float) -> float:
    """Return the share of resamples to cut off at each end for an interval of this level.

    The percentile interval is too narrow for few draws; cutting at the level that a t interval
    would have mends that (Hesterberg 2015, "What teachers should know about the bootstrap").
    Where documents weigh differently, ``n`` is their effective number (Kish 1965).

    Examples
    --------
    >>> round(expanded_tail(0.95, 5), 4), round(expanded_tail(0.95, 1000), 4)
    (0.001, 0.0248)
    """
    t = student_quantile(0.5 + level / 2, n - 1)
    return NormalDist().cdf(-math.sqrt(n / (n - 1)) * t)


def ratio_intervals(
    sums: Floats,
    starts: npt.NDArray[np.int64],
    ratios: tuple[tuple[int, int], ...],
    n_boot: int,
    random_state: int,
    level: float = 0.95,
) -> Floats:
    """Return bootstrap intervals of ratios of sums, for many groups of documents at once.

    Groups of as many draws share their resamples, so the work is a product of matrices.

    Parameters
    ----------
    sums : (n_rows, n_statistics) float64
        A row is what one document adds to its group; rows of a group stand together.
    starts : (n_groups + 1,) int64
        Where each group starts, and the end.
    ratios : tuple of (int, int)
        Which column is divided by which.
    n_boot : int
        Resamples.
    random_state : int
    level : float

    Returns
    -------
    (n_groups, n_ratios, 2) float64
        Low and high; nan for groups of fewer than ``MIN_DOCUMENTS``, or with an effective number
        of documents (Kish 1965, *Survey Sampling*) below ``MIN_EFFECTIVE``.
    """
    sizes = np.diff(starts)
    out = np.full((len(sizes), len(ratios), 2), np.nan)
    if n_boot == 0:
        return out
    n_draws = np.minimum(sizes, MOST_DRAWS)
    for n in np.unique(n_draws[sizes >= MIN_DOCUMENTS]).tolist():
        groups = np.flatnonzero(n_draws == n)
        draws = _draws(n, n_boot, random_state)
        at_once = max(1, _VALUES_AT_ONCE // ((n_boot + n) * sums.shape[1]))
        for first in range(0, len(groups), at_once):
            some = groups[first : first + at_once]
            values = np.stack([_pooled(sums[starts[k] : starts[k + 1]], n) for k in some.tolist()])
            out[some] = _intervals(values, draws, ratios, level)
    return out


def _draws(n: int, n_boot: int, random_state: int) -> Floats:
    """Return how often each of ``n`` documents is drawn in each resample, (n_boot, n).

    Every size of group needs draws of its own, and counting drawn places takes a fraction of the
    time of the multinomial of ``stance.resampling``.
    """
    drawn = np.random.default_rng((random_state, n)).integers(0, n, (n_boot, n))
    place = drawn + np.arange(n_boot)[:, None] * n
    counts = np.bincount(place.ravel(), minlength=n_boot * n)
    return counts.reshape(n_boot, n).astype(np.float64)


def _pooled(values: Floats, n: int) -> Floats:
    """Return documents dealt out to ``n`` groups, if there are more than that."""
    if len(values) == n:
        return values
    padded = np.pad(values, ((0, -len(values) % n), (0, 0)))
    return np.asarray(padded.reshape(-1, n, values.shape[1]).sum(axis=0))


def _intervals(
    values: Floats, draws: Floats, ratios: tuple[tuple[int, int], ...], level: float
) -> Floats:
    totals = values.sum(axis=1)
    groups, n, statistics = values.shape
    by_statistic = values.transpose(0, 2, 1).reshape(groups * statistics, n)
    resampled = (by_statistic @ draws.T).reshape(groups, statistics, -1)
    out = np.empty((len(values), len(ratios), 2))
    for below in sorted({below for _, below in ratios}):
        nothing = resampled[:, below] == 0  # nothing drawn that says anything
        with np.errstate(invalid="ignore", divide="ignore"):
            effective = totals[:, below] ** 2 / (values[:, :, below] ** 2).sum(axis=1)
            whole = totals / totals[:, below, None]
        tails = _tails(level, effective)
        for k, above in ((k, one[0]) for k, one in enumerate(ratios) if one[1] == below):
            with np.errstate(invalid="ignore", divide="ignore"):
                found = resampled[:, above] / resampled[:, below]
            if nothing.any():
                found = np.where(nothing, whole[:, above, None], found)
            out[:, k] = _quantiles(found, tails)
    return out


def _tails(level: float, effective: Floats) -> Floats:
    """Return the tail to cut off for each effective number of documents; nan for too few."""
    rounded = np.floor(np.nan_to_num(effective) * 10) / 10
    tails = [expanded_tail(level, n) if n >= MIN_EFFECTIVE else math.nan for n in rounded.tolist()]
    return np.array(tails)


def _quantiles(values: Floats, tails: Floats) -> Floats:
    """Return the lower and upper quantile of rows; a sort is faster than a partition here."""
    values = np.sort(values, axis=1)
    row, last = np.arange(len(values)), values.shape[1] - 1
    ends = []
    for p in (tails, 1 - tails):
        place = np.nan_to_num(p) * last
        low = place.astype(np.int64)
        high = np.minimum(low + 1, last)
        share = np.where(np.isnan(p), np.nan, place - low)
        ends.append(values[row, low] + share * (values[row, high] - values[row, low]))
    return np.column_stack(ends)
