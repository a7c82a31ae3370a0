"""A tiny encoder with random weights, and a model trained from it, for the tests of encoders."""

from __future__ import annotations

import json
import string
from collections.abc import Iterable
from pathlib import Path

import pytest

from stance.analysis import Model
from stance.learning.encoder_options import EncoderOptions
from stance.learning.encoder_training import TrainedEncoder, train_encoder
from stance.learning.examples import examples_of
from stance.records import LabeledSentence
from stance.text.tokens import tokenize

WIDTH = 32


def write_tiny_encoder(folder: Path, texts: Iterable[str]) -> Path:
    """Write a BERT of two layers that knows the words of some texts and all letters."""
    import torch
    from transformers import BertConfig, BertModel

    words = sorted({word.lower() for text in texts for word in tokenize(text).words})
    letters = list(string.ascii_lowercase + string.digits + string.punctuation)
    pieces = letters + [f"##{letter}" for letter in letters]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = list(dict.fromkeys([*special, *pieces, *words]))
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    folder.joinpath("tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True}), "utf-8"
    )
    folder.joinpath("tokenizer.json").write_text(_tokenizer(vocabulary, special), "utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * WIDTH,
        max_position_embeddings=64,
        initializer_range=0.05,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    folder.joinpath("README.md").write_text("---\nlicense: mit\n---\n", "utf-8")
    return folder


def _tokenizer(vocabulary: list[str], special: list[str]) -> str:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(
        models.WordPiece({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return str(tokenizer.to_str())


@pytest.fixture(scope="session")
def encoder_folder(
    labels: tuple[LabeledSentence, ...], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A pretrained encoder, as far as two random layers are one."""
    for library in ("torch", "transformers", "onnx", "onnxscript", "onnxruntime", "tokenizers"):
        pytest.importorskip(library, reason="needs the extra encoder-train")
    folder = tmp_path_factory.mktemp("base")
    return write_tiny_encoder(folder, [label.text for label in labels])


@pytest.fixture(scope="session")
def tiny_options(encoder_folder: Path) -> EncoderOptions:
    return EncoderOptions(
        encoder=str(encoder_folder),
        epochs=20,
        batch_size=8,
        rate=5e-3,
        head_rate=2e-2,
        implied_share=1.0,
    )


@pytest.fixture(scope="session")
def tiny_trained(
    labels: tuple[LabeledSentence, ...], tiny_options: EncoderOptions
) -> TrainedEncoder:
    return train_encoder(list(examples_of(labels)), tiny_options)


@pytest.fixture(scope="session")
def tiny_encoder(tiny_trained: TrainedEncoder) -> Model:
    """An encoder that knows twenty verbs."""
    return Model(tiny_trained.scorer, tiny_trained.about)
