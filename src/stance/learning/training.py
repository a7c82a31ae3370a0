"""Training: from labels to a model."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from stance.analysis import Model, check_jobs, load_model
from stance.errors import LabelError, OptionError, Problem
from stance.labels.files import read_labels
from stance.learning.distillation import taught_pairs
from stance.learning.encoder_options import EncoderOptions
from stance.learning.encoder_training import TrainedEncoder, train_encoder
from stance.learning.examples import Example, examples_of
from stance.learning.held_out import Predictions, measure_held_out
from stance.model.classifier import StanceClassifier, TaughtPairs
from stance.model.documents import score_pairs
from stance.records import LabeledSentence

__all__ = ["encoder_model", "in_order", "labels_hash", "train"]

_LIBRARIES = ("numpy", "scikit-learn", "snowballstemmer")


def train(
    labels: Path | str | Iterable[LabeledSentence],
    stances: Collection[str] | None = None,
    backend: Literal["linear", "encoder"] = "linear",
    random_state: int = 0,
    n_jobs: int = 1,
    encoder: EncoderOptions | None = None,
    teacher: Model | Path | str | None = None,
    unlabeled: Iterable[str] = (),
) -> Model:
    """Train a model.

    Parameters
    ----------
    labels : path or iterable of LabeledSentence
        What to learn from: files, folders, or labels that were read. A sentence counts as often
        as its ``meta.weight`` says.
    stances : collection of str, optional
        The stances to learn; others in the labels are an error. By default all that occur.
    backend : {"linear", "encoder"}
        A linear model, trained in a minute or two; or a small transformer, in half an hour (needs
        the extra ``encoder-train``).
    random_state : int
    n_jobs : int
        Processes that fit the outputs, or processors that an encoder learns on.
    encoder : EncoderOptions, optional
        How an encoder is trained; see ``stance.learning.encoder_options``.
    teacher : Model or path, optional
        A model of the same stances; a linear model also learns what it says of ``unlabeled``
        (distillation: Hinton, Vinyals and Dean 2015, arXiv 1503.02531).
    unlabeled : iterable of str
        Texts for the teacher, of the kind that the model is to read. Sentences that are among the
        labels are left out.

    Returns
    -------
    Model

    Raises
    ------
    LabelError
        If the labels break the format, or hold other stances than ``stances``.
    OptionError
        If there is nothing to learn, or an option is unknown.
    MissingExtraError
        If an encoder is to be trained, and the extra ``encoder-train`` is not installed.

    Examples
    --------
    >>> import stance
    >>> model = stance.train("tests/data/small.stance")
    >>> model.stances
    ('cooperation', 'rivalry')
    """
    if backend not in ("linear", "encoder"):
        raise OptionError(Problem("the backend is linear or encoder", "correct it", value=backend))
    if encoder is not None and backend != "encoder":
        raise OptionError(
            Problem("options of an encoder need backend='encoder'", "correct it", value=backend)
        )
    check_jobs(n_jobs)
    unlabeled = _checked_lesson(teacher, unlabeled, backend)
    if isinstance(labels, (str, Path)):
        labels = read_labels(labels)
    labels = in_order(labels)
    examples = _checked(list(examples_of(labels)), stances)
    weights = [example.weight for example in examples]
    if backend == "encoder":
        if set(weights) != {1.0}:
            raise OptionError(
                Problem("labels have weights for the linear backend only", "remove meta.weight")
            )
        trained = train_encoder(examples, encoder, random_state, n_jobs)
        return encoder_model(trained, labels, examples)
    taught, lesson = _lesson(teacher, unlabeled, labels, examples)
    classifier = StanceClassifier(random_state=random_state, n_jobs=n_jobs).fit(
        [example.pair for example in examples],
        [example.stances for example in examples],
        [example.sentiment for example in examples],
        [example.document for example in examples],
        sample_weight=weights,
        listed=[example.listed for example in examples],
        taught=taught,
    )
    measured = measure_held_out(_out_of_fold(classifier, examples), labels)
    about = {**_about(labels, examples), **lesson, "held_out": measured}
    return Model(classifier.scorer_, about)


def _checked_lesson(teacher: object, unlabeled: Iterable[str], backend: str) -> list[str]:
    """Return the texts in an order that depends on them alone."""
    if isinstance(unlabeled, str):
        raise OptionError(Problem("unlabelled texts are a list of texts", "put it into one"))
    texts = sorted(unlabeled)
    if (teacher is None) != (not texts):
        raise OptionError(
            Problem("a teacher and unlabelled texts go together", "give both", value=len(texts))
        )
    if texts and backend == "encoder":
        raise OptionError(
            Problem("a teacher is for a linear model", "leave one of the two out", value=backend)
        )
    return texts


def _lesson(
    teacher: Model | Path | str | None,
    texts: Sequence[str],
    labels: Sequence[LabeledSentence],
    examples: Sequence[Example],
) -> tuple[TaughtPairs | None, dict[str, Any]]:
    """Return the pairs of a teacher, if there is one, and what to write down of them."""
    if teacher is None:
        return None, {}
    if not isinstance(teacher, Model):
        teacher = load_model(teacher)
    stances = tuple(sorted({name for example in examples for name in example.stances}))
    if teacher.stances != stances:
        raise OptionError(
            Problem(
                f"the teacher knows the stances of the labels, {', '.join(stances)}",
                "take another teacher, or train one on these labels",
                value=", ".join(teacher.stances),
            )
        )
    taught = taught_pairs(teacher, texts, but={label.text for label in labels})
    if not taught.pairs:
        raise OptionError(
            Problem(
                "the unlabelled texts hold sentences with two actors that the labels do not hold",
                "give other texts, or leave the teacher out",
                value=len(texts),
            )
        )
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass"))
    about = {
        "name": teacher.name,
        "labels_sha256": teacher.about.get("labels_sha256"),
        "texts_sha256": digest.hexdigest(),
        "n_pairs": len(taught.pairs),
    }
    return taught, {"teacher": about}


def encoder_model(
    trained: TrainedEncoder, labels: Sequence[LabeledSentence], examples: Sequence[Example]
) -> Model:
    """Return the model of a trained encoder, measured on what it held out.

    ``examples`` are those of the labels, in the order in which the encoder learned from them.
    """
    measured = measure_held_out(_of_encoder(trained, examples), labels)
    about = {**_about(labels, examples), **trained.about, "held_out": measured}
    return Model(trained.scorer, about)


def _out_of_fold(classifier: StanceClassifier, examples: Sequence[Example]) -> Predictions:
    """Return what cross-validation said of each document without having learned from it."""
    folds, scorer = classifier.folds_, classifier.scorer_
    return Predictions(
        scorer.stances,
        examples,
        folds if folds.any() else np.full(len(examples), -1),
        classifier.out_of_fold_,
        scorer.thresholds,
        scorer.found_thresholds,
    )


def _of_encoder(trained: TrainedEncoder, examples: Sequence[Example]) -> Predictions:
    """Return what an encoder says of the documents that it did not learn from."""
    scorer, rows = trained.scorer, trained.held_out
    folds = np.full(len(examples), -1)
    folds[rows] = 0
    probabilities = np.zeros((len(examples), len(scorer.stances)), np.float32)
    probabilities[rows] = score_pairs(scorer, [examples[i].pair for i in rows]).stances
    return Predictions(
        scorer.stances, examples, folds, probabilities, scorer.thresholds, scorer.found_thresholds
    )


def _checked(examples: Sequence[Example], stances: Collection[str] | None) -> Sequence[Example]:
    if not examples:
        raise OptionError(
            Problem("training needs labelled relations", "add relations to the labels", value=0)
        )
    if stances is not None:
        wrong = sorted(
            {
                (name, example.sentence)
                for example in examples
                for name in example.stances
                if name not in stances
            }
        )
        if wrong:
            raise LabelError(
                Problem(
                    f"a stance is one of {', '.join(sorted(stances))}",
                    "correct it, or add it to stances",
                    name,
                    path=f"sentence {sentence}",
                )
                for name, sentence in wrong
            )
    return examples


def in_order(labels: Iterable[LabeledSentence]) -> tuple[LabeledSentence, ...]:
    """Return labels in the order of their canonical JSON lines.

    Solvers depend on the order of what they see; so a model depends on its labels alone, not on
    files and folders.
    """
    return tuple(sorted(labels, key=lambda one: msgspec.json.encode(one, order="sorted")))


def labels_hash(labels: Iterable[LabeledSentence]) -> str:
    """Return the SHA-256 of labels in canonical JSON lines, independent of files and order."""
    lines = [msgspec.json.encode(label, order="sorted") for label in in_order(labels)]
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def _about(labels: Sequence[LabeledSentence], examples: Sequence[Example]) -> dict[str, Any]:
    counts = Counter(name for example in examples for name in example.stances or ("none",))
    return {
        "labels_sha256": labels_hash(labels),
        "n_sentences": len(labels),
        "n_documents": len({label.group for label in labels}),
        "n_pairs": len(examples),
        "n_relations": sum(example.listed for example in examples),
        "pairs_by_stance": dict(sorted(counts.items())),
        "versions": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
