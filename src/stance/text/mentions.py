"""Mentions: what a sentence names, by longest match of the catalogue and the words around it."""

from __future__ import annotations

from stance.records import Mention
from stance.text.catalogue import Catalogue
from stance.text.matching import folded_words, match_candidates, match_words
from stance.text.offices import join_offices
from stance.text.places import mark_places
from stance.text.tokens import Tokens

__all__ = ["find_mentions"]


def find_mentions(
    text: str,
    tokens: Tokens,
    catalogue: Catalogue,
    offset: int = 0,
    date: str | None = None,
    known_names: dict[str, str] | None = None,
) -> tuple[Mention, ...]:
    """Return the mentions in one sentence, in order of place.

    Parameters
    ----------
    text : str
        The sentence.
    tokens : Tokens
        Its tokens.
    catalogue : Catalogue
    offset : int
        Added to all spans: where the sentence begins in its document.
    date : str, optional
        ISO day; leaders count only while in office, historical states only while they lasted.
    known_names : dict, optional
        Surnames and acronyms that the document has introduced -> actor; new ones are added.

    Returns
    -------
    tuple of Mention
        Kind ``place`` with a confidence of 0.3 says that the words only tell where something
        happens ("in Syria"); such a mention forms no pairs.

    Examples
    --------
    >>> from stance.text.catalogue import default_catalogue
    >>> from stance.text.tokens import tokenize
    >>> text = "Iranian Foreign Minister Javad Zarif warned the US."
    >>> found = find_mentions(text, tokenize(text), default_catalogue())
    >>> [(mention.text, mention.id) for mention in found]
    [('Iranian Foreign Minister Javad Zarif', 'IRN'), ('US', 'USA')]
    """
    if known_names is None:
        known_names = {}
    words = folded_words(text, tokens, catalogue)
    candidates = match_candidates(words, catalogue, known_names)
    if not candidates:
        return ()
    lower = tokens.lower if words is tokens.words else [word.lower() for word in words]
    matches = match_words(words, lower, candidates, catalogue, date, known_names)
    if not matches:
        return ()
    matches = join_offices(words, lower, matches, known_names, catalogue)
    mark_places(text, words, lower, matches, catalogue)
    starts = tokens.starts
    found = []
    for match in matches:
        if match.actor is not None:
            start, last = starts[match.first], match.last - 1
            end = starts[last] + len(tokens.words[last])
            found.append(
                Mention(
                    match.actor,
                    text[start:end],
                    offset + start,
                    offset + end,
                    match.kind,
                    match.confidence,
                )
            )
    return tuple(found)
