"""The catalogue: files of our own and of users, their faults, and the words they hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stance.errors import CatalogueError, NotFoundError
from stance.text.catalogue import (
    Actor,
    Catalogue,
    Leader,
    default_catalogue,
    plain,
    read_catalogue,
)
from stance.text.reading import read_document


def test_all_members_of_the_united_nations_are_there() -> None:
    codes = "AFG USA GBR FRA CHN RUS IRN IND BRA ZAF TUV NRU SSD MKD SWZ TLS".split()
    assert all(code in default_catalogue() for code in codes)
    states = [i for i in default_catalogue().ids if default_catalogue().kind(i) == "state"]
    assert len(states) >= 195


def test_every_word_of_an_actor_leads_back_to_it() -> None:
    catalogue = default_catalogue()
    for actor in catalogue.ids:
        for entry in catalogue.entries(actor):
            for text in (entry.name, *entry.names, *entry.adjectives, *entry.capital):
                assert actor in {surface.actor for surface in catalogue.lookup(text)}, text


def test_a_users_file_is_laid_over_ours(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text(
        '{"id": "GONDOR", "kind": "state", "name": "Gondor"}\n'
        '{"id": "IRN", "kind": "state", "name": "Iran", "metonyms": ["Big House"]}\n'
        '{"actor": "GONDOR", "name": "Denethor Son", "office": "steward"}\n'
    )
    catalogue = default_catalogue().overlay(own)
    text = "Gondor warned Iran, Denethor Son praised the Big House, and France slept."
    (one,) = read_document(text, catalogue)
    assert [m.id for m in one.sentence.mentions] == ["GONDOR", "IRN", "GONDOR", "IRN", "FRA"]
    assert "GONDOR" not in default_catalogue()


def test_all_faults_of_a_file_are_listed_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "A"}\n{"id": "B", "kind": "planet", "name": "B"}\nnot json\n')
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path)
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:{n}" for n in (1, 2, 3)]
    assert all("see docs/actors.md" in line for line in lines)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no such catalogue file"):
        read_catalogue(tmp_path / "none.jsonl")


@pytest.mark.parametrize("until", ["2014", "2014-05", "9999-12-31"])
def test_the_end_of_an_office_may_be_less_than_a_day_or_never(until: str) -> None:
    leader = Leader(actor="GONDOR", name="Denethor", office="steward", until=until)
    catalogue = Catalogue([Actor(id="GONDOR", kind="state", name="Gondor")], [leader])
    assert [surface.until for surface in catalogue.lookup("Denethor")] == [until]


def test_a_leader_of_nobody_is_refused() -> None:
    with pytest.raises(CatalogueError, match="a leader stands for an actor of the catalogue"):
        Catalogue([], [Leader(actor="X", name="Y Z", office="president")])


def test_a_short_name_needs_its_actor() -> None:
    with pytest.raises(CatalogueError, match="a short name stands for an actor of the catalogue"):
        Catalogue([Actor(id="X", kind="state", name="Y", introduces={"North": "Z"})])


def test_words_of_context_decide_on_an_ambiguous_name() -> None:
    entry = {
        "id": "ROHAN",
        "kind": "state",
        "name": "Rohan",
        "ambiguous": {"Rohan": {"unless": ["singer"], "needs": [], "reason": "a given name"}},
    }
    catalogue = Catalogue([Actor(**json.loads(json.dumps(entry | {"ambiguous": {}})))])
    assert catalogue.lookup("Rohan")
    import msgspec

    doubtful = Catalogue([msgspec.convert(entry, Actor)])

    def ids(text: str) -> list[str]:
        return [m.id for one in read_document(text, doubtful) for m in one.sentence.mentions]

    assert ids("Rohan sent riders.") == ["ROHAN"]
    assert ids("Rohan, a singer, sang.") == []


def test_an_acronym_may_be_printed_like_a_word_from_four_letters_on() -> None:
    catalogue = Catalogue(
        [Actor(id="X", kind="organization", name="X Union", abbreviations=("WXYZ", "ABC"))]
    )
    assert catalogue.lookup("Wxyz")
    assert not catalogue.lookup("Abc")


def test_plain_text_loses_only_its_diacritics() -> None:
    assert plain("Mevlüt Çavuşoğlu") == "Mevlut Cavusoglu"
    assert plain("N’Djamena") == "N'Djamena"
