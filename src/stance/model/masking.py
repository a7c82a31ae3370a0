"""Role masking: names leave the text before any feature is made.

Every mention becomes one role token: ACTOR and TARGET for the two ends of the pair, BOTH for
words that stand for the two of them ("the two countries"), OTHER for everyone else. What a model
sees is thus the same, to the last bit, whatever the actors are called.
"""

from __future__ import annotations

import bisect
import functools
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import snowballstemmer

from stance.model.clusters import word_clusters
from stance.records import Mention, Pair, Span
from stance.text.tokens import Tokens, tokenize

__all__ = [
    "ACTOR",
    "BOTH",
    "ONE_END",
    "ORDERS",
    "OTHER",
    "ROLE_NAMES",
    "STEM_BITS",
    "TARGET",
    "MaskedPair",
    "MaskedSentence",
    "mask_pair",
]

ACTOR, TARGET, BOTH, OTHER = 1, 2, 3, 4
ROLE_NAMES = {ACTOR: "ACTOR", TARGET: "TARGET", BOTH: "BOTH", OTHER: "OTHER"}
STEM_BITS = 32
_FIRST_WORD = 16  # word ids below are reserved for roles and borders

ORDERS = ("actor first", "target first", "joint", "actor alone", "target alone")
ONE_END = 3  # orders from here on have one end only


@functools.cache
def _stem() -> Callable[[str], str]:
    stem: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem


class _WordIds(dict[str, int]):
    """Word -> number: a checksum of its stem below, its cluster (0: none) above ``STEM_BITS``.

    A checksum, so that no vocabulary has to be kept; clusters, so that words that the labels
    never showed are read like those of their kind.
    """

    def __missing__(self, word: str) -> int:
        form = word.lower().replace("’", "'")
        stem = _stem()(form)
        number: int = _FIRST_WORD + zlib.crc32(stem.encode("utf-8", "replace")) % (
            2**STEM_BITS - _FIRST_WORD
        )
        number |= word_clusters().get(form, 0) << STEM_BITS
        if len(self) < 500_000:  # bounded: an archive has more forms than memory should keep
            self[word] = number
        return number


_word_ids = _WordIds()


class MaskedPair(msgspec.Struct, frozen=True):
    """A pair as a model sees it.

    Attributes
    ----------
    ids : list of int
        Numbers of roles, and of stems and clusters.
    words : list of str
        The surface of each (role names for mentions).
    spans : list of (int, int)
        Where each stands in the sentence.
    first, second : int
        Positions of the two ends, in order of place; equal if one phrase stands for both,
        or if there is one end only.
    order : int
        Index into ``ORDERS``.
    """

    ids: list[int]
    words: list[str]
    spans: list[Span]
    first: int
    second: int
    order: int


class MaskedSentence:
    """A sentence with its mentions as slots, from which all its pairs are made.

    Parameters
    ----------
    text : str
    mentions : iterable of Mention
        Spans are offsets into ``text`` plus ``offset``. Where two overlap without being equal,
        the longer counts.
    offset : int
    tokens : Tokens, optional
        Those of ``text``, where they are known already.
    """

    __slots__ = ("_ids", "_slots", "_spans", "_words", "slot_of")

    def __init__(
        self,
        text: str,
        mentions: Iterable[Mention],
        offset: int = 0,
        tokens: Tokens | None = None,
    ) -> None:
        spans: dict[Span, set[str]] = {}
        for mention in mentions:
            spans.setdefault((mention.start - offset, mention.end - offset), set()).add(mention.id)
        chosen: list[Span] = []
        for span in sorted(spans, key=lambda s: (s[0] - s[1], s)):
            if all(span[1] <= other[0] or other[1] <= span[0] for other in chosen):
                chosen.append(span)
        chosen.sort()
        self._ids: list[int] = []
        self._words: list[str] = []
        self._spans: list[Span] = []
        self._slots: list[tuple[int, frozenset[str]]] = []
        self.slot_of: dict[str, list[int]] = {}
        slots = [(span, frozenset(spans[span])) for span in chosen]
        self._fill(tokenize(text) if tokens is None else tokens, slots)

    def _fill(self, tokens: Tokens, slots: Sequence[tuple[Span, frozenset[str]]]) -> None:
        """Take the tokens over, one slot in place of those that overlap a mention."""
        done = 0
        for span, actors in slots:
            first = max(done, bisect.bisect_right(tokens.ends, span[0]))
            last = bisect.bisect_left(tokens.starts, span[1])
            if first >= last:
                continue
            self._take(tokens, done, first)
            position = len(self._ids)
            self._slots.append((position, actors))
            for actor in sorted(actors):  # nothing may depend on hash order
                self.slot_of.setdefault(actor, []).append(position)
            self._ids.append(OTHER)
            self._words.append("OTHER")
            self._spans.append(span)
            done = last
        self._take(tokens, done, len(tokens.words))

    def _take(self, tokens: Tokens, first: int, last: int) -> None:
        words = tokens.words[first:last]
        self._ids += [_word_ids[word] for word in words]
        self._words += words
        self._spans += zip(tokens.starts[first:last], tokens.ends[first:last], strict=True)

    def pair(self, actor: str | None, target: str | None) -> MaskedPair:
        """Return the sentence as it looks for one pair of actor ids.

        Of several mentions the two that stand nearest to each other are the ends of the pair.
        """
        ids = self._ids.copy()
        words = self._words.copy()
        for position, actors in self._slots:
            role = OTHER
            if actor in actors:
                role = BOTH if target in actors else ACTOR
            elif target in actors:
                role = TARGET
            ids[position] = role
            words[position] = ROLE_NAMES[role]
        actor_slots = self.slot_of.get(actor, ()) if actor is not None else ()
        target_slots = self.slot_of.get(target, ()) if target is not None else ()
        first, second, order = _ends(actor_slots, target_slots)
        return MaskedPair(ids, words, self._spans, first, second, order)


def _ends(actor_slots: Sequence[int], target_slots: Sequence[int]) -> tuple[int, int, int]:
    if not actor_slots and not target_slots:
        return 0, 0, ONE_END + 1
    if not target_slots:
        return actor_slots[0], actor_slots[0], ONE_END
    if not actor_slots:
        return target_slots[0], target_slots[0], ONE_END + 1
    _, a, t = min((abs(a - t) or 1000, a, t) for a in actor_slots for t in target_slots)
    return (a, t, 0) if a < t else (t, a, 1) if t < a else (a, a, 2)


_A, _T = "\0actor", "\0target"


def mask_pair(pair: Pair) -> MaskedPair:
    """Return a pair as a model sees it.

    Examples
    --------
    >>> from stance.records import Pair
    >>> mask_pair(Pair("Iran warned the US.", actor=(0, 4), target=(16, 18))).words
    ['ACTOR', 'warned', 'the', 'TARGET', '.']
    """
    ids = {mention.span: mention.id for mention in pair.mentions}
    actor = None if pair.actor is None else ids.get(pair.actor, _A)
    target = None if pair.target is None else ids.get(pair.target, _T)
    if actor is not None and actor == target:  # one actor's two mentions: ask as if two
        target = _T
    return MaskedSentence(pair.text, _all_mentions(pair, actor, target)).pair(actor, target)


def _all_mentions(pair: Pair, actor: str | None, target: str | None) -> Iterator[Mention]:
    ends = {}
    if actor is not None and pair.actor is not None:
        ends[pair.actor] = [actor]
    if target is not None and pair.target is not None:
        ends.setdefault(pair.target, []).append(target)
    for span, ids in ends.items():
        for id_ in ids:
            yield Mention(id_, "", *span)
    for mention in pair.mentions:
        if not any(mention.start < end and start < mention.end for start, end in ends):
            yield mention
