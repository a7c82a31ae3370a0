"""Engines: where chunks are scored. In this process, in others of this machine, or with Dask."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from joblib import effective_n_jobs
from joblib.externals.loky import get_reusable_executor

from stance.batch.options import BatchOptions
from stance.batch.parts import how_to_go_on
from stance.errors import MissingExtraError, OptionError, Problem, WorkerError

__all__ = ["in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")
Failures = tuple[type[BaseException], ...]

_AHEAD = 3  # chunks held for each process: enough to keep it busy, little to hold
_IDLE = 300  # seconds after which a process without work ends
_WAIT = 60  # seconds within which a cluster has its first worker
# Each process does its arithmetic on one core: there are as many processes as cores are wanted.
_ONE_THREAD = dict.fromkeys(
    ("MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
)


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
    start = _processes if options.engine == "local" else _dask
    with start(options) as (executor, n_processes, failures):
        waiting: collections.deque[concurrent.futures.Future[Result]] = collections.deque()
        for task in tasks:
            waiting.append(_live(failures, options, executor.submit, score, task))
            if len(waiting) >= _AHEAD * n_processes:
                yield _live(failures, options, waiting.popleft().result)
        while waiting:
            yield _live(failures, options, waiting.popleft().result)


def _live(failures: Failures, options: BatchOptions, call: Callable[..., Any], *args: Any) -> Any:
    """Return what a call gives that needs living workers."""
    try:
        return call(*args)
    except failures as error:
        rule = f"worker processes live until the run is done ({type(error).__name__})"
        step = "give them more memory (fewer --jobs need less), or see why they ended"
        raise WorkerError(Problem(rule, f"{step}; {how_to_go_on(options.overwrite)}")) from None


@contextlib.contextmanager
def _processes(options: BatchOptions) -> Iterator[tuple[Any, int, Failures]]:
    """Give processes of this machine, their number, and what is raised when one dies."""
    n_processes = effective_n_jobs(options.n_jobs)
    executor = get_reusable_executor(max_workers=n_processes, timeout=_IDLE, env=_ONE_THREAD)
    try:
        yield executor, n_processes, (concurrent.futures.BrokenExecutor,)
    except BaseException:  # a run that ends early, for whatever reason, leaves no work behind
        executor.shutdown(wait=True, kill_workers=True)
        raise


@contextlib.contextmanager
def _dask(options: BatchOptions) -> Iterator[tuple[Any, int, Failures]]:
    """Give all workers of a cluster, in the same way."""
    client = _dask_client(str(options.scheduler))
    from distributed import KilledWorker  # an extra, which is there by now

    failures = (KilledWorker, concurrent.futures.CancelledError, TimeoutError)
    try:
        _live(failures, options, client.wait_for_workers, 1, _WAIT)
        yield client.get_executor(), sum(client.nthreads().values()), failures
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
