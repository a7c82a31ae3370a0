"""What to label next: sentences that a model is unsure of, unlike each other, pre-labelled by it.

A sentence is worth as much as its two most uncertain pairs. What a pair is worth adds up

- the expected errors of the model, the sum over stances of ``min(p, 1 - p)``: least-confidence
  sampling (Lewis and Gale 1994) with several outputs, where a rare stance weighs more than a
  frequent one;
- the share of its words that the model never met: constructions it knows nothing of.

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
from stance.model.masking import OTHER, MaskedSentence
from stance.records import (
    LabeledMention,
    LabeledRelation,
    LabeledSentence,
    Mention,
    Relation,
    Sentence,
)

__all__ = ["choose", "pair_values", "suggest", "token_features"]

_NOVELTY = 0.5
_MOST_PAIRS = 2

Floats = npt.NDArray[np.float64]


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
    rarity = _rarity(model)
    values = [
        sentence_value(
            pair_values(
                np.array([tuple(relation.scores.values()) for relation in one.relations]),
                np.full(len(one.relations), one.unknown),
                rarity,
            )
        )
        for one in candidates
    ]
    chosen = choose(np.array(values), token_features([one.tokens for one in candidates]), n)
    return tuple(_label(model, candidates[i], rank) for rank, i in enumerate(chosen))


class _Candidate(msgspec.Struct, frozen=True):
    """A sentence that could be labelled."""

    document: str
    date: str | None
    sentence: Sentence
    relations: tuple[Relation, ...]
    tokens: tuple[int, ...]
    unknown: float


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
            bare = masked.pair(None, None)
            found.setdefault(
                sentence.text,
                _Candidate(
                    name,
                    analysis.date,
                    sentence,
                    tuple(relations),
                    tuple(id_ for id_ in bare.ids if id_ > OTHER),
                    1.0 - float(model.scorer.score([bare]).familiar[0]),
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


def pair_values(probabilities: Floats, unknown: Floats, rarity: Floats) -> Floats:
    """Return what each pair is worth, (n_pairs,).

    Parameters
    ----------
    probabilities : (n_pairs, n_stances)
    unknown : (n_pairs,)
        Share of the words that the model never met.
    rarity : (n_stances,)
        Weights of the stances.

    Examples
    --------
    >>> pair_values(np.array([[0.5, 0.0], [1.0, 0.0]]), np.zeros(2), np.ones(2)).tolist()
    [0.5, 0.0]
    """
    errors = np.minimum(probabilities, 1 - probabilities)
    values: Floats = errors @ rarity + _NOVELTY * unknown
    return values


def sentence_value(pairs: Floats) -> float:
    """Return what a sentence is worth: the mean of its two best pairs."""
    return float(np.sort(pairs)[-_MOST_PAIRS:].mean()) if len(pairs) else 0.0


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
