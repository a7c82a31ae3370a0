"""What a set of labels holds: sizes, shares of stances, actors, dyads and kinds of text."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from stance.records import LabeledRelation, LabeledSentence

__all__ = ["LabelStats", "Share", "label_stats"]

META_KEYS = ("topic", "register", "tags")
"""The values of ``meta`` that are counted; ``tags`` holds several, joined by commas."""


class Share(msgspec.Struct, frozen=True):
    """How often something occurs, and what part of the whole that is (0 to 1)."""

    count: int
    share: float


Shares = dict[str, Share]


class LabelStats(msgspec.Struct, frozen=True):
    """What a set of labels holds.

    Attributes
    ----------
    sentences, documents : int
        ``documents`` counts groups: a sentence without document is its own.
    exhaustive, unannotated, duplicates : int
        Sentences that list every stance; without annotated relations; whose text occurred before.
    words : dict of str to float
        Words a sentence: mean, median, p05, p95, max. A word is what blanks separate and that
        holds a letter or a digit.
    mentions, implied_mentions : int
    relations : int
        Relations listed.
    neutral, undecided : int
        Of these, the ones without stance, and the ones whose stance was not annotated.
    several : int
        Of these, the ones with more than one stance.
    implied : int
        Ordered pairs of marked actors that an exhaustive sentence does not list: neutral. (In
        training, those with names left unmarked add to them.)
    stances : dict of str to Share
        Share of the relations listed, ``none`` for neutral ones; a relation with two stances
        counts for both.
    sentiments : dict of str to Share
        Share of the relations whose sentiment was annotated.
    speakers : Share
        Relations with a speaker.
    actors : dict of str to Share
        Mentions of each actor, most frequent first.
    dyads : dict of str to Share
        ``"EU > IRN"``: relations with a stance of each directed dyad, most frequent first.
    meta : dict of str to dict of str to Share
        Sentences with each value of ``topic``, ``register`` and ``tags``.
    annotators, sources, languages, statuses : dict of str to Share
        Sentences with each value; ``-`` for none.
    """

    sentences: int
    documents: int
    exhaustive: int
    unannotated: int
    duplicates: int
    words: dict[str, float]
    mentions: int
    implied_mentions: int
    relations: int
    neutral: int
    undecided: int
    several: int
    implied: int
    stances: Shares
    sentiments: Shares
    speakers: Share
    actors: Shares
    dyads: Shares
    meta: dict[str, Shares]
    annotators: Shares
    sources: Shares
    languages: Shares
    statuses: Shares

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def label_stats(labels: Iterable[LabeledSentence]) -> LabelStats:
    """Count what labels hold.

    Examples
    --------
    >>> import stance
    >>> stats = label_stats(stance.read_labels("tests/data/small.stance"))
    >>> stats.sentences, stats.relations, stats.stances["rivalry"].count
    (3, 4, 2)
    """
    labels = tuple(labels)
    relations = [relation for label in labels for relation in label.relations or ()]
    stanced = [relation for relation in relations if relation.stance]
    dyads = [
        dyad
        for label in labels
        for relation in label.relations or ()
        if relation.stance
        for dyad in [_dyad(label, relation)]
    ]
    mentions = [mention for label in labels for mention in label.mentions or ()]
    return LabelStats(
        sentences=len(labels),
        documents=len({label.group for label in labels}),
        exhaustive=sum(label.exhaustive for label in labels),
        unannotated=sum(label.relations is None for label in labels),
        duplicates=len(labels) - len({(label.text, label.annotator) for label in labels}),
        words=_word_counts([label.text for label in labels]),
        mentions=len(mentions),
        implied_mentions=sum(mention.start is None for mention in mentions),
        relations=len(relations),
        neutral=sum(relation.stance == () for relation in relations),
        undecided=sum(relation.stance is None for relation in relations),
        several=sum(len(relation.stance or ()) > 1 for relation in stanced),
        implied=sum(sum(1 for _ in implied_pairs(label)) for label in labels),
        stances=_shares(
            (name for r in relations if r.stance is not None for name in r.stance or ("none",)),
            len(relations),
        ),
        sentiments=_shares(r.sentiment for r in relations if r.sentiment is not None),
        speakers=_share(sum(r.speaker is not None for r in relations), len(relations)),
        actors=_shares(mention.actor for mention in mentions),
        dyads=_shares(dyads),
        meta={
            key: _shares((value for label in labels for value in _values(label, key)), len(labels))
            for key in META_KEYS
        },
        annotators=_shares(label.annotator or "-" for label in labels),
        sources=_shares(label.source or "-" for label in labels),
        languages=_shares(label.lang for label in labels),
        statuses=_shares(label.status for label in labels),
    )


def implied_pairs(label: LabeledSentence) -> Iterator[tuple[str, str]]:
    """Yield the ordered pairs of mentioned actors that an exhaustive sentence leaves unlisted."""
    if not label.exhaustive:
        return
    listed = set()
    for relation in label.relations or ():
        ends = (label.mention(relation.actor), label.mention(relation.target))
        listed.add(tuple(end.actor if end else None for end in ends))
    present = dict.fromkeys(m.actor for m in label.mentions or () if m.start is not None)
    for actor in present:
        for target in present:
            if actor != target and (actor, target) not in listed:
                yield actor, target


def _dyad(label: LabeledSentence, relation: LabeledRelation) -> str:
    ends = (label.mention(relation.actor), label.mention(relation.target))
    return " > ".join(end.actor if end else "*" for end in ends)


def _values(label: LabeledSentence, key: str) -> Iterator[str]:
    value = label.meta.get(key)
    values: Sequence[Any] = value.split(",") if isinstance(value, str) else value or ()
    for item in values if isinstance(values, (list, tuple)) else (values,):
        if str(item).strip():
            yield str(item).strip()


def _share(count: int, whole: int) -> Share:
    return Share(count, round(count / whole, 4) if whole else 0.0)


def _shares(values: Iterable[str], whole: int | None = None) -> Shares:
    counts: Mapping[str, int] = Counter(values)
    total = sum(counts.values()) if whole is None else whole
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {name: _share(count, total) for name, count in ordered}


def _word_counts(texts: Sequence[str]) -> dict[str, float]:
    lengths = sorted(
        sum(any(char.isalnum() for char in word) for word in text.split()) for text in texts
    )
    if not lengths:
        return {}
    last = len(lengths) - 1
    return {
        "mean": round(statistics.fmean(lengths), 1),
        "median": float(statistics.median(lengths)),
        "p05": float(lengths[round(0.05 * last)]),
        "p95": float(lengths[round(0.95 * last)]),
        "max": float(lengths[-1]),
    }
