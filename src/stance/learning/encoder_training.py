"""Training of an encoder: examples in, a scorer out."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import io
import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stance.errors import MissingExtraError, Problem
from stance.files import write_atomically
from stance.labels.splits import fraction
from stance.learning.encoder_calibration import platt, temperature
from stance.learning.encoder_options import EncoderOptions
from stance.learning.examples import Example
from stance.model.calibration import best_threshold
from stance.model.encoder import Calibration, EncoderFiles, EncoderScorer
from stance.model.encoder_tokens import Tokens, padded, read_tokenizer
from stance.model.familiarity import known_stems
from stance.model.linear import sigmoid
from stance.records import SENTIMENTS

__all__ = ["TrainedEncoder", "train_encoder"]

_LIBRARIES = ("numpy", "torch", "transformers", "tokenizers", "onnx", "onnxruntime")
_SAVE_EVERY = 120.0  # seconds
_FEWEST = 5  # pairs held out that hold a stance, below which all pairs calibrate
_BUCKET = 32  # batches whose pairs are sorted by length together

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class TrainedEncoder(msgspec.Struct, frozen=True):
    """A scorer, and what its training writes down.

    ``raw`` is the graph before its weights went to eight bits, for those who compare;
    ``held_out`` are the rows of the examples that were not learned from, but calibrated on.
    """

    scorer: EncoderScorer
    about: dict[str, Any]
    raw: bytes
    held_out: Ints


class _Data(msgspec.Struct, frozen=True):
    """Examples as arrays; sentiment is -1 where it was not annotated."""

    sequences: list[list[int]]
    stances: Floats
    sentiment: Ints
    listed: npt.NDArray[np.bool_]
    weight: Floats


def train_encoder(
    examples: Sequence[Example],
    options: EncoderOptions | None = None,
    random_state: int = 0,
    n_jobs: int = 1,
) -> TrainedEncoder:
    """Train an encoder on examples.

    One body learns stances and sentiment together; a sentiment that was not annotated costs
    nothing. A part of the documents is held out: on it the finished graph, as it will be used,
    is calibrated and its thresholds are chosen for F1.

    Parameters
    ----------
    examples : sequence of Example
    options : EncoderOptions, optional
    random_state : int
    n_jobs : int
        Processors to use.

    Raises
    ------
    MissingExtraError
        If the extra ``encoder-train`` is not installed.
    NotFoundError
        If there is no such pretrained encoder.
    """
    options = options or EncoderOptions()
    with _processors(n_jobs):
        return _train(examples, options, random_state)


@contextlib.contextmanager
def _processors(n_jobs: int) -> Iterator[None]:
    try:
        import onnxscript  # noqa: F401 - torch asks for it only at the end of a training
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtraError(
            Problem(
                f"training an encoder needs {error.name}", "pip install 'stance-ir[encoder-train]'"
            )
        ) from None
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    before = torch.get_num_threads()
    if n_jobs > 0:
        torch.set_num_threads(n_jobs)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _train(
    examples: Sequence[Example], options: EncoderOptions, random_state: int
) -> TrainedEncoder:
    import torch

    from stance.learning.encoder_export import export_graph, in_eight_bits
    from stance.learning.encoder_network import Network, open_base

    began = time.monotonic()
    torch.manual_seed(random_state)
    base = open_base(options.encoder)
    stances = tuple(sorted({name for example in examples for name in example.stances}))
    held = _held_out(examples, options.held_out)
    data = _as_arrays(examples, stances, Tokens(read_tokenizer(base.tokenizer), base.vocabulary))
    network = Network(base, len(stances) + len(SENTIMENTS))
    run = _Run(network, data, np.flatnonzero(~held), options, random_state, base.vocabulary.pad)
    run.run()
    raw = export_graph(network)
    n = len(stances)
    even = (0.5,) * n
    scorer = EncoderScorer(
        stances,
        EncoderFiles(in_eight_bits(raw) if options.eight_bits else raw, base.tokenizer),
        base.vocabulary,
        Calibration((1.0,) * n, (0.0,) * n, 1.0, even, even),
        known_stems([example.pair for example in examples]),
    )
    judges = _judges(held, data)
    about = {
        "base": base.name,
        "base_licence": base.licence,
        "training": {
            **{name: getattr(options, name) for name in _written(options)},
            "random_state": random_state,
            "seconds": round(time.monotonic() - began),
            "pairs_held_out": int(held.sum()),
            "pairs_calibrated_on": len(judges),
        },
        "versions": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
    unlearned = judges[held[judges]]
    return TrainedEncoder(_calibrated(scorer, examples, judges, data), about, raw, unlearned)


def _written(options: EncoderOptions) -> list[str]:
    return [
        name
        for name in options.__struct_fields__
        if name not in ("encoder", "checkpoint", "progress")
    ]


def _held_out(examples: Sequence[Example], share: float) -> npt.NDArray[np.bool_]:
    """Return which examples belong to documents held out: the test part of ``split_labels``."""
    return np.array([fraction(example.document) < share for example in examples])


def _judges(held: npt.NDArray[np.bool_], data: _Data) -> Ints:
    """Return the rows that calibrate: those held out, or all where these show too little."""
    enough = held.any() and (data.stances[held].sum(axis=0) >= _FEWEST).all()
    return np.flatnonzero(held) if enough else np.arange(len(held))


def _as_arrays(examples: Sequence[Example], stances: Sequence[str], tokens: Tokens) -> _Data:
    return _Data(
        [tokens.sequence(tokens.of_pair(example.pair)) for example in examples],
        np.array([[name in e.stances for name in stances] for e in examples], np.float32),
        np.array([-1 if e.sentiment is None else SENTIMENTS.index(e.sentiment) for e in examples]),
        np.array([example.listed for example in examples]),
        np.array([example.weight for example in examples], np.float32),
    )


def _calibrated(
    scorer: EncoderScorer, examples: Sequence[Example], judges: Ints, data: _Data
) -> EncoderScorer:
    """Return the scorer with the calibration and the thresholds that some examples ask for."""
    logits = scorer.logits([examples[i].pair for i in judges])
    listed = data.listed[judges]
    slopes, offsets, thresholds, found = [], [], [], []
    for k in range(len(scorer.stances)):
        wanted = data.stances[judges, k] > 0
        slope, offset = platt(logits[:, k], wanted)
        slopes.append(slope)
        offsets.append(offset)
        shown = sigmoid(logits[:, k] * np.float32(slope) + np.float32(offset))
        thresholds.append(_threshold(wanted[listed], shown[listed]))
        found.append(_threshold(wanted, shown))
    sentiment = data.sentiment[judges]
    known = sentiment >= 0
    heat = temperature(logits[known, len(scorer.stances) :], sentiment[known])
    return EncoderScorer(
        scorer.stances,
        scorer.files,
        scorer.vocabulary,
        Calibration(tuple(slopes), tuple(offsets), heat, tuple(thresholds), tuple(found)),
        scorer.known,
    )


def _threshold(wanted: npt.NDArray[np.bool_], shown: Floats) -> float:
    return best_threshold(wanted, shown) if wanted.any() else 0.5


class _Run:
    """A training run that can be broken off and taken up again."""

    def __init__(
        self,
        network: Any,
        data: _Data,
        rows: Ints,
        options: EncoderOptions,
        random_state: int,
        pad: int,
    ) -> None:
        import torch

        self._torch = torch
        self._network, self._data, self._rows = network, data, rows
        self._options, self._seed, self._pad = options, random_state, pad
        self._plan = [batch for epoch in range(options.epochs) for batch in self._batches(epoch)]
        self._step = 0
        total = len(self._plan)
        warm = max(1, total // 10)
        self._optimizer = torch.optim.AdamW(
            network.groups(options.rate, options.head_rate), fused=True
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer,
            lambda i: min((i + 1) / warm, max(0.0, (total - i) / max(1, total - warm))),
        )
        # half the width is twice the speed where the processor knows it, and slow elsewhere
        able = torch.cpu.get_capabilities()
        self._narrow = bool(able.get("amx_bf16") or able.get("avx512_bf16"))

    def run(self) -> None:
        """Do the steps that are left."""
        self._resume()
        self._network.train()
        saved = time.monotonic()
        with _progress(len(self._plan), self._step, self._options.progress) as advance:
            while self._step < len(self._plan):
                advance(self._learn(self._plan[self._step]))
                self._step += 1
                if self._options.checkpoint and time.monotonic() - saved > _SAVE_EVERY:
                    self._save()
                    saved = time.monotonic()
        self._network.eval()
        if self._options.checkpoint:
            self._options.checkpoint.unlink(missing_ok=True)

    def _batches(self, epoch: int) -> list[Ints]:
        """Return the batches of an epoch: pairs of similar length, in an order by chance."""
        random = np.random.default_rng([self._seed, epoch])
        shown = self._data.listed[self._rows] | (
            random.random(len(self._rows)) < self._options.implied_share
        )
        rows = random.permutation(self._rows[shown])
        size = self._options.batch_size
        lengths = np.array([len(sequence) for sequence in self._data.sequences])
        batches = []
        for begin in range(0, len(rows), size * _BUCKET):
            chunk = rows[begin : begin + size * _BUCKET]
            chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
            batches += [chunk[i : i + size] for i in range(0, len(chunk), size)]
        return [batches[i] for i in random.permutation(len(batches))]

    def _learn(self, rows: Ints) -> float:
        """Take one step, and return the loss."""
        torch, data = self._torch, self._data
        ids, mask = padded([data.sequences[i] for i in rows], self._pad)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._narrow):
            logits = self._network(torch.from_numpy(ids), torch.from_numpy(mask))
        logits = logits.float()
        n = data.stances.shape[1]
        own = torch.from_numpy(data.weight[rows])
        shown = np.where(data.listed[rows], 1.0, 1.0 / self._options.implied_share)
        losses = torch.nn.functional.binary_cross_entropy_with_logits(
            logits[:, :n], torch.from_numpy(data.stances[rows]), reduction="none"
        )
        loss = (losses.mean(1) * own * torch.from_numpy(shown.astype(np.float32))).mean()
        sentiment = torch.from_numpy(data.sentiment[rows])
        if bool((sentiment >= 0).any()):
            felt = torch.nn.functional.cross_entropy(
                logits[:, n:], sentiment, ignore_index=-1, reduction="none"
            )
            share = (felt * own).sum() / own[sentiment >= 0].sum()
            loss = loss + self._options.sentiment_weight * share
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        return float(loss.detach())

    def _fingerprint(self) -> str:
        """Return what must be equal for a run to go on."""
        chosen = [getattr(self._options, name) for name in _written(self._options)]
        parts = [repr([*chosen, self._options.encoder, self._seed]).encode()]
        parts += [repr(self._data.sequences).encode(), self._data.stances.tobytes()]
        parts += [self._data.sentiment.tobytes(), self._data.weight.tobytes(), self._rows.tobytes()]
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def _save(self) -> None:
        torch = self._torch
        kept = {
            name: value
            for name, value in self._network.state_dict().items()
            if not name.endswith(".table")
        }
        buffer = io.BytesIO()
        torch.save(
            {
                "fingerprint": self._fingerprint(),
                "step": self._step,
                "network": kept,
                "optimizer": self._optimizer.state_dict(),
                "schedule": self._schedule.state_dict()["last_epoch"],
                "chance": torch.get_rng_state(),
            },
            buffer,
        )
        assert self._options.checkpoint is not None
        write_atomically(self._options.checkpoint, buffer.getvalue())

    def _resume(self) -> None:
        """Go on from a checkpoint of the same run; any other is left aside."""
        path = self._options.checkpoint
        if path is None or not path.is_file():
            return
        torch = self._torch
        state = torch.load(io.BytesIO(path.read_bytes()), weights_only=True)
        if state["fingerprint"] != self._fingerprint():
            return
        self._network.load_state_dict(state["network"], strict=False)
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.last_epoch = state["schedule"]
        torch.set_rng_state(state["chance"])
        self._step = state["step"]


@contextlib.contextmanager
def _progress(total: int, done: int, shown: bool) -> Iterator[Any]:
    """Yield a function that counts a step and its loss; a bar is shown if asked for."""
    if not shown:
        yield lambda loss: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("training"),
        BarColumn(),
        TextColumn("step {task.completed} of {task.total}, loss {task.fields[loss]:.3f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total, completed=done, loss=math.nan)
        smooth = math.nan

        def advance(loss: float) -> None:
            nonlocal smooth
            smooth = loss if math.isnan(smooth) else 0.98 * smooth + 0.02 * loss
            bar.update(task, advance=1, loss=smooth)
            if not console.is_terminal and int(bar.tasks[0].completed) % 100 == 0:
                bar.console.print(
                    f"step {int(bar.tasks[0].completed)} of {total}, loss {smooth:.3f}"
                )

        yield advance
