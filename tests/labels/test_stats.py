"""What a set of labels holds."""

from __future__ import annotations

import msgspec

from stance.labels.files import read_labels
from stance.labels.stats import Share, implied_pairs, label_stats
from stance.records import LabeledSentence

SMALL = read_labels("tests/data/small.stance")


def test_the_counts_of_a_small_file_are_those_made_by_hand() -> None:
    stats = label_stats(SMALL)
    assert (stats.sentences, stats.documents, stats.exhaustive) == (3, 2, 3)
    assert (stats.mentions, stats.implied_mentions, stats.relations) == (7, 1, 4)
    assert (stats.neutral, stats.undecided, stats.several) == (0, 0, 0)
    assert stats.implied == 1  # IRN > EU in the first sentence
    assert stats.stances == {"cooperation": Share(2, 0.5), "rivalry": Share(2, 0.5)}
    assert stats.sentiments["neutral"] == Share(3, 0.75)
    assert stats.speakers == Share(2, 0.5)
    assert list(stats.actors) == ["IRN", "EU", "RUS", "USA"]
    assert stats.dyads["EU > IRN"] == Share(2, 0.5)
    assert stats.words == {"mean": 7.0, "median": 7.0, "p05": 6.0, "p95": 8.0, "max": 8.0}


def test_tags_are_counted_one_by_one() -> None:
    tagged = [
        msgspec.structs.replace(SMALL[0], meta={"tags": "passive,three", "topic": "gas"}),
        msgspec.structs.replace(SMALL[1], meta={"tags": "passive"}),
    ]
    stats = label_stats(tagged)
    assert stats.meta["tags"] == {"passive": Share(2, 1.0), "three": Share(1, 0.5)}
    assert stats.meta["topic"] == {"gas": Share(1, 0.5)}
    assert stats.meta["register"] == {}


def test_a_sentence_that_is_not_exhaustive_implies_nothing() -> None:
    assert not list(implied_pairs(msgspec.structs.replace(SMALL[0], exhaustive=False)))


def test_no_labels_give_counts_of_zero() -> None:
    stats = label_stats([])
    assert (stats.sentences, stats.words, stats.stances, stats.speakers) == (0, {}, {}, Share(0, 0))


def test_what_was_not_annotated_is_counted_apart() -> None:
    open_ = LabeledSentence(id="a", text="- Iran left .")
    stats = label_stats([open_, open_])
    assert (stats.unannotated, stats.duplicates, stats.words["max"]) == (2, 1, 2.0)
