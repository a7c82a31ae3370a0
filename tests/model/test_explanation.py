from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.analysis import Model
from stance.errors import OptionError
from stance.records import Pair

VERBS = st.sampled_from(["praised", "shelled", "imposed sanctions on", "borders", "never met"])
TAILS = st.text("abc ,.", max_size=30)


@given(VERBS, TAILS)
def test_contributions_add_up_to_the_probability(tiny: Model, verb: str, tail: str) -> None:
    pair = Pair(f"Iran {verb} Oman {tail}", (0, 4), (6 + len(verb), 10 + len(verb)))
    for k, stance in enumerate(tiny.stances):
        found = tiny.explain(pair, stance)
        assert found.stance == stance
        assert math.isclose(
            found.probability, float(tiny.predict_proba([pair])[0, k]), rel_tol=1e-4, abs_tol=1e-6
        )


def test_the_strongest_contributions_point_at_the_words_that_decided(tiny: Model) -> None:
    text = "Iran shelled Oman again."
    found = tiny.explain(Pair(text, (0, 4), (13, 17)))
    assert found.stance == "threat"
    best = found.contributions[0]
    assert "shelled" in text[best.span[0] : best.span[1]]
    assert "Iran" not in best.feature


def test_an_unknown_stance_is_an_error(tiny: Model) -> None:
    with pytest.raises(OptionError, match="the stances are cooperation, rivalry, threat; found"):
        tiny.explain(Pair("A met B", (0, 1), (6, 7)), "friendship")
