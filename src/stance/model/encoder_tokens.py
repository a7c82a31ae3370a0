"""Masked pairs as the token numbers of an encoder; roles have numbers that no text can reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.errors import MissingExtraError, ModelError, Problem
from stance.model.masked import ROLE_NAMES, MaskedPair

__all__ = ["STEP", "Tokens", "Vocabulary", "padded", "read_tokenizer"]

STEP = 8
"""Sequences are padded to multiples of this: a length that depends on the pair alone keeps its
scores equal to the last bit, whatever it is scored with."""

_MAX_CACHE = 200_000

Ints = npt.NDArray[np.int64]


class Vocabulary(msgspec.Struct, frozen=True):
    """Numbers that frame a sequence.

    Attributes
    ----------
    roles : tuple of int
        Numbers of ACTOR, TARGET, BOTH and OTHER; they lie above those of the tokenizer.
    prefix, suffix : tuple of int
        What stands before and after every sequence.
    pad : int
    max_tokens : int
        Longest sequence; of longer sentences the words next to the two ends are kept.
    """

    roles: tuple[int, int, int, int]
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    pad: int
    max_tokens: int


def read_tokenizer(data: bytes) -> Any:
    """Return the tokenizer of a ``tokenizer.json``.

    Raises
    ------
    MissingExtraError
        If the extra ``encoder`` is not installed.
    ModelError
        If ``data`` holds no tokenizer.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise MissingExtraError(
            Problem("an encoder needs the library tokenizers", "pip install 'stance-ir[encoder]'")
        ) from None
    try:
        tokenizer = Tokenizer.from_str(data.decode("utf-8"))
    except Exception as error:  # the library raises nothing narrower
        raise ModelError(
            Problem(
                f"tokenizer.json holds a tokenizer ({error})",
                "train the model again (stance train), or fetch a whole copy",
            )
        ) from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


class Tokens:
    """Turns words into numbers, and remembers those that it met.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
    vocabulary : Vocabulary
    """

    def __init__(self, tokenizer: Any, vocabulary: Vocabulary) -> None:
        self._tokenizer = tokenizer
        self._vocabulary = vocabulary
        self._pieces: dict[str, list[int]] = {}

    def of_pair(self, pair: MaskedPair) -> list[list[int]]:
        """Return the numbers of each word of a pair; words beyond the longest length get none."""
        words = []
        previous_end = -1
        for number, word, (start, end) in zip(pair.ids, pair.words, pair.spans, strict=True):
            if number in ROLE_NAMES:
                words.append([self._vocabulary.roles[number - 1]])
            else:
                words.append(self._of_word(word if start == previous_end else " " + word))
            previous_end = end
        vocabulary = self._vocabulary
        room = vocabulary.max_tokens - len(vocabulary.prefix) - len(vocabulary.suffix)
        return words if sum(map(len, words)) <= room else _shortened(words, pair, room)

    def sequence(self, words: Sequence[Sequence[int]]) -> list[int]:
        """Return words as one framed sequence."""
        flat = list(self._vocabulary.prefix)
        for word in words:
            flat += word
        return flat + list(self._vocabulary.suffix)

    def _of_word(self, word: str) -> list[int]:
        found = self._pieces.get(word)
        if found is None:
            found = list(self._tokenizer.encode(word, add_special_tokens=False).ids)
            if len(self._pieces) < _MAX_CACHE:
                self._pieces[word] = found
        return found


def _shortened(words: list[list[int]], pair: MaskedPair, room: int) -> list[list[int]]:
    """Keep the words that stand nearest to the two ends, as many as there is room for."""

    def distance(place: int) -> tuple[int, int]:
        return min(abs(place - pair.first), abs(place - pair.second)), place

    kept = [[] for _ in words]  # type: list[list[int]]
    for place in sorted(range(len(words)), key=distance):
        if len(words[place]) > room:
            break
        kept[place] = words[place]
        room -= len(words[place])
    return kept


def padded(sequences: Sequence[Sequence[int]], pad: int) -> tuple[Ints, Ints]:
    """Return token numbers and mask of sequences that share a padded length.

    Examples
    --------
    >>> ids, mask = padded([[5, 6, 7]], pad=0)
    >>> ids.tolist(), mask.tolist()
    ([[5, 6, 7, 0, 0, 0, 0, 0]], [[1, 1, 1, 0, 0, 0, 0, 0]])
    """
    width = -(-max(map(len, sequences)) // STEP) * STEP
    ids = np.full((len(sequences), width), pad, np.int64)
    mask = np.zeros((len(sequences), width), np.int64)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
    return ids, mask
