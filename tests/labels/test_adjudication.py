"""From two annotators' labels to one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from stance.errors import LabelError
from stance.labels.adjudication import adjudicate, fold_back
from stance.labels.files import read_labels, write_labels
from stance.labels.marked_writer import relation_lines
from stance.records import LabeledSentence

FIRST = """# annotator: kb   exhaustive: yes
# doc: d
[Iran|IRN] praised [Oman|OMN].
    IRN > OMN: cooperation +
[Iran|IRN] warned [Oman|OMN] and [Brussels|EU].
    IRN > OMN: rivalry -
    IRN > EU: threat -
[Iran|IRN] left.
"""
SECOND = """# annotator: lm   exhaustive: yes
# doc: d
[Iran|IRN] praised [Oman|OMN].
    IRN > OMN: cooperation +
    OMN > IRN: none
[Iran|IRN] warned [Oman|OMN] and [Brussels|BEL].
    IRN > OMN: threat -
    IRN > BEL: threat -
[Iran|IRN] left.
"""


@pytest.fixture
def labels(tmp_path: Path) -> tuple[LabeledSentence, ...]:
    for name, text in (("a", FIRST), ("b", SECOND)):
        (tmp_path / f"{name}.stance").write_text(text, "utf-8")
    return read_labels(tmp_path)


def test_what_annotators_share_is_settled_and_the_rest_queued(
    labels: tuple[LabeledSentence, ...],
) -> None:
    settled, queue = adjudicate(labels)
    assert [(s.id, s.status, s.annotator) for s in settled] == [
        ("d:0", "gold", "kb+lm"),
        ("d:2", "gold", "kb+lm"),
    ]
    assert [s.id for s in queue] == ["d:1"]
    assert queue[0].meta == {
        "mentions": "kb Brussels=EU; lm Brussels=BEL",
        "said_by.kb": "IRN > OMN: rivalry -; IRN > EU: threat -; IRN > BEL: not listed",
        "said_by.lm": "IRN > OMN: threat -; IRN > EU: not listed; IRN > BEL: threat -",
    }
    assert all(relation.stance is None for relation in queue[0].relations or ())


def test_the_order_of_labels_makes_no_difference(labels: tuple[LabeledSentence, ...]) -> None:
    assert adjudicate(labels[::-1]) == adjudicate(labels)


def test_decisions_typed_into_the_queue_are_folded_back(
    labels: tuple[LabeledSentence, ...], tmp_path: Path
) -> None:
    found = adjudicate(labels)
    path = tmp_path / "queue.stance"
    write_labels(found.queue, path)
    text = path.read_text("utf-8")
    open_again = fold_back(found, read_labels(path))
    assert [s.id for s in open_again.queue] == ["d:1"]
    decided = (
        "\n".join(line for line in text.splitlines() if "BEL: ?" not in line)
        .replace("IRN > OMN: ?", "IRN > OMN: threat -")
        .replace("IRN > EU: ?", "IRN > EU: threat -")
    )
    decided = decided.replace("|EU+BEL]", "|EU]").replace("|BEL+EU]", "|EU]")
    path.write_text(decided, "utf-8")
    assert len(fold_back(found, read_labels(path)).queue) == 1  # meta.mentions is still there
    path.write_text(
        decided.replace("meta.mentions: kb Brussels=EU; lm Brussels=BEL   ", ""), "utf-8"
    )
    done = fold_back(found, read_labels(path), "judge")
    assert not done.queue
    last = done.settled[-1]
    assert (last.id, last.annotator, last.status, last.meta) == ("d:1", "judge", "gold", {})
    assert [r.stance for r in last.relations or ()] == [("threat",), ("threat",)]
    assert last.exhaustive


def test_decisions_of_several_rounds_add_up(tmp_path: Path) -> None:
    """Each round names some sentences of the queue; what it leaves out stays as it was."""
    for name, stance in (("a", "rivalry"), ("b", "threat")):
        lines = [f"[Iran|IRN] warned [Oman|OMN] {i}.\n    IRN > OMN: {stance}" for i in range(3)]
        text = f"# annotator: {name}\n# doc: d\n" + "\n".join(lines) + "\n"
        (tmp_path / f"{name}.stance").write_text(text, "utf-8")
    found = adjudicate(read_labels(tmp_path))
    assert [s.id for s in found.queue] == ["d:0", "d:1", "d:2"]

    def decided(number: int, stance: str) -> LabeledSentence:
        label = found.queue[number]
        (relation,) = label.relations or ()
        chosen = msgspec.structs.replace(relation, stance=(stance,))
        return msgspec.structs.replace(label, relations=(chosen,))

    first = fold_back(found, [decided(1, "threat")])
    assert [s.id for s in first.queue] == ["d:0", "d:2"]
    again = [found.queue[1], decided(0, "rivalry")]  # d:1 stands open in a copy of the queue
    second = fold_back(found, again, "judge", first.settled)
    assert [s.id for s in second.queue] == ["d:2"]
    anew = fold_back(found, [decided(1, "rivalry")], "judge", second.settled)
    said = {s.id: (s.relations or ())[0].stance for s in anew.settled}
    assert said == {"d:0": ("rivalry",), "d:1": ("rivalry",)}
    assert [s.id for s in anew.queue] == ["d:2"]


def test_a_decision_about_a_settled_sentence_is_refused(
    labels: tuple[LabeledSentence, ...],
) -> None:
    found = adjudicate(labels)
    with pytest.raises(LabelError, match="a decision is about a sentence that was disputed"):
        fold_back(found, found.settled[:1])


def test_a_sentence_that_one_annotator_labelled_is_settled_as_it_is(
    labels: tuple[LabeledSentence, ...],
) -> None:
    alone = [s for s in labels if s.annotator == "kb"]
    assert adjudicate(alone) == (tuple(alone), ())


def test_marks_that_overlap_are_queued_with_the_first_annotators_mark() -> None:
    text = "The Iranian navy fired on Oman."

    def one(annotator: str, start: int, end: int) -> LabeledSentence:
        return msgspec.convert(
            {
                "id": "x",
                "text": text,
                "annotator": annotator,
                "mentions": [
                    {
                        "id": "m0",
                        "actor": "IRN",
                        "start": start,
                        "end": end,
                        "text": text[start:end],
                    },
                    {"id": "m1", "actor": "OMN", "start": 26, "end": 30, "text": "Oman"},
                ],
                "relations": [{"actor": "m0", "target": "m1", "stance": ["threat"]}],
            },
            LabeledSentence,
        )

    (item,) = adjudicate([one("a", 4, 11), one("b", 4, 16)]).queue
    assert [m.text for m in item.mentions or ()] == ["Iranian", "Oman"]
    assert item.meta["mentions"] == "a Iranian=IRN; b Iranian navy=IRN"


def one_by(tmp_path: Path, name: str, relation: str) -> LabeledSentence:
    """Return a sentence as an annotator labelled it in marked text."""
    path = tmp_path / f"{name}.stance"
    path.write_text(
        f"# annotator: {name}\n# doc: d\n"
        f"[Iran|IRN] was condemned, said [Oman|OMN].\n    {relation}\n",
        "utf-8",
    )
    return read_labels(path)[0]


@pytest.mark.parametrize(
    ("first", "second", "settled"),
    [
        ("rivalry - @ Oman", "rivalry - @ Oman", "rivalry - @ Oman"),
        ("rivalry - @ Oman", "rivalry -", None),
        ('rivalry - "was condemned"', 'rivalry - "condemned"', 'rivalry - "condemned"'),
        ('rivalry - "was condemned"', 'rivalry - "condemned, said"', 'rivalry - "condemned"'),
        ('rivalry - "condemned"', "rivalry -", 'rivalry - "condemned"'),
        ('rivalry - "condemned"', 'rivalry - "said"', None),
        ('rivalry - "was condemned"', 'rivalry - "was" "said"', 'rivalry - "was"'),
        ('rivalry - ""', 'rivalry - ""', 'rivalry - ""'),
        ('rivalry - ""', 'rivalry - "said"', None),
        ("none", "none @ Oman", "none"),
    ],
)
def test_speaker_and_evidence_are_settled_where_they_agree_and_queued_where_not(
    first: str, second: str, settled: str | None, tmp_path: Path
) -> None:
    labels = [
        one_by(tmp_path, "a", f"OMN > IRN: {first}"),
        one_by(tmp_path, "b", f"OMN > IRN: {second}"),
    ]
    found = adjudicate(labels)
    if settled is not None:
        assert not found.queue
        assert relation_lines(found.settled[0]) == [f"OMN > IRN: {settled}"]
        return
    (item,) = found.queue
    assert (item.meta["said_by.a"], item.meta["said_by.b"]) == (
        f"OMN > IRN: {first}",
        f"OMN > IRN: {second}",
    )
    path = tmp_path / "queue.stance"
    write_labels([item], path)
    decided = path.read_text("utf-8").replace("OMN > IRN: ?", f"OMN > IRN: {first}")
    path.write_text(decided, "utf-8")
    assert relation_lines(fold_back(found, read_labels(path)).settled[0]) == [f"OMN > IRN: {first}"]
