"""Run in a process of its own: a Dask cluster of two worker processes, until input ends.

Prints the address of its scheduler.
"""

from __future__ import annotations

import sys


def main() -> None:
    from distributed import LocalCluster  # an extra: the module must be importable without it

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        sys.stdout.write(f"{cluster.scheduler_address}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
