from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.analysis import Model, cached_model, load_model, model_key
from stance.batch.documents import Document
from stance.batch.options import BatchOptions
from stance.batch.schema import Rows, columns_of, encode_json
from stance.batch.scoring import score_rows
from stance.errors import ModelError, OptionError
from stance.model import documents as model_documents
from stance.model import linear
from stance.model.documents import ask, score_documents
from stance.text.reading import read_document

words = st.sampled_from(
    "Iran Russia France Oman the EU condemned praised attack plans to and with its , not Moscow"
    " sanctions . ! Yesterday said that “ ” U.S. both countries Tehran".split()
)
documents = st.lists(st.lists(words, min_size=1, max_size=40).map(" ".join), max_size=6)


@pytest.fixture(scope="module")
def loaded(model: str) -> Model:
    return load_model(model)


@settings(max_examples=40, deadline=None)
@given(found=documents)
def test_scores_of_many_documents_are_those_of_the_plain_sum_of_contributions(
    loaded: Model, found: list[str]
) -> None:
    read = [read_document(text, loaded.catalogue) for text in found]
    fast = score_documents(loaded.scorer, read).scored.stances
    plain = []
    for sentences in read:
        for one in sentences:
            for _, masked in ask(0, one):
                logits = []
                for output in range(len(loaded.stances)):
                    intercept, parts = loaded.scorer.contributions(masked, output)
                    logits.append(math.fsum([intercept, *(part.weight for part in parts)]))
                plain.append([1 / (1 + math.exp(-logit)) for logit in logits])
    assert len(fast) == len(plain)
    if plain:
        np.testing.assert_allclose(fast, plain, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(found=documents)
def test_scores_are_the_same_bits_in_batches_of_any_size(loaded: Model, found: list[str]) -> None:
    read = [read_document(text, loaded.catalogue) for text in found]
    usual = score_documents(loaded.scorer, read, evidence=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linear, "_MANY", 0)  # the sparse product, else for hundreds of pairs
        patch.setattr(model_documents, "_AT_ONCE", 1)
        other = score_documents(loaded.scorer, iter(read), evidence=False)
    assert other.asked == usual.asked
    assert other.scored.stances.tobytes() == usual.scored.stances.tobytes()
    assert other.scored.sentiment.tobytes() == usual.scored.sentiment.tobytes()
    assert other.scored.familiar.tobytes() == usual.scored.familiar.tobytes()


@settings(max_examples=20, deadline=None)
@given(found=documents)
def test_what_is_gathered_is_what_masked_pairs_say(loaded: Model, found: list[str]) -> None:
    read = [read_document(text, loaded.catalogue) for text in found]
    asked = [(one, masked) for sentences in read for s in sentences for one, masked in ask(0, s)]
    scored = score_documents(loaded.scorer, read, evidence=False)
    assert [(one.actor, one.target) for one, _ in asked] == [
        (one.actor, one.target) for one in scored.asked
    ]
    expected = loaded.scorer.score([masked for _, masked in asked])
    np.testing.assert_allclose(scored.scored.sentiment, expected.sentiment, atol=1e-6)
    assert scored.scored.familiar.tolist() == expected.familiar.tolist()


@settings(max_examples=40, deadline=None)
@given(found=documents)
def test_rows_of_a_chunk_are_the_rows_of_each_analysis(loaded: Model, found: list[str]) -> None:
    corpus = [Document(f"d{i}", text, "2015-11-23") for i, text in enumerate(found)]
    rows, bad, sentences = score_rows(loaded, corpus)
    analyses = [loaded.analyze(one.text, one.date, one.doc_id) for one in corpus]
    assert not bad
    assert sentences == sum(len(analysis.sentences) for analysis in analyses)
    names = [column.name for column in columns_of(loaded.stances)]
    assert [dict(zip(names, row, strict=True)) for row in zip(*rows, strict=True)] == [
        row for analysis in analyses for row in analysis.rows()
    ]


@settings(max_examples=20, deadline=None)
@given(found=documents)
def test_analyze_many_is_analyze(loaded: Model, found: list[str]) -> None:
    many = list(loaded.analyze_many(found))
    assert [list(one.rows()) for one in many] == [
        list(loaded.analyze(text).rows()) for text in found
    ]
    assert [one.relations for one in many] == [loaded.analyze(text).relations for text in found]


def test_rows_carry_evidence_on_request(loaded: Model) -> None:
    text = "It rained. Japan threatened to attack Chile."
    rows, _, _ = score_rows(loaded, [Document("a", text)], BatchOptions(evidence=True))
    relations = loaded.analyze(text).relations
    assert rows[-1] == [
        "|".join(f"{start}-{end}" for start, end in relation.evidence) for relation in relations
    ]
    assert any(rows[-1])
    assert all(start > text.index("Japan") for one in relations for start, _ in one.evidence)


def test_without_coreference_pronouns_hold_no_relations(loaded: Model) -> None:
    text = "Japan threatened Chile. It also praised Peru."
    usual, _, _ = score_rows(loaded, [Document("a", text)])
    names, _, _ = score_rows(loaded, [Document("a", text)], BatchOptions(coreference=False))
    assert ("JPN", "PER") in zip(usual[4], usual[5], strict=True)
    alone = loaded.analyze(text, coreference=False).relations
    assert [(r.actor.id, r.target.id) for r in alone if r.actor and r.target] == list(
        zip(names[4], names[5], strict=True)
    )
    assert ("JPN", "PER") not in zip(names[4], names[5], strict=True)


def test_a_document_without_relations_gets_a_row_on_request(loaded: Model) -> None:
    corpus = [
        Document("a", "It rained.", "2015-11-23", source="Agency"),
        Document("b", "Iran condemned France."),
        Document("c", "Eggs and salt."),
    ]
    rows, _, _ = score_rows(loaded, corpus, BatchOptions(all_documents=True))
    assert rows[0] == ["a", "b", "b", "c"]
    assert rows[1] == ["2015-11-23", None, None, None]
    assert rows[2] == ["Agency", None, None, None]
    assert rows[4] == [None, "IRN", "FRA", None]
    assert {column[0] for column in rows[3:]} == {None}


@pytest.mark.parametrize("name", ["war", "at war", "class", "vidÿ", 'so "called"', "a\\b", "a\tb"])
def test_rows_as_json_lines_hold_stances_of_any_name(name: str) -> None:
    columns = columns_of((name,))
    rows: Rows = [[f"x{i}", None] for i in range(len(columns))]
    first, second = map(json.loads, encode_json(columns, rows).splitlines())
    assert list(first) == [column.name for column in columns]
    assert list(first.values()) == [f"x{i}" for i in range(len(columns))]
    assert set(second.values()) == {None}


def test_a_stance_with_the_name_of_a_column_is_refused() -> None:
    with pytest.raises(OptionError, match=r"no stance has the name of another column.*'sentence'"):
        columns_of(("sentence",))


def test_a_worker_with_another_model_refuses(model: str) -> None:
    key = model_key(model)
    other = type(key)(key.name, "0" * 64)
    with pytest.raises(ModelError, match="all processes have the model and the actors that"):
        cached_model(other)
