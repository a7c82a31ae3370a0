"""What a better model says of text that nobody labelled, for a linear model to learn from."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from stance.analysis import Model
from stance.model.classifier import TaughtPairs
from stance.model.documents import ask_all, score_pairs
from stance.text.reading import read_document

__all__ = ["taught_pairs"]


def taught_pairs(
    teacher: Model, texts: Iterable[str], but: Collection[str] = frozenset()
) -> TaughtPairs:
    """Return all directed pairs of some texts with the probabilities that a model gives them.

    Parameters
    ----------
    teacher : Model
    texts : iterable of str
        Documents of any length.
    but : collection of str
        Sentences to leave out: those that are labelled, or a teacher would tell what cross-
        validation holds out.

    Examples
    --------
    >>> from stance.analysis import load_model
    >>> taught = taught_pairs(load_model("base"), ["Iran condemned Iraq.", "It rained in Oslo."])
    >>> len(taught.pairs), taught.stances.shape, taught.sentiment.shape
    (2, (2, 3), (2, 3))
    """
    read = (
        [one for one in read_document(text, teacher.catalogue) if one.sentence.text not in but]
        for text in texts
    )
    pairs = [pair for _, pair in ask_all(read)]
    scored = score_pairs(teacher.scorer, pairs)
    return TaughtPairs(pairs, scored.stances, scored.sentiment)
