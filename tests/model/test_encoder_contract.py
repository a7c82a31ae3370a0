"""What every model promises, whatever it is made of: one suite over linear and encoder."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.analysis import Model, load_model
from stance.errors import ModelError, NotFoundError
from stance.learning.examples import examples_of
from stance.model.evidence import deciding_spans
from stance.model.masked import MaskedPair
from stance.model.masking import mask_pair
from stance.records import LabeledSentence, Mention, Pair

NAMES = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12)
SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=["linear", "encoder"])
def model(request: pytest.FixtureRequest) -> Model:
    return request.getfixturevalue({"linear": "tiny", "encoder": "tiny_encoder"}[request.param])


@pytest.fixture
def pairs(labels: tuple[LabeledSentence, ...]) -> list[MaskedPair]:
    return [example.pair for example in examples_of(labels)]


def _praise(first: str, second: str) -> Pair:
    text = f"{first} praised {second} again."
    start = len(first) + len(" praised ")
    return Pair(text, (0, len(first)), (start, start + len(second)))


def test_scores_are_probabilities_of_the_promised_shape(
    model: Model, pairs: list[MaskedPair]
) -> None:
    scored = model.scorer.score(pairs)
    assert scored.stances.shape == (len(pairs), 3)
    assert scored.sentiment.shape == (len(pairs), 3)
    assert scored.stances.dtype == scored.sentiment.dtype == np.float32
    assert (scored.stances > 0).all()
    assert (scored.stances < 1).all()
    np.testing.assert_allclose(scored.sentiment.sum(axis=1), 1, rtol=1e-5)


def test_no_pairs_have_no_scores(model: Model) -> None:
    scored = model.scorer.score([])
    assert scored.stances.shape == scored.sentiment.shape == (0, 3)
    assert scored.familiar.shape == (0,)


def test_what_was_learned_is_found_again(model: Model, labels: tuple[LabeledSentence, ...]) -> None:
    examples = list(examples_of(labels))
    held = model.scorer.score([e.pair for e in examples]).stances >= np.array(
        model.thresholds, np.float32
    )
    wanted = np.array([[name in e.stances for name in model.stances] for e in examples])
    f1 = 2 * (held & wanted).sum(axis=0) / (held.sum(axis=0) + wanted.sum(axis=0))
    assert f1.min() > 0.8


@given(first=NAMES, second=NAMES)
@SLOW
def test_names_leave_every_score_unchanged_to_the_last_bit(
    model: Model, first: str, second: str
) -> None:
    asked = model.scorer.score([mask_pair(_praise(first, second))])
    known = model.scorer.score([mask_pair(_praise("Iran", "France"))])
    assert asked.stances.tobytes() == known.stances.tobytes()
    assert asked.sentiment.tobytes() == known.sentiment.tobytes()


@given(data=st.data())
@SLOW
def test_a_score_does_not_depend_on_what_is_scored_with_it(
    model: Model, pairs: list[MaskedPair], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(pairs) - 1), min_size=1, max_size=40))
    together = model.scorer.score(pairs)
    some = model.scorer.score([pairs[i] for i in chosen])
    assert some.stances.tobytes() == together.stances[chosen].tobytes()
    assert some.sentiment.tobytes() == together.sentiment[chosen].tobytes()


@pytest.mark.parametrize("stance", ["cooperation", "rivalry", "threat"])
def test_contributions_add_up_to_the_logit(model: Model, stance: str) -> None:
    pair = _praise("Iran", "France")
    explanation = model.explain(pair, stance)
    shown = float(model.predict_proba([pair])[0, model.stances.index(stance)])
    assert explanation.probability == pytest.approx(shown, abs=1e-5)
    assert all(
        0 <= part.span[0] < part.span[1] <= len(pair.text) for part in explanation.contributions
    )


def test_an_explanation_is_the_same_each_time(model: Model) -> None:
    assert model.explain(_praise("Iran", "France")) == model.explain(_praise("Iran", "France"))


def test_the_evidence_is_made_of_words_and_holds_no_name(model: Model) -> None:
    pair = _praise("Iran", "France")
    (spans,) = deciding_spans(model.scorer, [mask_pair(pair)], np.array([0]))
    assert spans
    assert {pair.text[a:b] for a, b in spans} <= {"praised", "again", "praised again"}
    assert deciding_spans(model.scorer, [], np.array([], np.int64)) == []


def test_pairs_with_one_end_or_with_one_phrase_for_both_have_scores(model: Model) -> None:
    text = "The two praised Iran."
    both = (Mention("A", "The two", 0, 7), Mention("B", "The two", 0, 7))
    questions = [
        Pair(text, None, (16, 20)),
        Pair(text, (16, 20), None),
        Pair(text, (0, 7), (16, 20), both),
    ]
    assert np.isfinite(model.predict_proba(questions)).all()


def test_a_saved_model_gives_the_same_scores(
    model: Model, pairs: list[MaskedPair], tmp_path: Path
) -> None:
    model.save(tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert again.scorer.score(pairs).stances.tobytes() == (
        model.scorer.score(pairs).stances.tobytes()
    )
    assert again.thresholds == model.thresholds
    assert again.scorer.found_thresholds == model.scorer.found_thresholds
    assert again.about == model.about


def test_a_model_travels_to_another_process(model: Model, pairs: list[MaskedPair]) -> None:
    again = pickle.loads(pickle.dumps(model))
    assert again.scorer.score(pairs[:5]).stances.tobytes() == (
        model.scorer.score(pairs[:5]).stances.tobytes()
    )


def test_each_damaged_or_missing_file_is_refused(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    for file in sorted(tmp_path.iterdir()):
        whole = file.read_bytes()
        if file.name == "NOTICE":
            continue
        file.write_bytes(whole[:-9])
        with pytest.raises(ModelError, match=r"manifest|whole"):
            load_model(tmp_path)
        file.unlink()
        with pytest.raises(NotFoundError, match="a model folder holds"):
            load_model(tmp_path)
        file.write_bytes(whole)
    load_model(tmp_path)


def test_an_analysis_finds_what_the_model_learned(model: Model) -> None:
    analysis = model.analyze("Iran praised France again.")
    relation = next(r for r in analysis.relations if r.actor and r.actor.id == "IRN")
    assert relation.scores.best() == "cooperation"
    assert all(0 <= a < b <= len(analysis.text) for a, b in relation.evidence)


@pytest.fixture(scope="module")
def shipped_encoder() -> Model:
    for library in ("onnxruntime", "tokenizers"):
        pytest.importorskip(library, reason="needs the extra encoder")
    return load_model(Path(__file__).parents[2] / "models" / "encoder")


@pytest.mark.parametrize(
    ("verb", "stance", "sentiment"),
    [
        ("threatened to attack", "threat", "negative"),
        ("condemned", "rivalry", "negative"),
        ("thanked", "cooperation", "positive"),
    ],
)
def test_the_shipped_encoder_reads_plain_sentences_and_no_names(
    shipped_encoder: Model, verb: str, stance: str, sentiment: str
) -> None:
    names = (("Iran", "Israel"), ("Israel", "Iran"), ("NATO", "Gazprom"))
    found = set()
    for actor, target in names:
        relations = shipped_encoder.analyze(f"{actor} {verb} {target} on Monday.").relations
        first = min(relations, key=lambda r: r.actor.start if r.actor else 0)
        assert (first.stances, first.sentiment) == ((stance,), sentiment)
        found.add(tuple((*r.scores.values(), *r.sentiment_scores.values()) for r in relations))
    assert len(found) == 1


def test_the_shipped_encoder_tells_who_acts_upon_whom(shipped_encoder: Model) -> None:
    text = "Oman was condemned by Ghana."
    there, back = Pair(text, (22, 27), (0, 4)), Pair(text, (0, 4), (22, 27))
    stances = shipped_encoder.stances
    held = [
        [name for name, is_held in zip(stances, row, strict=True) if is_held]
        for row in shipped_encoder.predict([there, back]).tolist()
    ]
    assert held == [["rivalry"], []]
