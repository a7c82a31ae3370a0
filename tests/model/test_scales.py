from __future__ import annotations

import numpy as np
from scipy import sparse

from stance.model.scales import contrast_scale, rarity_scale


def test_a_rare_feature_is_scaled_up_and_the_rarest_possible_to_one() -> None:
    matrix = sparse.csr_matrix(np.array([[1, 1, 0], [1, 0, 0], [1, 0, 0]], np.float32))
    everywhere, once, never = rarity_scale(matrix).tolist()
    assert 0 < everywhere < once < never == 1


def test_what_tells_a_stance_from_its_absence_weighs_more_while_learning() -> None:
    held = np.array([True, True, False, False])
    everywhere, only_held, only_others = [1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 2, 2]
    matrix = sparse.csr_matrix(np.array([everywhere, only_held, only_others], np.float32).T)
    scale = contrast_scale(matrix, held, np.ones(4))
    assert scale[0] < 1 < min(scale[1:])
    ignored = contrast_scale(matrix, held, np.array([1.0, 1.0, 1.0, 0.0]))
    without = contrast_scale(matrix[:3], held[:3], np.ones(3))
    assert ignored.tolist() == without.tolist()  # a pair without weight tells nothing
    same = sparse.csr_matrix(np.ones((2, 3), np.float32))
    flat = contrast_scale(same, np.array([True, False]), np.ones(2))
    assert len(set(flat.tolist())) == 1
    assert np.isfinite(flat).all()
