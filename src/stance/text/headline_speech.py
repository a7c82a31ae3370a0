"""Speakers of headlines: before a colon, or after a dash or colon at the end."""

from __future__ import annotations

from collections.abc import Sequence

from stance.records import Mention
from stance.text.attribution import Attribution
from stance.text.catalogue import Catalogue
from stance.text.tokens import Tokens

__all__ = ["headline_speaker"]

_DASHES = frozenset(("-", "–", "—"))
_BORDERS = _DASHES | {":"}
_MARKS = frozenset("'\"‘“’”")
_ADDRESSING = frozenset(("to", "on"))
_LONGEST = 40  # words
_LONGEST_ADDRESS = 4  # words of "Hill to Iran: ..."
_LONGEST_TAIL = 4  # words after the last border: "– UK intelligence"
_SHORTEST_CLAIM = 3  # words
_BODIES = frozenset(("organization", "bloc"))


def headline_speaker(
    text: str, tokens: Tokens, offset: int, mentions: Sequence[Mention], catalogue: Catalogue
) -> tuple[Attribution, ...]:
    """Return who speaks in a headline, if anybody does: "Putin: ..." or "... - Putin".

    A state before a colon is what the headline is about ("Sudan: a truce is near"), a person or a
    body is who speaks.

    Examples
    --------
    >>> from stance.text.tokens import tokenize
    >>> from stance.text.catalogue import default_catalogue
    >>> text = "Putin: West wants war"
    >>> mentions = [Mention("RUS", "Putin", 0, 5, "person")]
    >>> headline_speaker(text, tokenize(text), 0, mentions, default_catalogue())[0].speaker
    'Putin'
    """
    words = tokens.words
    if len(words) > _LONGEST or _BORDERS.isdisjoint(words) or not mentions:
        return ()
    found = _before_colon(tokens, offset, mentions[0], catalogue)
    if found is None and words[-1] != ".":
        found = _at_end(tokens, offset, mentions[-1], catalogue)
    if found is None:
        return ()
    (start, end), (first, last) = found
    content = (offset + tokens.starts[first], offset + tokens.ends[last - 1])
    quoted = (content,) if first else ()  # what follows a name is told in the first person
    return (Attribution(text[start - offset : end - offset], (start, end), content, quoted),)


_Found = tuple[tuple[int, int], tuple[int, int]]
"""Where the speaker stands in the document, and the tokens of what he says."""


def _before_colon(
    tokens: Tokens, offset: int, mention: Mention, catalogue: Catalogue
) -> _Found | None:
    words = tokens.words
    if ":" not in words or mention.start != offset + tokens.starts[0]:
        return None
    colon = words.index(":")
    after = sum(start < mention.end - offset for start in tokens.starts[:colon])
    is_addressed = after < colon <= after + _LONGEST_ADDRESS and words[after] in _ADDRESSING
    if not (colon == after or is_addressed) or len(words) - colon <= _SHORTEST_CLAIM:
        return None
    if not (_speaks(mention, catalogue) or words[colon + 1] in _MARKS):
        return None
    return mention.span, (colon + 1, len(words))


def _at_end(tokens: Tokens, offset: int, mention: Mention, catalogue: Catalogue) -> _Found | None:
    words, starts = tokens.words, tokens.starts
    first = next((i for i, start in enumerate(starts) if offset + start >= mention.start), 0)
    border = first - 1
    if border < _SHORTEST_CLAIM or words[border] not in _BORDERS:
        return None
    if words[border] in _DASHES and starts[border] == tokens.ends[border - 1]:
        return None  # a hyphen
    is_quoted = words[border - 1] in _MARKS
    if not is_quoted and (
        len(words) - first > _LONGEST_TAIL or not _speaks(mention, catalogue, len(words) - first)
    ):
        return None
    is_tail = words[border] in _DASHES and len(words) - first <= _LONGEST_TAIL
    end = offset + tokens.ends[-1] if is_tail or not is_quoted else mention.end  # "UK intelligence"
    return (mention.start, end), (0, border)


def _speaks(mention: Mention, catalogue: Catalogue, words: int = 1) -> bool:
    """Return whether a name is a person or a body, or a state's with a noun ("UK intelligence")."""
    return (
        (words > 1 and mention.kind == "name")
        or mention.kind in ("person", "institution")
        or catalogue.kind(mention.id) in _BODIES
    )
