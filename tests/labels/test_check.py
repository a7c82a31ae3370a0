"""What is wrong among sentences, said once."""

from __future__ import annotations

from stance.labels.check import check_collection
from stance.records import LabeledSentence

LABELS = [LabeledSentence(id=f"a:{i}", text="Iran left.") for i in range(9)]


def test_one_set_in_two_files_is_one_problem() -> None:
    located = [(path, i + 1, one) for path in ("a.csv", "a.jsonl") for i, one in enumerate(LABELS)]
    (problem,) = check_collection(located)
    assert str(problem) == (
        "a.jsonl:1: an id stands once for each annotator (a.csv:1 has it too, and 8 more ids of"
        " this file); found 'a:0'; leave one of the two files out, or rename"
    )


def test_each_repetition_in_one_file_is_named() -> None:
    located = [("a.csv", i + 1, LABELS[0]) for i in range(3)]
    assert [problem.line for problem in check_collection(located)] == [2, 3]
