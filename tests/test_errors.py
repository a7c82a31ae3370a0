from __future__ import annotations

import pickle

import pytest

from stance import errors
from stance.errors import LabelError, Problem, StanceError

FAMILY = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, StanceError)
]


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (Problem("a rule", "do this"), "a rule; do this"),
        (Problem("a rule", "do this", value=3), "a rule; found 3; do this"),
        (Problem("a rule", "do this", path="f.csv"), "f.csv: a rule; do this"),
        (Problem("a rule", "do this", "x", "f", 2, 7), "f:2:7: a rule; found 'x'; do this"),
        (Problem("a rule", "do this", value="\x1b[31m"), "a rule; found '\\x1b[31m'; do this"),
    ],
)
def test_a_message_names_place_rule_value_and_next_step(problem: Problem, message: str) -> None:
    assert str(problem) == message


@pytest.mark.parametrize("kind", FAMILY, ids=lambda kind: kind.__name__)
def test_every_error_keeps_its_problems_through_another_process(kind: type[StanceError]) -> None:
    problems = (Problem("one", "a", path="f", line=1), Problem("two", "b"))
    copy = pickle.loads(pickle.dumps(kind(problems)))
    assert type(copy) is kind
    assert copy.problems == problems
    assert str(copy) == "f:1: one; a\ntwo; b"


@pytest.mark.parametrize("kind", FAMILY, ids=lambda kind: kind.__name__)
def test_every_error_refines_a_built_in(kind: type[StanceError]) -> None:
    built_in = [base for base in kind.__mro__ if base.__module__ == "builtins"]
    assert kind is StanceError or {ValueError, OSError, ImportError} & set(built_in)


def test_many_problems_are_shown_one_a_line() -> None:
    error = LabelError(Problem(f"rule {i}", "step") for i in range(3))
    assert str(error).splitlines() == ["rule 0; step", "rule 1; step", "rule 2; step"]
