"""Audits: the cases that ship are sound, the rules fire and stay quiet, bad folders are refused."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stance.learning
from stance.analysis import Model, load_model
from stance.errors import LabelError, NotFoundError, OptionError, StanceError
from stance.labels.files import read_labels
from stance.learning.audit_rules import KINDS, Answer, Asked
from stance.learning.audits import Audit, audit, exchange_names
from stance.learning.examples import examples_of
from stance.learning.held_out import Unseen
from stance.learning.training import train
from stance.model.linear import Scored
from stance.model.masked import MaskedPair
from stance.records import LabeledMention, LabeledSentence

CASES = Path(stance.learning.__file__).parent / "audit_cases"
STANCES = ("cooperation", "rivalry", "threat")


class Fake:
    """A scorer that answers as it is told: probabilities by masked pair."""

    stances = STANCES
    thresholds = found_thresholds = (0.5, 0.5, 0.5)

    def probabilities(self, pair: MaskedPair) -> Sequence[float]:
        raise NotImplementedError

    def score(self, pairs: Sequence[MaskedPair]) -> Scored:
        stances = np.array([self.probabilities(pair) for pair in pairs], np.float32).reshape(-1, 3)
        return Scored(stances, np.full((len(pairs), 3), 1 / 3, np.float32), np.ones(len(pairs)))


def seen(pair: MaskedPair) -> tuple[object, ...]:
    return tuple(pair.ids), pair.first, pair.second, pair.order


class Oracle(Fake):
    """Says what the labels of the cases say."""

    def __init__(self) -> None:
        self.known = {
            seen(example.pair): [0.9 if name in example.stances else 0.1 for name in STANCES]
            for example in examples_of(read_labels(CASES))
        }

    def probabilities(self, pair: MaskedPair) -> Sequence[float]:
        return self.known[seen(pair)]


class Silent(Fake):
    def probabilities(self, pair: MaskedPair) -> Sequence[float]:
        return (0.1, 0.1, 0.1)


class Talkative(Fake):
    def probabilities(self, pair: MaskedPair) -> Sequence[float]:
        return (0.9, 0.9, 0.9)


class NameReader(Oracle):
    """Right in everything, but it looks at how long the first name is."""

    def probabilities(self, pair: MaskedPair) -> Sequence[float]:
        start, end = pair.spans[pair.first]
        return [p + (end - start) / 10_000 for p in super().probabilities(pair)]


def rates(scorer: Fake) -> dict[str, float | None]:
    return {one.kind: one.rate for one in audit(Model(scorer)).kinds}  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_forty_cases_or_more_none_twice(kind: str) -> None:
    labels = read_labels(CASES / f"{kind}.stance")
    assert len(labels) >= 40 * KINDS[kind].n_sentences
    texts = [label.text for label in labels]
    assert len(set(texts)) == len(texts)


def test_no_case_is_a_sentence_of_the_corpus() -> None:
    corpus = {label.text for label in read_labels("data/labeled")}
    assert not corpus & {label.text for label in read_labels(CASES)}


def test_who_answers_as_labelled_passes_every_case() -> None:
    assert rates(Oracle()) == dict.fromkeys(KINDS, 1.0)


def test_silence_passes_nothing_but_the_swap_of_names() -> None:
    assert rates(Silent()) == {**dict.fromkeys(KINDS, 0.0), "name-swap": 1.0}


def test_saying_everything_always_fails_where_something_must_not_be_found() -> None:
    found = rates(Talkative())
    assert [found[kind] for kind in ("roles-swapped", "negation", "suspension")] == [0, 0, 0]
    assert [found[kind] for kind in ("mutual", "passive", "additions", "typos")] == [1, 1, 1, 1]


def test_a_model_that_looks_at_names_is_caught() -> None:
    found = rates(NameReader())
    assert found["name-swap"] is not None
    assert found["name-swap"] < 0.5
    assert found["negation"] == 1.0


def test_the_shipped_model_never_sees_a_name() -> None:
    found = audit(load_model("base")).kinds[0]
    assert (found.kind, found.failures) == ("name-swap", ())


def test_a_failure_shows_sentence_expected_and_found() -> None:
    found = audit(Model(Silent()))  # type: ignore[arg-type]
    failure = found.kinds[3].failures[0]
    assert failure.reason == "GHA > BEN: cooperation is not found"
    assert failure.sentences[0] == "Ghana has thanked Benin for the emergency grain."
    assert failure.expected == (("GHA > BEN: cooperation",), ())
    assert failure.found == ((), ())
    shown = str(found)
    assert f"    {failure.sentences[0]}\n        expected  GHA > BEN: cooperation\n" in shown
    assert "negation             42       0   0.000" in shown


def test_cases_with_stances_that_the_model_does_not_know_are_left_out(
    labels: tuple[LabeledSentence, ...],
) -> None:
    other = [
        msgspec.structs.replace(
            label,
            relations=tuple(
                msgspec.structs.replace(r, stance=("verbal",) if r.stance else ())
                for r in label.relations or ()
            ),
        )
        for label in labels
    ]
    found = audit(train(other))
    assert {one.kind: one.n_cases for one in found.kinds} == {
        **dict.fromkeys(KINDS, 0), "name-swap": 44,
    }  # fmt: skip
    assert found.below(1.0) == ()


def test_what_is_known_of_unseen_actors_is_shown_and_counts() -> None:
    worse = Unseen(0.7, 0.5, -0.2, -0.3, -0.1, 100, 20)
    no_worse = Unseen(0.7, 0.6, -0.1, -0.2, 0.05, 100, 20)
    found = Audit("m", 0.2, (), {"actors": worse, "dyads": no_worse})
    assert found.below(0.0) == ("unseen actors",)
    shown = str(found).splitlines()
    assert (
        shown[-2] == "unseen actors     0.700   0.500  -0.200   [-0.300, -0.100]       20   worse"
    )
    assert shown[-1] == "unseen dyads      0.700   0.600  -0.100   [-0.200, +0.050]       20"
    unknown = msgspec.structs.replace(found, unseen=None)
    assert unknown.below(0.0) == ()
    assert "not measured; training held no documents out" in str(unknown)


def answer(expected: str = "", found: str = "", p: float = 0.5, output: float = 0.0) -> Answer:
    return Answer(tuple(expected.split()), tuple(found.split()), {"rivalry": p}, (output,))


def asked(there: Answer, back: Answer | None = None) -> Asked:
    return Asked("", {("A", "B"): there, ("B", "A"): back or answer()})


HELD = answer("rivalry", "rivalry")


@pytest.mark.parametrize(
    ("kind", "case", "reason"),
    [
        ("name-swap", [asked(HELD), asked(HELD)], None),
        ("name-swap", [asked(HELD), asked(answer(output=1e-7))],
         "A > B: the scores depend on the names"),
        ("mutual", [asked(HELD, HELD)], None),
        ("mutual", [asked(HELD, answer("rivalry"))], "B > A: rivalry is not found"),
        ("mutual", [asked(HELD, answer("rivalry", "rivalry threat"))],
         "A > B and back: found rivalry and rivalry, threat"),
        ("mutual", [asked(HELD, answer("rivalry", "rivalry", 0.71))],
         "A > B and back: rivalry is 0.50 and 0.71"),
        ("roles-swapped", [asked(HELD), asked(answer(), HELD)], None),
        ("roles-swapped", [asked(HELD), asked(answer("", "rivalry"), HELD)],
         "A > B: rivalry is found the wrong way around"),
        ("roles-swapped", [asked(HELD), asked(answer(), answer("rivalry"))],
         "B > A: rivalry is not found"),
        ("negation", [asked(HELD), asked(answer())], None),
        ("negation", [asked(HELD), asked(answer("", "rivalry"))], "A > B: rivalry is still found"),
        ("negation", [asked(answer("rivalry")), asked(answer())], "A > B: rivalry is not found"),
        ("suspension", [asked(HELD, HELD), asked(answer(), HELD)], None),
        ("passive", [asked(HELD), asked(answer("rivalry", "rivalry", 0.69))], None),
        ("passive", [asked(HELD), asked(answer("rivalry", "rivalry", 0.71))],
         "A > B: rivalry is 0.50 and 0.71"),
        ("additions", [asked(HELD), asked(HELD, answer("", "threat"))],
         "B > A: found nothing and threat"),
        ("typos", [asked(answer("rivalry")), asked(answer("rivalry"))],
         "A > B: rivalry is not found"),
    ],
)  # fmt: skip
def test_a_rule_fires_and_stays_quiet(kind: str, case: list[Asked], reason: str | None) -> None:
    assert KINDS[kind].judge(case) == reason


WHOLE = "# exhaustive: yes\n# doc: a\n[A|A] met [B|B].\n    A > B: cooperation\n"


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("typos.stance", WHOLE, LabelError,
         "a case of this kind has 2 sentences under one doc; found 'a: 1'; complete it"),
        ("mutual.stance", WHOLE.replace("yes", "no"), LabelError,
         "a case says of every pair of actors that it mentions what holds; found 'a'"),
        ("mutual.stance", WHOLE.replace("A > B: cooperation", "A > B: ?"), LabelError,
         "a case says of every pair"),
        ("mutual.stance", WHOLE.replace("A > B", "A > (C)"), LabelError,
         "a case says of every pair"),
        ("typos.stance", WHOLE + "[A|A] met [C|C].\n", LabelError,
         "the sentences of a case mention the same actors; found 'a'"),
        ("name-swap.stance", WHOLE.replace("[A|A] met", "[They|A+B] met"), LabelError,
         "do not overlap"),
        ("ironies.stance", WHOLE, OptionError,
         "files named after kinds (name-swap, mutual, roles-swapped"),
        ("mutual.stance", "[A|A met.", LabelError, "mutual.stance:1"),
    ],
)  # fmt: skip
def test_a_bad_folder_of_cases_is_refused_with_the_rule(
    tmp_path: Path, name: str, content: str, error: type[StanceError], message: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(error) as raised:
        audit(Model(Silent()), tmp_path)  # type: ignore[arg-type]
    assert message in str(raised.value)


def test_an_empty_or_missing_folder_of_cases_is_refused(tmp_path: Path) -> None:
    model = Model(Silent())  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="found 'an empty folder'"):
        audit(model, tmp_path)
    with pytest.raises(NotFoundError, match="there is no such folder of cases"):
        audit(model, tmp_path / "none")


def test_ones_own_cases_are_audited_alone(tmp_path: Path) -> None:
    shutil.copy(CASES / "typos.stance", tmp_path)
    found = audit(Model(Oracle()), tmp_path)  # type: ignore[arg-type]
    assert [(one.kind, one.rate) for one in found.kinds] == [("typos", 1.0)]


@given(st.lists(st.tuples(st.text("ab ", max_size=3), st.text("XYZ", min_size=1)),
                min_size=1, max_size=4))  # fmt: skip
def test_names_change_places_and_come_back(pieces: list[tuple[str, str]]) -> None:
    text, mentions = "", []
    for i, (between, name) in enumerate(pieces):
        text += between
        mentions.append(LabeledMention(f"m{i}", f"A{i}", len(text), len(text + name), name))
        text += name
    label = LabeledSentence(id="a", text=text, mentions=tuple(mentions), relations=())
    turned = label
    for _ in pieces:
        turned = exchange_names(turned)
        for mention in turned.mentions or ():
            assert turned.text[mention.start : mention.end] == mention.text
    assert turned == label
