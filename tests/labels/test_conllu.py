"""CoNLL-U: syntax given back, documents and places in them, what it cannot hold."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from labels.strategies import corpora
from labels.test_exchange import FIXTURES, comparable, slow_machine, told
from stance.errors import LabelError
from stance.labels.exchange.tools import export_labels, import_labels
from stance.records import LabeledMention, LabeledRelation, LabeledSentence


def test_conllu_is_read_and_its_syntax_given_back(tmp_path: Path) -> None:
    source = FIXTURES / "english.conllu"
    found, _ = import_labels(source, "conllu")
    assert [m.text for m in found[0].mentions or ()] == ["Iran", "United States"]
    assert told(found[0]) == [("IRN", "USA", (), "neutral")]
    assert (found[0].id, found[0].doc_id) == ("a17-1", "a17")
    export_labels(found, tmp_path / "x.conllu", "conllu")
    written = (tmp_path / "x.conllu").read_text("utf-8").splitlines()
    assert sorted(written) == sorted(source.read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    "places",
    [
        [("a", 4), (None, None)],
        [("a", 0), ("a", 1), ("b", 0), (None, None), ("a", 2)],
        [(None, 3), ("a", None), ("a", 0), ("a", 7), ("a", 8)],
    ],
)
def test_conllu_keeps_documents_and_places_in_them(places: list[Any], tmp_path: Path) -> None:
    labels = [
        LabeledSentence(id=f"x{i}", text="It rained.", doc_id=doc, sent_index=index)
        for i, (doc, index) in enumerate(places)
    ]
    export_labels(labels, tmp_path / "x", "conllu")
    back, _ = import_labels(tmp_path / "x", "conllu")
    assert [(s.doc_id, s.sent_index) for s in back] == places
    again, _ = import_labels(tmp_path / "x", "conllu")
    export_labels(again, tmp_path / "y", "conllu")
    assert (tmp_path / "y").read_bytes() == (tmp_path / "x").read_bytes()


def test_sentences_of_conllu_without_names_are_told_apart(tmp_path: Path) -> None:
    word = "1\tIran\t_\t_\t_\t_\t_\t_\t_\t_\n\n"
    (tmp_path / "x").write_text(f"# newdoc id = a\n{word}# newdoc\n{word}", "utf-8")
    back, _ = import_labels(tmp_path / "x", "conllu")
    assert [(s.id, s.doc_id) for s in back] == [("x:0", "a"), ("x:1", None)]


def marked(text: str, *spans: tuple[int | None, int | None, str], **fields: Any) -> LabeledSentence:
    """Return a sentence whose first mention stands rivalling towards its second."""
    mentions = tuple(
        LabeledMention(f"m{i}", actor, start, end, None if start is None else text[start:end])
        for i, (start, end, actor) in enumerate(spans)
    )
    rival = LabeledRelation("m0", "m1", ("rivalry",), evidence=fields.pop("evidence", None))
    return LabeledSentence(id="a", text=text, mentions=mentions, relations=(rival,), **fields)


def test_what_conllu_cannot_hold_is_named(tmp_path: Path) -> None:
    blank = marked("IR met\fit  OM", (0, 2, "IRN"), (11, 13, "OMN"), evidence=((3, 9),))
    moved = marked("IR \tOM", (0, 2, "IRN"), (2, 4, "OMN"), exhaustive=True)
    labels = [blank, msgspec.structs.replace(moved, id="b", source="a\nb")]
    notes = export_labels(labels, tmp_path / "x", "conllu")
    assert [note.partition(":")[0] for note in notes] == [
        "CoNLL-U cannot hold NUL and blanks other than spaces",
        "CoNLL-U marks whole words, and implied actors in relations alone",
    ]
    assert [note.rpartition(" in ")[2] for note in notes] == ["2 sentences", "1 sentences"]
    first, second = import_labels(tmp_path / "x", "conllu").labels
    assert first.relations == blank.relations
    assert [m.actor for m in second.mentions or ()] == ["IRN"]
    assert (second.relations, second.exhaustive, second.source) == ((), False, "a b")


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (
            marked("Iran met Oman.", (0, 4, "IRN"), (None, None, "IRN")),
            "sentence a: an actor is mentioned or implied, not both; found 'IRN'",
        ),
        (
            marked("Iran left.", (0, 4, "IRN"), (5, 9, "OMN"), meta={"conllu": "1\tOman"}),
            "sentence a: a word has ten cells",
        ),
    ],
)
def test_labels_that_cannot_be_conllu_are_refused(
    label: LabeledSentence, message: str, tmp_path: Path
) -> None:
    with pytest.raises(LabelError, match=message):
        export_labels([label], tmp_path / "x", "conllu")
    assert not (tmp_path / "x").exists()


@slow_machine
@given(corpora(overlap=True))
def test_text_of_any_script_goes_through_conllu_or_is_named(
    labels: tuple[LabeledSentence, ...],
) -> None:
    labels = tuple(msgspec.structs.replace(s, meta={}, context=None) for s in labels)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x")
        try:
            notes = export_labels(labels, path, "conllu")
        except LabelError as error:
            refused = error.problems
            assert all("mentioned or implied, not both" in one.rule for one in refused)
            return
        back, _ = import_labels(path, "conllu")
    assert len(back) == len(labels)
    if all("none annotated" in note for note in notes):
        assert [comparable(label) for label in back] == [comparable(label) for label in labels]
        assert [(s.doc_id, s.sent_index) for s in back] == [
            (s.doc_id, s.sent_index) for s in labels
        ]
