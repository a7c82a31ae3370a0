from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stance.analysis import load_model, model_key
from stance.batch import engines
from stance.batch.engines import in_order
from stance.batch.options import BatchOptions
from stance.batch.run import score
from stance.batch.spark import score_batches
from stance.errors import WorkerError

from .conftest import corpus, write_corpus
from .test_kill import run_stance

HERE = Path(__file__).parent


def test_the_order_of_tasks_is_kept_by_processes() -> None:
    assert list(in_order(abs, iter([-3, 1, -2]), BatchOptions(n_jobs=2))) == [3, 1, 2]


def test_one_process_takes_a_task_when_its_result_is_asked_for() -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for i in range(100):
            taken.append(i)
            yield i

    results = in_order(abs, tasks(), BatchOptions(n_jobs=1))
    for done in range(3):
        next(results)
        assert len(taken) == 1 + done
    assert list(results) == list(range(3, 100))


@pytest.mark.parametrize(
    ("overwrite", "command"),
    [(False, "the same command goes"), (True, "the same command without --overwrite goes")],
)
def test_a_process_that_dies_is_an_error_with_a_next_step(overwrite: bool, command: str) -> None:
    with pytest.raises(WorkerError) as caught:
        list(in_order(os._exit, [1, 1, 1], BatchOptions(n_jobs=2, overwrite=overwrite)))
    assert str(caught.value) == (
        "worker processes live until the run is done (TerminatedWorkerError); give them more"
        f" memory (fewer --jobs need less), or see why they ended; {command} on from here"
    )
    assert list(in_order(abs, [-1, -2], BatchOptions(n_jobs=2))) == [1, 2]


@pytest.fixture
def scheduler() -> Iterator[str]:
    pytest.importorskip("distributed", reason="the dask extra is not installed")
    with subprocess.Popen(
        [sys.executable, str(HERE / "cluster.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate(timeout=30)


def test_a_dask_cluster_gives_the_same_bytes(tmp_path: Path, model: str, scheduler: str) -> None:
    source = write_corpus(tmp_path / "corpus.jsonl", 60)
    same = ["score", str(source), "--model", model, "--chunk", "4000"]
    local, dask = tmp_path / "local.jsonl", tmp_path / "dask.jsonl"
    assert run_stance(*same, "--out", str(local)).returncode == 0
    done = run_stance(*same, "--out", str(dask), "--engine", "dask", "--scheduler", scheduler)
    assert done.returncode == 0, done.stderr
    assert dask.read_bytes() == local.read_bytes()


def test_without_a_scheduler_it_says_so(tmp_path: Path, model: str) -> None:
    pytest.importorskip("distributed", reason="the dask extra is not installed")
    source = write_corpus(tmp_path / "corpus.jsonl", 1)
    done = run_stance(
        *("score", str(source), "--out", str(tmp_path / "o.jsonl"), "--model", model),
        *("--engine", "dask", "--scheduler", "nowhere://1"),
    )
    assert done.returncode == 2
    assert "a Dask scheduler listens at the address" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cluster_without_workers_is_not_blamed_on_the_output(
    tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="the dask extra is not installed")
    monkeypatch.setattr(engines, "_WAIT", 1)
    source = write_corpus(tmp_path / "corpus.jsonl", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        options = BatchOptions(model=model, engine="dask", scheduler=cluster.scheduler_address)
        with pytest.raises(WorkerError, match="worker processes live until the run is done"):
            score(source, tmp_path / "out.jsonl", options)


def has_java() -> bool:
    return shutil.which("java") is not None


@pytest.mark.skipif(not has_java(), reason="Spark needs Java, which is not installed")
def test_spark_gives_the_rows_of_a_local_run(tmp_path: Path, model: str) -> None:
    pytest.importorskip("pyspark", reason="the spark extra is not installed")
    done = subprocess.run(
        [sys.executable, str(HERE / "on_spark.py"), model],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, "PYSPARK_PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stderr
    local = load_model(model)
    n_rows = sum(len(list(local.analyze(one["text"], one["date"]).rows())) for one in corpus(30))
    assert n_rows
    assert done.stdout.splitlines()[-1] == f"{n_rows}: the same rows"


def test_what_spark_runs_gives_the_rows_of_its_documents() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    text = "Japan threatened Chile. It also praised Peru."
    batch = pyarrow.RecordBatch.from_pydict({"text": [text, None], "doc_id": ["a", "b"]})
    for coreference, found in ((True, {"CHL", "PER"}), (False, {"CHL"})):
        options = BatchOptions(coreference=coreference)
        scored = score_batches(iter([batch]), model_key("base"), ("text", "doc_id"), options)
        rows = [row for one in scored for row in one.to_pylist()]
        assert {row["target"] for row in rows if row["actor"] == "JPN"} == found
        (bad,) = (row for row in rows if row["doc_id"] == "b")
        assert bad["abstained"] is not None
        assert bad["actor"] is None
