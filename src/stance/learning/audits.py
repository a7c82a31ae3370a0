"""Audits: how a model behaves on cases whose right behaviour is known beforehand.

Ribeiro et al. (2020, "Beyond Accuracy", ACL) call such tests of behaviour checklists. A *kind* of
audit is a file of cases in the labelling format and a rule that says when a case is passed
(``audit_rules``); the cases lie in the folder ``audit_cases`` beside this module, one file a kind.
No model is trained or tuned on them.
"""

from __future__ import annotations

import importlib.resources
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from stance.analysis import Model
from stance.errors import LabelError, OptionError, Problem, missing
from stance.labels.files import read_labels
from stance.learning.audit_rules import KINDS, TOLERANCE, Answer, Asked, pair_name
from stance.learning.examples import Example, examples_of
from stance.learning.held_out import Unseen, held_out_of
from stance.model.documents import score_pairs
from stance.model.linear import reaches
from stance.records import LabeledMention, LabeledSentence

__all__ = ["Audit", "Failure", "KindResult", "audit", "exchange_names"]

Case = tuple[LabeledSentence, ...]


class Failure(msgspec.Struct, frozen=True):
    """A case that is not passed: why, and what was expected and found in each sentence."""

    case: str
    reason: str
    sentences: tuple[str, ...]
    expected: tuple[tuple[str, ...], ...]
    found: tuple[tuple[str, ...], ...]


class KindResult(msgspec.Struct, frozen=True):
    """How a model does on the cases of one kind."""

    kind: str
    rule: str
    n_cases: int
    n_passed: int
    failures: tuple[Failure, ...]

    @property
    def rate(self) -> float | None:
        """Return the share of cases passed; None without cases."""
        return self.n_passed / self.n_cases if self.n_cases else None


class Audit(msgspec.Struct, frozen=True):
    """What the audits say of a model.

    Attributes
    ----------
    model : str
    tolerance : float
        How far a probability may move where the answer is to stay.
    kinds : tuple of KindResult
        Cases with stances that the model does not know are left out, but for those of
        ``name-swap``, which need none.
    unseen : dict of str to Unseen, or None
        ``actors`` and ``dyads``: how the model did, on documents held out of its training, where
        training had met them and where it had not; None if nothing was held out.
    """

    model: str
    tolerance: float
    kinds: tuple[KindResult, ...]
    unseen: dict[str, Unseen] | None

    def below(self, floor: float) -> tuple[str, ...]:
        """Return the kinds whose pass rate is below a floor, and what is shown to be worse."""
        low = [one.kind for one in self.kinds if one.rate is not None and one.rate < floor]
        return (*low, *(f"unseen {name}" for name, one in (self.unseen or {}).items() if one.worse))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        for one, result in zip(plain["kinds"], self.kinds, strict=True):
            one["rate"] = result.rate
        return plain

    def __str__(self) -> str:
        lines = [line for one in self.kinds for line in _failure_lines(one)]
        lines.append(f"{'':16}{'cases':>7}{'passed':>8}{'rate':>8}")
        for one in self.kinds:
            rate = "-" if one.rate is None else f"{one.rate:.3f}"
            lines.append(f"{one.kind:16}{one.n_cases:7}{one.n_passed:8}{rate:>8}")
        return "\n".join([*lines, "", *_unseen_lines(self.unseen)])


def _failure_lines(result: KindResult) -> Iterator[str]:
    for one in result.failures:
        yield f"{one.case}: {one.reason}"
        for text, expected, found in zip(one.sentences, one.expected, one.found, strict=True):
            yield f"    {text}"
            yield f"        expected  {'; '.join(expected) or 'nothing'}"
            yield f"        found     {'; '.join(found) or 'nothing'}"
        yield ""


def _unseen_lines(unseen: dict[str, Unseen] | None) -> Iterator[str]:
    if unseen is None:
        yield "unseen actors, unseen dyads: not measured; training held no documents out"
        return
    yield f"{'macro F1':16}{'met':>7}{'unseen':>8}{'gain':>8}   interval            pairs"
    for name, one in unseen.items():
        yield (
            f"{'unseen ' + name:16}{one.met:7.3f}{one.unseen:8.3f}{one.difference:+8.3f}"
            f"   [{one.low:+.3f}, {one.high:+.3f}]{one.n_unseen:9}{'   worse' * one.worse}"
        )


def audit(model: Model, cases: Path | str | None = None) -> Audit:
    """Audit a model.

    Parameters
    ----------
    model : Model
        Of any backend.
    cases : path, optional
        A folder with a labels file for each kind, ``negation.stance`` say; by default the cases
        that come with the library. The sentences of one case share their document.

    Returns
    -------
    Audit

    Raises
    ------
    NotFoundError
        If there is no such folder.
    OptionError
        If the folder holds no cases, or a file that is named after no kind.
    LabelError
        If a file breaks the labelling format, or a case its rules.

    Examples
    --------
    >>> import stance
    >>> found = audit(stance.load_model("base"))
    >>> found.kinds[0].kind, found.kinds[0].rate
    ('name-swap', 1.0)
    """
    read = {
        kind: [
            case
            for case in _read_cases(path)
            if kind == "name-swap" or _stances(case) <= set(model.stances)
        ]
        for kind, path in _case_files(cases).items()
    }
    asked = _ask(
        model, [sentence for found in read.values() for case in found for sentence in case]
    )
    return Audit(
        model.name,
        TOLERANCE,
        tuple(
            _judged(kind, [(case[0].group, [next(asked) for _ in case]) for case in read[kind]])
            for kind in read
        ),
        held_out.unseen if (held_out := held_out_of(model.about)) is not None else None,
    )


def _case_files(folder: Path | str | None) -> dict[str, Path]:
    """Return the file of each kind, in the order of ``KINDS``."""
    if folder is None:
        folder = Path(str(importlib.resources.files("stance.learning"))) / "audit_cases"
    folder = Path(folder)
    if not folder.is_dir():
        raise missing(folder, "folder of cases")
    files = {path.stem: path for path in sorted(folder.iterdir()) if path.is_file()}
    wrong = sorted(files.keys() - KINDS.keys())
    if wrong or not files:
        raise OptionError(
            Problem(
                f"a folder of cases holds files named after kinds ({', '.join(KINDS)})",
                "rename or move them, or name another folder",
                files[wrong[0]].name if wrong else "an empty folder",
                str(folder),
            )
        )
    return {kind: files[kind] for kind in KINDS if kind in files}


def _read_cases(path: Path) -> list[Case]:
    """Return the cases of a file, whole and by the rules of their kind."""
    groups: dict[str, list[LabeledSentence]] = {}
    for label in read_labels(path):
        groups.setdefault(label.group, []).append(label)
    n, problems = KINDS[path.stem].n_sentences, []
    for name, group in groups.items():
        if len(group) != n:
            rule = f"a case of this kind has {n} sentences under one doc"
            problems.append(Problem(rule, "complete it", f"{name}: {len(group)}", str(path)))
        elif not all(_is_whole(label) for label in group):
            rule = "a case says of every pair of actors that it mentions what holds"
            next_step = "write exhaustive: yes, mark both ends, leave nothing open"
            problems.append(Problem(rule, next_step, name, str(path)))
        elif len({frozenset(_actors(label)) for label in group}) != 1:
            rule = "the sentences of a case mention the same actors"
            problems.append(Problem(rule, "correct it", name, str(path)))
    if problems:
        raise LabelError(problems)
    if path.stem == "name-swap":
        return [(label, exchange_names(label)) for (label,) in groups.values()]
    return [tuple(group) for group in groups.values()]


def _is_whole(label: LabeledSentence) -> bool:
    pairs = {(example.actor, example.target) for example in _marked_examples(label)}
    return pairs == set(itertools.permutations(_actors(label), 2))


def _marked_examples(label: LabeledSentence) -> list[Example]:
    """Return the pairs of a sentence, without those of names that it leaves unmarked."""
    marked = {*_actors(label), None}
    return [e for e in examples_of([label]) if {e.actor, e.target} <= marked]


def _actors(label: LabeledSentence) -> list[str]:
    """Return the actors that a sentence mentions, in the order of their first mentions."""
    mentions = [m for m in label.mentions or () if m.start is not None]
    return list(dict.fromkeys(m.actor for m in sorted(mentions, key=lambda m: m.start or 0)))


def exchange_names(label: LabeledSentence) -> LabeledSentence:
    """Return a sentence in which each actor stands under the name of the next one.

    Speakers and evidence, which would have to move too, are left out.

    Raises
    ------
    LabelError
        If mentions overlap: then nobody can say which words to exchange.

    Examples
    --------
    >>> import stance
    >>> exchange_names(stance.read_labels("tests/data/small.stance")[0]).text
    'EU was condemned by the Iran.'
    """
    mentions = sorted(
        (m for m in label.mentions or () if m.start is not None), key=lambda m: m.start or 0
    )
    actors = _actors(label)
    next_of = dict(zip(actors, [*actors[1:], *actors[:1]], strict=True))
    names = {m.actor: m.text or "" for m in reversed(mentions)}
    text, done, moved = "", 0, []
    for mention in mentions:
        if (mention.start or 0) < done:
            rule = f"mentions of sentence {label.id} do not overlap"
            raise LabelError(Problem(rule, "take another sentence", mention.text))
        text += label.text[done : mention.start]
        actor = next_of[mention.actor]
        moved.append(
            LabeledMention(mention.id, actor, len(text), len(text + names[actor]), names[actor])
        )
        text += names[actor]
        done = mention.end or 0
    relations = tuple(
        msgspec.structs.replace(relation, speaker=None, evidence=None)
        for relation in label.relations or ()
    )
    return msgspec.structs.replace(
        label, text=text + label.text[done:], mentions=tuple(moved), relations=relations
    )


def _stances(case: Case) -> set[str]:
    return {name for label in case for r in label.relations or () for name in r.stance or ()}


def _ask(model: Model, labels: Sequence[LabeledSentence]) -> Iterator[Asked]:
    """Yield the sentences with what the model says of them; all pairs are scored at once."""
    found = [_marked_examples(label) for label in labels]
    scored = score_pairs(model.scorer, [example.pair for examples in found for example in examples])
    held = reaches(scored.stances, model.thresholds)
    outputs = np.column_stack([scored.stances, scored.sentiment, scored.familiar])
    row = 0
    for label, examples in zip(labels, found, strict=True):
        answers = {}
        for example in examples:
            answers[example.actor, example.target] = _answer(
                model.stances, example, held[row].tolist(), outputs[row].tolist()
            )
            row += 1
        yield Asked(label.text, answers)


def _answer(
    stances: Sequence[str], example: Example, held: Sequence[bool], outputs: Sequence[float]
) -> Answer:
    return Answer(
        example.stances,
        tuple(name for name, yes in zip(stances, held, strict=True) if yes),
        dict(zip(stances, outputs[: len(stances)], strict=True)),
        tuple(outputs),
    )


def _judged(kind: str, cases: Sequence[tuple[str, list[Asked]]]) -> KindResult:
    failures = tuple(
        Failure(
            name,
            reason,
            tuple(sentence.text for sentence in case),
            tuple(_expected(sentence) for sentence in case),
            tuple(_found(sentence) for sentence in case),
        )
        for name, case in cases
        if (reason := KINDS[kind].judge(case)) is not None
    )
    n = len(cases)
    return KindResult(kind, KINDS[kind].rule, n, n - len(failures), failures)


def _expected(sentence: Asked) -> tuple[str, ...]:
    return tuple(
        f"{pair_name(key)}: {', '.join(answer.expected)}"
        for key, answer in sentence.answers.items()
        if answer.expected
    )


def _found(sentence: Asked) -> tuple[str, ...]:
    return tuple(
        f"{pair_name(key)}: "
        + ", ".join(f"{name} {answer.probabilities[name]:.2f}" for name in answer.found)
        for key, answer in sentence.answers.items()
        if answer.found
    )
