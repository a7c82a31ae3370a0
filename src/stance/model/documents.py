"""Documents scored together: the pairs of many documents go through the model at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.batches import gathered_batch
from stance.model.evidence import deciding_spans
from stance.model.gathering import FoundPairs, GatheredSentences, masked_sentence
from stance.model.linear import Bools, LinearScorer, Scored, reaches
from stance.model.masked import MaskedPair
from stance.model.scorer import Scorer
from stance.records import Mention, Span
from stance.text.reading import ReadSentence

__all__ = ["AskedPair", "ScoredPairs", "ask", "ask_all", "score_documents", "score_pairs"]

_AT_ONCE = 2048  # pairs; setting up a batch costs, arrays of more fall out of the processor's cache


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
    found : FoundPairs, length n_pairs
        In order of documents and sentences.
    scored : Scored
        Probabilities, (n_pairs, n_stances) and (n_pairs, 3).
    held : (n_pairs, n_stances) bool
        Where the probability reaches the threshold.
    evidence : list of tuples of spans, length n_pairs
        Offsets into the document; all empty where no evidence was asked for.
    """

    found: FoundPairs
    scored: Scored
    held: Bools
    evidence: list[tuple[Span, ...]]

    @property
    def asked(self) -> list[AskedPair]:
        """Return the pairs one by one."""
        return list(map(AskedPair, *msgspec.structs.astuple(self.found)))


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
    found = FoundPairs()
    masked: list[MaskedPair] = []
    if isinstance(scorer, LinearScorer):
        if evidence:
            documents = list(documents)
        parts = list(_scored_in_batches(scorer, documents, found))
        if evidence:
            masked = [pair for _, pair in ask_all(documents)]
    else:
        asked = list(ask_all(documents))
        masked = [pair for _, pair in asked]
        found = FoundPairs(*map(list, zip(*(one for one, _ in asked), strict=True)))
        parts = list(_scored_pairs(scorer, masked))
    scored = _joined(parts or [scorer.score([])])
    held = reaches(scored.stances, scorer.found_thresholds)
    spans: list[tuple[Span, ...]] = [()] * len(found)
    if evidence:
        rows = np.flatnonzero(held.any(axis=1))
        best = scored.stances[rows].argmax(axis=1)
        chosen = [masked[row] for row in rows]
        for row, inside in zip(rows, _deciding(scorer, chosen, best), strict=True):
            begin = found.sentences[row].sentence.start
            spans[row] = tuple((begin + start, begin + end) for start, end in inside)
    return ScoredPairs(found, scored, held, spans)


def score_pairs(scorer: Scorer, pairs: Sequence[MaskedPair]) -> Scored:
    """Return the probabilities of any number of pairs, scored some at a time."""
    return _joined(list(_scored_pairs(scorer, pairs)) or [scorer.score([])])


def _scored_pairs(scorer: Scorer, pairs: Sequence[MaskedPair]) -> Iterator[Scored]:
    for start in range(0, len(pairs), _AT_ONCE):
        yield scorer.score(pairs[start : start + _AT_ONCE])


def _joined(parts: Sequence[Scored]) -> Scored:
    return Scored(
        np.concatenate([part.stances for part in parts]),
        np.concatenate([part.sentiment for part in parts]),
        np.concatenate([part.familiar for part in parts]),
    )


def _scored_in_batches(
    scorer: LinearScorer, documents: Iterable[Sequence[ReadSentence]], found: FoundPairs
) -> Iterator[Scored]:
    """Yield the scores of all pairs, some sentences at a time; what they are goes to ``found``."""
    gathered = GatheredSentences()
    for document, read in enumerate(documents):
        for one in read:
            if len(one.sentence.mentions) > 1:
                gathered.add(document, one)
        if len(gathered) >= _AT_ONCE:
            yield scorer.score_batch(gathered_batch(gathered.pairs(found)))
            gathered = GatheredSentences()
    if len(gathered):
        yield scorer.score_batch(gathered_batch(gathered.pairs(found)))


def ask_all(
    documents: Iterable[Sequence[ReadSentence]],
) -> Iterator[tuple[AskedPair, MaskedPair]]:
    """Yield the directed pairs of all sentences of some documents."""
    for document, read in enumerate(documents):
        for one in read:
            if len(one.sentence.mentions) > 1:
                yield from ask(document, one)


def ask(document: int, one: ReadSentence) -> Iterator[tuple[AskedPair, MaskedPair]]:
    """Yield the directed pairs of a sentence, as they stand there and as a model sees them."""
    found = masked_sentence(one)
    if found is None:
        return
    sentence, actors = found
    for actor, target in itertools.permutations(actors, 2):
        masked = sentence.pair(actor, target)
        first, second = masked.first, masked.second
        if masked.order == 1:
            first, second = second, first
        yield (
            AskedPair(
                document, one, sentence.mention(actor, first), sentence.mention(target, second)
            ),
            masked,
        )


def _deciding(
    scorer: Scorer, pairs: Sequence[MaskedPair], outputs: npt.NDArray[np.int64]
) -> Iterator[tuple[Span, ...]]:
    """Yield the spans that decided, as offsets into the sentence, for any number of pairs."""
    for start in range(0, len(pairs), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        yield from deciding_spans(scorer, pairs[some], outputs[some])
