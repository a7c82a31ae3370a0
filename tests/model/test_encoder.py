from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

from stance.analysis import Model, load_model
from stance.errors import MissingExtraError, ModelError, NotFoundError
from stance.learning.encoder_training import TrainedEncoder
from stance.model.encoder import EncoderFiles, EncoderScorer
from stance.model.encoder_tokens import Tokens, padded, read_tokenizer
from stance.model.masking import mask_pair
from stance.records import Pair


@pytest.fixture
def scorer(tiny_trained: TrainedEncoder) -> EncoderScorer:
    return tiny_trained.scorer


@pytest.fixture
def tokens(scorer: EncoderScorer) -> Tokens:
    return Tokens(read_tokenizer(scorer.files.tokenizer), scorer.vocabulary)


def _pair(text: str, actor: str, target: str) -> Pair:
    a, t = text.index(actor), text.rindex(target)
    return Pair(text, (a, a + len(actor)), (t, t + len(target)))


def test_no_word_of_a_text_reaches_the_number_of_a_role(
    scorer: EncoderScorer, tokens: Tokens
) -> None:
    text = "Iran told the ACTOR, the [TARGET], BOTH and [OTHER] [CLS] about Mali."
    pair = mask_pair(_pair(text, "Iran", "Mali"))
    numbers = [number for word in tokens.of_pair(pair) for number in word]
    actor, target, *_ = scorer.vocabulary.roles
    assert [n for n in numbers if n >= min(scorer.vocabulary.roles)] == [actor, target]


def test_a_long_sentence_keeps_both_ends_and_what_stands_next_to_them(
    scorer: EncoderScorer, tokens: Tokens
) -> None:
    filler = "again " * 300
    pair = mask_pair(_pair(f"{filler}Iran praised {filler}again blamed Mali.", "Iran", "Mali"))
    words = tokens.of_pair(pair)
    sequence = tokens.sequence(words)
    assert len(sequence) <= scorer.vocabulary.max_tokens
    assert words[pair.first]
    assert words[pair.second]
    assert words[pair.first + 1]
    assert words[pair.second - 1]
    assert np.isfinite(scorer.score([pair]).stances).all()


def test_a_short_sentence_is_kept_whole(tokens: Tokens) -> None:
    assert all(tokens.of_pair(mask_pair(_pair("Iran praised Mali.", "Iran", "Mali"))))


@pytest.mark.parametrize(("length", "width"), [(3, 8), (8, 8), (9, 16), (64, 64)])
def test_the_padded_length_depends_on_the_sequence_alone(length: int, width: int) -> None:
    ids, mask = padded([[1] * length], pad=0)
    assert ids.shape == mask.shape == (1, width)
    assert mask.sum() == length


def test_words_of_another_language_are_not_familiar(scorer: EncoderScorer) -> None:
    own = mask_pair(_pair("Iran praised Mali again.", "Iran", "Mali"))
    other = mask_pair(_pair("Iran szybko skrytykował władze Mali dziś rano", "Iran", "Mali"))
    familiar = scorer.score([own, other]).familiar
    assert familiar[0] == 1.0
    assert familiar[1] < 0.4


def test_the_word_that_decided_is_the_one_whose_loss_costs_most(scorer: EncoderScorer) -> None:
    pair = mask_pair(_pair("Iran praised Mali again.", "Iran", "Mali"))
    output = scorer.stances.index("cooperation")
    shares = scorer.token_shares([pair]).shares[:, output]
    assert pair.words[int(shares.argmax())] == "praised"
    without = mask_pair(_pair("Iran Mali again.", "Iran", "Mali"))
    loss = scorer.logits([pair])[0, output] - scorer.logits([without])[0, output]
    assert shares.max() == pytest.approx(loss, abs=1e-5)


def test_contributions_agree_with_deletion_about_the_strongest_word(scorer: EncoderScorer) -> None:
    pair = mask_pair(_pair("Iran threatened to bomb Mali again.", "Iran", "Mali"))
    output = scorer.stances.index("threat")
    _, parts = scorer.contributions(pair, output)
    strongest = max(parts, key=lambda part: part.weight)
    assert pair.words[strongest.first] in ("threatened", "to", "bomb")


def test_eight_bits_change_a_probability_by_little(tiny_trained: TrainedEncoder) -> None:
    scorer = tiny_trained.scorer
    files = EncoderFiles(tiny_trained.raw, scorer.files.tokenizer)
    wide = EncoderScorer(scorer.stances, files, scorer.vocabulary, scorer.calibration, scorer.known)
    pairs = [
        mask_pair(_pair(f"Iran {verb} Mali.", "Iran", "Mali"))
        for verb in ("praised", "rejected", "shelled", "borders")
    ]
    gap = np.abs(wide.score(pairs).stances - scorer.score(pairs).stances).max()
    assert 0 < gap < 0.1
    assert len(scorer.files.graph) < len(tiny_trained.raw)


def test_each_layer_multiplies_in_integers(tiny_trained: TrainedEncoder) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra encoder-train")
    wide, narrow = (
        Counter(node.op_type for node in onnx.load_from_string(graph).graph.node)
        for graph in (tiny_trained.raw, tiny_trained.scorer.files.graph)
    )
    by_attention = 2  # a layer: products of activations with each other, which stay as they are
    layers = wide["Softmax"]
    assert narrow["MatMulIntegerToFloat"] == wide["MatMul"] - by_attention * layers > 0
    assert narrow["MatMul"] == by_attention * layers


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_a_missing_extra_is_named_with_the_command_that_adds_it(
    tiny_encoder: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    tiny_encoder.save(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stance-ir\[encoder\]'"):
        load_model(tmp_path)


def test_an_encoder_that_is_absent_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stance.analysis.loading._shipped_folders", lambda: iter(()))
    with pytest.raises(NotFoundError) as caught:
        load_model("encoder")
    assert str(caught.value) == (
        "a model is a folder, or a shipped one ('base'); found 'encoder'; copy the folder"
        " models/encoder of the source repository and name it, or train one"
        " (stance train LABELS --backend encoder --out FOLDER)"
    )


@pytest.mark.parametrize("broken", ["graph", "tokenizer"])
def test_a_foreign_file_is_refused_with_its_name(scorer: EncoderScorer, broken: str) -> None:
    files = msgspec.structs.replace(scorer.files, **{broken: b"{}"})
    name = {"graph": "model.onnx", "tokenizer": "tokenizer.json"}[broken]
    with pytest.raises(ModelError, match=name):
        EncoderScorer(scorer.stances, files, scorer.vocabulary, scorer.calibration, scorer.known)


def test_a_graph_of_other_stances_is_refused(scorer: EncoderScorer) -> None:
    with pytest.raises(ModelError, match="the graph takes ids and mask, and gives 4 logits"):
        EncoderScorer(("one",), scorer.files, scorer.vocabulary, scorer.calibration, scorer.known)


def test_the_folder_says_what_it_was_made_from(tiny_encoder: Model, tmp_path: Path) -> None:
    tiny_encoder.save(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "NOTICE",
        "known.npy",
        "manifest.json",
        "model.onnx",
        "tokenizer.json",
    ]
    assert "(licence: mit)" in tmp_path.joinpath("NOTICE").read_text("utf-8")


def test_a_manifest_without_its_calibration_is_refused(tiny_encoder: Model, tmp_path: Path) -> None:
    tiny_encoder.save(tmp_path)
    path = tmp_path / "manifest.json"
    manifest = msgspec.json.decode(path.read_bytes())
    manifest["encoder"]["slopes"] = manifest["encoder"]["slopes"][:-1]
    path.write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(ModelError, match="an encoder of 3 stances is calibrated for each"):
        load_model(tmp_path)
