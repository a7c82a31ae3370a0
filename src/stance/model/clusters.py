"""Word clusters: words that do the same between two actors share a number.

As in Koo, Carreras and Collins 2008 ("Simple Semi-supervised Dependency Parsing", ACL) and Turian,
Ratinov and Bengio 2010 ("Word Representations", ACL), features over clusters stand beside those
over words, so that words which the labels never showed are read like those of their kind. Here
the kind is learned: the clusters are k-means over what ``models/encoder`` (an all-MiniLM-L6-v2,
Apache-2.0, trained on our labels but for their test part) says of each word alone between two
actors, a distillation (Hinton, Vinyals and Dean 2015, arXiv 1503.02531) into a list of words.
``tools/word_clusters.py`` made the file.
"""

from __future__ import annotations

import functools
import importlib.resources

import msgspec

__all__ = ["word_clusters"]


@functools.cache
def word_clusters() -> dict[str, int]:
    """Return the cluster of each known word form in lower case, numbered from 1.

    Examples
    --------
    >>> clusters = word_clusters()
    >>> clusters["condemned"] == clusters["condemns"]
    True
    """
    file = importlib.resources.files("stance.model").joinpath("word_clusters.json")
    groups = msgspec.json.decode(file.read_bytes(), type=list[str])
    return {word: number for number, words in enumerate(groups, 1) for word in words.split()}
