"""A document read: its sentences with their mentions."""

from __future__ import annotations

import msgspec

from stance.records import Sentence
from stance.text.catalogue import Catalogue
from stance.text.mentions import find_mentions
from stance.text.sentences import sentence_spans
from stance.text.tokens import Tokens, tokenize

__all__ = ["ReadSentence", "read_document"]


class ReadSentence(msgspec.Struct, frozen=True):
    """A sentence, its tokens, and to whom the text attributes what it says."""

    sentence: Sentence
    tokens: Tokens
    speaker: str | None = None


def read_document(text: str, catalogue: Catalogue, date: str | None = None) -> list[ReadSentence]:
    """Return the sentences of a document with their mentions.

    Parameters
    ----------
    text : str
    catalogue : Catalogue
    date : str, optional
        ISO day of the document: leaders count only while in office.

    Examples
    --------
    >>> from stance.text.catalogue import default_catalogue
    >>> read = read_document("Iran protested. Oman agreed.", default_catalogue())
    >>> [[mention.id for mention in one.sentence.mentions] for one in read]
    [['IRN'], ['OMN']]
    """
    known_names: dict[str, str] = {}
    sentences = []
    for index, (start, end) in enumerate(sentence_spans(text)):
        piece = text[start:end]
        tokens = tokenize(piece)
        mentions = find_mentions(piece, tokens, catalogue, start, date, known_names)
        sentences.append(ReadSentence(Sentence(index, start, end, piece, mentions), tokens))
    return sentences
