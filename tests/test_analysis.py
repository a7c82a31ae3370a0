from __future__ import annotations

import json
import pickle
import random
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stance
from stance.analysis import Analysis, Model, cached_model, load_model, model_key
from stance.errors import InputError, NotFoundError, OptionError
from stance.records import SENTIMENTS, Mention, Pair
from stance.text.catalogue import Actor, Catalogue, default_catalogue

TEXT = (
    "Russia and Iran signed an accord in Vienna. The United States accused Tehran of plotting.\n"
    "“We will answer,” said the Iranian foreign minister."
)


@pytest.fixture(scope="module")
def base() -> Model:
    return stance.load_model("base")


def shown(analysis: Analysis) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(r.actor.id, r.target.id, r.stances) for r in analysis.stanced if r.actor and r.target]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Iran was condemned by the European Union.", ("EU", "IRN", ("rivalry",))),
        ("Ghana thanked Togo for its help.", ("GHA", "TGO", ("cooperation",))),
        ("North Korea threatened to attack Japan.", ("PRK", "JPN", ("threat",))),
    ],
)
def test_the_shipped_model_reads_plain_sentences(
    base: Model, text: str, expected: tuple[str, str, tuple[str, ...]]
) -> None:
    assert expected in shown(base.analyze(text))


@pytest.mark.parametrize(
    ("text", "actor", "target"),
    [
        ("Iran was condemned by the European Union.", "EU", "IRN"),
        ("Japan criticised Chad.", "JPN", "TCD"),
        ("The EU condemned Iran for the arrests.", "EU", "IRN"),
    ],
)
def test_only_the_direction_that_is_said_is_found(
    base: Model, text: str, actor: str, target: str
) -> None:
    assert shown(base.analyze(text)) == [(actor, target, ("rivalry",))]


PAIRS = [
    Pair("Iran praised Chad.", (0, 4), (13, 17)),
    Pair("Iran condemned Chad.", (0, 4), (15, 19)),
    Pair("Iran borders Chad.", (0, 4), (13, 17)),
]


def test_a_stance_is_predicted_from_its_threshold_on(base: Model) -> None:
    probabilities = base.predict_proba(PAIRS)
    assert base.predict(PAIRS).tolist() == (probabilities >= np.float32(base.thresholds)).tolist()
    at = probabilities[0]
    for thresholds, held in ((at, True), (np.nextafter(at, np.float32(1)), False)):
        scorer = msgspec.structs.replace(base.scorer, thresholds=tuple(thresholds.tolist()))
        assert Model(scorer).predict(PAIRS)[0].tolist() == [held] * 3


def test_a_pair_with_a_span_beyond_its_text_is_refused(base: Model) -> None:
    pair = Pair("Iran praised Chad.", (0, 4), (13, 400))
    rule = r"0 <= start < end <= 18, the length of the text; found \(13, 400\)"
    for ask in (base.predict_proba, base.predict, base.predict_sentiment):
        with pytest.raises(InputError, match=rule):
            ask([PAIRS[0], pair])
    with pytest.raises(InputError, match=rule):
        base.explain(pair)


def test_sentiments_come_in_the_order_of_their_names(base: Model) -> None:
    found = base.predict_sentiment(PAIRS)
    assert found.shape == (3, 3)
    assert [SENTIMENTS[k] for k in found.argmax(axis=1)] == ["positive", "negative", "neutral"]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (None, [("USA", "IRN", ("rivalry",))]),
        ("2008-12-01", []),
        ("2015-01-01", [("USA", "IRN", ("rivalry",))]),
        ("2019-06-01", []),
    ],
)
def test_a_leader_stands_for_his_state_while_in_office(
    date: str | None, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    assert shown(stance.analyze("Obama condemned Iran.", date=date)) == expected


def test_actors_are_those_of_the_catalogue_given_or_laid_over(tmp_path: Path) -> None:
    actors = [
        Actor(id="GON", kind="state", name="Gondor"),
        Actor(id="ARN", kind="state", name="Arnor"),
    ]
    file = tmp_path / "actors.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(actor) + b"\n" for actor in actors))
    text = "Gondor condemned Arnor. Iran condemned Chad."
    own, real = ("GON", "ARN", ("rivalry",)), ("IRN", "TCD", ("rivalry",))
    assert shown(stance.analyze(text)) == [real]
    assert shown(stance.analyze(text, actors=Catalogue(actors))) == [own]
    assert shown(stance.analyze(text, actors=file)) == [own, real]


@pytest.mark.parametrize("progress", [False, True])
def test_progress_is_shown_on_standard_error_where_asked_for(
    base: Model, progress: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["Iran criticised Iraq.", "It rained."]
    analyses = list(base.analyze_many(texts, progress=progress))
    assert [analysis.text for analysis in analyses] == texts
    out, err = capsys.readouterr()
    assert out == ""
    assert ("analysing" in err) == progress
    assert bool(err) == progress


@given(st.text(max_size=300))
def test_every_span_is_its_surface_form(base: Model, noise: str) -> None:
    text = f"{noise} Iran criticised Iraq, {noise} and Oman."
    if any(0xD800 <= ord(char) < 0xE000 for char in noise):
        return
    analysis = base.analyze(text)
    for sentence in analysis.sentences:
        assert text[sentence.start : sentence.end] == sentence.text
        for mention in sentence.mentions:
            assert text[mention.start : mention.end] == mention.text
            assert sentence.start <= mention.start < mention.end <= sentence.end
    for relation in analysis.relations:
        sentence = analysis.sentences[relation.sent_index]
        for start, end in relation.evidence:
            assert sentence.start <= start < end <= sentence.end


def test_scores_do_not_change_when_actors_do(base: Model) -> None:
    """The promise of name-blindness, to the last bit, over random entries of the catalogue."""
    catalogue = default_catalogue()
    rng = random.Random(7)
    templates = (
        "{} accused {} of arming {} and recalled its envoy.",
        "Talks between {} and {} about the canal were broken off by {}.",
        "{} fears that {} will attack, and {} has promised help.",
    )
    for template in templates:
        seen = set()
        for _ in range(40):
            actors = rng.sample(catalogue.ids, 3)
            names = [rng.choice([catalogue.name(a), a, f"the {a} president"]) for a in actors]
            text, mentions = "", []
            for piece, actor, name in zip(
                template.split("{}"), [*actors, ""], [*names, ""], strict=True
            ):
                text += piece
                if actor:
                    mentions.append(Mention(actor, name, len(text), len(text) + len(name)))
                text += name
            pairs = [
                Pair(text, one.span, other.span, tuple(mentions))
                for one in mentions
                for other in mentions
                if one is not other
            ]
            seen.add((base.predict_proba(pairs).tobytes(), base.predict_sentiment(pairs).tobytes()))
        assert len(seen) == 1, template


def test_name_blindness_holds_from_raw_text(base: Model) -> None:
    scores = {
        tuple(tuple(r.scores.values()) for r in base.analyze(text).relations)
        for text in (
            "Norway rejected the claims of Chad and warned Peru.",
            "Hezbollah rejected the claims of Gazprom and warned NATO.",
            "Moscow rejected the claims of Tehran and warned Beijing.",
        )
    }
    assert len(scores) == 1


def test_an_analysis_is_plain_data(base: Model) -> None:
    analysis = base.analyze(TEXT, date="2015-11-23", doc_id="a17")
    plain = analysis.to_dict()
    assert json.loads(json.dumps(plain)) == msgspec.json.decode(msgspec.json.encode(plain))
    assert plain["doc_id"] == "a17"
    assert {row["doc_id"] for row in analysis.rows()} == {"a17"}
    assert pickle.loads(pickle.dumps(analysis)) == analysis


def test_an_analysis_cannot_be_changed(base: Model) -> None:
    analysis = base.analyze(TEXT)
    with pytest.raises(AttributeError):
        analysis.text = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        analysis.relations[0].scores["rivalry"] = 1.0  # type: ignore[index]


def test_printing_an_analysis_shows_sentence_pair_and_stance(base: Model) -> None:
    printed = str(base.analyze("Iran threatened to attack Israel."))
    assert "Iran threatened to attack Israel.\n    IRN > ISR: threat 0." in printed
    assert str(base.analyze("It rained.")) == "no stances found"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"bytes", "a text is a str; found 'bytes'"),
        ("lone \ud800 surrogate", "character 5 is a lone surrogate"),
        ("x" * 5_000_001, "a text has at most 5000000 characters; found 5000001"),
    ],
)
def test_a_text_that_is_none_is_refused(base: Model, text: str, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        base.analyze(text)


@pytest.mark.parametrize("date", [
    "yesterday", "2015-13-01", "23.11.2015", "20151123", "2015-W48-1", "2015-11-23T09:30", "",
])  # fmt: skip
def test_a_date_that_is_none_is_refused(base: Model, date: str) -> None:
    with pytest.raises(OptionError, match="a date is a day as in 2015-11-23; found"):
        base.analyze("Iran left.", date=date)


@pytest.mark.parametrize("text", ["", " \n ", "No actor here.", "Iran alone.", "🙂" * 50])
def test_a_text_without_pairs_has_no_relations(base: Model, text: str) -> None:
    assert base.analyze(text).relations == ()


def test_another_language_is_abstained_from(base: Model) -> None:
    text = "Iran a vivement dénoncé les propos tenus hier soir par Israel devant les journalistes."
    analysis = base.analyze(text)
    assert analysis.relations
    assert all("unfamiliar" in str(relation.abstained) for relation in analysis.relations)
    assert analysis.stanced == ()
    (left_out,) = analysis.left_out()
    assert left_out == f"2 pairs left out: {analysis.relations[0].abstained}"
    assert str(analysis) == f"no stances found\n{left_out}"


def test_many_texts_need_a_process(base: Model) -> None:
    with pytest.raises(OptionError, match="processes are 1 or more, or -1 for all cores; found 0"):
        list(base.analyze_many(["Iran left."], n_jobs=0))


def test_many_texts_keep_their_order(base: Model) -> None:
    texts = [f"Iran criticised Iraq {i} times." for i in range(5)]
    analyses = list(base.analyze_many(texts))
    assert [analysis.text for analysis in analyses] == texts
    assert analyses == [base.analyze(text) for text in texts]


def test_the_order_of_mentions_in_a_pair_does_not_matter(base: Model) -> None:
    text = "Iran said Oman and Qatar quarrelled."
    mentions = [Mention("IRN", "Iran", 0, 4), Mention("OMN", "Oman", 10, 14),
                Mention("QAT", "Qatar", 19, 24)]  # fmt: skip
    scores = {
        base.predict_proba([Pair(text, (10, 14), (19, 24), tuple(order))]).tobytes()
        for order in (mentions, mentions[::-1])
    }
    assert len(scores) == 1


def test_a_folder_that_is_no_model_does_not_hide_the_shipped_one_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    assert load_model("base").stances == ("cooperation", "rivalry", "threat")
    (tmp_path / "mine").mkdir()
    with pytest.raises(NotFoundError, match=r"^mine: a model folder holds a manifest"):
        load_model("mine")


def test_a_model_trained_anew_into_its_folder_is_the_one_that_reads(
    tiny: Model, base: Model, tmp_path: Path
) -> None:
    found = []
    for model in (tiny, base, tiny):
        model.save(tmp_path / "mine")
        found.append(stance.analyze(TEXT, model=tmp_path / "mine").relations)
        assert found[-1] == model.analyze(TEXT).relations
    assert found[0] == found[2] != found[1]


def test_a_model_that_lies_there_unchanged_is_loaded_once(tiny: Model, tmp_path: Path) -> None:
    tiny.save(tmp_path / "mine")
    key = model_key(str(tmp_path / "mine"))
    assert cached_model(key) is cached_model(model_key(str(tmp_path / "mine")))


def test_a_pair_asks_what_its_relation_answers() -> None:
    model = load_model("base")
    text = "Oman said that it had warned Iran. Tehran thanked the EU, and Muscat blamed it."
    analysis = model.analyze(text)
    assert len(analysis.relations) > 6
    answers = model.predict_proba([analysis.pair(one) for one in analysis.relations])
    wanted = [list(one.scores.values()) for one in analysis.relations]
    assert answers.tolist() == [pytest.approx(row, abs=1e-6) for row in wanted]
