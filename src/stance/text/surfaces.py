"""What the words of a catalogue may stand for."""

from __future__ import annotations

import msgspec

from stance.records import MentionKind

__all__ = ["Surface"]


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
