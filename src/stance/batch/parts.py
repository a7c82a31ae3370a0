"""Parts of an unfinished run: each is written whole or not at all, and says what it was made of.

The folder ``OUT.parts`` holds ``run.json``, which says what the run is (inputs, model, options),
and one file a chunk: a line of JSON, then the rows. A run that is started again goes on behind
the parts that are there, after it has seen that they were made of the same input.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

from stance.batch.chunks import Chunk
from stance.batch.documents import BadRecord
from stance.batch.scoring import ScoredChunk
from stance.errors import InputError, OptionError, Problem
from stance.files import write_atomically

try:
    import fcntl
except ImportError:  # Windows: two runs at once are not noticed there
    fcntl = None  # type: ignore[assignment]

__all__ = ["PartHeader", "Parts", "differences", "how_to_go_on", "remove_done", "what_differs"]

_RUN = "run.json"
_GO_ON = "run it as before to go on, or pass --overwrite to begin again"


class PartHeader(msgspec.Struct, frozen=True):
    """What a part says of itself: the run and the chunk it was made of, and what was counted."""

    run: str
    digest: str
    crc32: int
    documents: int
    sentences: int
    relations: int
    bad: tuple[BadRecord, ...] = ()


def how_to_go_on(overwrite: bool) -> str:
    """Say how a run that was stopped is gone on with; ``overwrite`` is an option of that run.

    Examples
    --------
    >>> how_to_go_on(overwrite=False)
    'the same command goes on from here'
    """
    return f"the same command {'without --overwrite ' if overwrite else ''}goes on from here"


def differences(then: Mapping[str, Any], now: Mapping[str, Any], path: str) -> list[Problem]:
    """Return in what two descriptions of a run differ.

    Examples
    --------
    >>> for problem in differences({"model": "base"}, {"model": "mine"}, "out.parts"):
    ...     print(problem)
    out.parts: the unfinished run has the same model (before: 'base', now: 'mine'); run it as before
    to go on, or pass --overwrite to begin again
    """
    return [
        Problem(f"the unfinished run has the same {one}", _GO_ON, path=path)
        for one in what_differs(then, now)
    ]


def what_differs(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the names of what differs in two descriptions of a run, with both values.

    Examples
    --------
    >>> what_differs({"options": {"evidence": False}}, {"options": {"evidence": True}})
    ['option evidence (before: False, now: True)']
    """
    found = []
    before, after = dict(_single(then)), dict(_single(now))
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            if isinstance(old, list) and isinstance(new, list):
                old, new = _first_difference(old, new)
            found.append(f"{name} (before: {old!r}, now: {new!r})")
    return found


def _single(about: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a run is, its options one by one."""
    for name, value in about.items():
        if isinstance(value, Mapping):
            yield from ((f"option {key}", one) for key, one in value.items())
        else:
            yield name, value


def _first_difference(old: list[Any], new: list[Any]) -> tuple[Any, Any]:
    if len(old) != len(new):
        return f"{len(old)} of them", f"{len(new)} of them"
    return next((a, b) for a, b in zip(old, new, strict=True) if a != b)


class Parts:
    """The folder of an unfinished run, open and locked.

    Made by :meth:`open`.
    """

    def __init__(self, folder: Path, lock: IO[bytes] | None, run: str) -> None:
        self.folder = folder
        self.run = run
        self._lock = lock

    @classmethod
    @contextlib.contextmanager
    def open(
        cls, folder: Path, about: Mapping[str, Any], overwrite: bool = False
    ) -> Iterator[Parts]:
        """Begin a run, or go on with one; ``overwrite`` forgets what is there.

        Raises
        ------
        OptionError
            If another process is at it, or the unfinished run is of other inputs, another model
            or other options; each difference is named.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("wb") as lock:
            _take(lock, folder)
            run = folder / _RUN
            if overwrite:
                run.unlink(missing_ok=True)
            if run.exists():
                problems = differences(_read_run(run), _plain(about), str(folder))
                if problems:
                    raise OptionError(problems)
            else:  # parts that no run.json speaks of are left of a run that was to be forgotten
                for old in folder.glob("*.part"):
                    old.unlink()
                write_atomically(run, msgspec.json.encode(about))
            for stray in folder.glob(".*"):  # of a write that was cut short
                stray.unlink()
            yield cls(folder, lock, _checksum(about))

    def _path(self, index: int) -> Path:
        return self.folder / f"{index:08d}.part"

    def count(self) -> int:
        """Return how many parts are recorded."""
        return sum(1 for _ in self.folder.glob("*.part"))

    def header(self, index: int) -> PartHeader | None:
        """Return what is recorded of a chunk, or None; a damaged part or another run's is none."""
        found = self._read(index)
        return None if found is None else found[0]

    def payload(self, index: int) -> bytes:
        """Return the rows of a part."""
        found = self._read(index)
        if found is None:
            rule = "parts stay as they are until the run is done"
            raise InputError(Problem(rule, "run it again", path=str(self._path(index))))
        return found[1]

    def _read(self, index: int) -> tuple[PartHeader, bytes] | None:
        try:
            first, _, payload = self._path(index).read_bytes().partition(b"\n")
            header = msgspec.json.decode(first, type=PartHeader)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        is_ours = header.run == self.run and header.crc32 == zlib.crc32(payload)
        return (header, payload) if is_ours else None

    def check(self, chunk: Chunk, header: PartHeader) -> None:
        """Raise InputError if a part was made of other input than this chunk."""
        if header.digest != chunk.digest():
            first = chunk.documents[0] if chunk.documents else chunk.bad[0]
            rule = f"the input is what it was when part {chunk.index} was scored"
            raise InputError(Problem(rule, _GO_ON, None, first.path, first.line))

    def write(self, index: int, scored: ScoredChunk) -> PartHeader:
        """Record what came of a chunk: afterwards it is on the disk, whole."""
        header = PartHeader(
            self.run,
            scored.digest,
            scored.crc32,
            scored.documents,
            scored.sentences,
            scored.relations,
            scored.bad,
        )
        data = msgspec.json.encode(header) + b"\n" + scored.payload
        write_atomically(self._path(index), data)
        return header

    def check_length(self, n_chunks: int) -> None:
        """Raise InputError if more parts are recorded than the input has chunks."""
        if self.count() > n_chunks:
            rule = f"the input is as long as before ({self.count()} parts are recorded)"
            raise InputError(Problem(rule, _GO_ON, f"{n_chunks} parts", str(self.folder)))

    def remove(self) -> None:
        """Remove the folder: at once for whoever looks, then file by file."""
        self.folder.replace(_done(self.folder))
        remove_done(self.folder)


def _done(folder: Path) -> Path:
    return folder.with_name(folder.name + ".done")


def remove_done(folder: Path) -> None:
    """Remove what is left where a run was killed between its end and the removal of its parts."""
    while _done(folder).exists():
        with contextlib.suppress(FileNotFoundError):  # another process is at it too
            shutil.rmtree(_done(folder))


def _take(lock: IO[bytes], folder: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        rule = "one process at a time writes an output"
        raise OptionError(
            Problem(rule, "wait for the other one, or name another output", path=str(folder))
        ) from None


def _read_run(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except msgspec.MsgspecError:
        rule = "the folder of an unfinished run says what it is"
        step = "pass --overwrite to begin again"
        raise OptionError(Problem(rule, step, path=str(path))) from None


def _checksum(about: Mapping[str, Any]) -> str:
    return hashlib.blake2b(msgspec.json.encode(about), digest_size=16).hexdigest()


def _plain(about: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(about))
    return plain
