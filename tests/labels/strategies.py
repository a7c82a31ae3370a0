"""Labelled sentences for Hypothesis: every field, in every script, with every special character."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from stance.labels.check import check_sentence
from stance.records import LabeledMention, LabeledRelation, LabeledSentence

SPECIAL = "[]|\\#>?:@\"'~+*(),;- \t\n\r\u0085\u2028\u00a0\ufeff"
SCRIPTS = "aé\u0301\u0327אבع\u202e\u200f😀𝕀🇫🇷中ß"


def texts(min_size: int = 1, max_size: int = 30) -> st.SearchStrategy[str]:
    """Text with astral characters, combining marks, right-to-left script and all our marks."""
    return st.text(
        st.one_of(
            st.sampled_from(SPECIAL),
            st.sampled_from(SCRIPTS),
            st.characters(exclude_categories=["Cs"]),
        ),
        min_size=min_size,
        max_size=max_size,
    ).filter(lambda text: bool(text.strip()) or min_size == 0)


ACTORS = st.sampled_from(["IRN", "EU", "USA", "ÉTA", "حزب", "𝔛", "A.B-C"])
STANCES = st.lists(
    st.sampled_from(["cooperation", "rivalry", "threat", "verbal-conflict"]),
    max_size=3,
    unique=True,
).map(tuple)
SENTIMENTS = st.sampled_from([None, "negative", "neutral", "positive"])


@st.composite
def relations(draw: st.DrawFn, mentions: tuple[LabeledMention, ...], text: str) -> LabeledRelation:
    ends = st.sampled_from([None, *(mention.id for mention in mentions)])
    spans = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 8)).map(
        lambda pair: (pair[0], min(pair[0] + pair[1], len(text)))
    )
    evidence = st.lists(spans, max_size=2).map(tuple)
    return LabeledRelation(
        actor=draw(ends),
        target=draw(ends),
        stance=draw(st.none() | STANCES),
        sentiment=draw(SENTIMENTS),
        speaker=draw(st.none() | texts(max_size=8)),
        evidence=draw(st.none() | evidence),
    )


@st.composite
def sentences(draw: st.DrawFn, number: int = 0, overlap: bool = False) -> LabeledSentence:
    """A valid labelled sentence; with ``overlap`` its mentions may cut into each other."""
    text = draw(texts())
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    if overlap:
        spans += list(itertools.pairwise(cuts))
    marks = [(*span, draw(ACTORS)) for span in spans]
    implied = draw(st.lists(ACTORS.map(lambda actor: (None, None, actor)), max_size=1))
    mentions = tuple(
        LabeledMention(f"m{i}", actor, start, end, None if start is None else text[start:end])
        for i, (start, end, actor) in enumerate(dict.fromkeys([*marks, *implied]))
    )
    listed: dict[object, LabeledRelation] = {}
    for _ in range(draw(st.integers(0, 3))):
        relation = draw(relations(mentions, text))
        listed[relation.actor, relation.target] = relation
    doc = draw(
        st.none() | st.sampled_from(["d", "~", "a doc", "ד", "status", "id:"]) | texts(max_size=6)
    )
    index = draw(st.none() | st.integers(0, 12) | st.just(number))
    label = LabeledSentence(
        id=draw(st.sampled_from([f"{doc}:{number}", f"own {number}"])) + f" {number}",
        text=text,
        doc_id=doc,
        sent_index=index,
        lang=draw(st.sampled_from(["en", "fa"])),
        context=draw(st.none() | texts(min_size=0, max_size=8)),
        date=draw(st.sampled_from([None, "2015-11-23"])),
        source=draw(st.none() | texts(max_size=6)),
        mentions=mentions,
        relations=draw(st.just(tuple(listed.values())) | st.none()),
        exhaustive=draw(st.booleans()),
        annotator=draw(st.none() | st.sampled_from(["kb", "~", "k  b", "x doc: y"])),
        status=draw(st.sampled_from(["gold", "single", "suggested", "rejected"])),
        meta=draw(st.dictionaries(st.sampled_from(["topic", "a.b", "ü"]), texts(0, 6), max_size=2)),
    )
    good = tuple(r for r in label.relations or () if not _wrong(label, r))
    if label.relations is not None:
        label = _with(label, good)
    return label


def _with(label: LabeledSentence, relations: tuple[LabeledRelation, ...]) -> LabeledSentence:
    fields = {name: getattr(label, name) for name in label.__struct_fields__}
    return LabeledSentence(**{**fields, "relations": relations})


def _wrong(label: LabeledSentence, relation: LabeledRelation) -> bool:
    return bool(check_sentence(_with(label, (relation,))))


def corpora(overlap: bool = False) -> st.SearchStrategy[tuple[LabeledSentence, ...]]:
    """Between one and four valid sentences with different ids."""
    return st.integers(1, 4).flatmap(
        lambda n: st.tuples(*(sentences(number=i, overlap=overlap) for i in range(n)))
    )
