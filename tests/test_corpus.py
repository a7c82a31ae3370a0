"""What the corpus promises in its data card: floors, ceilings, no repeats, nothing borrowed."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from stance.labels.files import read_labels
from stance.labels.splits import split_labels
from stance.labels.stats import implied_pairs
from stance.learning.examples import Example, examples_of
from stance.records import LabeledSentence
from stance.text.catalogue import default_catalogue

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
SHARES = {"train": 0.8, "dev": 0.1, "test": 0.1}
SET_PHRASES = {  # names and formulas that any text of the field shares; no more than these
    "and the democratic republic of the congo",
    "at the request of the united states",
    "in the internal affairs of the country",
    "the chairman of the african union commission",
}
CONSTRUCTIONS = (
    "passive nominalised target-first relative three reported quotation denied suspended ended"
    " conditional tie joint pronoun long headline mixed alliance fear against-threat"
).split()


@pytest.fixture(scope="module")
def corpus() -> tuple[LabeledSentence, ...]:
    return read_labels(ROOT / "data" / "labeled")


@pytest.fixture(scope="module")
def examples(corpus: tuple[LabeledSentence, ...]) -> list[Example]:
    return list(examples_of(corpus))


def tags(label: LabeledSentence) -> set[str]:
    return {tag.strip() for tag in label.meta.get("tags", "").split(",")}


def ends(label: LabeledSentence) -> list[tuple[str, ...]]:
    """Return the actors of each relation, sorted."""
    by_id = {mention.id: mention.actor for mention in label.mentions or ()}
    return [
        tuple(sorted(by_id[end] for end in (r.actor, r.target) if end is not None))
        for r in label.relations or ()
    ]


def test_it_has_the_promised_size(corpus: tuple[LabeledSentence, ...]) -> None:
    assert len(corpus) >= 6000
    assert sum(len(label.relations or ()) for label in corpus) >= 15_000


def test_stances_have_their_shares(corpus: tuple[LabeledSentence, ...]) -> None:
    """Of the neutral pairs two a sentence count, as in the codebook."""
    counts = Counter(s for c in corpus for r in c.relations or () for s in r.stance or ("none",))
    for label in corpus:
        listed = sum(not relation.stance for relation in label.relations or ())
        counts["none"] += min(sum(1 for _ in implied_pairs(label)), max(2 - listed, 0))
    shares = {name: count / counts.total() for name, count in counts.items()}
    assert shares["none"] >= 0.35
    assert shares["cooperation"] <= 0.30
    assert shares["rivalry"] >= 0.20
    assert shares["threat"] >= 0.15


def test_a_third_of_two_actor_sentences_differ_by_direction(
    corpus: tuple[LabeledSentence, ...],
) -> None:
    two = [c for c in corpus if len({m.actor for m in c.mentions or ()}) == 2]
    differ = 0
    for label in two:
        by_id = {mention.id: mention.actor for mention in label.mentions or ()}
        stances = {
            (by_id.get(str(r.actor)), by_id.get(str(r.target))): set(r.stance or ())
            for r in label.relations or ()
        }
        differ += any(stances.get((b, a), set()) != held for (a, b), held in stances.items())
    assert differ >= len(two) / 3


@pytest.mark.parametrize("construction", CONSTRUCTIONS)
def test_each_construction_has_150_sentences(
    corpus: tuple[LabeledSentence, ...], construction: str
) -> None:
    assert sum(construction in tags(label) for label in corpus) >= 150


def test_twins_and_topics_and_registers(corpus: tuple[LabeledSentence, ...]) -> None:
    assert sum("twin" in tags(label) for label in corpus) >= 600
    assert len({label.meta["topic"] for label in corpus}) >= 30
    registers = Counter(label.meta["register"] for label in corpus)
    assert set(registers) == set(
        "agency analysis regional statement headline quotation oped".split()
    )
    plain = registers["agency"] + registers["analysis"]
    assert 0.55 <= plain / registers.total() <= 0.70
    pressed = registers["regional"] + registers["statement"]
    assert pressed / registers.total() >= 0.18


def test_headlines_quotations_and_op_eds_are_a_fifth(corpus: tuple[LabeledSentence, ...]) -> None:
    registers = Counter(label.meta["register"] for label in corpus)
    figured = registers["headline"] + registers["quotation"] + registers["oped"]
    assert figured / registers.total() >= 0.195


def test_no_actor_and_no_dyad_dominates(corpus: tuple[LabeledSentence, ...]) -> None:
    dyads = [dyad for label in corpus for dyad in ends(label)]
    actors = Counter(actor for dyad in dyads for actor in dyad)
    assert max(actors.values()) <= 0.08 * len(dyads)
    assert max(Counter(dyads).values()) <= 0.015 * len(dyads)


def test_many_states_and_organisations_occur(corpus: tuple[LabeledSentence, ...]) -> None:
    catalogue = default_catalogue()
    used = {m.actor for label in corpus for m in label.mentions or ()}
    kinds = Counter(catalogue.entries(actor)[0].kind for actor in used if actor in catalogue)
    assert kinds["state"] >= 120
    assert kinds["organization"] + kinds["bloc"] >= 50


def runs(text: str, n: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


def test_no_two_documents_share_seven_words_in_a_row(corpus: tuple[LabeledSentence, ...]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    repeated = [
        (label.id, " ".join(run))
        for label in corpus
        for run in runs(label.text, 7)
        if seen.setdefault(run, label.group) != label.group
    ]
    assert repeated == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the evaluation sets in ../shared are not here")
def test_nothing_is_borrowed_from_an_evaluation_set(corpus: tuple[LabeledSentence, ...]) -> None:
    borrowed: set[tuple[str, ...]] = set()
    for path in (SHARED / "gold_dev.jsonl", *sorted((SHARED / "benchmarks").glob("*.*"))):
        if path.suffix not in (".jsonl", ".tsv"):
            continue
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line) if path.suffix == ".jsonl" else {}
            text = row.get("text", row.get("sentence_normalized", line))
            borrowed |= runs(text, 7)
    found = {" ".join(run) for c in corpus for run in runs(c.text, 7) if run in borrowed}
    assert found == SET_PHRASES


def test_the_names_of_actors_tell_nothing(examples: list[Example]) -> None:
    """A classifier that sees only which states the two are should do no better than chance."""
    catalogue = default_catalogue()
    states = {id_ for id_ in catalogue.ids if catalogue.entries(id_)[0].kind == "state"}
    pairs = [e for e in examples if e.actor in states and e.target in states and e.listed]
    index = {name: i for i, name in enumerate(
        sorted({(k, a) for e in pairs for k, a in enumerate((e.actor, e.target))}))}  # fmt: skip
    rows = [i for i in range(len(pairs)) for _ in range(2)]
    columns = [index[k, a] for e in pairs for k, a in enumerate((e.actor, e.target))]
    features = csr_matrix(([1.0] * len(rows), (rows, columns)), shape=(len(pairs), len(index)))
    documents = sorted({e.document for e in pairs})
    held_out = {d for i, d in enumerate(documents) if i % 5 == 0}
    test = [i for i, e in enumerate(pairs) if e.document in held_out]
    train = [i for i, e in enumerate(pairs) if e.document not in held_out]
    for stance in ("cooperation", "rivalry", "threat"):
        wanted = [stance in e.stances for e in pairs]
        model = LogisticRegression(solver="liblinear").fit(
            features[train], [wanted[i] for i in train]
        )
        truth = [wanted[i] for i in test]
        precision = average_precision_score(truth, model.decision_function(features[test]))
        chance = sum(truth) / len(truth)
        assert precision <= chance + 0.02, f"{stance}: {precision:.3f} against {chance:.3f}"


def test_twins_stand_in_one_part_of_the_split(corpus: tuple[LabeledSentence, ...]) -> None:
    parts = split_labels(corpus, SHARES)
    homes: dict[str, set[str]] = {}
    for name, labels in parts.items():
        for label in labels:
            homes.setdefault(label.group, set()).add(name)
    assert all(len(names) == 1 for names in homes.values())
    shares = {name: len(labels) / len(corpus) for name, labels in parts.items()}
    assert shares["train"] == pytest.approx(0.8, abs=0.03)
    assert shares["dev"] == pytest.approx(0.1, abs=0.03)


def test_sentences_of_a_document_are_numbered(corpus: tuple[LabeledSentence, ...]) -> None:
    for one, other in pairwise(corpus):
        if one.group == other.group:
            assert (other.sent_index or 0) == (one.sent_index or 0) + 1
