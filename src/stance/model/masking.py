"""Role masking: names leave the text before any feature is made.

Every mention becomes one role token: ACTOR and TARGET for the two ends of the pair, BOTH for
words that stand for the two of them ("the two countries"), OTHER for everyone else. What a model
sees is thus the same, to the last bit, whatever the actors are called.
"""

from __future__ import annotations

import functools
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import snowballstemmer

from stance.errors import InputError, Problem
from stance.model.lexicon import lexicon
from stance.model.masked import (
    ACTOR,
    BOTH,
    ONE_END,
    OTHER,
    ROLE_NAMES,
    STEM_BITS,
    TARGET,
    MaskedPair,
)
from stance.records import Mention, Pair, Span
from stance.text.tokens import Tokens, tokenize

__all__ = ["MaskedSentence", "mask_pair"]

_MOST_WORDS = 80_000  # an archive has more than memory should keep; the frequent ones come first
_FIRST_WORD = 16  # word ids below are reserved for roles and borders


@functools.cache
def _stem() -> Callable[[str], str]:
    stem: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem


class _WordIds(dict[str, int]):
    """Word -> number: a checksum of its stem below, its place in the lexicon above ``STEM_BITS``.

    A checksum, so that no vocabulary has to be kept; the lexicon (0: not in it), so that words
    that the labels never showed are read like those of their kind.
    """

    def __missing__(self, word: str) -> int:
        form = word.lower().replace("’", "'")
        stem = _stem()(form)
        number: int = _FIRST_WORD + zlib.crc32(stem.encode("utf-8", "replace")) % (
            2**STEM_BITS - _FIRST_WORD
        )
        words = lexicon()
        # a capital makes a name likelier than a slip
        entry = words.number(form) if word == form else words.number_of.get(form, 0)
        number |= entry << STEM_BITS
        if len(self) < _MOST_WORDS:
            self[word] = number
        return number


_word_ids = _WordIds()


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

    Attributes
    ----------
    ids : list of int
        Numbers of stems and lexicon entries; a mention is one OTHER.
    slot_of : dict of str to list of int
        Actor -> positions at which it stands.
    mentions_of : dict of str to list of Mention
        Actor -> the mentions that stand there.
    """

    __slots__ = ("_slots", "_tokens", "ids", "mentions_of", "slot_of")

    def __init__(
        self,
        text: str,
        mentions: Iterable[Mention],
        offset: int = 0,
        tokens: Tokens | None = None,
    ) -> None:
        spans: dict[Span, dict[str, Mention]] = {}
        for mention in mentions:
            span = (mention.start - offset, mention.end - offset)
            own = spans.get(span)
            if own is None:
                spans[span] = {mention.id: mention}
            else:
                own[mention.id] = mention
        self._tokens = tokenize(text) if tokens is None else tokens
        self.ids: list[int] = []
        self._slots: list[tuple[int, int, Span, int]] = []  # tokens, place in text, position
        self.slot_of: dict[str, list[int]] = {}
        self.mentions_of: dict[str, list[Mention]] = {}
        self._fill(spans)

    def _fill(self, spans: dict[Span, dict[str, Mention]]) -> None:
        """Take the tokens over, one slot in place of those that overlap a mention."""
        words, starts = self._tokens.words, self._tokens.starts
        numbers = _word_ids.__getitem__
        ids, slot_of, mentions_of = self.ids, self.slot_of, self.mentions_of
        done = 0
        for span in _apart(spans):
            start, end = span
            first = (bisect_right(starts, start) or 1) - 1
            if first < len(starts) and starts[first] + len(words[first]) <= start:
                first += 1  # the span begins behind that token
            if first < done:
                first = done
            last = bisect_left(starts, end)
            if first >= last:
                continue
            ids += map(numbers, words[done:first])
            position = len(ids)
            self._slots.append((first, last, span, position))
            own = spans[span]
            for actor in own if len(own) == 1 else sorted(own):  # however they came
                if actor in slot_of:
                    slot_of[actor].append(position)
                    mentions_of[actor].append(own[actor])
                else:
                    slot_of[actor] = [position]
                    mentions_of[actor] = [own[actor]]
            ids.append(OTHER)
            done = last
        ids += map(numbers, words[done:])

    def mention(self, actor: str, position: int) -> Mention:
        """Return the mention of an actor at one of his positions."""
        return self.mentions_of[actor][self.slot_of[actor].index(position)]

    def pair(self, actor: str | None, target: str | None) -> MaskedPair:
        """Return the sentence as it looks for one pair of actor ids.

        Of several mentions the two that stand nearest to each other are the ends of the pair.
        """
        actor_slots = self.slot_of.get(actor, ()) if actor is not None else ()
        target_slots = self.slot_of.get(target, ()) if target is not None else ()
        ids = self.ids.copy()
        words: list[str] = []
        spans: list[Span] = []
        done = 0
        tokens = self._tokens
        for first, last, span, _ in self._slots:
            words += tokens.words[done:first]
            words.append(ROLE_NAMES[OTHER])
            spans += zip(tokens.starts[done:first], tokens.ends[done:first], strict=True)
            spans.append(span)
            done = last
        words += tokens.words[done:]
        spans += zip(tokens.starts[done:], tokens.ends[done:], strict=True)
        for position in (*actor_slots, *target_slots):
            role = TARGET if position not in actor_slots else ACTOR
            ids[position] = BOTH if role == ACTOR and position in target_slots else role
            words[position] = ROLE_NAMES[ids[position]]
        return MaskedPair(ids, words, spans, *_ends(actor_slots, target_slots))


def _apart(spans: Collection[Span]) -> list[Span]:
    """Return spans in order of place; of those that overlap the longest."""
    end = 0
    for span in spans:
        if span[0] < end:
            break
        end = span[1]
    else:
        return list(spans)
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda s: (s[0] - s[1], s)):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in chosen):
            chosen.append(span)
    return sorted(chosen)


def _ends(actor_slots: Sequence[int], target_slots: Sequence[int]) -> tuple[int, int, int]:
    if not actor_slots and not target_slots:
        return 0, 0, ONE_END + 1
    if len(actor_slots) == len(target_slots) == 1:
        a, t = actor_slots[0], target_slots[0]
        return (a, t, 0) if a < t else (t, a, 1) if t < a else (a, a, 2)
    if not target_slots:
        return actor_slots[0], actor_slots[0], ONE_END
    if not actor_slots:
        return target_slots[0], target_slots[0], ONE_END + 1
    _, a, t = min((abs(a - t) or 1000, a, t) for a in actor_slots for t in target_slots)
    return (a, t, 0) if a < t else (t, a, 1) if t < a else (a, a, 2)


_A, _T = "\0actor", "\0target"


def mask_pair(pair: Pair) -> MaskedPair:
    """Return a pair as a model sees it.

    Raises
    ------
    InputError
        If a span of an end or a mention is empty or not within the text.

    Examples
    --------
    >>> from stance.records import Pair
    >>> mask_pair(Pair("Iran warned the US.", actor=(0, 4), target=(16, 18))).words
    ['ACTOR', 'warned', 'the', 'TARGET', '.']
    """
    ids = {mention.span: mention.id for mention in pair.mentions}
    for span in (pair.actor, pair.target, *ids):
        if span is not None and not 0 <= span[0] < span[1] <= len(pair.text):
            raise InputError(
                Problem(
                    f"a span (start, end) has 0 <= start < end <= {len(pair.text)},"
                    " the length of the text",
                    "count characters from the start of the pair's own text",
                    span,
                )
            )
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
