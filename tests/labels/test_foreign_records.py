"""Records of other tools in other shapes: read as valid labels, or refused by name and place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from labels.test_exchange import FIXTURES, SMALL
from stance.errors import LabelError, StanceError
from stance.labels.check import check_sentence
from stance.labels.exchange import hugging_face, spacy_docs
from stance.labels.exchange.tools import import_labels
from stance.records import LabeledSentence

OTHERS = (None, True, 7, 1.5, "", "IRN", [], [7], {}, {"x": 7})
"""What stands in the place of each value of a record, one at a time."""


def changed(value: Any) -> Iterator[Any]:
    """Yield a value with one part of it replaced or removed."""
    yield from OTHERS
    if isinstance(value, dict):
        for key, item in value.items():
            yield {k: v for k, v in value.items() if k != key}
            yield from ({**value, key: other} for other in changed(item))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield [*value[:i], *value[i + 1 :]]
            yield from ([*value[:i], other, *value[i + 1 :]] for other in changed(item))


def changed_text(text: str) -> Iterator[str]:
    """Yield a text with one word of it replaced or removed."""
    for word in re.finditer(r"[^\s|=:,]+", text):
        for other in ("", "7", "-1", "(", "IRN)", "9" * 5000):
            yield text[: word.start()] + other + text[word.end() :]


def reads_or_says_why(path: Path, tool: str) -> None:
    """Assert that labels read are valid, and of the types that their records have."""
    try:
        found, _ = import_labels(path, tool)
    except StanceError as error:
        places = [problem.path or "" for problem in error.problems]
        assert all(place.startswith(str(path.with_suffix(""))) for place in places)
    else:
        assert [problem for label in found for problem in check_sentence(label)] == []
        kept = msgspec.json.decode(msgspec.json.encode(found), type=tuple[LabeledSentence, ...])
        assert kept == found


JSON_FIXTURES = [
    ("doccano", "doccano_classification.jsonl"),
    ("doccano", "doccano_relations.jsonl"),
    ("doccano", "doccano_sequence.jsonl"),
    ("label-studio", "label_studio.json"),
    ("label-studio", "label_studio_1.23.json"),
    ("prodigy", "prodigy.jsonl"),
]


@pytest.mark.parametrize(("tool", "name"), JSON_FIXTURES)
def test_a_record_of_another_shape_is_read_or_refused(tool: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    text = (FIXTURES / name).read_text("utf-8")
    records = [json.loads(text)] if tool == "label-studio" else map(json.loads, text.splitlines())
    for record in records:
        for other in changed(record):
            path.write_text(json.dumps(other), "utf-8")
            reads_or_says_why(path, tool)


@pytest.mark.parametrize(("tool", "name"), [("conllu", "english.conllu"), ("brat", "kb/news.ann")])
def test_lines_with_another_word_are_read_or_refused(tool: str, name: str, tmp_path: Path) -> None:
    source = FIXTURES / ("brat" if tool == "brat" else "") / name
    path = tmp_path / source.name
    if tool == "brat":
        path.with_suffix(".txt").write_bytes(source.with_suffix(".txt").read_bytes())
    for other in changed_text(source.read_text("utf-8")):
        path.write_text(other, "utf-8")
        reads_or_says_why(path, tool)


def test_a_row_of_another_shape_is_read_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in hugging_face.to_rows(SMALL):
        for other in changed(row):
            library = SimpleNamespace(load_from_disk=lambda _, rows=(other,): rows)
            monkeypatch.setattr(hugging_face, "_library", lambda library=library: library)
            reads_or_says_why(Path("tests"), "huggingface")


@pytest.mark.parametrize(
    ("tool", "record", "message"),
    [
        ("doccano", '{"text": "A", "id": 5, "entities": 7}', r"x:1: .*`\$.entities`; found 5; "),
        ("doccano", '{"text": "A", "n": ' + "9" * 5000 + "}", "x:1: each line is one JSON object"),
        ("prodigy", '{"text": "A", "spans": [{"label": 7}]}', r"x:1: .*`\$.spans\[0\].label`"),
        (
            "label-studio",
            '[{"id": 4, "data": {"text": "A"}, "annotations": [{"result": [{"type": "labels",'
            ' "value": {"start": 0, "end": 1, "labels": "IRN"}}]}]}]',
            r"x: task x:4: .*Expected `array \| null`, got `str` - at `\$.labels`",
        ),
        (
            "label-studio",
            r'[{"data": {"text": "\ud83d A"}, "annotations": [{"result": [{"type": "labels",'
            ' "value": {"start": 2, "end": 3, "text": "B", "labels": ["IRN"]}}]}]}]',
            "x: text must be valid Unicode",
        ),
    ],
)
def test_a_wrong_record_is_named_with_its_place(
    tool: str, record: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "x").write_text(record, "utf-8")
    with pytest.raises(LabelError, match=message):
        import_labels(tmp_path / "x", tool)


@pytest.mark.parametrize("kept", [7, "Iran", [], '{"id": 7}'])
def test_a_spacy_document_that_holds_something_else_is_refused(
    kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = [SimpleNamespace(user_data={"stance": kept})]
    bin_ = SimpleNamespace(get_docs=lambda _: docs)
    library = SimpleNamespace(
        tokens=SimpleNamespace(DocBin=lambda: SimpleNamespace(from_disk=lambda _: bin_)),
        blank=lambda _: SimpleNamespace(vocab=None),
    )
    monkeypatch.setattr(spacy_docs, "_library", lambda: library)
    with pytest.raises(LabelError, match="user_data holds a label"):
        import_labels("tests", "spacy")
