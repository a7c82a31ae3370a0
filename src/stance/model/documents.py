"""Documents scored together: the pairs of many documents go through the model at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.evidence import deciding_spans
from stance.model.features import gathered_batch
from stance.model.linear import Bools, LinearScorer, Scored
from stance.model.masking import GatheredPairs, MaskedPair, MaskedSentence
from stance.model.scorer import Scorer
from stance.records import Mention, Span
from stance.text.pairs import directed_pairs, taking_part
from stance.text.reading import ReadSentence

__all__ = ["AskedPair", "ScoredPairs", "ask", "score_documents"]

_AT_ONCE = 1024  # pairs; arrays of more fall out of the processor's cache


class AskedPair(NamedTuple):
    """A directed pair of a document: its sentence, and the two mentions nearest to each other."""

    document: int
    sentence: ReadSentence
    actor: Mention
    target: Mention

    @property
    def speaker(self) -> str | None:
        """Return to whom the text attributes the claim about this pair."""
        if not self.sentence.attributions:
            return None
        return self.sentence.speaker_of(self.actor.span, self.target.span)


class ScoredPairs(msgspec.Struct, frozen=True):
    """What a model says of the pairs of some documents.

    Attributes
    ----------
    asked : list of AskedPair, length n_pairs
        In order of documents and sentences.
    scored : Scored
        Probabilities, (n_pairs, n_stances) and (n_pairs, 3).
    held : (n_pairs, n_stances) bool
        Where the probability reaches the threshold.
    evidence : list of tuples of spans, length n_pairs
        Offsets into the document; all empty where no evidence was asked for.
    """

    asked: list[AskedPair]
    scored: Scored
    held: Bools
    evidence: list[tuple[Span, ...]]


def score_documents(
    scorer: Scorer, documents: Iterable[Sequence[ReadSentence]], evidence: bool = True
) -> ScoredPairs:
    """Score all directed pairs of some documents.

    What a pair gets does not depend on the documents that it is scored with.

    Parameters
    ----------
    scorer : Scorer
    documents : iterable of sequences of ReadSentence
        Each is let go before the next is taken; only sentences with pairs are kept.
    evidence : bool
        Also find the words that decided.

    Examples
    --------
    >>> from stance.analysis import load_model
    >>> from stance.text.catalogue import default_catalogue
    >>> from stance.text.reading import read_document
    >>> read = read_document("Iran condemned the United States.", default_catalogue())
    >>> found = score_documents(load_model("base").scorer, [read])
    >>> [(one.actor.id, one.target.id) for one in found.asked]
    [('IRN', 'USA'), ('USA', 'IRN')]
    """
    asked: list[AskedPair] = []
    masked: list[MaskedPair] = []
    parts: list[Scored] = []
    if isinstance(scorer, LinearScorer):
        if evidence:
            documents = list(documents)
        parts += _scored_in_batches(scorer, documents, asked)
        if evidence:
            masked = [pair for _, pair in _ask_all(documents)]
    else:
        for one, pair in _ask_all(documents):
            asked.append(one)
            masked.append(pair)
        parts += [
            scorer.score(masked[start : start + _AT_ONCE])
            for start in range(0, len(masked), _AT_ONCE)
        ]
    parts = parts or [scorer.score([])]
    scored = Scored(
        np.concatenate([part.stances for part in parts]),
        np.concatenate([part.sentiment for part in parts]),
        np.concatenate([part.familiar for part in parts]),
    )
    held = np.asarray(scored.stances >= np.array(scorer.found_thresholds, np.float32))
    spans: list[tuple[Span, ...]] = [()] * len(asked)
    if evidence and asked:
        best = np.where(held.any(axis=1), scored.stances.argmax(axis=1), -1)
        spans = _evidence(scorer, asked, masked, best)
    return ScoredPairs(asked, scored, held, spans)


def _scored_in_batches(
    scorer: LinearScorer, documents: Iterable[Sequence[ReadSentence]], asked: list[AskedPair]
) -> Iterator[Scored]:
    """Yield the scores of all pairs, some sentences at a time; what was asked goes to ``asked``.

    No object is made for what a model sees of a pair, only entries in lists.
    """
    gathered = GatheredPairs()
    for document, read in enumerate(documents):
        for one in read:
            if len(one.sentence.mentions) > 1:
                _gather(gathered, asked, document, one)
        if len(gathered) >= _AT_ONCE:
            yield scorer.score_batch(gathered_batch(gathered))
            gathered = GatheredPairs()
    if len(gathered):
        yield scorer.score_batch(gathered_batch(gathered))


def _gather(
    gathered: GatheredPairs, asked: list[AskedPair], document: int, one: ReadSentence
) -> None:
    """Add the directed pairs of a sentence to those to be scored."""
    masked = _masked(one)
    if masked is None:
        return
    sentence, pairs = masked
    ends = iter(gathered.add_sentence(sentence, pairs))
    mention_at = sentence.mention_at
    asked += [
        AskedPair(document, one, mention_at[at, actor], mention_at[to, target])
        for (actor, target), at, to in zip(pairs, ends, ends, strict=True)
    ]


def _masked(one: ReadSentence) -> tuple[MaskedSentence, list[tuple[str, str]]] | None:
    """Return a sentence as a model sees it and the pairs to ask about, None if there are none."""
    mentions = taking_part(one.sentence.mentions)
    pairs = list(directed_pairs(mentions))
    if not pairs:
        return None
    sentence = MaskedSentence(one.sentence.text, mentions, one.sentence.start, one.tokens)
    slots = sentence.slot_of
    if not slots.keys() >= {actor for actor, _ in pairs}:
        pairs = [pair for pair in pairs if pair[0] in slots and pair[1] in slots]
    return sentence, pairs


def _ask_all(
    documents: Iterable[Sequence[ReadSentence]],
) -> Iterator[tuple[AskedPair, MaskedPair]]:
    for document, read in enumerate(documents):
        for one in read:
            if len(one.sentence.mentions) > 1:
                yield from ask(document, one)


def ask(document: int, one: ReadSentence) -> Iterator[tuple[AskedPair, MaskedPair]]:
    """Yield the directed pairs of a sentence, as they stand there and as a model sees them."""
    found = _masked(one)
    if found is None:
        return
    sentence, pairs = found
    for actor, target in pairs:
        masked = sentence.pair(actor, target)
        first, second = masked.first, masked.second
        if masked.order == 1:
            first, second = second, first
        mention_at = sentence.mention_at
        yield (
            AskedPair(document, one, mention_at[first, actor], mention_at[second, target]),
            masked,
        )


def _evidence(
    scorer: Scorer,
    asked: Sequence[AskedPair],
    masked: Sequence[MaskedPair],
    best: npt.NDArray[np.int64],
) -> list[tuple[Span, ...]]:
    """Return the spans that decided, as offsets into the document."""
    found: list[tuple[Span, ...]] = []
    for begin in range(0, len(asked), _AT_ONCE):
        end = begin + _AT_ONCE
        for one, spans in zip(
            asked[begin:end],
            deciding_spans(scorer, masked[begin:end], best[begin:end]),
            strict=True,
        ):
            start = one.sentence.sentence.start
            found.append(tuple((start + a, start + b) for a, b in spans))
    return found
