"""The order of the rooms: a module imports only what stands before it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "stance"
ROOMS = (
    "errors records files resampling text model analysis aggregation labels learning batch report"
    " cli"
).split()
LATER = {"analysis/document.py": {"aggregation", "report"}}
"""Module -> later rooms that its methods load when they are called: an analysis shows itself."""

OWNERS = {
    "nupunkt": {"text"},
    "snowballstemmer": {"model"},
    "scipy": {"model", "learning"},
    "sklearn": {"model", "learning", "labels"},
    "nltk": {"labels"},
    "typer": {"cli"},
    "onnxruntime": {"model"},
    "tokenizers": {"model"},
    "onnx": {"learning"},
    "torch": {"learning"},
    "transformers": {"learning"},
}
"""Outside library -> the rooms that may import it."""

MODULES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports_of(nodes: Iterable[ast.AST], path: Path) -> Iterator[str]:
    """Yield the modules that some of a file's nodes import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield str(node.module)


def later_rooms(nodes: Iterable[ast.AST], path: Path) -> set[str]:
    """Return the rooms after a file's own that some of its nodes import."""
    rooms = set()
    for name in imports_of(nodes, path):
        if name.split(".")[0] == "stance":
            assert name != "stance", f"{path} imports the package root"
            rooms.add(name.split(".")[1])
    return {room for room in rooms if ROOMS.index(room) > ROOMS.index(room_of(path))}


def test_the_rooms_are_those_of_the_source_and_of_the_page() -> None:
    assert set(ROOMS) == {room_of(path) for path in MODULES}
    page = (SOURCE.parents[1] / "CONTRIBUTING.md").read_text("utf-8")
    named = page[page.index("data flows one way") : page.index("A module imports")]
    assert re.findall(r"`(\w+)`", named) == ROOMS


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_module_imports_only_rooms_before_its_own(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert later_rooms(tree.body, path) == set()
    assert later_rooms(ast.walk(tree), path) == LATER.get(
        path.relative_to(SOURCE).as_posix(), set()
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_an_outside_library_stays_in_its_rooms(path: Path) -> None:
    for name in imports_of(ast.walk(ast.parse(path.read_text("utf-8"))), path):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or room_of(path) in owners, f"{path} imports {name}"


def loaded_after(code: str) -> set[str]:
    """Return the outside libraries that a fresh interpreter has loaded after running code."""
    script = f"import sys\n{code}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


def test_import_stance_loads_next_to_nothing() -> None:
    heavy = {"sklearn", "nltk", "scipy", "numpy", "joblib", "rich", "typer", "pandas", "msgspec"}
    assert not loaded_after("import stance") & heavy


def test_an_analysis_loads_neither_scikit_learn_nor_nltk() -> None:
    code = "import stance\nstance.analyze('Iran thanked Oman.')"
    assert not loaded_after(code) & {"sklearn", "nltk", "scipy", "pandas"}


def test_every_module_of_reading_can_be_compiled_or_says_why_not() -> None:
    left_out = {
        "__init__.py",
        # structs with options ("frozen") or defaults, which compiled code would forget
        "attribution.py",
        "entries.py",
        "reading.py",
        "surfaces.py",
        "catalogue.py",  # once a process
        "collecting.py",  # once a batch
    }
    project = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    included = wheel["hooks"]["mypyc"]["include"]
    assert included == sorted(set(included))
    compiled = {SOURCE.parents[1] / name for name in included}
    for path in compiled:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not (isinstance(node, ast.ClassDef) and node.keywords), f"{path}: {node.name}"
    reading = {path for path in (SOURCE / "text").glob("*.py") if path.name not in left_out}
    assert reading == {path for path in compiled if path.parent.name == "text"}
