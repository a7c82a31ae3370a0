"""What single words do between two actors: a cluster and a vector for each word form.

As in Koo, Carreras and Collins 2008 ("Simple Semi-supervised Dependency Parsing", ACL) and Turian,
Ratinov and Bengio 2010 ("Word Representations", ACL), features over clusters and vectors stand
beside those over words, so that words which the labels never showed are read like those of their
kind. Here the kind is learned, from what ``models/encoder`` (an all-MiniLM-L6-v2, Apache-2.0,
trained on our labels but for their test part) makes of each word alone between two actors, a
distillation (Hinton, Vinyals and Dean 2015, arXiv 1503.02531) into a list of words: clusters are
k-means over its answers, vectors the principal components of its last layer.
``tools/lexicon.py`` made the file.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import io
from collections.abc import Iterator
from string import ascii_lowercase

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = ["N_DIMENSIONS", "Lexicon", "WordParts", "lexicon", "lexicon_checksum"]

N_DIMENSIONS = 32
_RUN = 4  # letters
_LETTERS = 14  # of a word, with its borders; what comes behind them tells little
_KIND_BITS = 18  # wide enough for the runs of letters of all words
_SHORTEST, _LONGEST = 6, 24  # letters of a word that may be misspelt
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class WordParts(msgspec.Struct, frozen=True):
    """What each word shows: some kinds of parts, and how much of each.

    Attributes
    ----------
    n_kinds : int
    start : (n_words + 2,) int64
        Where the parts of each word begin; number 0, any other word, has none.
    kind : (n_parts,) int32
    value : (n_parts,) float32
    """

    n_kinds: int
    start: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int32]
    value: npt.NDArray[np.float32]


class Lexicon(msgspec.Struct, frozen=True):
    """Word forms in lower case, numbered from 1, frequent ones first; 0 is any other word.

    Attributes
    ----------
    number_of : dict of str to int
    clusters : (n_words + 1,) uint64
        Numbered from 1; 0 for other words.
    vectors : WordParts
        ``N_DIMENSIONS`` a word.
    letters : WordParts
        The runs of four letters in each word.
    """

    number_of: dict[str, int]
    clusters: npt.NDArray[np.uint64]
    vectors: WordParts
    letters: WordParts

    def number(self, form: str) -> int:
        """Return the number of a word, or of one that it is a slip of the pen for; 0 if none.

        A slip is two letters exchanged, one left out or one too many (after Norvig 2007, "How to
        Write a Spelling Corrector"), behind the first letter of a word of six letters or more:
        what is shorter, or begins or is written otherwise, is likelier another word.

        Examples
        --------
        >>> words = lexicon()
        >>> words.number("threatned") == words.number("threatened") > 0
        True
        >>> words.number("parleys")
        0
        """
        number = self.number_of.get(form, 0)
        if number or not _SHORTEST <= len(form) <= _LONGEST or not form.isascii():
            return number
        for slips in _SLIPS:
            found = [n for other in slips(form) if (n := self.number_of.get(other))]
            if found:
                return min(found)
        return 0


def _exchanged(form: str) -> Iterator[str]:
    return (form[:i] + form[i + 1] + form[i] + form[i + 2 :] for i in range(1, len(form) - 1))


def _lengthened(form: str) -> Iterator[str]:
    return (form[:i] + c + form[i:] for i in range(1, len(form) + 1) for c in ascii_lowercase)


def _shortened(form: str) -> Iterator[str]:
    return (form[:i] + form[i + 1 :] for i in range(1, len(form)))


_SLIPS = (_exchanged, _lengthened, _shortened)  # the likeliest first


@functools.cache
def lexicon() -> Lexicon:
    """Return the list of words.

    Examples
    --------
    >>> words = lexicon()
    >>> condemned, condemns = words.number_of["condemned"], words.number_of["condemns"]
    >>> bool(words.clusters[condemned] == words.clusters[condemns])
    True
    """
    with np.load(io.BytesIO(_file()), allow_pickle=False) as stored:
        words = str(stored["words"]).split()
        clusters = np.concatenate([[0], stored["clusters"]]).astype(np.uint64)
        vectors = _vectors(stored["vectors"] * stored["step"])
    number_of = {word: i for i, word in enumerate(words, 1)}
    return Lexicon(number_of, clusters, vectors, _letters(words))


@functools.cache
def lexicon_checksum() -> str:
    """Return the SHA-256 of the list: what a model that learned with it must find again."""
    return hashlib.sha256(_file()).hexdigest()


def _file() -> bytes:
    return importlib.resources.files("stance.model").joinpath("lexicon.npz").read_bytes()


def _vectors(vectors: npt.NDArray[np.float32]) -> WordParts:
    n_words, width = vectors.shape
    start = np.concatenate([[0], np.arange(n_words + 1) * width])
    kind = np.tile(np.arange(width, dtype=np.int32), n_words)
    return WordParts(width, start, kind, vectors.ravel())


def _letters(words: list[str]) -> WordParts:
    """Return the runs of letters of each word, its borders included, folded into fewer kinds."""
    bordered = [f" {word} ".encode() for word in words]
    table = np.array(bordered, f"S{_LETTERS}")
    letters = table.view(np.uint8).reshape(len(words), _LETTERS)
    runs = np.lib.stride_tricks.sliding_window_view(letters, _RUN, axis=1)
    whole = runs[:, :, -1] > 0
    numbers = runs[whole] @ (np.uint64(256) ** np.arange(_RUN, dtype=np.uint64))
    kind = ((numbers * _SPREAD) >> np.uint64(64 - _KIND_BITS)).astype(np.int32)
    start = np.concatenate([[0, 0], np.cumsum(whole.sum(axis=1))])
    return WordParts(2**_KIND_BITS, start, kind, np.ones(len(kind), np.float32))
