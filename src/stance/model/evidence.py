"""The words that decided: tokens whose share of the logit is largest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stance.model.masked import ROLE_NAMES, MaskedPair
from stance.model.scorer import Scorer
from stance.records import Span

__all__ = ["deciding_spans"]

_MOST = 3
_EMPTY = frozenset(  # words that no reader would take for a reason
    "a an and are as at be been but by for from had has have he her his if in is it its of on or"
    " she so that the their them then there these they this those to was we were when which who"
    " while will with would".split()
)
_SHARE = 0.25  # of the strongest token's part; weaker ones decided little


def deciding_spans(
    scorer: Scorer, pairs: Sequence[MaskedPair], outputs: npt.NDArray[np.int64]
) -> list[tuple[Span, ...]]:
    """Return, for each pair, the spans of up to three words that spoke most for an output.

    Parameters
    ----------
    scorer : Scorer
    pairs : sequence of MaskedPair
    outputs : (n_pairs,) int
        Which stance to explain.

    Returns
    -------
    list of tuples of (int, int)
        Spans in the sentence, in order of place; neighbouring words are joined.
    """
    if not pairs:
        return []
    parts = scorer.token_shares(pairs)
    found = []
    for row, (pair, output) in enumerate(zip(pairs, outputs.tolist(), strict=True)):
        start, end = parts.batch.start[row : row + 2]
        shares = parts.shares[start:end, output].copy()
        for position, number in enumerate(pair.ids):
            word = pair.words[position]
            if number in ROLE_NAMES or not word[0].isalnum() or word.lower() in _EMPTY:
                shares[position] = 0.0
        found.append(_strongest(shares, pair.spans))
    return found


def _strongest(shares: npt.NDArray[np.float32], spans: Sequence[Span]) -> tuple[Span, ...]:
    order = np.argsort(-shares, kind="stable")[:_MOST]
    top = shares[order[0]]
    kept = sorted(int(i) for i in order if shares[i] > 0 and shares[i] >= _SHARE * top)
    joined: list[tuple[int, Span]] = []
    for i in kept:
        if joined and joined[-1][0] == i - 1:
            joined[-1] = (i, (joined[-1][1][0], spans[i][1]))
        else:
            joined.append((i, spans[i]))
    return tuple(span for _, span in joined)
