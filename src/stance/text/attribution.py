"""Whose words a stretch of text is."""

from __future__ import annotations

import msgspec

from stance.records import Span

__all__ = ["Attribution"]


class Attribution(msgspec.Struct, frozen=True):
    """Whose words a stretch of text is.

    Attributes
    ----------
    speaker : str
        The words that name the speaker.
    span : (int, int)
        Where they stand in the document; a quotation that runs on has the span of the sentence
        that named its speaker.
    content : (int, int)
        The words that are attributed.
    quoted : tuple of (int, int)
        The parts of the sentence that stand in quotation marks.
    """

    speaker: str
    span: Span
    content: Span
    quoted: tuple[Span, ...] = ()
