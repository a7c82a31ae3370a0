"""``stance actors``: what is found, listed and checked, as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli.actors import app
from stance.errors import OptionError

RUNNER = CliRunner()


def rows(*arguments: str, stdin: str = "") -> list[list[str]]:
    done = RUNNER.invoke(app, list(arguments), input=stdin)
    assert done.exit_code == 0, done.output
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_find_shows_place_actor_kind_confidence_words_and_speaker() -> None:
    found = rows("find", "-", stdin="Oslo said that Iran had met the IAEA in Geneva.")
    assert [row[2] for row in found] == ["NOR", "IRN", "IAEA"]
    assert found[1] == ["15", "19", "IRN", "name", "1.00", "Iran", "Oslo"]


def test_find_without_coreference_leaves_pronouns_out() -> None:
    text = "Iran left. It returned."
    assert len(rows("find", "-", stdin=text)) == 2
    assert len(rows("find", "-", "--no-coreference", stdin=text)) == 1


def test_find_reads_one_text_and_says_so(tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["find", str(tmp_path)])
    assert f"{tmp_path}: one text is read here, not a folder; name a file" in str(done.exception)


def test_find_takes_a_users_actors(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text('{"id": "GONDOR", "kind": "state", "name": "Gondor"}\n')
    found = rows("find", "-", "--actors", str(own), stdin="Gondor warned Iran.")
    assert [row[2] for row in found] == ["GONDOR", "IRN"]


def test_list_can_be_kept_to_one_kind() -> None:
    everyone, blocs = rows("list"), rows("list", "--kind", "bloc")
    assert 0 < len(blocs) < len(everyone)
    assert {row[1] for row in blocs} == {"bloc"}


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    done = RUNNER.invoke(app, ["list", "--kind", "planet"])
    assert isinstance(done.exception, OptionError)
    assert "a kind is one of bloc, company, group" in str(done.exception)


def test_a_wrong_day_is_refused() -> None:
    done = RUNNER.invoke(app, ["find", "-", "--date", "May"], input="Iran left.")
    assert isinstance(done.exception, OptionError)


@pytest.mark.parametrize(("word", "shared"), [("Georgian", True), ("Gondorian", False)])
def test_check_names_words_that_stand_for_others(word: str, shared: bool, tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text(f'{{"id":"G","kind":"state","name":"Gondor","adjectives":["{word}"]}}\n')
    done = RUNNER.invoke(app, ["check", str(own)])
    assert done.exit_code == 0
    assert ("also stands for GEO" in done.stderr) is shared
    assert done.stderr.endswith("1 actors, 0 leaders: valid\n")
