from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from .conftest import write_corpus

STANCE = "from stance.cli import main; main()"
HERE = Path(__file__).parent

posix = pytest.mark.skipif(os.name != "posix", reason="needs fork, SIGKILL and RLIMIT_FSIZE")


def run_stance(*args: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    code = STANCE
    if limit is not None:
        code = f"import resource as r; r.setrlimit(r.RLIMIT_FSIZE, ({limit}, {limit})); {STANCE}"
    return subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=False
    )


@posix
def test_a_run_killed_25_times_at_random_moments_ends_with_the_same_bytes(
    tmp_path: Path, model: str
) -> None:
    source = write_corpus(tmp_path / "corpus.jsonl", 120)
    with source.open("a") as file:
        file.write('{"id": "bad"}\n')
    done = subprocess.run(
        [sys.executable, str(HERE / "disturb.py"), str(tmp_path), model, "25"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] >= 25
    assert found["finished"] >= 1
    assert found["kept"] >= 5, "too few kills fell on runs that had recorded something"


@posix
def test_a_run_of_two_processes_killed_goes_on(tmp_path: Path, model: str) -> None:
    source = write_corpus(tmp_path / "corpus.jsonl", 400)
    calm, out = tmp_path / "calm.csv", tmp_path / "out.csv"
    same = ["score", str(source), "--model", model, "--chunk", "5000"]
    assert run_stance(*same, "--out", str(calm)).returncode == 0
    args = [*same, "--out", str(out), "--jobs", "2"]
    with subprocess.Popen(
        [sys.executable, "-c", STANCE, *args], stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        folder = tmp_path / "out.csv.parts"
        deadline = time.monotonic() + 20
        while not list(folder.glob("*.part")) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    assert not out.exists()
    done = run_stance(*args)
    assert done.returncode == 0, done.stderr
    assert "parts were there" in done.stderr
    assert out.read_bytes() == calm.read_bytes()


@posix
@pytest.mark.parametrize(
    ("more", "command"),
    [
        ((), "the same command goes on from here"),
        (("--overwrite", "--jobs", "2"), "the same command without --overwrite goes on from here"),
    ],
)
@pytest.mark.parametrize(
    ("number", "kill"),
    [
        (signal.SIGINT, os.killpg),  # as a terminal does
        (signal.SIGTERM, os.kill),  # as a system does, to one process
    ],
)
def test_a_signal_is_its_status_and_says_how_to_go_on(
    number: int,
    kill: Callable[[int, int], None],
    more: tuple[str, ...],
    command: str,
    tmp_path: Path,
    model: str,
) -> None:
    with a_run(tmp_path, model, more) as process:
        kill(process.pid, number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 128 + number, said
    assert said.endswith(f"stopped; {command}\n")


@posix
def test_the_processes_of_a_run_end_with_it(tmp_path: Path, model: str) -> None:
    with a_run(tmp_path, model, ("--jobs", "2")) as process:
        process.kill()
        try:
            process.communicate(timeout=20)  # until no process holds its standard error any more
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail("worker processes live on")


@contextlib.contextmanager
def a_run(tmp_path: Path, model: str, more: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Give a run that has recorded a first part, in a group of processes of its own."""
    source, out = write_corpus(tmp_path / "corpus.jsonl", 2000), tmp_path / "out.csv"
    args = ["score", str(source), "--model", model, "--chunk", "1000", "--out", str(out), *more]
    with subprocess.Popen(
        [sys.executable, "-c", STANCE, *args],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        deadline = time.monotonic() + 20
        while not list(tmp_path.glob("out.csv.parts/*.part")) and time.monotonic() < deadline:
            time.sleep(0.01)
        yield process


@posix
def test_on_a_full_disk_it_says_so_and_goes_on_when_there_is_room(
    tmp_path: Path, model: str
) -> None:
    source = write_corpus(tmp_path / "corpus.jsonl", 200)
    calm, out = tmp_path / "calm.jsonl", tmp_path / "out.jsonl"
    same = ["score", str(source), "--model", model, "--chunk", "20000"]
    assert run_stance(*same, "--out", str(calm)).returncode == 0
    size = calm.stat().st_size
    args = (*same, "--out", str(out))
    for limit in (10_000, size - 1):  # no room for a part; room for parts, not for the whole
        full = run_stance(*args, limit=limit)
        assert full.returncode == 2
        assert "Traceback" not in full.stderr
        assert f"{out}: the output can be written ([Errno 27] File too large" in full.stderr
        assert "the same command goes on from here" in full.stderr
        assert not out.exists()
    done = run_stance(*args)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == calm.read_bytes()
    assert not list(tmp_path.glob("*.parts*"))
