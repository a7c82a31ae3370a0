"""``stance labels`` and ``stance model compare`` as a user at a terminal meets them."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from stance.aggregation.periods import PERIODS
from stance.analysis import Model
from stance.batch.options import ENGINES, INPUT_FORMATS
from stance.cli import app
from stance.errors import StanceError
from stance.labels.files import read_labels, write_labels
from stance.records import LabeledSentence

FISHERIES = Path(__file__).parents[2] / "examples/fisheries"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in FISHERIES.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def refusal(*arguments: str) -> str:
    with pytest.raises(StanceError) as caught:
        CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    return str(caught.value)


def test_stats_are_a_table_or_json(here: Path) -> None:
    assert "relations listed" in run("labels", "stats", "anna.stance").output
    found = json.loads(run("labels", "stats", "anna.stance", "--json").stdout)
    assert (found["sentences"], found["documents"], found["exhaustive"]) == (60, 12, 60)
    assert found["meta"]["topic"] == {"mackerel": {"count": 60, "share": 1.0}}


def test_agreement_as_json_holds_intervals(here: Path) -> None:
    found = json.loads(run("labels", "agreement", "anna.stance", "ben.stance", "--json").stdout)
    figure = found["layers"]["full tuple"]["f1"]
    assert figure["low"] < figure["value"] < figure["high"]


def test_annotators_may_be_named_on_the_command_line(here: Path) -> None:
    shutil.copy("anna.stance", "copy.stance")
    assert (
        "anna labels a sentence"
        not in run(
            "labels",
            "agreement",
            "anna.stance",
            "copy.stance",
            "--annotators",
            "a,b",
            "--resamples",
            "0",
        ).output
    )
    message = refusal("labels", "agreement", "anna.stance", "copy.stance", "--annotators", "a")
    assert "--annotators has one name for each of the 2 sources" in message


def test_a_queue_is_not_written_over_decisions(here: Path) -> None:
    command = ["labels", "adjudicate", "anna.stance", "ben.stance", "--out", "g.stance"]
    run(*command, "--queue", "q.stance")
    assert "a queue is not written over decisions" in refusal(*command, "--queue", "q.stance")


def test_labels_are_not_written_over_unasked(here: Path) -> None:
    Path("mine.stance").write_text("[Iran|IRN] left.\n")
    Path("t.txt").write_text("Iran praised Oman.")
    kept = Path("mine.stance").read_bytes()
    both = ["adjudicate", "anna.stance", "ben.stance", "--queue"]
    for command in (
        [*both, "q.stance"],
        ["suggest", "t.txt"],
        [*both, "r.stance", "--decisions", "decided.stance"],
    ):
        command = ["labels", *command, "--out", "mine.stance"]
        assert "pass --overwrite to replace it" in refusal(*command)
        assert Path("mine.stance").read_bytes() == kept
        run(*command, "--overwrite")
        assert Path("mine.stance").read_bytes() != kept
        Path("mine.stance").write_bytes(kept)


def test_decisions_of_an_earlier_round_stay(here: Path) -> None:
    command = ["labels", "adjudicate", "anna.stance", "ben.stance"]
    command += ["--out", "g.stance", "--queue", "q.stance"]
    run(*command)
    asked = {label.id for label in read_labels("q.stance")}
    one, *rest = (label for label in read_labels("decided.stance") if label.id in asked)
    for some in ([one], rest):
        write_labels(some, "some.stance")
        run(*command, "--decisions", "some.stance")
    assert len(read_labels("g.stance")) == 60
    assert not Path("q.stance").exists()


def test_a_queue_is_gone_when_everything_is_decided(here: Path) -> None:
    command = ["labels", "adjudicate", "anna.stance", "ben.stance", "--out", "g.stance"]
    shutil.copy("decided.stance", "q.stance")
    run(*command, "--queue", "q.stance", "--decisions", "q.stance")
    assert not Path("q.stance").exists()
    assert len(read_labels("g.stance")) == 60


def test_a_split_names_its_parts_and_grows_without_moving(here: Path) -> None:
    run("labels", "split", "anna.stance", "--out", "p", "--parts", "train=0.5,test=0.5")
    before = {s.doc_id for s in read_labels("p/test.jsonl")}
    more = [*read_labels("anna.stance"), LabeledSentence(id="z", doc_id="z", text="It rained.")]
    write_labels(more, "more.jsonl")
    run("labels", "split", "more.jsonl", "--out", "p", "--parts", "train=0.5,test=0.5")
    assert before <= {s.doc_id for s in read_labels("p/test.jsonl")}
    run("labels", "split", "anna.stance", "--out", "p", "--parts", "train=1,test=0.000001")
    assert not Path("p/test.jsonl").exists()
    assert "--parts reads name=share,name=share; found 'test'" in refusal(
        "labels", "split", "anna.stance", "--out", "p", "--parts", "train=0.5,test"
    )


def test_actors_known_nowhere_else_are_named(here: Path) -> None:
    Path("t.stance").write_text(
        "[Iran|IRQN] met [the US|US].\n[Us|THE_TEAM] and [Oman|OMN].\n[Us|THE_TEAM] left.\n"
        "[It|X_9_Q].\n"
    )
    output = run("labels", "validate", "t.stance").output
    assert "note: IRQN (t:1) is in no other sentence or catalogue; IR" in output
    assert "note: US (t:1) is in no other sentence or catalogue; USA?" in output
    assert "note: in one sentence and no catalogue, and like no other: X_9_Q\n" in output
    assert output.count("note:") == 3
    assert "note:" not in run("labels", "validate", "anna.stance").output


def test_merging_keeps_the_annotators(here: Path) -> None:
    output = run("labels", "merge", "anna.stance", "ben.stance", "--out", "m.jsonl").output
    assert "m.jsonl: 120 labels of 60 sentences" in output
    assert {s.annotator for s in read_labels("m.jsonl")} == {"anna", "ben"}


@pytest.mark.parametrize(
    ("command", "out"),
    [
        (["merge", "anna.stance"], "ben.stance"),
        (["convert", "anna.stance"], "ben.stance"),
        (["convert", "anna.stance", "--to", "doccano"], "ben.stance"),
        (["convert", "anna.stance", "--to", "brat"], "folder"),
    ],
)
def test_labels_that_are_there_are_replaced_only_when_asked(
    command: list[str], out: str, here: Path
) -> None:
    Path("folder").mkdir()
    Path("folder/mine.ann").write_text("T1")
    before = Path("ben.stance").read_bytes()
    message = refusal("labels", *command, "--out", out)
    assert message == (
        f"{out}: the output is not there yet;"
        " name another output, or pass --overwrite to replace it"
    )
    assert Path("ben.stance").read_bytes() == before
    run("labels", *command, "--out", out, "--overwrite")
    assert out == "folder" or Path("ben.stance").read_bytes() != before


@pytest.mark.parametrize("tool", ["doccano", "label-studio", "prodigy", "brat", "conllu"])
def test_labels_are_converted_for_another_tool_and_back(tool: str, here: Path) -> None:
    run("labels", "convert", "anna.stance", "--to", tool, "--out", "there")
    run("labels", "convert", "there", "--from", tool, "--out", "back.jsonl")
    assert len(read_labels("back.jsonl")) == 60


def test_a_conversion_that_loses_something_says_so(here: Path) -> None:
    refused = refusal("labels", "convert", "anna.stance", "--out", "anna.csv")
    assert "a table holds no meta" in refused
    output = run("labels", "convert", "anna.stance", "--out", "anna.csv", "--lossy").output
    assert "note: left out of 60 sentences: meta" in output
    assert len(read_labels("anna.csv")) == 60


def test_a_tool_that_cannot_hold_evidence_is_named(here: Path) -> None:
    path = Path(__file__).parents[1] / "data/small.stance"
    output = run("labels", "convert", str(path), "--to", "brat", "--out", "there").output
    assert "note: brat cannot hold evidence: left out of 1 sentences" in output


def test_doubts_are_a_list_or_json(here: Path) -> None:
    text = "# doc: {0}\n[Iran|IRN] left [Oman|OMN].\n    IRN > OMN: {1}\n"
    Path("x.stance").write_text(text.format("a", "rivalry") + text.format("b", "threat"), "utf-8")
    output = run("labels", "doubts", "x.stance", "--quick").output
    assert "the same words in b:0 are labelled threat" in output
    assert "2 doubts (2 by duplicate); 2 shown" in output
    assert len(json.loads(run("labels", "doubts", "x.stance", "--quick", "--json").stdout)) == 2


def test_two_models_are_compared(
    here: Path, tiny: Model, labels: tuple[LabeledSentence, ...]
) -> None:
    tiny.save("tiny")
    write_labels(labels, "x.jsonl")
    result = run("model", "compare", "tiny", "tiny", "x.jsonl", "--resamples", "100")
    assert "tiny: no difference shown on 120 pairs of 60 documents" in result.output
    assert "was trained on exactly these labels" in result.stderr
    found = json.loads(
        run("model", "compare", "tiny", "tiny", "x.jsonl", "--json", "--resamples", "100").stdout
    )
    assert found["macro_f1"]["verdict"] == "no difference shown"


def test_weights_need_a_second_file(here: Path) -> None:
    message = refusal("train", "anna.stance", "--out", "m", "--weight", "2")
    assert "--weight and --replace are about a second labels file" in message


@pytest.mark.parametrize("where", [("--out", "anna.csv/x.jsonl"),
                                   ("--out", "anna.csv/x", "--to", "brat"),
                                   ("--out", "anna.csv/x.spacy", "--to", "spacy")])  # fmt: skip
def test_an_output_that_cannot_be_written_is_named(where: tuple[str, ...], here: Path) -> None:
    if "spacy" in where:
        pytest.importorskip("spacy")
    Path("anna.csv").touch()
    message = refusal("labels", "convert", "anna.stance", "--lossy", *where)
    assert message.startswith("anna.csv/x")
    assert "the output can be written" in message


@pytest.mark.parametrize("command", [("train", "--out", "m"), ("labels", "doubts", "--quick")])
def test_no_command_takes_zero_processes(command: tuple[str, ...], here: Path) -> None:
    message = "processes are 1 or more, or -1 for all cores; found 0; correct --jobs"
    assert refusal(*command, "anna.stance", "--jobs", "0") == message


@pytest.mark.parametrize("option", [("--period", "week"), ("--dyads", "3")])
def test_a_report_on_labels_takes_no_options_of_series(option: tuple[str, str], here: Path) -> None:
    message = refusal("report", "anna.stance", "--evaluate", "--out", "r.html", *option)
    assert "--period and --dyads are about scores and texts, not about --evaluate" in message


@pytest.mark.parametrize(
    ("command", "option", "choices"),
    [
        (("train", "anna.stance", "--out", "m"), "--backend", "linear|encoder"),
        (("score", "anna.csv", "--out", "s.csv"), "--format", "|".join(INPUT_FORMATS)),
        (("score", "anna.csv", "--out", "s.csv"), "--engine", "|".join(ENGINES)),
        (("score", "anna.csv", "--out", "s.csv"), "--partition", "month"),
        (("report", "a.txt", "--out", "r.html"), "--period", "|".join(PERIODS)),
        (("actors", "list"), "--kind", "state|organization|bloc|group|company"),
    ],
)
def test_choices_are_shown_and_others_refused(
    command: tuple[str, ...], option: str, choices: str, here: Path
) -> None:
    Path("a.txt").write_text("Iran thanked Oman.")
    shown = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "300"}).output
    assert re.search(rf"{option} +{re.escape(choices)} ", shown)
    message = refusal(*command, option, "planet")
    assert "found 'planet'" in message
    assert all(choice in message for choice in choices.split("|"))


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").output == f"stance {importlib.metadata.version('stance-ir')}\n"


def test_replacing_lets_the_later_file_count(
    here: Path, labels: tuple[LabeledSentence, ...]
) -> None:
    write_labels(labels, "ours.jsonl")
    write_labels(labels[:5], "mine.jsonl")
    assert "an id stands once for each annotator" in refusal(
        "train", "ours.jsonl", "mine.jsonl", "--out", "m"
    )
    output = run("train", "ours.jsonl", "mine.jsonl", "--out", "m", "--replace").output
    assert "trained on 60 sentences" in output
