"""Round trips: what is written in any form is read back unchanged."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings

from labels.strategies import corpora
from stance.errors import LabelError
from stance.labels.files import read_labels, write_labels
from stance.records import LabeledMention, LabeledRelation, LabeledSentence

IMPLIED = (10**9, 10**9)
slow_machine = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def renumbered(label: LabeledSentence) -> LabeledSentence:
    """Return a label with mentions in order of place, for forms that do not keep their ids."""
    ordered = sorted(
        enumerate(label.mentions or ()),
        key=lambda item: (item[1].start, item[1].end, item[0]) if item[1].end else IMPLIED,
    )
    number = {mention.id: f"m{i}" for i, (_, mention) in enumerate(ordered)}
    return msgspec.structs.replace(
        label,
        mentions=tuple(msgspec.structs.replace(m, id=number[m.id]) for _, m in ordered),
        relations=None
        if label.relations is None
        else tuple(
            msgspec.structs.replace(
                r,
                actor=None if r.actor is None else number[r.actor],
                target=None if r.target is None else number[r.target],
            )
            for r in label.relations
        ),
    )


def there_and_back(labels: tuple[LabeledSentence, ...], ending: str) -> tuple[LabeledSentence, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"labels{ending}")
        write_labels(labels, path)
        return read_labels(path)


@slow_machine
@given(corpora(overlap=True))
def test_json_lines_lose_nothing(labels: tuple[LabeledSentence, ...]) -> None:
    assert there_and_back(labels, ".jsonl") == labels


@slow_machine
@given(corpora())
@example((LabeledSentence(id="a", text="EU > IRN: rivalry", mentions=(), relations=()),))
@example((LabeledSentence(id="a", text=" # ?", mentions=(), relations=()),))
@example((LabeledSentence(id="status:0", text="0", doc_id="doc:", mentions=(), relations=()),))
@example((LabeledSentence(id="a", text="0", doc_id="meta.a: b", mentions=(), relations=()),))
def test_marked_text_keeps_what_it_takes(labels: tuple[LabeledSentence, ...]) -> None:
    kept = []
    for label in labels:
        try:
            there_and_back((label,), ".stance")
        except LabelError as error:
            assert "use JSON lines" in str(error)  # noqa: PT017 - a loss is named
        else:
            kept.append(label)
    if kept:
        back = there_and_back(tuple(kept), ".stance")
        assert [renumbered(b) for b in back] == [renumbered(label) for label in kept]


@slow_machine
@given(corpora())
def test_a_table_keeps_what_it_takes(labels: tuple[LabeledSentence, ...]) -> None:
    kept = []
    for label in labels:
        plain = simplified(label)
        try:
            there_and_back((plain,), ".csv")
        except LabelError as error:
            assert "a table holds" in str(error)  # noqa: PT017 - a loss is named
        else:
            kept.append(plain)
    if kept:
        back = there_and_back(tuple(kept), ".csv")
        assert [renumbered(b) for b in back] == [renumbered(label) for label in kept]


def simplified(label: LabeledSentence) -> LabeledSentence:
    """Return a label without what no table holds, so that more than losses is tried."""
    relations = tuple(
        msgspec.structs.replace(relation, evidence=None, stance=relation.stance or ())
        for relation in label.relations or ()
    )
    used = {end for relation in relations for end in (relation.actor, relation.target)}
    return msgspec.structs.replace(
        label,
        meta={},
        context=label.context or None,
        relations=relations,
        mentions=tuple(m for m in label.mentions or () if m.id in used),
    )


LABEL = LabeledSentence(
    id="a:0",
    doc_id="a",
    sent_index=0,
    text="Iran and Oman met, Iran said.",
    mentions=(
        LabeledMention("m0", "IRN", 0, 4, "Iran"),
        LabeledMention("m1", "OMN", 9, 13, "Oman"),
    ),
    relations=(LabeledRelation("m0", "m1", ("cooperation",), "neutral"),),
)


@pytest.mark.parametrize(
    ("change", "ending", "message"),
    [
        ({"mentions": None, "relations": None}, ".stance", "cannot say that mentions were not"),
        ({"meta": {"n": 3}}, ".stance", "marked text holds meta values that are text; found"),
        ({"meta": {"topic": "x"}}, ".csv", "sentence a:0: a table holds no meta; found"),
        ({"relations": None}, ".csv", "a table holds no sentences left open"),
        ({"relations": ()}, ".csv", "a table holds no mentions outside relations; found 'Iran'"),
        ({}, ".csv", "a table holds mentions whose words stand once; found 'Iran'"),
        ({"meta": {"s": object()}}, ".jsonl", "meta holds plain JSON values"),
        ({"text": "\ud800", "mentions": (), "relations": ()}, ".jsonl", "without lone surrogates"),
        ({"source": "\udcff"}, ".jsonl", "without lone surrogates"),
    ],
)
def test_what_a_form_cannot_hold_is_an_error_that_names_it(
    change: dict[str, object], ending: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / f"x{ending}"
    with pytest.raises(LabelError, match=message.replace("(", r"\(")):
        write_labels([msgspec.structs.replace(LABEL, **change)], path)
    assert not path.exists()


def test_an_empty_set_of_labels_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="a labels file is not empty"):
        write_labels([], tmp_path / "x.jsonl")


def test_a_table_without_ids_numbers_sentences_in_each_document(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "sentence,actor,target,stance,doc_id\nA met B.,A,B,cooperation|rivalry,d\n"
        "A met B.,B,A,none,d\nC slept.,,,,d\n",
        "utf-8",
    )
    first, second = read_labels(path)
    assert (first.id, first.sent_index, second.id, second.sent_index) == ("d:0", 0, "d:1", 1)
    assert [r.stance for r in first.relations or ()] == [("cooperation", "rivalry"), ()]
    assert second.relations == ()


@pytest.mark.parametrize(
    ("text", "words", "start"),
    [
        ("Nigeria cut the power lines to Niger.", "Niger", 31),
        ("Romania's minister met Oman's.", "Oman", 23),
        ("Somalia praised Mali-based envoys.", "Mali", 16),
        ("Iranian ships left.", "Iran", 0),
        ("中国赞扬伊朗。", "伊朗", 4),
        ("The U.S. left.", "U.S.", 4),
    ],
)
def test_a_name_inside_another_word_is_no_second_mention_in_a_table(
    text: str, words: str, start: int
) -> None:
    mention = LabeledMention("m0", "X", start, start + len(words), words)
    label = LabeledSentence(
        id="a", text=text, mentions=(mention,), relations=(LabeledRelation("m0", None, ()),)
    )
    assert there_and_back((label,), ".csv") == (label,)


def test_a_name_marked_inside_a_word_is_not_moved_to_the_whole_word(tmp_path: Path) -> None:
    inside = LabeledMention("m0", "NER", 0, 5, "Niger")
    label = LabeledSentence(
        id="a",
        text="Nigeria left Niger.",
        mentions=(inside,),
        relations=(LabeledRelation("m0", None, ()),),
    )
    with pytest.raises(LabelError, match="a table holds mentions whose words stand once"):
        write_labels([label], tmp_path / "x.csv")


@pytest.mark.parametrize("dash", ["-", "\u2013", "\u2014", "\u2212"])
@pytest.mark.parametrize("quotes", ['""', "\u201c\u201d", "\u201e\u201c"])
def test_dashes_and_quotes_of_word_processors_are_read(
    dash: str, quotes: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.stance"
    evidence = f"{quotes[0]}met{quotes[1]}"
    path.write_text(f"[A|A] met [B|B].\n    A > B: rivalry {dash} {evidence} @ A\n", "utf-8")
    relation = LabeledRelation("m0", "m1", ("rivalry",), "negative", "A", ((2, 5),))
    assert read_labels(path)[0].relations == (relation,)


def test_notes_in_marked_text_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.stance"
    path.write_text("## a note\n[A|A] met [B|B].\n    A > B: cooperation\n", "utf-8")
    assert read_labels(path)[0].id == "t:2"
