"""From text to an analysis: the model that users hold, and what it returns."""

from __future__ import annotations

import datetime
import functools
import importlib.resources
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from stance.errors import InputError, NotFoundError, OptionError, Problem, optional_library
from stance.model.documents import score_documents
from stance.model.explanation import Explanation, explain
from stance.model.features import Floats
from stance.model.linear import Bools
from stance.model.masking import mask_pair
from stance.model.scorer import Scorer
from stance.model.store import load_scorer, save_scorer
from stance.records import SENTIMENTS, Mention, Pair, Relation, Scores, Sentence
from stance.text.catalogue import Catalogue, default_catalogue
from stance.text.collecting import collection_put_off
from stance.text.reading import ReadSentence, read_document

if TYPE_CHECKING:
    import pandas as pd

    from stance.aggregation.tables import Table

__all__ = ["Analysis", "Model", "analyze", "load_model"]

MIN_FAMILIAR = 0.6
"""Below this share of words that the model met in training, it abstains."""

MAX_CHARACTERS = 5_000_000
_CHUNK = 100_000  # characters of texts that are scored together


class Analysis(msgspec.Struct, frozen=True):
    """What a model read in one document.

    Attributes
    ----------
    text : str
        The text that was given; all spans are offsets into it.
    sentences : tuple of Sentence
    relations : tuple of Relation
        One for each ordered pair of actors that stand in one sentence; ``stances`` is empty
        where the pair holds none.
    doc_id, date : str or None
    model : str
        Name of the model.
    """

    text: str
    sentences: tuple[Sentence, ...]
    relations: tuple[Relation, ...]
    doc_id: str | None = None
    date: str | None = None
    model: str = ""

    @property
    def stanced(self) -> tuple[Relation, ...]:
        """Return the relations that hold a stance and are to be believed."""
        return tuple(r for r in self.relations if r.stances and r.abstained is None)

    def to_dict(self) -> dict[str, Any]:
        """Return the analysis as plain values, ready for JSON."""
        relations = [_relation_dict(relation) for relation in self.relations]
        return {
            "doc_id": self.doc_id,
            "date": self.date,
            "model": self.model,
            "text": self.text,
            "sentences": msgspec.to_builtins(self.sentences),
            "relations": relations,
        }

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a relation.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        pandas = optional_library("pandas", "to_pandas needs pandas", "frames")
        return pandas.DataFrame(list(self.rows()))

    def to_polars(self) -> Any:
        """Return one row a relation, as a ``polars.DataFrame``.

        Raises
        ------
        MissingExtraError
            If polars is not installed.
        """
        polars = optional_library("polars", "to_polars needs polars", "frames")
        return polars.DataFrame(list(self.rows()), infer_schema_length=None)

    def to_arrow(self) -> Any:
        """Return one row a relation, as a ``pyarrow.Table``.

        Raises
        ------
        MissingExtraError
            If pyarrow is not installed.
        """
        pyarrow = optional_library("pyarrow", "to_arrow needs pyarrow", "parquet")
        return pyarrow.Table.from_pylist(list(self.rows()))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield one flat row a relation: what score files hold."""
        for r in self.relations:
            sentence = self.sentences[r.sent_index]
            yield {
                "doc_id": self.doc_id,
                "date": self.date,
                "source": None,  # an analysis is of a text, wherever it was published
                "sent_index": r.sent_index,
                "actor": r.actor.id if r.actor else None,
                "target": r.target.id if r.target else None,
                **{name: round(value, 4) for name, value in r.scores.items()},
                "stances": "|".join(r.stances),
                "sentiment": r.sentiment,
                **{
                    f"sentiment_{name}": round(value, 4)
                    for name, value in r.sentiment_scores.items()
                },
                "speaker": r.speaker,
                "abstained": r.abstained,
                "actor_text": r.actor.text if r.actor else None,
                "target_text": r.target.text if r.target else None,
                "start": sentence.start,
                "end": sentence.end,
                "sentence": sentence.text,
            }

    def dyads(self) -> Table:
        """Return what the relations add up to, a row for each actor and target.

        Examples
        --------
        >>> import stance
        >>> analysis = stance.analyze("The EU praised Ghana. The EU thanked Ghana.")
        >>> [(row.actor, row.target, row.n_relations) for row in analysis.dyads()]
        [('EU', 'GHA', 2), ('GHA', 'EU', 2)]
        """
        from stance.aggregation.tables import aggregate

        return aggregate(self, by=("actor", "target"))

    def actors(self) -> Table:
        """Return how each actor stands towards all others: a row an actor.

        Examples
        --------
        >>> import stance
        >>> [row.actor for row in stance.analyze("The EU praised Ghana.").actors()]
        ['EU', 'GHA']
        """
        from stance.aggregation.tables import aggregate

        return aggregate(self, by=("actor",))

    def to_html(self, path: Path | str) -> None:
        """Write the article with its actors and stances shown, as a page without scripts.

        The analysis goes as JSON beside it.

        Raises
        ------
        MissingExtraError
            If the extra ``report`` is not installed.
        OptionError
            If ``path`` does not end in ``.html``.
        """
        from stance.report.pages import analysis_page, write_page

        write_page(path, analysis_page(self), self.to_dict())

    def _repr_html_(self) -> str:
        """Show the analysis in a notebook."""
        from stance.report.article import notebook_html

        return notebook_html(self)

    def __str__(self) -> str:
        lines = []
        for sentence in self.sentences:
            found = [r for r in self.stanced if r.sent_index == sentence.index]
            lines += [sentence.text] * bool(found)
            for r in found:
                held = ", ".join(f"{name} {r.scores[name]:.2f}" for name in r.stances)
                lines.append(f"    {_id(r.actor)} > {_id(r.target)}: {held} {r.sentiment}")
        return "\n".join(lines) or "no stances found"


def _id(mention: Mention | None) -> str:
    return mention.id if mention else "*"


def _relation_dict(relation: Relation) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(
        msgspec.structs.replace(relation, scores=None, sentiment_scores=None)
    )
    for name in ("scores", "sentiment_scores"):
        plain[name] = {key: round(value, 4) for key, value in getattr(relation, name).items()}
    return plain


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

    def with_catalogue(self, catalogue: Catalogue) -> Model:
        """Return this model with another catalogue."""
        return Model(self.scorer, self.about, catalogue, self.name)

    def predict_proba(self, pairs: Sequence[Pair]) -> Floats:
        """Return the calibrated probability of each stance, (n_pairs, n_stances) float32."""
        return self.scorer.score([mask_pair(pair) for pair in pairs]).stances

    def predict(self, pairs: Sequence[Pair]) -> Bools:
        """Return which stances reach their thresholds, (n_pairs, n_stances) of bool."""
        return self._held(self.predict_proba(pairs))

    def predict_sentiment(self, pairs: Sequence[Pair]) -> Floats:
        """Return the probabilities of negative, neutral, positive: (n_pairs, 3) float32."""
        return self.scorer.score([mask_pair(pair) for pair in pairs]).sentiment

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
        """
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

    def _held(self, probabilities: Floats) -> Bools:
        return np.asarray(probabilities >= np.array(self.thresholds, np.float32))

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


def abstention(familiar: float) -> str | None:
    """Return why a model should not be believed that met this share of the words, or None."""
    if familiar >= MIN_FAMILIAR:
        return None
    return f"unfamiliar language: the model knows {familiar:.0%} of the words"


def check_text(text: object) -> None:
    """Raise InputError unless ``text`` is text that can be analysed."""
    if not isinstance(text, str):
        raise InputError(
            Problem("a text is a str", "decode bytes, read files first", type(text).__name__)
        )
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            Problem(
                f"a text has at most {MAX_CHARACTERS} characters",
                "split it into documents",
                len(text),
            )
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            Problem(
                f"a text is valid Unicode (character {error.start} is a lone surrogate)",
                "decode it with errors='replace'",
                text[error.start : error.start + 1],
            )
        ) from None


def check_date(date: str | None) -> None:
    """Raise OptionError unless ``date`` is None or a day."""
    if date is None:
        return
    try:
        datetime.date.fromisoformat(date)
    except (ValueError, TypeError):
        raise OptionError(Problem("a date is a day as in 2015-11-23", "correct it", date)) from None


def _shipped_folders() -> Iterator[Path]:
    """Yield where models may lie: inside the package, or beside the source of a checkout."""
    yield Path(str(importlib.resources.files("stance"))) / "models"
    yield Path(__file__).parents[2] / "models"


def shipped_models() -> tuple[str, ...]:
    """Return the names of the models that came with this installation."""
    return tuple(
        sorted(
            {
                manifest.parent.name
                for folder in _shipped_folders()
                for manifest in folder.glob("*/manifest.json")
            }
        )
    )


def model_folder(name: Path | str) -> Path:
    """Return the folder of a model: a path, or the name of one that is shipped."""
    path = Path(name)
    if path.exists() or len(path.parts) > 1:
        return path
    for folder in _shipped_folders():
        if (folder / name).is_dir():
            return folder / name
    next_step = "check the name, or train one (stance train)"
    if str(name) == "encoder":  # too large for the wheel
        next_step = (
            "copy the folder models/encoder of the source repository and name it,"
            " or train one (stance train LABELS --backend encoder --out FOLDER)"
        )
    raise NotFoundError(
        Problem("a model is a folder, or a shipped one ('base')", next_step, value=str(name))
    )


def load_model(name: Path | str = "base", actors: Path | str | None = None) -> Model:
    """Load a shipped model by its name, or one from a folder.

    Parameters
    ----------
    name : str or path
    actors : path, optional
        A catalogue file to lay over the one that comes with the library.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelError
        If it is damaged, foreign, or newer than this version.

    Examples
    --------
    >>> import stance
    >>> stance.load_model("base").stances
    ('cooperation', 'rivalry', 'threat')
    """
    scorer, manifest = load_scorer(model_folder(name))
    catalogue = None if actors is None else default_catalogue().overlay(actors)
    return Model(scorer, dict(manifest.about), catalogue, Path(name).name)


@functools.lru_cache(maxsize=4)
def _cached_model(name: str) -> Model:
    return load_model(name)


def analyze(
    text: str,
    date: str | None = None,
    doc_id: str | None = None,
    actors: Catalogue | Path | str | None = None,
    model: Model | Path | str = "base",
    coreference: bool = True,
) -> Analysis:
    """Read one document: who takes which stance towards whom, sentence by sentence.

    See :meth:`Model.analyze` for the parameters; ``model`` is a model, or its name or path.

    Examples
    --------
    >>> import stance
    >>> analysis = stance.analyze("Japan criticised Chad. Iran threatened to attack Israel.")
    >>> print(analysis)  # doctest: +ELLIPSIS
    Japan criticised Chad.
        JPN > TCD: rivalry 0... negative
    Iran threatened to attack Israel.
        IRN > ISR: threat 0... negative
    """
    chosen = model if isinstance(model, Model) else _cached_model(str(model))
    return chosen.analyze(text, date, doc_id, actors, coreference)
