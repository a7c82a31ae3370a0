"""The model that users hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stance.analysis.checks import abstention, check_date, check_jobs, check_text
from stance.analysis.document import Analysis
from stance.errors import OptionError, Problem
from stance.model.batches import Floats
from stance.model.documents import score_documents, score_pairs
from stance.model.explanation import Explanation, explain
from stance.model.linear import Bools, Scored, reaches
from stance.model.masking import mask_pair
from stance.model.scorer import Scorer
from stance.model.store import save_scorer
from stance.records import SENTIMENTS, Pair, Relation, Scores
from stance.text.catalogue import Catalogue, default_catalogue
from stance.text.collecting import collection_put_off
from stance.text.reading import ReadSentence, read_document

__all__ = ["Model"]

_CHUNK = 100_000  # characters of texts that are scored together


class Model:
    """A trained model with the catalogue that finds its actors.

    Made by :func:`load_model` and :func:`stance.train`.

    Parameters
    ----------
    scorer : Scorer
    about : dict
        What training wrote down.
    catalogue : Catalogue, optional
        By default the one that comes with the library.
    name : str
    """

    def __init__(
        self,
        scorer: Scorer,
        about: dict[str, Any] | None = None,
        catalogue: Catalogue | None = None,
        name: str = "unnamed",
    ) -> None:
        self.scorer = scorer
        self.about = about or {}
        self.name = name
        self._catalogue = catalogue

    def __repr__(self) -> str:
        return f"Model({self.name!r}, stances={self.stances})"

    @property
    def stances(self) -> tuple[str, ...]:
        """Return the stances that this model tells apart."""
        return self.scorer.stances

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Return the probability from which on each stance counts as held."""
        return self.scorer.thresholds

    @property
    def catalogue(self) -> Catalogue:
        """Return the catalogue that finds the actors."""
        return self._catalogue if self._catalogue is not None else default_catalogue()

    def predict_proba(self, pairs: Sequence[Pair]) -> Floats:
        """Return the calibrated probability of each stance, (n_pairs, n_stances) float32.

        Raises
        ------
        InputError
            If a span of a pair is empty or not within its text.
        """
        return self._scored(pairs).stances

    def predict(self, pairs: Sequence[Pair]) -> Bools:
        """Return which stances reach their thresholds, (n_pairs, n_stances) of bool.

        Raises
        ------
        InputError
            If a span of a pair is empty or not within its text.
        """
        return reaches(self.predict_proba(pairs), self.thresholds)

    def predict_sentiment(self, pairs: Sequence[Pair]) -> Floats:
        """Return the probabilities of negative, neutral, positive: (n_pairs, 3) float32.

        Raises
        ------
        InputError
            If a span of a pair is empty or not within its text.
        """
        return self._scored(pairs).sentiment

    def explain(self, pair: Pair, stance: str | None = None) -> Explanation:
        """Return contributions of features that add up to the logit of a stance.

        Parameters
        ----------
        pair : Pair
        stance : str, optional
            By default the most probable one.

        Raises
        ------
        OptionError
            If the model knows no such stance.
        InputError
            If a span of the pair is empty or not within its text.
        """
        if stance is not None and stance not in self.stances:
            raise OptionError(
                Problem(
                    f"the stances are {', '.join(self.stances)}", "name one of them", value=stance
                )
            )
        return explain(self.scorer, mask_pair(pair), stance)

    def analyze(
        self,
        text: str,
        date: str | None = None,
        doc_id: str | None = None,
        actors: Catalogue | Path | str | None = None,
        coreference: bool = True,
    ) -> Analysis:
        """Read one document.

        Parameters
        ----------
        text : str
        date : str, optional
            ISO day of the document; leaders stand for a state only while in office.
        doc_id : str, optional
        actors : Catalogue or path, optional
            A catalogue to use, or a file to lay over the one of the model.
        coreference : bool
            Also resolve pronouns and phrases such as "the two countries".

        Raises
        ------
        InputError
            If ``text`` is no text, has lone surrogates, or is longer than 5 million characters.
        OptionError
            If ``date`` is no day.

        Examples
        --------
        >>> import stance
        >>> model = stance.load_model("base")
        >>> analysis = model.analyze("Iran condemned the United States.")
        >>> [(r.actor.id, r.target.id, r.stances) for r in analysis.stanced]
        [('IRN', 'USA', ('rivalry',))]
        """
        check_text(text)
        check_date(date)
        catalogue = self.catalogue
        if isinstance(actors, Catalogue):
            catalogue = actors
        elif actors is not None:
            catalogue = catalogue.overlay(actors)
        read = read_document(text, catalogue, date, coreference)
        relations = self._relations([read])[0]
        return Analysis(
            text, tuple(one.sentence for one in read), relations, doc_id, date, self.name
        )

    def analyze_many(
        self, texts: Iterable[str], n_jobs: int = 1, progress: bool = False
    ) -> Iterator[Analysis]:
        """Yield the analysis of each text, in order.

        Parameters
        ----------
        texts : iterable of str
        n_jobs : int
            Processes of joblib; 1 stays in this one, -1 takes all cores.
        progress : bool
            Show a bar on standard error.

        Raises
        ------
        InputError
            If one is no text that can be analysed.
        OptionError
            If ``n_jobs`` is no number of processes.
        """
        check_jobs(n_jobs)
        if progress:
            from rich.console import Console
            from rich.progress import track

            texts = track(texts, "analysing", console=Console(stderr=True))
        chunks = _chunks_of(texts)
        if n_jobs == 1:
            found: Iterator[list[Analysis]] = map(self._analyze_chunk, chunks)
        else:
            from joblib import Parallel, delayed  # costs a first analysis a tenth of a second

            found = Parallel(n_jobs=n_jobs, return_as="generator")(
                delayed(self._analyze_chunk)(chunk) for chunk in chunks
            )
        for analyses in found:
            yield from analyses

    def _analyze_chunk(self, texts: Sequence[str]) -> list[Analysis]:
        """Return the analyses of some texts, whose pairs are scored together."""
        for text in texts:
            check_text(text)
        with collection_put_off():
            read = [read_document(text, self.catalogue) for text in texts]
            found = self._relations(read)
        return [
            Analysis(text, tuple(one.sentence for one in sentences), relations, model=self.name)
            for text, sentences, relations in zip(texts, read, found, strict=True)
        ]

    def save(self, path: Path | str) -> None:
        """Write the model as a folder that :func:`load_model` reads."""
        save_scorer(self.scorer, path, self.about)

    def _scored(self, pairs: Sequence[Pair]) -> Scored:
        return score_pairs(self.scorer, [mask_pair(pair) for pair in pairs])

    def _relations(self, documents: Sequence[Sequence[ReadSentence]]) -> list[tuple[Relation, ...]]:
        """Return the relations of each document; all pairs are scored at once."""
        pairs = score_documents(self.scorer, documents)
        found: list[list[Relation]] = [[] for _ in documents]
        names = np.array(self.stances, dtype=object)
        stances, sentiments = pairs.scored.stances.tolist(), pairs.scored.sentiment.tolist()
        for i, one in enumerate(pairs.asked):
            sentiment = Scores(SENTIMENTS, tuple(sentiments[i]))
            found[one.document].append(
                Relation(
                    sent_index=one.sentence.sentence.index,
                    actor=one.actor,
                    target=one.target,
                    scores=Scores(self.stances, tuple(stances[i])),
                    stances=tuple(names[pairs.held[i]].tolist()),
                    sentiment=sentiment.best(),  # type: ignore[arg-type]
                    sentiment_scores=sentiment,
                    speaker=one.speaker,
                    evidence=pairs.evidence[i],
                    abstained=abstention(float(pairs.scored.familiar[i])),
                )
            )
        return [tuple(relations) for relations in found]


def _chunks_of(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield lists of texts of about ``_CHUNK`` characters."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        chunk.append(text)
        size += len(text) if isinstance(text, str) else 0
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
