"""What a model read in one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from stance.errors import optional_library
from stance.records import Mention, Pair, Relation, Sentence
from stance.text.pairs import taking_part

if TYPE_CHECKING:
    import pandas as pd

    from stance.aggregation.tables import Table


__all__ = ["Analysis"]


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

    def pair(self, relation: Relation) -> Pair:
        """Return the question that a relation answers, for :meth:`Model.explain`.

        A pair has spans and no names; where one phrase stands for two actors ("both sides") it
        cannot tell which of them is meant, and what the model says of it may differ.

        Examples
        --------
        >>> import stance
        >>> model = stance.load_model("base")
        >>> analysis = model.analyze("Oman said that it had warned Iran.")
        >>> relation, _ = analysis.relations
        >>> found = model.explain(analysis.pair(relation), "threat")
        >>> abs(found.probability - relation.scores["threat"]) < 1e-6
        True
        """
        sentence = self.sentences[relation.sent_index]
        start = sentence.start
        mentions = tuple(
            msgspec.structs.replace(m, start=m.start - start, end=m.end - start)
            for m in taking_part(sentence.mentions)
        )
        actor, target = (
            None if end is None else (end.start - start, end.end - start)
            for end in (relation.actor, relation.target)
        )
        return Pair(sentence.text, actor, target, mentions)

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

    def left_out(self) -> list[str]:
        """Return, for each reason not to believe the model, how many pairs it left out and why.

        Examples
        --------
        >>> import stance
        >>> text = "Deutschland hat Iran scharf kritisiert und Sanktionen angekündigt."
        >>> found = stance.analyze(text).left_out()
        >>> print(*found)
        2 pairs left out: unfamiliar language: the model knows ...% of the words
        """
        reasons = Counter(r.abstained for r in self.relations if r.abstained is not None)
        return [
            f"{n} pair{'' if n == 1 else 's'} left out: {reason}"
            for reason, n in sorted(reasons.items())
        ]

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
        return "\n".join([*(lines or ["no stances found"]), *self.left_out()])


def _id(mention: Mention | None) -> str:
    return mention.id if mention else "*"


def _relation_dict(relation: Relation) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(
        msgspec.structs.replace(relation, scores=None, sentiment_scores=None)
    )
    for name in ("scores", "sentiment_scores"):
        plain[name] = {key: round(value, 4) for key, value in getattr(relation, name).items()}
    return plain
