"""The classifier behind the linear model: a scikit-learn estimator over masked pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import msgspec
import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import check_is_fitted

from stance.errors import OptionError, Problem
from stance.model.batches import Floats, make_batch
from stance.model.calibration import Line, best_threshold, calibrated, jointly_calibrated
from stance.model.documents import score_pairs
from stance.model.familiarity import known_stems
from stance.model.features import GROUPS, TABLE_SIZE, feature_matrix
from stance.model.linear import Bools, LinearScorer, expand, reaches
from stance.model.masked import MaskedPair
from stance.model.masking import mask_pair
from stance.model.scales import contrast_scale, rarity_scale
from stance.records import SENTIMENTS, Pair

__all__ = ["DEFAULT_GROUPS", "StanceClassifier", "TaughtPairs"]

# every pair has vectors, so rarity scales their columns down more than they deserve
_SCALES = {"vectors": 2.0}
DEFAULT_GROUPS: tuple[tuple[str, float], ...] = tuple(
    (name, _SCALES.get(name, 1.0)) for name in GROUPS
)
_MIN_COUNT = 2  # a feature seen with one pair only tells nothing about others
UNLISTED_WEIGHT = 0.4  # of a pair that nobody asked about; chosen on our own held-out documents

Ints = npt.NDArray[np.int64]
_LEAST_BELIEF = 0.01  # an answer that a teacher believes less is not learned from


class TaughtPairs(msgspec.Struct, frozen=True):
    """Pairs that nobody labelled, and what another model, the teacher, says of them.

    Nothing is learned from them of a stance that all labelled pairs hold or none does, nor of the
    sentiment where labels lack one of the three.

    Attributes
    ----------
    pairs : list of MaskedPair, length n_pairs
    stances : (n_pairs, n_stances) float32
        Probabilities, in the sorted order of the stances' names.
    sentiment : (n_pairs, 3) float32
        Probabilities of negative, neutral, positive.
    """

    pairs: list[MaskedPair]
    stances: Floats
    sentiment: Floats


class _Lesson(NamedTuple):
    """Features of taught pairs, and how far the teacher believes that one answer is true."""

    matrix: Any
    belief: Floats

    def added_to(
        self, matrix: Any, wanted: Bools, weight: npt.NDArray[Any]
    ) -> tuple[Any, Bools, npt.NDArray[Any]]:
        """Return features, answers and weights of all pairs.

        A taught pair stands there once for yes and once for no, and weighs what the teacher
        believes (Hinton, Vinyals and Dean 2015, arXiv 1503.02531: learning from soft targets).
        """
        blocks, answers, weights = [matrix], [wanted], [weight]
        for answer, belief in ((True, self.belief), (False, 1 - self.belief)):
            some = np.flatnonzero(belief >= _LEAST_BELIEF)
            blocks.append(self.matrix[some])
            answers.append(np.full(len(some), answer))
            weights.append(belief[some])
        return sparse.vstack(blocks, "csr"), np.concatenate(answers), np.concatenate(weights)


class _Output(NamedTuple):
    """One yes or no to learn: the pairs whose answer is known, their answers, and the lesson."""

    rows: Ints
    wanted: Bools
    lesson: _Lesson | None


class StanceClassifier(BaseEstimator):  # type: ignore[misc]
    """One calibrated logistic regression for each stance, and one for the three sentiments.

    Parameters
    ----------
    groups : sequence of (str, float), optional
        Feature groups with their scale; names from ``stance.model.features.GROUPS``.
    C : float
        Inverse strength of the L2 penalty.
    n_folds : int
        Folds of the cross-validation that calibrates (Platt 1999) and chooses thresholds for F1.
    n_jobs : int
        Processes of joblib that fit the outputs.
    random_state : int
        Seed of the order in which the solver takes the pairs; the same one gives the same weights.

    Attributes
    ----------
    stances_ : tuple of str
    scorer_ : LinearScorer
        What the model needs at work.
    out_of_fold_ : (n_pairs, n_stances) float32
        Calibrated probabilities of the training pairs, each from a model that did not see its
        document.
    folds_ : (n_pairs,) int
        The fold in which each training pair was held out; 0 for all pairs if there was one
        document, and so none could be.

    Examples
    --------
    >>> from stance.records import Pair
    >>> pairs = [Pair("A praised B.", (0, 1), (9, 10)), Pair("A accused B.", (0, 1), (10, 11))] * 8
    >>> classifier = StanceClassifier(n_folds=2)
    >>> classifier = classifier.fit(pairs, [["cooperation"], ["rivalry"]] * 8)
    >>> classifier.predict(pairs[:2]).tolist()
    [[True, False], [False, True]]
    """

    def __init__(
        self,
        groups: Sequence[tuple[str, float]] = DEFAULT_GROUPS,
        C: float = 5.0,  # noqa: N803 - scikit-learn's name
        n_folds: int = 4,
        n_jobs: int = 1,
        random_state: int = 0,
    ) -> None:
        self.groups = groups
        self.C = C
        self.n_folds = n_folds
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(
        self,
        X: Sequence[Pair | MaskedPair],  # noqa: N803
        y: Sequence[Sequence[str]],
        sentiment: Sequence[str | None] | None = None,
        documents: Sequence[str] | None = None,
        sample_weight: Sequence[float] | None = None,
        listed: Sequence[bool] | None = None,
        taught: TaughtPairs | None = None,
    ) -> Self:
        """Fit to pairs and their stances.

        Parameters
        ----------
        X : sequence of Pair, length n_pairs
        y : sequence of sequences of str, length n_pairs
            The stances of each pair; an empty one is neutral.
        sentiment : sequence of str or None, length n_pairs, optional
            None where it was not annotated.
        documents : sequence of str, length n_pairs, optional
            Pairs of one document stay in one fold.
        sample_weight : sequence of float, length n_pairs, optional
        listed : sequence of bool, length n_pairs, optional
            False for pairs that nobody asked about: the true negatives of exhaustive sentences.
            They weigh less, and the thresholds of ``predict`` are chosen without them.
        taught : TaughtPairs, optional
            Further pairs, to learn from what a teacher says of them; calibration and thresholds
            rest on the labelled pairs alone.

        Raises
        ------
        OptionError
            If there are no pairs, or no pair holds a stance.
        """
        masked = _masked(X)
        self.stances_ = tuple(sorted({stance for stances in y for stance in stances}))
        if not self.stances_:
            raise OptionError(
                Problem(
                    "training needs at least one pair with a stance",
                    "add labelled relations",
                    value=len(masked),
                )
            )
        seen = masked if taught is None else [*masked, *taught.pairs]
        features, rows = self._matrix(seen)
        rarity = rarity_scale(features)
        features.data *= rarity[features.indices]
        matrix = features[: len(masked)]
        lessons: list[_Lesson | None] = [None] * (len(self.stances_) + len(SENTIMENTS))
        if taught is not None:
            lessons = _lessons(features[len(masked) :], taught)
        folds = self._folds(len(masked), documents)
        asked = np.ones(len(masked), bool) if listed is None else np.asarray(listed, bool)
        weight = np.ones(len(masked)) if sample_weight is None else np.asarray(sample_weight)
        learning = np.where(asked, weight, weight * UNLISTED_WEIGHT)
        wanted = np.array([[name in stances for name in self.stances_] for stances in y])
        stances = [
            _Output(np.arange(len(masked)), wanted[:, k], lessons[k])
            for k in range(wanted.shape[1])
        ]
        felt = np.array([name or "" for name in sentiment or [""] * len(masked)])
        sentiments = _sentiment_outputs(felt, lessons[len(stances) :])
        fitted = self._fitted(matrix, [*stances, *sentiments], learning, folds)
        fits = [
            calibrated(line, logits, output.wanted, weight)
            for output, (line, logits) in zip(stances, fitted, strict=False)
        ]
        feeling, offsets = jointly_calibrated(fitted[len(stances) :], felt, weight, matrix.shape[1])
        learned = np.column_stack([*(fit[0] for fit in fits), feeling])
        columns = _as_stored(learned * rarity[:, None])
        used = np.flatnonzero(columns.any(axis=1))
        kept_rows = rows[used].astype(np.int32)
        self.folds_ = folds
        self.out_of_fold_ = np.column_stack([fit[2] for fit in fits]).astype(np.float32)
        self.scorer_ = LinearScorer(
            stances=self.stances_,
            groups=tuple((name, float(scale)) for name, scale in self.groups),
            rows=kept_rows,
            weights=np.ascontiguousarray(columns[used]),
            intercept=np.array([*(fit[1] for fit in fits), *offsets], np.float32),
            thresholds=tuple(
                best_threshold(wanted[asked, k], fit[2][asked]) for k, fit in enumerate(fits)
            ),
            found_thresholds=tuple(
                best_threshold(wanted[:, k], fit[2]) for k, fit in enumerate(fits)
            ),
            known=known_stems(seen),
            table=expand(kept_rows, columns[used], TABLE_SIZE),
        )
        return self

    def predict_proba(self, X: Sequence[Pair | MaskedPair]) -> Floats:  # noqa: N803
        """Return calibrated probabilities, (n_pairs, n_stances)."""
        check_is_fitted(self)
        return score_pairs(self.scorer_, _masked(X)).stances

    def predict(self, X: Sequence[Pair | MaskedPair]) -> Bools:  # noqa: N803
        """Return which stances reach their thresholds, (n_pairs, n_stances) of bool."""
        return reaches(self.predict_proba(X), self.scorer_.thresholds)

    def _matrix(self, masked: Sequence[MaskedPair]) -> tuple[Any, Ints]:
        """Return the features of all pairs, and the table row of each column."""
        whole = feature_matrix(make_batch(masked), self.groups)
        rows = np.flatnonzero(np.bincount(whole.indices, minlength=TABLE_SIZE) >= _MIN_COUNT)
        matrix = whole[:, rows].tocsr()
        matrix.sort_indices()  # a solver in another process may not write
        return matrix, rows

    def _fitted(
        self, matrix: Any, outputs: Sequence[_Output], weight: npt.NDArray[Any], folds: Ints
    ) -> list[tuple[Line, npt.NDArray[Any]]]:
        """Return the line of each output, and logits from lines that did not see the pairs.

        Logits are those of the output's pairs; where there is one document, lines did see them.
        """
        held_out = range(int(folds.max()) + 1) if folds.any() else range(0)
        parts = [
            [*(output.rows[folds[output.rows] != fold] for fold in held_out), output.rows]
            for output in outputs
        ]
        # dual coordinate descent (Yu, Huang and Lin 2011): with more features than pairs several
        # times as fast as lbfgs, and with a fixed seed just as reproducible. More steps than this
        # tolerance asks for take twice as long and rank no pair better
        solver = LogisticRegression(
            C=self.C, solver="liblinear", dual=True, tol=2.0, random_state=self.random_state
        )
        lines = iter(
            Parallel(n_jobs=self.n_jobs)(
                delayed(_fit_line)(matrix, output, part, weight, clone(solver))
                for output, some in zip(outputs, parts, strict=True)
                for part in some
            )
        )
        found = []
        for output in outputs:
            of_folds = [next(lines) for _ in held_out]
            whole = next(lines)
            logits = matrix @ whole.weights + whole.intercept
            for fold, line in enumerate(of_folds):
                out = folds == fold
                logits[out] = matrix[out] @ line.weights + line.intercept
            found.append((whole, logits[output.rows]))
        return found

    def _folds(self, n: int, documents: Sequence[str] | None) -> Ints:
        """Return the fold of each pair; documents stay whole."""
        names = [str(i) for i in range(n)] if documents is None else list(documents)
        n_folds = min(self.n_folds, len(set(names)))
        folds = np.zeros(n, np.int64)
        if n_folds < 2:
            return folds
        for fold, (_, held_out) in enumerate(GroupKFold(n_folds).split(names, groups=names)):
            folds[held_out] = fold
        return folds


def _lessons(matrix: Any, taught: TaughtPairs) -> list[_Lesson | None]:
    """Return what a teacher says of each stance, and of each sentiment."""
    return [_Lesson(matrix, belief) for belief in (*taught.stances.T, *taught.sentiment.T)]


def _sentiment_outputs(felt: npt.NDArray[Any], lessons: Sequence[_Lesson | None]) -> list[_Output]:
    """Return what is to be learned of sentiments; "" stands where none was annotated."""
    present = [name for name in SENTIMENTS if name in felt]
    if len(present) < 2:
        return []
    taught = lessons if len(present) == len(SENTIMENTS) else [None] * len(present)
    rows = np.flatnonzero(felt != "")
    return [
        _Output(rows, felt == name, lesson) for name, lesson in zip(present, taught, strict=True)
    ]


def _as_stored(weights: npt.NDArray[Any]) -> Floats:
    """Return weights as precise as a model folder keeps them (half precision)."""
    rounded: Floats = weights.astype(np.float16).astype(np.float32)
    return rounded


def _masked(pairs: Sequence[Pair | MaskedPair]) -> list[MaskedPair]:
    return [mask_pair(pair) if isinstance(pair, Pair) else pair for pair in pairs]


def _fit_line(
    matrix: Any,
    output: _Output,
    part: Ints,
    weight: npt.NDArray[Any],
    solver: LogisticRegression,
) -> Line:
    """Return weights and intercept of one output, learned from a part of its pairs."""
    wanted = output.wanted[part]
    if len(set(wanted)) < 2:  # everything or nothing holds it: no telling pairs apart
        return Line(np.zeros(matrix.shape[1]), -1.0)
    pairs = matrix[part], wanted, weight[part]
    seen, held, weights = pairs if output.lesson is None else output.lesson.added_to(*pairs)
    scale = contrast_scale(seen, held, weights)
    seen.data *= scale[seen.indices]
    solver.fit(seen, held, weights)
    return Line(solver.coef_[0] * scale, float(solver.intercept_[0]))
