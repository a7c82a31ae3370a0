"""How much of a pair's words a model met in training: the ground for abstaining."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stance.model.batches import Batch, Floats
from stance.model.masked import ROLE_NAMES, STEM_BITS, MaskedPair

__all__ = ["familiar_share", "known_stems"]

_MIN_COUNT = 2
_STEMS = 2**STEM_BITS - 1


def known_stems(pairs: Sequence[MaskedPair]) -> npt.NDArray[np.uint32]:
    """Return the numbers of the stems that stand in two or more pairs, ascending."""
    counts = Counter(number & _STEMS for pair in pairs for number in set(pair.ids))
    known = sorted(number for number, count in counts.items() if count >= _MIN_COUNT)
    return np.array(known, np.uint32)


def familiar_share(batch: Batch, known: npt.NDArray[np.uint32]) -> Floats:
    """Return the share of each pair's words that are known, (n_pairs,); roles do not count."""
    words = batch.texts > max(ROLE_NAMES)
    place = np.minimum(np.searchsorted(known, batch.texts), max(len(known) - 1, 0))
    met = words & (known[place] == batch.texts) if len(known) else np.zeros(len(words), bool)
    n_texts = len(batch.text_start) - 1
    text = np.repeat(np.arange(n_texts), np.diff(batch.text_start))
    counts = np.bincount(text, words, n_texts)
    share = np.bincount(text, met, n_texts) / np.maximum(counts, 1)
    return np.where(counts, share, 1.0).astype(np.float32)[batch.text_of]
