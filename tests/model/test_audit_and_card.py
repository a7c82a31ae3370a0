"""Audits and model card work alike for every kind of model."""

from __future__ import annotations

import msgspec
import pytest

from stance.analysis import Model
from stance.learning.audit_rules import KINDS
from stance.learning.audits import audit
from stance.learning.card import model_card
from stance.learning.encoder_options import EncoderOptions
from stance.learning.held_out import held_out_of
from stance.learning.training import train
from stance.records import LabeledSentence


@pytest.fixture(params=["linear", "encoder"])
def model(request: pytest.FixtureRequest) -> Model:
    return request.getfixturevalue({"linear": "tiny", "encoder": "tiny_encoder"}[request.param])


def test_every_kind_is_audited_and_no_name_is_seen(model: Model) -> None:
    found = audit(model)
    assert [one.kind for one in found.kinds] == list(KINDS)
    assert found.kinds[0].failures == ()
    assert all(one.n_cases >= 40 for one in found.kinds)


def test_the_card_names_the_kind_of_model(model: Model) -> None:
    title = model_card(model, audit(model)).splitlines()[0]
    kind = "encoder" if "base" in model.about else "linear model"
    assert title == f"# Model card: {kind}, 3 stances"


@pytest.mark.parametrize("share", [0.5, 0.0])
def test_an_encoder_is_measured_on_the_documents_held_out(
    labels: tuple[LabeledSentence, ...], tiny_options: EncoderOptions, share: float
) -> None:
    options = msgspec.structs.replace(tiny_options, epochs=1, held_out=share)
    trained = train(labels, backend="encoder", encoder=options)
    found = held_out_of(trained.about)
    if not share:
        assert found is None
        return
    assert found is not None
    assert (found.n_folds, found.n_pairs) == (1, trained.about["training"]["pairs_held_out"])
    assert "On documents that were held out of training." in model_card(trained, audit(trained))
