from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from stance.errors import MissingExtraError, NotFoundError, OptionError
from stance.labels.files import write_labels
from stance.learning import encoder_training
from stance.learning.encoder_calibration import platt, temperature
from stance.learning.encoder_options import EncoderOptions
from stance.learning.encoder_training import TrainedEncoder, train_encoder
from stance.learning.examples import Example, examples_of
from stance.learning.training import train
from stance.records import LabeledSentence


@pytest.fixture
def examples(labels: tuple[LabeledSentence, ...]) -> list[Example]:
    return list(examples_of(labels))


def _weights(examples: list[Example], options: EncoderOptions, seed: int = 0) -> bytes:
    """Train without the costly export, and return the weights as bytes."""
    import torch

    from stance.learning.encoder_network import Network, open_base
    from stance.model.encoder_tokens import Tokens, read_tokenizer

    torch.manual_seed(seed)
    base = open_base(options.encoder)
    tokens = Tokens(read_tokenizer(base.tokenizer), base.vocabulary)
    stances = ("cooperation", "rivalry", "threat")
    data = encoder_training._as_arrays(examples, stances, tokens)
    network = Network(base, 6)
    rows = np.arange(len(examples))
    encoder_training._Run(network, data, rows, options, seed, base.vocabulary.pad).run()
    state = network.state_dict()
    return b"".join(state[name].numpy().tobytes() for name in sorted(state))


@pytest.fixture
def short(tiny_options: EncoderOptions) -> EncoderOptions:
    return msgspec.structs.replace(tiny_options, epochs=2)


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(
    examples: list[Example], short: EncoderOptions
) -> None:
    first = _weights(examples, short)
    assert _weights(examples, short) == first
    assert _weights(examples, short, seed=1) != first


def test_a_broken_run_goes_on_and_ends_where_an_undisturbed_one_does(
    examples: list[Example], short: EncoderOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = _weights(examples, short)
    options = msgspec.structs.replace(short, checkpoint=tmp_path / "run.checkpoint")
    learn = encoder_training._Run._learn
    steps: list[int] = []

    def broken(self: Any, rows: Any) -> float:
        steps.append(len(rows))
        if len(steps) == 7:
            raise KeyboardInterrupt
        return learn(self, rows)

    monkeypatch.setattr(encoder_training, "_SAVE_EVERY", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(encoder_training._Run, "_learn", broken)
        with pytest.raises(KeyboardInterrupt):
            _weights(examples, options)
    assert options.checkpoint is not None
    assert options.checkpoint.is_file()

    done: list[int] = []

    def counted(self: Any, rows: Any) -> float:
        done.append(len(rows))
        return learn(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(encoder_training._Run, "_learn", counted)
        assert _weights(examples, options) == undisturbed
    assert len(done) == 2 * -(-len(examples) // short.batch_size) - 6
    assert not options.checkpoint.exists()


def test_a_checkpoint_of_other_labels_is_left_aside(
    examples: list[Example], short: EncoderOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = msgspec.structs.replace(short, checkpoint=tmp_path / "run.checkpoint")
    monkeypatch.setattr(encoder_training, "_SAVE_EVERY", 0.0)
    monkeypatch.setattr(Path, "unlink", lambda self, missing_ok=False: None)
    _weights(examples, options)
    assert options.checkpoint is not None
    assert options.checkpoint.is_file()
    assert _weights(examples[:50], options) == _weights(examples[:50], short)


def test_documents_held_out_stay_so_when_labels_are_added(examples: list[Example]) -> None:
    fewer = encoder_training._held_out(examples[:60], 0.2)
    more = encoder_training._held_out(examples, 0.2)
    assert (more[:60] == fewer).all()
    assert 0 < more.mean() < 0.5


def test_what_was_trained_is_written_down(tiny_trained: TrainedEncoder) -> None:
    about = tiny_trained.about
    assert about["base_licence"] == "mit"
    assert "/" not in about["base"]
    assert about["training"]["epochs"] == 20
    assert set(about["versions"]) >= {"torch", "transformers", "onnxruntime"}


def test_sentiment_that_nobody_annotated_costs_nothing(
    examples: list[Example], short: EncoderOptions
) -> None:
    silent = [msgspec.structs.replace(example, sentiment=None) for example in examples]
    weights = np.frombuffer(_weights(silent, short), np.float32)
    assert np.isfinite(weights).all()


def test_an_encoder_that_does_not_exist_is_named(
    examples: list[Example], tmp_path: Path, encoder_folder: Path
) -> None:
    options = EncoderOptions(encoder=str(tmp_path))
    with pytest.raises(NotFoundError, match="an encoder is a folder or a name on the hub"):
        train_encoder(examples, options)


@pytest.mark.parametrize("library", ["torch", "transformers", "onnxscript"])
def test_a_missing_extra_is_named_with_the_command_that_adds_it(
    labels: tuple[LabeledSentence, ...], monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stance-ir\[encoder-train\]'"):
        train(labels, backend="encoder")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("epochs", 0, "epochs is at least 1; found 0; correct it"),
        ("rate", 0.0, "rate is above 0; found 0.0; correct it"),
        ("held_out", 1.0, "held_out lies between 0 and 1; found 1.0; correct it"),
        ("implied_share", 0, "implied_share lies above 0 and not above 1; found 0; correct it"),
    ],
)
def test_an_option_out_of_bounds_is_refused(option: str, value: float, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        EncoderOptions(**{option: value})
    assert str(caught.value) == message


def test_options_of_an_encoder_are_refused_for_a_linear_model(
    labels: tuple[LabeledSentence, ...],
) -> None:
    with pytest.raises(OptionError, match="options of an encoder need backend='encoder'"):
        train(labels, encoder=EncoderOptions())


def test_an_unknown_backend_is_refused(labels: tuple[LabeledSentence, ...]) -> None:
    with pytest.raises(OptionError) as caught:
        train(labels, backend="forest")  # type: ignore[arg-type]
    assert str(caught.value) == "the backend is linear or encoder; found 'forest'; correct it"


def test_the_command_trains_an_encoder_and_leaves_no_checkpoint(
    labels: tuple[LabeledSentence, ...], encoder_folder: Path, tmp_path: Path
) -> None:
    file, out = tmp_path / "own.jsonl", tmp_path / "model"
    write_labels(labels[::3], file)
    program = "from stance.cli import main; main()"
    command = [sys.executable, "-c", program, "train", str(file), "--out", str(out)]
    command += ["--backend", "encoder", "--encoder", str(encoder_folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "trained on 20 sentences" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.with_name("model.checkpoint").exists()


def test_platt_scaling_finds_the_slope_that_made_the_labels() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, 20_000)
    wanted = random.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    assert platt(logits, wanted) == pytest.approx((0.5, -1), abs=0.05)


@pytest.mark.parametrize("wanted", [[True, True], [False, False], [True, False]])
def test_platt_scaling_leaves_alone_what_it_cannot_learn_or_would_turn_around(
    wanted: list[bool],
) -> None:
    assert platt(np.array([-1.0, 1.0]), np.array(wanted)) == (1.0, 0.0)


def test_the_temperature_cools_what_was_too_sure() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 1, (5000, 3))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wanted = np.array([random.choice(3, p=row) for row in chances])
    assert temperature(3 * logits, wanted) == pytest.approx(3, rel=0.1)
    assert temperature(np.zeros((0, 3)), np.zeros(0, int)) == 1.0


@pytest.mark.parametrize(("share", "dropped"), [(0.1, 26 / 256), (0.5, 0.5), (0.0, 0.0)])
def test_dropout_drops_its_share_and_keeps_the_mean(share: float, dropped: float) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra encoder-train")
    from stance.learning.encoder_network import _Dropout

    torch.manual_seed(0)
    layer, ones = _Dropout(share), torch.ones(301, 997)  # no multiple of eight
    out = layer(ones)
    assert float((out == 0).float().mean()) == pytest.approx(dropped, abs=0.005)
    assert float(out.mean()) == pytest.approx(1, abs=0.01)
    assert bool((layer.eval()(ones) == ones).all())


def test_a_network_that_learns_draws_together(tiny_options: EncoderOptions) -> None:
    from torch import nn

    from stance.learning.encoder_network import Network, _Dropout, open_base

    base = open_base(tiny_options.encoder)
    rates = [part.p for part in base.body.modules() if isinstance(part, nn.Dropout)]
    layers = [part for part in Network(base, 6).modules() if isinstance(part, nn.Dropout)]
    assert {type(part) for part in layers} == {_Dropout}
    assert [part.p for part in layers[: len(rates)]] == rates
