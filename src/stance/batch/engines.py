"""Engines: where chunks are scored. In this process, in others of this machine, or with Dask."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from joblib import Parallel, delayed, parallel_config

from stance.batch.options import BatchOptions
from stance.errors import MissingExtraError, OptionError, Problem

__all__ = ["in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")

_AHEAD = 2  # chunks that wait for each process: enough to keep it busy, little to hold


def in_order(
    score: Callable[[Task], Result], tasks: Iterable[Task], options: BatchOptions
) -> Iterator[Result]:
    """Yield what ``score`` makes of each task, in the order of the tasks.

    At most a few tasks a process are held at a time, whatever their number.

    Raises
    ------
    MissingExtraError
        If the engine is Dask, and it is not installed.
    OptionError
        If there is no scheduler at the address.

    Examples
    --------
    >>> list(in_order(abs, [-1, 2, -3], BatchOptions()))
    [1, 2, 3]
    """
    if options.engine == "local" and options.n_jobs == 1:
        yield from map(score, tasks)
        return
    with _backend(options) as n_jobs:
        parallel = Parallel(
            n_jobs=n_jobs, return_as="generator", pre_dispatch=f"{_AHEAD}*n_jobs", batch_size=1
        )
        yield from parallel(delayed(score)(task) for task in tasks)


@contextlib.contextmanager
def _backend(options: BatchOptions) -> Iterator[int]:
    """Set joblib's backend, and give the number of processes."""
    if options.engine == "local":
        with parallel_config(backend="loky", inner_max_num_threads=1):
            yield options.n_jobs
        return
    client = _dask_client(str(options.scheduler))
    try:
        with parallel_config(backend="dask", wait_for_workers_timeout=60):
            yield -1  # all that the cluster has
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
