"""What the words of a catalogue may stand for."""

from __future__ import annotations

import msgspec

from stance.records import MentionKind

__all__ = ["FUNCTION_WORDS", "Surface"]

FUNCTION_WORDS = frozenset(
    "in on at the a an but and he she his her it its they their we our by for from to with after"
    " before when while as if although though since because that this these those there here"
    " however meanwhile later last earlier now then so or yet nor both asked under over during"
    " speaking according despite two some many most all no not only even also still one more"
    " what who why how where until unless amid following against between once again instead"
    " nevertheless yesterday today tomorrow whoever nobody everybody everyone".split()
)
"""Words that begin a sentence with a capital and are no names."""


class Surface(msgspec.Struct, frozen=True):
    """One way in which an actor is named.

    ``needs_title`` marks surnames that count only after a title or the full name, ``surnames`` are
    those that a full name introduces; ``actor`` is None for phrases that name no actor.
    """

    actor: str | None
    kind: MentionKind
    confidence: float = 1.0
    since: str | None = None
    until: str | None = None
    unless: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    needs_title: bool = False
    field: str = "names"
    surnames: tuple[str, ...] = ()
