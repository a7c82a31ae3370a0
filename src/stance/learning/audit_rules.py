"""Kinds of audits: what is asked of a model, in words and as a rule over its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

__all__ = ["KINDS", "TOLERANCE", "Answer", "Asked", "Key", "Kind", "pair_name"]

TOLERANCE = 0.2
"""How far a probability may move between two ways of saying the same."""

Key = tuple[str | None, str | None]
"""Ids of actor and target."""


class Answer(msgspec.Struct, frozen=True):
    """What the labels and the model say of one ordered pair.

    ``outputs`` are all that the model says: probabilities of stances and sentiments, familiarity.
    """

    expected: tuple[str, ...]
    found: tuple[str, ...]
    probabilities: dict[str, float]
    outputs: tuple[float, ...]


class Asked(msgspec.Struct, frozen=True):
    """One sentence of a case, with the answers for its ordered pairs."""

    text: str
    answers: dict[Key, Answer]


Judge = Callable[[Sequence[Asked]], str | None]
"""The sentences of a case -> why it is not passed, or None."""


class Kind(msgspec.Struct, frozen=True):
    """A kind of audit: its rule in words, how many sentences a case has, and the rule itself."""

    rule: str
    n_sentences: int
    judge: Judge


def pair_name(key: Key) -> str:
    """Return a pair as it is shown.

    Examples
    --------
    >>> pair_name(("EU", None))
    'EU > *'
    """
    return " > ".join(actor or "*" for actor in key)


def _first(reasons: Sequence[str | None]) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)


def _missed(sentence: Asked) -> str | None:
    """Return which labelled stance is not found."""
    for key, answer in sentence.answers.items():
        for stance in answer.expected:
            if stance not in answer.found:
                return f"{pair_name(key)}: {stance} is not found"
    return None


def _moved(name: str, one: Answer, other: Answer) -> str | None:
    """Return how two answers differ that ought to be the same."""
    if one.found != other.found:
        said = " and ".join(", ".join(answer.found) or "nothing" for answer in (one, other))
        return f"{name}: found {said}"
    for stance, value in one.probabilities.items():
        if abs(value - other.probabilities[stance]) > TOLERANCE:
            return f"{name}: {stance} is {value:.2f} and {other.probabilities[stance]:.2f}"
    return None


def _exactly_equal(case: Sequence[Asked]) -> str | None:
    # the names have changed places, so the answers are compared by the order of the places
    for (key, one), other in zip(case[0].answers.items(), case[1].answers.values(), strict=True):
        if one.outputs != other.outputs:
            return f"{pair_name(key)}: the scores depend on the names"
    return None


def _symmetric(case: Sequence[Asked]) -> str | None:
    answers = case[0].answers
    turned = [
        _moved(f"{pair_name(key)} and back", answer, answers[key[::-1]])
        for key, answer in answers.items()
        if answer.expected
    ]
    return _first([_missed(case[0]), *turned])


def _one_way(case: Sequence[Asked]) -> str | None:
    return _first([_missed(sentence) or _reversed(sentence) for sentence in case])


def _reversed(sentence: Asked) -> str | None:
    """Return which labelled stance is found the wrong way around."""
    for key, answer in sentence.answers.items():
        back = sentence.answers[key[::-1]]
        for stance in answer.expected:
            if stance in back.found and stance not in back.expected:
                return f"{pair_name(key[::-1])}: {stance} is found the wrong way around"
    return None


def _gone(case: Sequence[Asked]) -> str | None:
    """Return which stance is not found before, or still found after."""
    for key, before in case[0].answers.items():
        after = case[1].answers[key]
        for stance in before.expected:
            if stance in after.expected:
                continue
            if stance not in before.found:
                return f"{pair_name(key)}: {stance} is not found"
            if stance in after.found:
                return f"{pair_name(key)}: {stance} is still found"
    return None


def _unmoved(case: Sequence[Asked]) -> str | None:
    before, after = case
    moved = [_moved(pair_name(key), one, after.answers[key]) for key, one in before.answers.items()]
    return _first([_missed(before), *moved])


_SAME = f"no probability moves by more than {TOLERANCE}, and the same stances are found"

KINDS: dict[str, Kind] = {
    "name-swap": Kind(
        "the actors change places by name: every score stays, to the last bit", 1, _exactly_equal
    ),
    "mutual": Kind(
        f"the labelled stance is found both ways; from one way to the other {_SAME}", 1, _symmetric
    ),
    "roles-swapped": Kind(
        "in both sentences the labelled stance is found in its direction and not in the other",
        2,
        _one_way,
    ),
    "negation": Kind("the stance is found, and gone from the sentence that denies it", 2, _gone),
    "suspension": Kind("cooperation is found, and gone where it has been ended", 2, _gone),
    "passive": Kind(f"the labelled stance is found; in the passive {_SAME}", 2, _unmoved),
    "additions": Kind(f"the labelled stance is found; with the addition {_SAME}", 2, _unmoved),
    "typos": Kind(f"the labelled stance is found; with the slips {_SAME}", 2, _unmoved),
}
"""Name of a kind, and of its file -> what is asked of a model."""
