"""Documents scored together: the pairs of many documents go through the model at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from stance.model.evidence import deciding_spans
from stance.model.linear import Bools, Scored
from stance.model.masking import MaskedPair, MaskedSentence
from stance.model.scorer import Scorer
from stance.records import Mention, Span
from stance.text.pairs import directed_pairs, taking_part
from stance.text.reading import ReadSentence

__all__ = ["AskedPair", "ScoredPairs", "ask", "score_documents"]

_AT_ONCE = 1024  # pairs; arrays of more fall out of the processor's cache


class AskedPair(msgspec.Struct, frozen=True):
    """A directed pair of a document: its sentence, and the two mentions nearest to each other."""

    document: int
    sentence: ReadSentence
    actor: Mention
    target: Mention

    @property
    def speaker(self) -> str | None:
        """Return to whom the text attributes the claim about this pair."""
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
    scorer: Scorer, documents: Sequence[Sequence[ReadSentence]], evidence: bool = True
) -> ScoredPairs:
    """Score all directed pairs of some documents.

    What a pair gets does not depend on the documents that it is scored with.

    Parameters
    ----------
    scorer : Scorer
    documents : sequence of sequences of ReadSentence
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
    for document, read in enumerate(documents):
        for one in read:
            if len(one.sentence.mentions) > 1:
                for pair, masked_pair in ask(document, one):
                    asked.append(pair)
                    masked.append(masked_pair)
    parts = [
        scorer.score(masked[start : start + _AT_ONCE]) for start in range(0, len(masked), _AT_ONCE)
    ] or [scorer.score([])]
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


def ask(document: int, one: ReadSentence) -> Iterator[tuple[AskedPair, MaskedPair]]:
    """Yield the directed pairs of a sentence, as they stand there and as a model sees them."""
    mentions = taking_part(one.sentence.mentions)
    pairs = list(directed_pairs(mentions))
    if not pairs:
        return
    offset = one.sentence.start
    sentence = MaskedSentence(one.sentence.text, mentions, offset, one.tokens)
    by_place = {
        (mention.id, mention.start - offset, mention.end - offset): mention for mention in mentions
    }
    for actor, target in pairs:
        if actor not in sentence.slot_of or target not in sentence.slot_of:
            continue
        masked = sentence.pair(actor, target)
        first, second = masked.first, masked.second
        if masked.order == 1:
            first, second = second, first
        yield (
            AskedPair(
                document,
                one,
                by_place[actor, *masked.spans[first]],
                by_place[target, *masked.spans[second]],
            ),
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
