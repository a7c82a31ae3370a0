"""The model card says what the manifest and the audits say, in the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from stance.analysis import Model, load_model, model_folder
from stance.learning.audits import Audit, audit
from stance.learning.card import CARD, data_licence, model_card, write_card
from stance.learning.held_out import held_out_of
from stance.learning.training import labels_hash, train
from stance.records import LabeledSentence


@pytest.fixture(scope="module")
def audited(tiny: Model) -> Audit:
    return audit(tiny)


def test_it_says_what_the_model_was_made_of(
    tiny: Model, audited: Audit, labels: tuple[LabeledSentence, ...]
) -> None:
    card = model_card(tiny, audited, "CC0.")
    assert f"`{labels_hash(labels)}`" in card
    assert "| sentences | 60 |" in card
    assert "| of these listed by the labels | 60 (50.0%) |" in card
    assert "| of these cooperation | 15 (12.5%) |" in card
    assert "Licence of the labels: CC0." in card


def test_its_figures_are_those_of_the_manifest_and_the_audits(tiny: Model, audited: Audit) -> None:
    held_out = held_out_of(tiny.about)
    assert held_out is not None
    card = model_card(tiny, audited)
    assert f"| macro F1 |  |  |  | {held_out.macro_f1:.3f} |  |  |" in card
    for name, one in held_out.found.items():
        assert f"| {name} | {one.calibration_error:.3f} | {one.brier:.3f} |" in card
    for kind in audited.kinds:
        assert f"| {kind.kind} | {kind.n_cases} | {kind.n_passed} | {kind.rate:.3f} |" in card
        for failure in kind.failures[:3]:
            assert f"- {' '.join(failure.sentences)}\n  {failure.reason}." in card


def test_a_model_without_documents_held_out_says_so(tiny: Model, audited: Audit) -> None:
    card = model_card(Model(tiny.scorer), audited)
    assert card.count("Not measured: no documents were held out of training.") == 6
    assert "SHA-256 of the labels, in any order: `not known`" in card


def test_the_same_labels_get_the_same_card_wherever_it_lies(
    labels: tuple[LabeledSentence, ...], tmp_path: Path
) -> None:
    cards = []
    for name in ("one", "two"):
        model = train(labels[:: 1 if name == "one" else -1])
        model.save(tmp_path / name)
        write_card(tmp_path / name, model)
        cards.append((tmp_path / name / CARD).read_text("utf-8"))
    assert cards[0] == cards[1]
    assert str(tmp_path) not in cards[0]
    write_card(tmp_path / "two", load_model(tmp_path / "two"))
    assert (tmp_path / "two" / CARD).read_text("utf-8") == cards[0]


def test_loading_needs_no_card(tiny: Model, tmp_path: Path) -> None:
    tiny.save(tmp_path / "m")
    write_card(tmp_path / "m", tiny)
    (tmp_path / "m" / CARD).write_text("anything")
    assert load_model(tmp_path / "m").stances == tiny.stances
    (tmp_path / "m" / CARD).unlink()
    assert load_model(tmp_path / "m").stances == tiny.stances


def test_the_licence_is_that_of_the_data_card(tmp_path: Path) -> None:
    (tmp_path / "DATA_CARD.md").write_text("# Data\n\n## Licence\n\nCC BY\n4.0.\n\n## More\n\nx\n")
    (tmp_path / "part").mkdir()
    assert data_licence([tmp_path]) == "CC BY 4.0."
    assert data_licence([tmp_path / "part", tmp_path]) == "CC BY 4.0."
    assert data_licence([tmp_path / "part" / "a.stance"]) is None
    assert data_licence([]) is None


def test_the_shipped_card_speaks_of_the_shipped_model() -> None:
    folder = model_folder("base")
    model = load_model(folder)
    licence = data_licence(["data/labeled"])
    assert (folder / CARD).read_text("utf-8") == model_card(model, audit(model), licence)
