"""How far annotators agree, layer by layer.

A full tuple (sentence, actor, target, stance) can go wrong in several places, so each layer is
measured *given* that the layers before it agree: which words are mentions, whom they stand for,
which pairs hold a stance, in which direction, which stance, which sentiment. Two figures each:

F1 between annotators
    Of what either lists, the part that both list: 2 * shared / (listed by one + by the other);
    unlike kappa it needs no count of what nobody lists (Hripcsak and Rothschild 2005). Of more
    than two annotators, over all pairs of them.
Krippendorff's alpha
    Agreement beyond chance, for any number of annotators and with gaps (Krippendorff 2004); for
    sets of stances with the MASI distance (Passonneau 2006), which counts overlap in part.

Intervals are percentiles of a bootstrap over documents.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from nltk.metrics.distance import binary_distance, masi_distance

from stance.errors import OptionError, Problem
from stance.labels.merging import Aligned, align
from stance.records import LabeledSentence, Span
from stance.resampling import LEVEL, document_draws, interval

__all__ = ["Agreement", "Figure", "Layer", "agreement"]

Floats = npt.NDArray[np.float64]
Dyad = tuple[str, str]
Value = frozenset[Any] | str | bool


class Figure(msgspec.Struct, frozen=True):
    """A figure with its interval; None where there is nothing to measure it on."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Layer(msgspec.Struct, frozen=True):
    """Agreement in one layer.

    Attributes
    ----------
    units : int
        What two or more annotators judged: the basis of alpha; for layers without alpha, what
        was listed by any.
    f1, alpha : Figure
    """

    units: int
    f1: Figure
    alpha: Figure


class Agreement(msgspec.Struct, frozen=True):
    """How far annotators agree.

    Attributes
    ----------
    annotators : tuple of str
    sentences, documents : int
        Those that two or more annotators labelled.
    alone : int
        Sentences that one annotator labelled; they do not count.
    layers : dict of str to Layer
    level : float
        Coverage of the intervals.
    """

    annotators: tuple[str, ...]
    sentences: int
    documents: int
    alone: int
    layers: dict[str, Layer]
    level: float = LEVEL

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


class _View:
    """What one annotator says of one sentence, by actor ids."""

    def __init__(self, label: LabeledSentence) -> None:
        self.actors: dict[Span, frozenset[str]] = {}
        for m in label.mentions or ():
            if m.start is not None and m.end is not None:
                span = (m.start, m.end)
                self.actors[span] = self.actors.get(span, frozenset()) | {m.actor}
        self.stances: dict[Dyad, frozenset[str]] = {}
        self.sentiment: dict[Dyad, str] = {}
        for relation in label.relations or ():
            ends = (label.mention(relation.actor), label.mention(relation.target))
            dyad = (ends[0].actor if ends[0] else "*", ends[1].actor if ends[1] else "*")
            if relation.stance:
                self.stances[dyad] = self.stances.get(dyad, frozenset()) | set(relation.stance)
                if relation.sentiment is not None:
                    self.sentiment[dyad] = relation.sentiment
        self.pairs = {frozenset(dyad) for dyad in self.stances}
        present = sorted({actor for actors in self.actors.values() for actor in actors})
        self.candidates = self.pairs | {frozenset(p) for p in itertools.combinations(present, 2)}

    def directions(self) -> dict[frozenset[str], frozenset[str]]:
        """Return which ways each pair holds a stance, told by the order of the actors' ids."""
        return {
            pair: frozenset(
                "forward" if actor < target else "back"
                for actor, target in self.stances
                if {actor, target} == pair
            )
            for pair in self.pairs
        }


Items = set[Any]
Units = Mapping[Any, Any]


class _Measure(msgspec.Struct, frozen=True):
    """What F1 compares (given the other annotator's view), and what alpha does."""

    items: Callable[[_View, _View], Items]
    units: Callable[[_View, Sequence[_View]], Units] | None = None
    distance: Callable[[Any, Any], float] = masi_distance


def _tuples(view: _View, stance: str | None = None) -> Items:
    return {
        (d, name) for d, names in view.stances.items() for name in names if stance in (None, name)
    }


def _tuples_of(view: _View, _: _View, stance: str | None = None) -> Items:
    return _tuples(view, stance)


def _all_candidates(view: _View, views: Sequence[_View]) -> Units:
    candidates = set().union(*(one.candidates for one in views))
    return {pair: pair in view.pairs for pair in candidates}


MEASURES: dict[str, _Measure] = {
    "mention span": _Measure(lambda view, _: set(view.actors)),
    "actor, given the span": _Measure(
        lambda view, other: {
            (span, a)
            for span, actors in view.actors.items()
            if span in other.actors
            for a in actors
        },
        lambda view, _: view.actors,
    ),
    "pair with a stance": _Measure(
        lambda view, _: set(view.pairs), _all_candidates, binary_distance
    ),
    "direction, given the pair": _Measure(
        lambda view, other: {d for d in view.stances if frozenset(d) in other.pairs},
        lambda view, _: view.directions(),
    ),
    "stance, given the pair": _Measure(
        lambda view, other: {(d, n) for d, n in _tuples(view) if d in other.stances},
        lambda view, _: view.stances,
    ),
    "sentiment, given the pair": _Measure(
        lambda view, other: {(d, s) for d, s in view.sentiment.items() if d in other.sentiment},
        lambda view, _: view.sentiment,
        binary_distance,
    ),
    "full tuple": _Measure(_tuples_of),
}


def agreement(
    labels: Iterable[LabeledSentence], n_resamples: int = 1000, random_state: int = 0
) -> Agreement:
    """Measure how far two or more annotators agree.

    Parameters
    ----------
    labels : iterable of LabeledSentence
        Each with its annotator, as :func:`stance.labels.merging.merge_labels` returns them. Their
        order makes no difference.
    n_resamples : int
        Resamples of the bootstrap; 0 leaves the intervals out.
    random_state : int

    Raises
    ------
    LabelError
        If an annotator is missing, or labelled one sentence in two ways.
    OptionError
        If no sentence was labelled by two annotators.

    Examples
    --------
    >>> import msgspec, stance
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> again = [msgspec.structs.replace(label, annotator="other") for label in labels]
    >>> agreement([*labels, *again]).layers["full tuple"].f1.value
    1.0
    """
    aligned = align(labels)
    shared = _shared(aligned)
    documents: dict[tuple[str, str], list[list[_View]]] = {}
    for (document, text, _), found in shared.items():
        views = [_View(found[name]) for name in sorted(found)]
        documents.setdefault((document, "" if document else text), []).append(views)
    # one document varies from itself in nothing
    draws = document_draws(len(documents), n_resamples if len(documents) > 1 else 0, random_state)
    stances = sorted(
        {n for docs in documents.values() for s in docs for v in s for _, n in _tuples(v)}
    )
    measures = dict(MEASURES)
    for name in stances:
        measures[f"full tuple, {name}"] = _Measure(functools.partial(_tuples_of, stance=name))
    grouped = list(documents.values())
    return Agreement(
        annotators=tuple(sorted({name for found in shared.values() for name in found})),
        sentences=len(shared),
        documents=len(documents),
        alone=len(aligned) - len(shared),
        layers={name: _layer(measure, grouped, draws) for name, measure in measures.items()},
    )


def _shared(aligned: Aligned) -> Aligned:
    """Return the sentences whose relations two or more annotators labelled."""
    usable = {
        key: {
            name: label
            for name, label in found.items()
            if label.relations is not None and label.status not in ("suggested", "rejected")
        }
        for key, found in aligned.items()
    }
    shared = {key: found for key, found in usable.items() if len(found) > 1}
    if not shared:
        raise OptionError(
            Problem(
                "agreement needs sentences that two annotators labelled",
                "give one file for each annotator, with the same texts and documents",
                sorted({name for found in aligned.values() for name in found}),
            )
        )
    return shared


def _layer(measure: _Measure, documents: Sequence[Sequence[list[_View]]], draws: Floats) -> Layer:
    hits, listed = np.zeros(len(documents)), np.zeros(len(documents))
    either = 0
    for i, sentences in enumerate(documents):
        for views in sentences:
            for one, other in itertools.combinations(views, 2):
                mine, yours = measure.items(one, other), measure.items(other, one)
                hits[i] += len(mine & yours)
                listed[i] += len(mine) + len(yours)
            either += len(set().union(*(measure.items(view, view) for view in views)))
    f1 = _figure(
        2 * hits.sum() / listed.sum() if listed.sum() else None,
        _ratio(2 * (draws @ hits), draws @ listed),
    )
    if measure.units is None:
        return Layer(either, f1, Figure(None))
    units = [_judged(measure, sentences) for sentences in documents]
    alpha = _alpha(units, measure.distance, draws)
    return Layer(sum(map(len, units)), f1, alpha)


def _judged(measure: _Measure, sentences: Sequence[list[_View]]) -> list[list[Value]]:
    """Return the values of each unit of one document that two or more annotators judged."""
    if measure.units is None:
        return []
    judged = []
    for views in sentences:
        values: dict[Hashable, list[Value]] = {}
        for view in views:
            for unit, value in measure.units(view, views).items():
                values.setdefault(unit, []).append(value)
        judged += [found for found in values.values() if len(found) > 1]
    return judged


def _alpha(
    documents: Sequence[Sequence[list[Value]]],
    distance: Callable[[Any, Any], float],
    draws: Floats,
) -> Figure:
    """Return alpha with its interval; None if nothing varies, for then chance is undefined."""
    names = {value for units in documents for unit in units for value in unit}
    values = sorted(
        names, key=lambda v: sorted(map(str, v)) if isinstance(v, frozenset) else str(v)
    )
    if len(values) < 2:
        return Figure(None)
    number = {value: k for k, value in enumerate(values)}
    far = np.zeros((len(values), len(values)))
    for (i, one), (j, other) in itertools.combinations(enumerate(values), 2):
        far[i, j] = far[j, i] = distance(one, other)
    counts = np.zeros((len(documents), len(values)))
    observed = np.zeros(len(documents))
    for i, units in enumerate(documents):
        for unit in units:
            held = [number[value] for value in unit]
            observed[i] += far[np.ix_(held, held)].sum() / (len(held) - 1)
            np.add.at(counts[i], held, 1)
    whole = _alpha_of(np.ones((1, len(documents))), counts, observed, far)[0]
    return _figure(float(whole), _alpha_of(draws, counts, observed, far))


def _alpha_of(draws: Floats, counts: Floats, observed: Floats, far: Floats) -> Floats:
    """Return alpha for each row of ``draws``, which says how often each document counts.

    ``counts`` holds how often each value was given in each document, ``observed`` the
    disagreement inside its units. Both disagreements of alpha are sums over documents.
    """
    drawn = draws @ counts
    expected = ((drawn @ far) * drawn).sum(axis=1)
    alpha: Floats = 1 - _ratio((draws @ observed) * (drawn.sum(axis=1) - 1), expected)
    return alpha


def _ratio(above: Floats, below: Floats) -> Floats:
    quotients: Floats = np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)
    return quotients


def _figure(value: float | None, resampled: Floats) -> Figure:
    known = resampled[~np.isnan(resampled)]
    if value is None or not len(known):
        return Figure(value)
    return Figure(float(value), *interval(known))
