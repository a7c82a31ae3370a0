"""Run in a process of its own: kills runs at random moments and compares the bytes in the end.

Arguments: folder, model, kills wanted. Each child is forked from a process that has everything
imported, so that many kills fit into seconds and fall on all moments of a run.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from stance.batch.options import BatchOptions
from stance.batch.run import score


def run_once(source: Path, out: Path, model: str) -> None:
    score(source, out, BatchOptions(model=model, chunk_characters=1500))


def outputs(out: Path) -> list[bytes]:
    names = (out.name, f"{out.name}.meta.json", f"{out.name}.errors.jsonl")
    return [out.with_name(name).read_bytes().replace(str(out).encode(), b"OUT") for name in names]


def child(source: Path, out: Path, model: str) -> int:
    pid = os.fork()
    if not pid:
        try:
            run_once(source, out, model)
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(7)
    return pid


def main() -> None:
    folder, model, wanted = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    source = folder  # so that outputs, whole or not, lie among the inputs
    calm = folder / "calm.jsonl"
    begun = time.monotonic()
    run_once(source, calm, model)
    length = time.monotonic() - begun
    chance = random.Random(7)
    kills = finished = 0
    kept = 0  # kills after which recorded parts were there to go on from
    out = folder / "disturbed.jsonl"
    while kills < wanted or not finished:
        pid = child(source, out, model)
        if kills < wanted:
            time.sleep(chance.uniform(0, length / 3))
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            kills += 1
            kept += any(out.with_name(f"{out.name}.parts").glob("*.part"))
            continue
        if os.WEXITSTATUS(status):
            sys.exit(f"a run failed after {kills} kills")
        finished += 1
        if outputs(out) != outputs(calm):
            sys.exit(f"other bytes after {kills} kills")
        if list(folder.glob("disturbed.jsonl.parts*")):
            sys.exit("the folder of parts is left")
        for path in folder.glob("disturbed*"):
            path.unlink()
    print(json.dumps({"kills": kills, "finished": finished, "kept": kept}))  # noqa: T201


if __name__ == "__main__":
    main()
