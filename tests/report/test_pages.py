"""Pages: whatever text holds stays text, the same scores make the same bytes."""

from __future__ import annotations

import html.parser
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stance.aggregation.tally import tally
from stance.analysis import Analysis, Model
from stance.batch.options import BatchOptions
from stance.batch.run import score
from stance.errors import InputError, MissingExtraError, OptionError
from stance.learning.diagnosis import diagnose
from stance.records import LabeledSentence
from stance.report.contents import ReportOptions, make_contents
from stance.report.making import read_articles, report
from stance.report.markup import escape, marked, visible
from stance.report.pages import evaluation_page, report_page, write_page

pytest.importorskip("altair", reason="the extra report is not installed")
pytest.importorskip("vl_convert", reason="the extra report is not installed")
pytest.importorskip("jinja2", reason="the extra report is not installed")

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "safe\u202egnp.exe\u2066",
    "{{ 7 * 7 }}{% raw %}",
    "</style></svg><b>",
)
TEXTS = (
    ("2015-01", "Iran praised Oman. Oman thanked Iran again.", 8),
    ("2015-02", "Iran attacked Oman. Oman criticised Iran on Monday.", 8),
)


@pytest.fixture(scope="module")
def analyses(tiny: Model) -> list[Analysis]:
    return [
        tiny.analyze(text, date=f"{month}-{day + 1:02}", doc_id=f"{month}-{day}")
        for month, text, n in TEXTS
        for day in range(n)
    ]


def hostile_rows() -> list[dict[str, Any]]:
    rows = []
    for i, name in enumerate(HOSTILE):
        for day in range(1, 11):
            rows.append(
                {
                    "doc_id": f"{name} {day}",
                    "date": f"2015-{1 + day % 2:02}-{day:02}",
                    "source": name,
                    "sent_index": 0,
                    "actor": name,
                    "target": HOSTILE[i - 1],
                    "co<op>": 0.9 if day % 2 else 0.1,
                    "threat": 0.1 if day % 2 else 0.9,
                    "stances": "co<op>" if day % 2 else "threat",
                    "sentiment": "neutral",
                    "speaker": name,
                    "abstained": None,
                    "actor_text": name,
                    "target_text": "text",
                    "start": 0,
                    "end": 99,
                    "sentence": f"{name} in text number {day}",
                    "evidence": "0-3",
                }
            )
    return rows


class Tags(html.parser.HTMLParser):
    """Collects what a browser would take for elements and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]


def assert_harmless(page: str) -> None:
    found = Tags(page)
    assert not found.tags & {"script", "img", "iframe", "object", "form", "link", "base"}
    assert not [name for name in found.attributes if name.startswith("on")]
    assert not set("\u202e\u2066\u200f\x00") & set(page)
    assert len(found.ids) == len(set(found.ids))
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page


def test_hostile_actors_speakers_sources_and_sentences_stay_text(tmp_path: Path) -> None:
    options = ReportOptions(weights={"co<op>": 1.0, "threat": -1.0}, title=HOSTILE[0])
    page, twin = report(hostile_rows(), tmp_path / "r.html", options)
    text = page.read_text("utf-8")
    assert_harmless(text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "⟨U+202E⟩" in text
    assert "{{ 7 * 7 }}" in text
    assert set(json.loads(twin.read_text("utf-8"))["names"]) == set(HOSTILE)


def test_a_hostile_text_stays_text_when_an_article_is_shown(tiny: Model, tmp_path: Path) -> None:
    text = "Iran attacked <script>alert(1)</script> Oman \u202eon Monday."
    analysis = tiny.analyze(text, doc_id=HOSTILE[1])
    analysis.to_html(tmp_path / "a.html")
    assert_harmless((tmp_path / "a.html").read_text("utf-8"))
    assert_harmless(analysis._repr_html_())


def test_the_same_scores_make_the_same_bytes(analyses: list[Analysis], tmp_path: Path) -> None:
    first = report(analyses, tmp_path / "a.html")
    again = report(analyses, tmp_path / "b.html")
    assert [one.read_bytes() for one in first] == [one.read_bytes() for one in again]


def test_a_report_shows_matrix_network_series_change_and_sentences(
    analyses: list[Analysis], tiny: Model, tmp_path: Path
) -> None:
    page, twin = report(analyses, tmp_path / "r.html", model=tiny)
    text = page.read_text("utf-8")
    for piece in ('id="matrix"', 'id="network-part"', "Change in 2015-02", "How far to trust it"):
        assert piece in text
    assert text.count("<svg") >= 2
    assert '<mark class="s' in text
    numbers = json.loads(twin.read_text("utf-8"))
    assert numbers["n_documents"] == 16
    assert {part["changes"][0]["period"] for part in numbers["parts"]} == {"2015-02"}


def test_a_folder_of_articles_is_dated_by_its_names_and_shown_whole(
    tiny: Model, tmp_path: Path
) -> None:
    articles = read_articles([Path(__file__).parent / "articles"], tiny)
    page, twin = report(articles, tmp_path / "r.html", model=tiny)
    numbers = json.loads(twin.read_text("utf-8"))
    assert (numbers["n_documents"], numbers["first"], numbers["last"]) == (
        8,
        "2024-01-15",
        "2024-11-30",
    )
    text = page.read_text("utf-8")
    assert "The first" not in text  # all eight are shown
    for one in articles:
        assert f"{one.doc_id}</bdi></h3>" in text or f"{one.doc_id}</h3>" in text


def test_a_report_names_the_source_of_a_sentence_and_to_whom_it_is_attributed(
    tiny: Model, tmp_path: Path
) -> None:
    rows = list(tiny.analyze("Iran attacked Oman.", date="2015-02-03", doc_id="a").rows())
    scores = [{**row, "source": "Herald", "speaker": "Muscat"} for row in rows]
    page, _ = report(scores, tmp_path / "r.html")
    text = re.sub("<[^>]+>", "", page.read_text("utf-8"))
    assert re.search(r"probability \d\.\d\d · according to Muscat · Herald, a · 2015-02-03", text)


def test_a_report_says_what_was_left_out(tiny: Model, tmp_path: Path) -> None:
    scores = tmp_path / "scores.jsonl"
    rows = tiny.analyze("Iran praised Oman.", doc_id="a").rows()
    scores.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    meta = {"summary": {"documents": 7, "bad": 2}}
    (tmp_path / "scores.jsonl.meta.json").write_text(json.dumps(meta), "utf-8")
    page, twin = report(scores, tmp_path / "r.html")
    assert "2 records could not be read; 7 documents were." in page.read_text("utf-8")
    left = json.loads(twin.read_text("utf-8"))["left_out"]
    assert (left["n_undated"], left["n_bad"]) == (2, 2)


def scored(folder: Path, model: Model) -> Path:
    """Score one text with a model saved under this folder."""
    model.save(folder / "model")
    (folder / "a.txt").write_text("Iran praised Oman. Oman attacked Iran.", "utf-8")
    out = folder / "scores.jsonl"
    score(folder / "a.txt", out, BatchOptions(model=str(folder / "model")))
    return out


def trust_in(scores: Any, out: Path, model: str | None = None) -> str:
    """Return what a report says of the model, as text."""
    page, _ = report(scores, out, model=model)
    shown = re.sub(r"<[^>]+>", " ", page.read_text("utf-8").split('<h2 id="trust">')[1])
    return html.unescape(" ".join(shown.split()))


def test_a_report_credits_the_model_that_made_the_scores(tiny: Model, tmp_path: Path) -> None:
    scores = scored(tmp_path, tiny)
    for given in (scores, [scores], tmp_path):
        assert "60 sentences of 60 documents" in trust_in(given, tmp_path / "r.html")


def retrained(folder: Path) -> None:
    manifest = folder / "model" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")


def model_gone(folder: Path) -> None:
    shutil.rmtree(folder / "model")


def meta_gone(folder: Path) -> None:
    (folder / "scores.jsonl.meta.json").unlink()


def other_model_too(folder: Path) -> None:
    meta = json.loads((folder / "scores.jsonl.meta.json").read_text("utf-8"))
    meta["run"]["model"] = "another"
    shutil.copy(folder / "scores.jsonl", folder / "more.jsonl")
    (folder / "more.jsonl.meta.json").write_text(json.dumps(meta), "utf-8")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (retrained, "Not known: the model of this name is another by now"),
        (model_gone, "Not known: there is no such model here"),
        (meta_gone, "Not known: no .meta.json beside the scores names their model"),
        (other_model_too, "Not known: the scores were made by several models"),
    ],
)
def test_a_report_shows_no_figures_of_a_model_that_may_be_another(
    change: Callable[[Path], None], why: str, tiny: Model, tmp_path: Path
) -> None:
    scored(tmp_path, tiny)
    change(tmp_path)
    shown = trust_in(sorted(tmp_path.glob("*.jsonl")), tmp_path / "r.html")
    assert why in shown
    assert "Trained on" not in shown


def test_a_model_is_named_where_nothing_else_says_which(tiny: Model, tmp_path: Path) -> None:
    scores = scored(tmp_path, tiny)
    with pytest.raises(OptionError, match=r"the model is the one that made the scores, .*base \("):
        report(scores, tmp_path / "r.html", model="base")
    meta_gone(tmp_path)
    assert "Trained on" in trust_in(scores, tmp_path / "r.html", str(tmp_path / "model"))


def test_one_document_makes_a_report_too(tiny: Model, tmp_path: Path) -> None:
    page, _ = report(tiny.analyze("Iran praised Oman."), tmp_path / "r.html")
    assert "too few documents for an interval" in page.read_text("utf-8")


def test_scores_without_relations_and_a_wrong_ending_are_refused(
    analyses: list[Analysis], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="scores hold at least one relation"):
        report([], tmp_path / "r.html")
    with pytest.raises(OptionError, match=r"a page ends in .html; found 'r.pdf'; rename it"):
        report(analyses, tmp_path / "r.pdf")


BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"period": "decade"}, "a period is one of day, .*; found 'decade'"),
    ({"level": 5.0}, "a level lies between 0 and 1; found 5.0"),
    ({"level": -1.0}, "a level lies between 0 and 1; found -1.0"),
    ({"n_dyads": -1}, "n_dyads is 0 or more; found -1"),
    ({"n_actors": -1}, "n_actors is 0 or more; found -1"),
    ({"n_quotes": -1}, "n_quotes is 0 or more; found -1"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS, ids=str)
def test_a_report_refuses_an_option_outside_its_range(
    options: dict[str, Any], message: str, analyses: list[Analysis]
) -> None:
    with pytest.raises(OptionError, match=message):
        make_contents(tally(analyses), ReportOptions(**options))


OTHER_WEIGHTS = {"cooperation": 0.75, "rivalry": 0, "threat": -0.125}
SAID = [
    ({}, "cooperation at +1, rivalry at −0.5 and threat at −1. Intervals", "at most 1 % of random"),
    (
        {"weights": OTHER_WEIGHTS, "level": 0.055},
        "cooperation at +0.75, rivalry at +0 and threat at −0.125. Intervals",
        "at most 5.5 % of random orders",
    ),
]


@pytest.mark.parametrize(("options", "places", "level"), SAID, ids=["usual", "other"])
def test_a_report_states_the_options_that_it_was_made_with(
    options: dict[str, Any], places: str, level: str, analyses: list[Analysis]
) -> None:
    page = report_page(make_contents(tally(analyses), ReportOptions(**options)))
    assert places in page
    assert level in page


def test_a_report_of_stances_without_places_says_that_they_have_no_balance() -> None:
    page = report_page(make_contents(tally(hostile_rows())))
    assert "in the relations. No places were given for these stances, so they have no" in page


def test_a_report_without_the_extra_names_it(
    analyses: list[Analysis], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stance-ir\[report\]'"):
        report(analyses, tmp_path / "r.html")


def test_an_analysis_shows_itself_without_the_extra(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for name in ("jinja2", "altair", "vl_convert"):
        monkeypatch.setitem(sys.modules, name, None)
    shown = tiny.analyze("Iran attacked Oman.")._repr_html_()
    assert '<b class="actor">Iran</b>' in shown
    assert "<td>1</td>" in shown


def test_articles_are_dated_by_their_names(tiny: Model, tmp_path: Path) -> None:
    (tmp_path / "2015-11-23-herald.txt").write_text("Iran praised Oman.", "utf-8")
    (tmp_path / "notes.txt").write_text("Iran praised Oman.", "utf-8")
    first, second = read_articles([tmp_path], tiny)
    assert (first.date, first.doc_id) == ("2015-11-23", "2015-11-23-herald")
    assert (second.date, second.doc_id) == (None, "notes")
    (tmp_path / "empty.txt").write_text("", "utf-8")
    with pytest.raises(InputError, match=r"empty.txt: a text is not empty; check the file"):
        read_articles([tmp_path], tiny)


FOLDERS = [
    (["1/s.txt", "2/s.txt"], ["."], ["1/s.txt", "2/s.txt"]),
    (["1/s.txt", "2/s.txt"], ["1", "2/s.txt"], ["1/s.txt", "2/s.txt"]),
    (["x/1/s.txt", "x/s.txt", "x/t.txt"], ["."], ["1/s.txt", "s.txt", "t.txt"]),
    (["1/s.txt", "2/t.txt"], ["."], ["s", "t"]),
]


@pytest.mark.parametrize(("files", "given", "ids"), FOLDERS)
def test_articles_of_one_name_in_several_folders_are_told_apart(
    files: list[str], given: list[str], ids: list[str], tiny: Model, tmp_path: Path
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Iran praised Oman.", "utf-8")
    articles = read_articles([tmp_path / one for one in given], tiny)
    assert [one.doc_id for one in articles] == ids
    assert len(tally(articles).documents) == len(files)


def test_an_evaluation_report_is_a_harmless_page_with_its_numbers(
    tiny: Model, labels: tuple[LabeledSentence, ...], tmp_path: Path
) -> None:
    diagnosis = diagnose(tiny, labels)
    page, twin = write_page(tmp_path / "e.html", evaluation_page(diagnosis), diagnosis.to_dict())
    assert_harmless(page.read_text("utf-8"))
    assert json.loads(twin.read_text("utf-8"))["n_pairs"] == diagnosis.n_pairs


def test_escaping_leaves_ordinary_text_alone() -> None:
    assert visible("Iran’s “plan” – ایران") == "Iran’s “plan” – ایران"
    assert escape("a & b") == "a &amp; b"


def test_spans_that_overlap_or_leave_the_text_are_left_out() -> None:
    spans = [((0, 4), "b", "x"), ((2, 6), "mark", "y"), ((5, 99), "mark", "y")]
    assert marked("abcdefg", spans) == '<b class="x">abcd</b>efg'


def test_a_report_of_many_actors_shows_the_most_active(analyses: list[Analysis]) -> None:
    contents = make_contents(tally(analyses), ReportOptions(n_actors=1, n_dyads=1))
    assert len(contents.shown) == len(contents.parts) == 1
