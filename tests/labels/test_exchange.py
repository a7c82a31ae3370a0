"""Labels from and for other tools: fixtures in their documented shapes, round trips, losses."""

from __future__ import annotations

import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from labels.strategies import sentences
from stance.errors import InputError, LabelError, MissingExtraError, NotFoundError, OptionError
from stance.labels.exchange import hugging_face
from stance.labels.exchange.tools import TOOLS, export_labels, import_labels
from stance.labels.files import read_labels
from stance.records import LabeledSentence

FIXTURES = Path(__file__).parent / "fixtures"
SMALL = read_labels("tests/data/small.stance")
slow_machine = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def told(label: LabeledSentence) -> list[tuple[str | None, str | None, Any, Any]]:
    """Return the relations of a label by actor ids."""
    found = []
    for relation in label.relations or ():
        ends = (label.mention(relation.actor), label.mention(relation.target))
        actor, target = (end.actor if end else None for end in ends)
        found.append((actor, target, relation.stance, relation.sentiment))
    return found


def test_doccano_relations_are_read() -> None:
    (label,), notes = import_labels(FIXTURES / "doccano_relations.jsonl", "doccano")
    assert told(label) == [
        ("IRN", "OMN", ("cooperation",), None),
        ("EU", "IRN", ("rivalry",), "negative"),
    ]
    assert (label.id, label.annotator, notes) == ("11", "doccano_relations", ())


def test_doccano_sequences_leave_relations_open() -> None:
    (first, second), notes = import_labels(FIXTURES / "doccano_sequence.jsonl", "doccano")
    assert [m.text for m in first.mentions or ()] == ["Iran", "Oman"]
    assert first.relations is None
    assert second.text == "It rained."
    assert "says nothing of relations" in notes[0]


def test_doccano_classes_are_kept_in_meta() -> None:
    (label,), notes = import_labels(FIXTURES / "doccano_classification.jsonl", "doccano")
    assert (label.meta, label.relations) == ({"labels": ["cooperation"]}, None)
    assert "classification" in notes[0]


def test_doccano_relations_without_ids_of_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    record = {
        "text": "A met B",
        "entities": [{"label": "A", "start_offset": 0, "end_offset": 1}],
        "relations": [{"from_id": 31, "to_id": 32, "type": "rivalry"}],
    }
    path.write_text(json.dumps(record), "utf-8")
    with pytest.raises(LabelError, match=r"x.jsonl:1: a relation goes from and to entities"):
        import_labels(path, "doccano")


def test_label_studio_is_read_with_directions_utf16_and_predictions() -> None:
    (gold, guess), notes = import_labels(FIXTURES / "label_studio.json", "label-studio")
    assert [m.text for m in gold.mentions or ()] == ["Iran", "Oman", "EU"]
    assert told(gold) == [
        ("IRN", "OMN", ("cooperation",), "neutral"),
        ("OMN", "IRN", ("cooperation",), "neutral"),
        ("EU", "IRN", ("rivalry",), "negative"),
    ]
    assert (gold.annotator, gold.status, gold.source) == ("kb@example.org", "single", "own")
    assert [m.text for m in guess.mentions or ()] == ["Iran"]
    assert (guess.annotator, guess.status) == ("base", "suggested")
    assert notes == ("skipped tasks are left out",)


def test_label_studio_1_23_counts_code_points_and_says_what_was_imported() -> None:
    (done, imported), notes = import_labels(FIXTURES / "label_studio_1.23.json", "label-studio")
    assert [m.text for m in done.mentions or ()] == ["Iran", "Oman"]
    assert told(done) == [
        ("IRN", "OMN", ("cooperation",), None),
        ("OMN", "IRN", ("cooperation",), None),
    ]
    assert (done.id, done.annotator, done.status) == ("a17:4", "1", "single")
    assert (imported.annotator, imported.status, imported.exhaustive) == ("own", "gold", True)
    assert notes == ("annotations and predictions that are only numbers are left out",)


def test_a_suggestion_for_label_studio_names_its_model_in_the_prediction_alone(
    tmp_path: Path,
) -> None:
    guess = msgspec.structs.replace(SMALL[0], status="suggested", annotator="base")
    export_labels([guess], tmp_path / "x", "label-studio")
    (task,) = json.loads((tmp_path / "x").read_text("utf-8"))
    assert task["predictions"][0]["model_version"] == "base"
    assert not {"status", "annotator"} & set(task["data"])
    assert "annotations" not in task


def test_all_records_for_doccano_have_the_same_fields(tmp_path: Path) -> None:
    labels = [SMALL[0], msgspec.structs.replace(SMALL[1], date=None, sent_index=None)]
    export_labels(labels, tmp_path / "x", "doccano")
    first, second = map(json.loads, (tmp_path / "x").read_text("ascii").splitlines())
    assert list(first) == list(second)
    assert (first["sent_index"], second["sent_index"], second["date"]) == ("0", None, None)


def test_json_min_of_label_studio_is_refused_with_the_reason() -> None:
    with pytest.raises(LabelError, match="full JSON export is needed: JSON_MIN loses relations"):
        import_labels(FIXTURES / "label_studio_min.json", "label-studio")


def test_prodigy_is_read_with_inclusive_tokens_and_answers() -> None:
    (first, second), notes = import_labels(FIXTURES / "prodigy.jsonl", "prodigy")
    assert [m.text for m in first.mentions or ()] == ["Iran", "Oman"]
    assert told(first) == [("IRN", "OMN", ("cooperation",), None)]
    assert (first.annotator, first.source, first.status) == ("set-kb", "own", "single")
    assert second.status == "rejected"
    assert notes == ("ignored answers are left out",)


def test_prodigy_keeps_free_fields_of_a_record_and_of_its_meta(tmp_path: Path) -> None:
    record = {
        "text": "Iran left.",
        "doc_id": "d1",
        "date": "2015-11-23",
        "topic": "trade",
        "_task_hash": 5,
        "options": [],
        "spans": [],
        "meta": {"topic": "oil", "source": "own"},
    }
    (tmp_path / "x").write_text(json.dumps(record), "utf-8")
    (label,), _ = import_labels(tmp_path / "x", "prodigy")
    assert (label.doc_id, label.date, label.source) == ("d1", "2015-11-23", "own")
    assert label.meta == {"topic": "oil"}


def test_brat_is_read_line_by_line() -> None:
    (first, second), notes = import_labels(FIXTURES / "brat", "brat")
    assert told(first) == [("IRN", "OMN", ("cooperation",), "positive")]
    assert told(second) == [("EU", "IRN", ("rivalry",), None)]
    assert (second.id, second.doc_id, second.annotator) == ("news:1", "news", "kb")
    assert notes == ("notes are left out",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T1\tIRN 0 2;3 4\tIr n", "this one is discontinuous; found"),
        ("T1\tIRN 0 99\tIran", "a mention stays in its sentence"),
        ("T1 IRN 0 4 Iran", "a T line reads"),
        ("R1\trivalry Arg1:T1 Arg2:T2", "a relation joins T lines above it"),
        ("R1\trivalry T1 T2", "an R line reads"),
    ],
)
def test_brat_lines_that_cannot_be_held_are_refused(
    line: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("Iran left.\n", "utf-8")
    (tmp_path / "a.ann").write_text(line + "\n", "utf-8")
    with pytest.raises(LabelError, match=message) as caught:
        import_labels(tmp_path, "brat")
    assert "a.ann:1: " in str(caught.value)


def test_documents_whose_names_are_alike_for_brat_have_files_of_their_own(tmp_path: Path) -> None:
    names = ["a/b", "a b", "A_B", ".."]
    labels = [LabeledSentence(id=name, text=f"{name} left.", doc_id=name) for name in names]
    export_labels(labels, tmp_path / "x", "brat")
    assert {file.name for file in (tmp_path / "x").glob("*.txt")} == {
        "a_b.txt",
        "a_b_2.txt",
        "A_B_3.txt",
        "_.txt",
    }
    back, _ = import_labels(tmp_path / "x", "brat")
    assert sorted(label.text for label in back) == sorted(label.text for label in labels)


def test_annotators_of_one_document_have_folders_of_their_own_for_brat(tmp_path: Path) -> None:
    labels = [
        msgspec.structs.replace(SMALL[0], annotator=who, id="a17:0") for who in ("kb", "lm", "l/m")
    ]
    export_labels(labels, tmp_path / "x", "brat")
    back, _ = import_labels(tmp_path / "x", "brat")
    assert [(s.annotator, s.id) for s in back] == [
        ("kb", "a17:0"),
        ("l_m", "a17:0"),
        ("lm", "a17:0"),
    ]
    assert [told(label) for label in back] == [told(SMALL[0])] * 3


def test_an_ann_file_without_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text("T1\tIRN 0 4\tIran\n", "utf-8")
    with pytest.raises(InputError, match=r"stands beside its \.txt"):
        import_labels(tmp_path, "brat")


@pytest.mark.parametrize("tool", ["doccano", "label-studio", "prodigy", "brat", "conllu"])
def test_our_labels_survive_a_round_trip_but_for_what_is_named(tool: str, tmp_path: Path) -> None:
    path = tmp_path / "own" / "x"
    notes = export_labels(SMALL, path, tool)
    back, _ = import_labels(path, tool)
    assert [label.text for label in back] == [label.text for label in SMALL]
    wanted = [told(label) for label in SMALL]
    if tool != "conllu":  # relations of implied actors are named as lost
        wanted[2] = []
        assert any("only implied" in note for note in notes)
        assert any("evidence" in note for note in notes)
        assert any("speakers" in note for note in notes)
    assert [told(label) for label in back] == wanted
    if tool != "brat":
        assert [(s.id, s.doc_id, s.date) for s in back] == [(s.id, s.doc_id, s.date) for s in SMALL]
        assert [(s.exhaustive, s.annotator) for s in back] == [(True, "own")] * 3


def comparable(label: LabeledSentence) -> Any:
    """Return what every tool with relations holds: marks and relations between them."""
    placed = [m for m in label.mentions or () if m.start is not None]
    number = {m.id: (m.start, m.end, m.actor) for m in placed}
    relations = {
        (number[r.actor], number[r.target], r.stance and tuple(sorted(r.stance)), r.sentiment)
        for r in label.relations or ()
        if r.actor in number and r.target in number
    }
    return label.text, sorted(number.values()), relations


@slow_machine
@given(sentences(overlap=True))
def test_text_of_any_script_goes_through_the_json_tools(label: LabeledSentence) -> None:
    label = msgspec.structs.replace(label, meta={})
    with tempfile.TemporaryDirectory() as folder:
        for tool in ("doccano", "label-studio", "prodigy"):
            path = Path(folder, tool)
            export_labels([label], path, tool)
            (back,), _ = import_labels(path, tool)
            assert comparable(back) == comparable(label), tool
            assert (back.id, back.doc_id) == (label.id, label.doc_id)
            if label.annotator or label.status != "suggested":  # whose model has to have a name
                assert back.annotator == label.annotator


@slow_machine
@given(sentences())
def test_rows_for_hugging_face_lose_nothing(label: LabeledSentence) -> None:
    rows = json.loads(json.dumps(hugging_face.to_rows([label])))
    assert hugging_face.from_rows(rows, Path("x")).labels == (label,)


@pytest.mark.parametrize(("tool", "library"), [("huggingface", "datasets"), ("spacy", "spacy")])
def test_a_library_that_is_not_installed_is_named(tool: str, library: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(library):
        pytest.skip(f"{library} is installed")
    with pytest.raises(MissingExtraError, match=rf"pip install 'stance-ir\[{library}\]'"):
        export_labels(SMALL, tmp_path / "x", tool)


@pytest.mark.parametrize(("tool", "library"), [("huggingface", "datasets"), ("spacy", "spacy")])
@pytest.mark.filterwarnings("ignore")  # of the library that is tried, not of ours
def test_labels_go_through_the_real_library_unchanged(
    tool: str, library: str, tmp_path: Path
) -> None:
    pytest.importorskip(library)
    path = tmp_path / "x.spacy"
    assert export_labels(SMALL, path, tool) == ()
    assert import_labels(path, tool).labels == SMALL


@pytest.mark.filterwarnings("ignore")
def test_label_studio_itself_takes_our_tasks(tmp_path: Path) -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface")
    actors = sorted({m.actor for label in SMALL for m in label.mentions or ()})
    values = "".join(f'<Label value="{actor}"/>' for actor in actors)
    config = interface.LabelInterface(
        f'<View><Labels name="label" toName="text">{values}</Labels>'
        '<Relations><Relation value="rivalry"/><Relation value="cooperation"/>'
        '<Relation value="neutral"/><Relation value="negative"/></Relations>'
        '<Text name="text" value="$text"/></View>'
    )
    path = tmp_path / "x.json"
    export_labels(SMALL, path, "label-studio")
    for task in json.loads(path.read_text("utf-8")):
        for annotation in task["annotations"]:
            assert config.validate_prediction(annotation, return_errors=True) == []


def test_an_unknown_tool_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="a tool is one of brat, conllu, doccano"):
        import_labels("x", "excel")
    with pytest.raises(NotFoundError, match="there is no such prodigy file"):
        import_labels(tmp_path / "x", "prodigy")


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool not in ("huggingface", "spacy")])
def test_a_file_that_is_something_else_is_refused(tool: str, tmp_path: Path) -> None:
    path = tmp_path / "x.ann"
    path.write_text("Iran met Oman.\n", "utf-8")
    path.with_suffix(".txt").write_text("Iran\n", "utf-8")
    if tool == "brat":
        path.write_text("T1 nonsense\n", "utf-8")
    with pytest.raises((LabelError, InputError)) as caught:
        import_labels(path, tool)
    assert str(path) in str(caught.value)
