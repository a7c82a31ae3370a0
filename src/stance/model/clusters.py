"""Word clusters: words of like meaning share a number, whether the labels showed them or not.

As in Koo, Carreras and Collins 2008 ("Simple Semi-supervised Dependency Parsing", ACL) and Turian,
Ratinov and Bengio 2010 ("Word Representations", ACL), features over clusters stand beside those
over words. The clusters are k-means over the vectors that all-MiniLM-L6-v2 (Apache-2.0) gives to
single words; ``tools/word_clusters.py`` made the file.
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
