"""What to label next: sentences that a model is unsure of, unlike each other, pre-labelled by it.

A sentence is worth the doubt about its two most doubtful pairs, times the news in it:

- The doubt about a stance is 1 where its probability stands at the threshold, and 0 where the
  stance is certain to be there or not to be (uncertainty sampling, Lewis and Gale 1994, about what
  is decided rather than about one half, which rare stances seldom reach). A rare stance weighs more
  than a frequent one.
- The news are the features that the model never met and that recur among the candidates: what
  stands there once may be a slip, what stands there often will be asked again (uncertainty weighted
  by density, Settles and Craven 2008). Only a linear model knows which features it met.

Sentences are then taken one by one, each time the one worth most after a discount for being like
one taken already (maximal marginal relevance, Carbonell and Goldstein 1998), so that a batch does
not ask the same question ten times.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse

from stance.analysis import Analysis, Model
from stance.errors import OptionError, Problem
from stance.model.batches import make_batch
from stance.model.features import TABLE_SIZE, feature_matrix
from stance.model.linear import LinearScorer
from stance.model.masked import OTHER, MaskedPair
from stance.model.masking import MaskedSentence
from stance.records import (
    LabeledMention,
    LabeledRelation,
    LabeledSentence,
    Mention,
    Relation,
    Sentence,
)

__all__ = ["choose", "news_of", "pair_doubts", "sentence_values", "suggest", "token_features"]

_MOST_PAIRS = 2
_MIN_PAIRS = 3  # in which a feature recurs
_OLD = 0.3  # what a sentence without news is worth, against 1.3 of the one with most

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def suggest(
    model: Model,
    texts: Mapping[str, str],
    n: int = 50,
    known: Iterable[str] = (),
) -> tuple[LabeledSentence, ...]:
    """Choose the sentences whose labels would teach a model most, and label them with it.

    Parameters
    ----------
    model : Model
    texts : mapping of str to str
        Unlabelled documents by name.
    n : int
        How many sentences.
    known : iterable of str
        Sentences that are labelled already; they are not suggested again.

    Returns
    -------
    tuple of LabeledSentence
        With status ``suggested``, the most useful first. ``meta`` says what each was ``chosen``
        for. Training leaves them out until their status is changed.

    Raises
    ------
    OptionError
        If ``n`` is not positive, or no sentence names two actors.

    Examples
    --------
    >>> import stance
    >>> text = "Iran condemned the United States. Oman thanked Qatar. It rained."
    >>> found = suggest(stance.load_model("base"), {"a": text}, n=1)
    >>> len(found), found[0].status
    (1, 'suggested')
    """
    if n < 1:
        raise OptionError(Problem("the number of suggestions is positive", "correct it", value=n))
    candidates = _candidates(model, texts, set(known))
    if not candidates:
        raise OptionError(
            Problem(
                "suggestions come from unlabelled sentences that name two actors",
                "give more text, or a catalogue that knows its actors",
                value=len(texts),
            )
        )
    values = _values(model, candidates)
    chosen = choose(values, token_features([one.tokens for one in candidates]), n)
    return tuple(_label(model, candidates[i], rank) for rank, i in enumerate(chosen))


class _Candidate(msgspec.Struct, frozen=True):
    """A sentence that could be labelled."""

    document: str
    date: str | None
    sentence: Sentence
    relations: tuple[Relation, ...]
    tokens: tuple[int, ...]
    pairs: tuple[MaskedPair, ...]


def _candidates(model: Model, texts: Mapping[str, str], known: set[str]) -> list[_Candidate]:
    found: dict[str, _Candidate] = {}
    for name, text in texts.items():
        analysis: Analysis = model.analyze(text, doc_id=name)
        by_sentence: dict[int, list[Relation]] = {}
        for relation in analysis.relations:
            by_sentence.setdefault(relation.sent_index, []).append(relation)
        for index, relations in by_sentence.items():
            sentence = analysis.sentences[index]
            if sentence.text in known:
                continue
            masked = MaskedSentence(sentence.text, sentence.mentions, sentence.start)
            ends = [
                tuple(end.id if end else None for end in (r.actor, r.target)) for r in relations
            ]
            found.setdefault(
                sentence.text,
                _Candidate(
                    name,
                    analysis.date,
                    sentence,
                    tuple(relations),
                    tuple(id_ for id_ in masked.pair(None, None).ids if id_ > OTHER),
                    tuple(masked.pair(actor, target) for actor, target in ends),
                ),
            )
    return list(found.values())


def _rarity(model: Model) -> Floats:
    """Return the weight of each stance: its mean is 1, a stance four times as rare weighs twice."""
    counts = model.about.get("pairs_by_stance", {})
    seen = np.array([max(float(counts.get(name, 1)), 1.0) for name in model.stances])
    weight = 1 / np.sqrt(seen)
    relative: Floats = weight / weight.mean()
    return relative


def _values(model: Model, candidates: Sequence[_Candidate]) -> Floats:
    """Return what each candidate is worth."""
    scores = [tuple(r.scores.values()) for one in candidates for r in one.relations]
    thresholds = np.array(model.scorer.found_thresholds)
    doubts = pair_doubts(np.array(scores), thresholds, _rarity(model))
    news = np.zeros(len(doubts))
    if isinstance(model.scorer, LinearScorer):
        met = np.zeros(TABLE_SIZE, bool)
        met[model.scorer.rows] = True
        batch = make_batch([pair for one in candidates for pair in one.pairs])
        news = news_of(feature_matrix(batch, model.scorer.groups), met)
    return sentence_values(doubts, news, [len(one.relations) for one in candidates])


def pair_doubts(probabilities: Floats, thresholds: Floats, rarity: Floats) -> Floats:
    """Return how doubtful each pair is, (n_pairs,).

    Parameters
    ----------
    probabilities : (n_pairs, n_stances)
    thresholds, rarity : (n_stances,)
        From which probability on a stance is held; weights of the stances.

    Examples
    --------
    >>> pair_doubts(np.array([[0.2], [0.1], [1.0]]), np.array([0.2]), np.ones(1)).tolist()
    [1.0, 0.5, 0.0]
    """
    below = probabilities / np.maximum(thresholds, 1e-6)
    above = (1 - probabilities) / np.maximum(1 - thresholds, 1e-6)
    doubts: Floats = np.where(probabilities < thresholds, below, above) @ rarity
    return doubts


def news_of(features: sparse.csr_matrix, met: Bools) -> Floats:
    """Return how much each pair holds that was never met and recurs, (n_pairs,).

    Parameters
    ----------
    features : (n_pairs, n_features)
        Not zero where a pair has a feature.
    met : (n_features,) bool

    Examples
    --------
    >>> features = sparse.csr_matrix(np.array([[1, 1, 0], [0, 1, 0], [0, 1, 1]]))
    >>> news_of(features, np.array([True, False, False])).round(2).tolist()
    [1.39, 1.39, 1.39]
    """
    counts = np.bincount(features.indices, minlength=features.shape[1])
    weights = np.where(~met & (counts >= _MIN_PAIRS), np.log1p(counts), 0.0)
    news: Floats = np.asarray((features != 0) @ weights, np.float64)
    return news


def sentence_values(doubts: Floats, news: Floats, sizes: Sequence[int]) -> Floats:
    """Return what each sentence is worth, (n_sentences,).

    Parameters
    ----------
    doubts, news : (n_pairs,)
        The pairs of a sentence stand together.
    sizes : sequence of int
        Pairs of each sentence; one at least.

    Examples
    --------
    >>> doubts, news = np.array([0.2, 1.0, 0.6]), np.array([0.0, 2.0, 0.0])
    >>> sentence_values(doubts, news, [2, 1]).round(2).tolist()
    [0.78, 0.18]
    """
    ends = np.cumsum(sizes)
    doubt = [np.sort(some)[-_MOST_PAIRS:].mean() for some in np.split(doubts, ends[:-1])]
    fresh = np.maximum.reduceat(news, ends - np.asarray(sizes))
    return np.array(doubt) * (_OLD + fresh / max(float(fresh.max()), 1e-9))


def token_features(documents: Sequence[Sequence[int]]) -> sparse.csr_matrix:
    """Return rows of unit length over word stems, weighted by rarity (tf-idf)."""
    numbers: dict[int, int] = {}
    rows, columns = [], []
    for i, tokens in enumerate(documents):
        for token in set(tokens):
            rows.append(i)
            columns.append(numbers.setdefault(token, len(numbers)))
    shape = (len(documents), max(len(numbers), 1))
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    seen = np.asarray((matrix > 0).sum(axis=0)).ravel()
    weighted = matrix @ sparse.diags(np.log((1 + len(documents)) / (1 + seen)) + 1)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(lengths, 1e-12)) @ weighted)


def choose(values: Floats, features: sparse.csr_matrix, n: int) -> list[int]:
    """Return ``n`` rows of high value that are unlike each other, the best first.

    Parameters
    ----------
    values : (n_rows,)
    features : (n_rows, n_features)
        Rows of unit length.
    n : int

    Examples
    --------
    >>> same = sparse.csr_matrix(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    >>> choose(np.array([0.9, 0.8, 0.1]), same, 2)
    [0, 2]
    """
    nearest = np.zeros(len(values))
    left = np.ones(len(values), bool)
    chosen: list[int] = []
    for _ in range(min(n, len(values))):
        worth = np.where(left, values * (1 - nearest), -math.inf)
        best = int(np.argmax(worth))
        chosen.append(best)
        left[best] = False
        like = np.asarray((features @ features[best].T).todense()).ravel()
        nearest = np.maximum(nearest, like)
    return chosen


def _label(model: Model, one: _Candidate, rank: int) -> LabeledSentence:
    offset = one.sentence.start
    mentions: list[LabeledMention] = []
    for m in one.sentence.mentions:
        mentions.append(
            LabeledMention(f"m{len(mentions)}", m.id, m.start - offset, m.end - offset, m.text)
        )

    def number(mention: Mention | None) -> str | None:
        if mention is None:
            return None
        place = (mention.id, mention.start - offset)
        return next(m.id for m in mentions if (m.actor, m.start) == place)

    listed: dict[tuple[str | None, str | None], LabeledRelation] = {}
    for relation in one.relations:
        if relation.stances:
            ends = (number(relation.actor), number(relation.target))
            listed[ends] = LabeledRelation(
                *ends, relation.stances, relation.sentiment, relation.speaker
            )
    return LabeledSentence(
        id=f"{one.document}:{one.sentence.index}",
        doc_id=one.document,
        sent_index=one.sentence.index,
        text=one.sentence.text,
        date=one.date,
        mentions=tuple(mentions),
        relations=tuple(listed.values()),
        annotator=f"model {model.name}",
        status="suggested",
        meta={"rank": str(rank + 1), "chosen": _reason(model, one)},
    )


def _reason(model: Model, one: _Candidate) -> str:
    """Return the doubt that weighs most, in words."""
    doubts = [
        (min(p, 1 - p), f"{_name(r.actor)} > {_name(r.target)} {stance} {p:.2f}", r.abstained)
        for r in one.relations
        for stance, p in r.scores.items()
    ]
    doubt, words, abstained = max(doubts, key=lambda item: item[0])
    if abstained:
        return abstained
    return f"unsure: {words}" if doubt >= 0.1 else f"unlike the others: {words}"


def _name(mention: Mention | None) -> str:
    return mention.id if mention is not None else "*"
