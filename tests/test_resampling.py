"""Draws of documents, and intervals of what is computed from them."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from stance.resampling import document_draws, interval

SOURCE = Path(__file__).parents[1] / "src" / "stance"


def test_the_same_seed_draws_the_same_documents() -> None:
    """Intervals that were written down stay as they are."""
    drawn = [[0, 0, 3, 1, 1], [0, 1, 1, 1, 2], [1, 0, 1, 2, 1]]
    assert document_draws(5, 3, 3).tolist() == drawn


@pytest.mark.parametrize("n", [1, 2, 40])
def test_a_resample_has_as_many_documents_as_there_are(n: int) -> None:
    draws = document_draws(n, 50, 0)
    assert draws.shape == (50, n)
    assert set(draws.sum(axis=1).tolist()) == {n}


def test_no_resamples_are_no_rows() -> None:
    assert document_draws(3, 0, 0).shape == (0, 3)


def test_an_interval_leaves_out_as_much_below_as_above() -> None:
    assert interval(np.sqrt(np.arange(40.0))) == (0.9750000000000009, 6.166428602854712)
    assert interval(np.arange(101.0), 0.5) == (25.0, 75.0)


def test_no_other_module_draws_documents_by_multinomial_or_cuts_at_quantiles() -> None:
    found = {
        path.name
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("multinomial", "quantile")
    }
    assert found == {"resampling.py"}
