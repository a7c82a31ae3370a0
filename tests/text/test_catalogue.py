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


def test_a_users_word_means_what_the_user_says_where_ours_would_fit_as_well(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text(
        '{"id": "CMA", "kind": "group", "name": "Own Group", "abbreviations": ["CMA"]}\n'
    )
    assert default_catalogue().lookup("CMA")
    found = read_document(
        "The CMA attacked Mali. CMA chief met Algeria.", default_catalogue().overlay(own)
    )
    ids = [[m.id for m in one.sentence.mentions] for one in found]
    assert ids == [["CMA", "MLI"], ["CMA", "DZA"]]


def test_all_faults_of_a_file_are_listed_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "A"}\n{"id": "B", "kind": "planet", "name": "B"}\nnot json\n')
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path)
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:{n}" for n in (1, 2, 3)]
    assert all("see docs/actors.md" in line for line in lines)


def own_file(tmp_path: Path, *lines: dict[str, object]) -> Path:
    own = tmp_path / "own.jsonl"
    own.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return own


def test_a_line_with_an_id_that_is_there_needs_no_kind_and_no_name(tmp_path: Path) -> None:
    own = own_file(
        tmp_path,
        {"id": "MLI", "name": "Malistan"},
        {"id": "GEO", "names": ["Colchis"]},
        {"id": "GONDOR", "kind": "state", "name": "Gondor"},
        {"id": "GONDOR", "names": ["South Kingdom"]},
    )
    base = default_catalogue()
    catalogue = base.overlay(own)
    assert (catalogue.name("MLI"), catalogue.kind("MLI")) == ("Mali", "state")
    for word, actor in (("Malistan", "MLI"), ("Colchis", "GEO"), ("South Kingdom", "GONDOR")):
        assert [surface.actor for surface in catalogue.lookup(word)] == [actor]
    assert catalogue.lookup("Georgia") == base.lookup("Georgia"), "what it leaves out stays"


def test_a_file_is_laid_over_one_that_is_laid_over_ours(tmp_path: Path) -> None:
    first = default_catalogue().overlay(
        own_file(tmp_path, {"id": "GONDOR", "kind": "state", "name": "Gondor"})
    )
    second = first.overlay(own_file(tmp_path, {"id": "GONDOR", "names": ["South Kingdom"]}))
    assert second.name("GONDOR") == "Gondor"
    assert second.lookup("South Kingdom")


GOOD = {"id": "A", "kind": "state", "name": "Aland"}
FAULTS: list[tuple[dict[str, object], str]] = [
    (GOOD | {"id": "A B"}, "an id is not empty and has no blanks; found 'A B'"),
    (GOOD | {"since": "2030-13-01"}, "a date is a day, or only its year or month; found '2030-13"),
    (GOOD | {"since": "2031", "until": "2030"}, "'since' is not later than 'until'; found '2031 t"),
    (GOOD | {"state": "NOBODY"}, "a state is an actor of the catalogue; found 'NOBODY'"),
    (GOOD | {"name": " "}, "a name has a letter or a figure; found ' '"),
    (GOOD | {"names": ["the"]}, "a name is no function word; found 'the'"),
    (GOOD | {"ambiguous": {"Bland": {}}}, "what is ambiguous is a word that the line lists; found"),
    (GOOD | {"introduces": {"X": "NOBODY"}}, "a short name stands for an actor of the catalogue;"),
    (GOOD | {"nmaes": []}, "an actor has the fields id, kind, name, "),
    (GOOD | {"names": [1]}, "'names' of an actor has another form (Expected `str`, got `int`"),
    (
        {"id": "A"},
        "an actor that is not in the catalogue yet needs kind and name; found {'id': 'A'",
    ),
    ({"id": "MLI", "kind": "group"}, "MLI is a state already (Mali) and stays one; found 'group'"),
    ({"actor": "USA", "name": "Ada Roe"}, "a leader needs office; found {'actor'"),
    (
        {"actor": "X", "name": "Ada Roe", "office": "king"},
        "a leader stands for an actor of the cat",
    ),
]


def test_all_faults_of_all_lines_are_listed_at_once(tmp_path: Path) -> None:
    own = own_file(tmp_path, *(line for line, _ in FAULTS))
    with pytest.raises(CatalogueError) as caught:
        default_catalogue().read(own)
    found = str(caught.value).splitlines()
    for number, (message, (_, rule)) in enumerate(zip(found, FAULTS, strict=True), 1):
        assert message.startswith(f"{own}:{number}: {rule}")


def test_one_line_may_have_several_faults_and_is_shown_as_text(tmp_path: Path) -> None:
    own = own_file(tmp_path, GOOD | {"id": "", "since": "soon", "names": ["of"]})
    own.write_text(own.read_text("utf-8") + "Åland\n", "utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(own)
    assert [problem.line for problem in caught.value.problems] == [1, 1, 1, 2]
    assert "one JSON object; found 'Åland'; see docs/actors.md" in str(caught.value)


@pytest.mark.parametrize("line", [{"names": ["IT"]}, {"since": "2030", "until": "2030-05"}, {}])
def test_what_only_looks_like_a_fault_is_none(line: dict[str, object], tmp_path: Path) -> None:
    assert read_catalogue(own_file(tmp_path, GOOD | line))[0]


def test_a_year_as_an_end_lasts_up_to_its_last_day(tmp_path: Path) -> None:
    line = {"actor": "A", "name": "Ada Roe", "office": "queen", "from": "2014", "to": "2014"}
    _, (leader,) = read_catalogue(own_file(tmp_path, line, GOOD))
    assert (leader.since, leader.until) == ("2014", "2014-12-31")


def test_our_own_files_have_no_faults() -> None:
    folder = Path("src/stance/text/catalogue")
    for name in ("states", "organizations", "groups", "leaders"):
        file = folder / f"{name}.jsonl"
        actors, leaders = default_catalogue().read(file)
        assert len(actors) + len(leaders) == len(file.read_text("utf-8").splitlines()) > 0


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


def test_a_short_name_may_be_a_word_that_no_name_begins_with() -> None:
    catalogue = Catalogue(
        [Actor(id="X", kind="state", name="Gondor", introduces={"Steward": "X"})],
    )
    found = read_document("Gondor armed. The Steward left.", catalogue)
    assert [[m.text for m in one.sentence.mentions] for one in found] == [["Gondor"], ["Steward"]]


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
