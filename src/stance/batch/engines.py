"""Engines: where chunks are scored. In this process, in others of this machine, or with Dask."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from joblib import Parallel, delayed, parallel_config

from stance.batch.options import BatchOptions
from stance.batch.parts import how_to_go_on
from stance.errors import MissingExtraError, OptionError, Problem, WorkerError

__all__ = ["in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")

_WAIT = 60  # seconds within which a cluster has its first worker
_LOOK = 2  # seconds between looks of a worker at whether its run still lives
_AHEAD = 2  # chunks that wait for each process: enough to keep it busy, little to hold


def in_order(
    score: Callable[[Task], Result], tasks: Iterable[Task], options: BatchOptions
) -> Iterator[Result]:
    """Yield what ``score`` makes of each task, in the order of the tasks.

    Tasks are taken as processes become free, a few ahead of them.

    Raises
    ------
    MissingExtraError
        If the engine is Dask, and it is not installed.
    OptionError
        If there is no scheduler at the address.
    WorkerError
        If a worker process dies, or the cluster has none.

    Examples
    --------
    >>> list(in_order(abs, [-1, 2, -3], BatchOptions()))
    [1, 2, 3]
    """
    if options.engine == "local" and options.n_jobs == 1:
        yield from map(score, tasks)
        return
    if options.engine == "local":
        score = functools.partial(_score_with_run, os.getpid(), score)
    with _backend(options) as (n_jobs, failures):
        parallel = Parallel(
            n_jobs=n_jobs, return_as="generator", pre_dispatch=f"{_AHEAD}*n_jobs", batch_size=1
        )
        try:
            yield from parallel(delayed(score)(task) for task in tasks)
        except failures as error:
            rule = f"worker processes live until the run is done ({type(error).__name__})"
            step = "give them more memory (fewer --jobs need less), or see why they ended"
            step = f"{step}; {how_to_go_on(options.overwrite)}"
            raise WorkerError(Problem(rule, step)) from None


def _score_with_run(run: int, score: Callable[[Task], Result], task: Task) -> Result:
    """Score a task in a worker process of this machine, which ends when its run does."""
    _end_with(run)
    return score(task)


@functools.cache  # once in each process
def _end_with(run: int) -> None:
    """End this process when the one that started it is gone: killed, it could not say so."""

    def watch() -> None:
        while os.getppid() == run:
            time.sleep(_LOOK)
        os._exit(1)

    if os.getppid() == run:
        threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def _backend(options: BatchOptions) -> Iterator[tuple[int, tuple[type[BaseException], ...]]]:
    """Set joblib's backend; give the number of processes, and what is raised when one dies."""
    if options.engine == "local":
        with parallel_config(backend="loky", inner_max_num_threads=1):
            yield options.n_jobs, (concurrent.futures.BrokenExecutor,)
        return
    client = _dask_client(str(options.scheduler))
    from distributed import KilledWorker  # an extra, which is there by now

    try:
        with parallel_config(backend="dask", wait_for_workers_timeout=_WAIT):
            # all that the cluster has
            yield -1, (KilledWorker, concurrent.futures.CancelledError, TimeoutError)
    finally:
        client.close()


def _dask_client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError(
            Problem("the dask engine needs dask", "pip install 'stance-ir[dask]'")
        ) from None
    try:
        return Client(address, timeout="20s")  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        rule = f"a Dask scheduler listens at the address ({str(error).splitlines()[0]})"
        raise OptionError(Problem(rule, "start one, or correct --scheduler", address)) from None
