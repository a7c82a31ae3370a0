"""A document read: its sentences with their mentions, and who says what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from stance.records import Mention, Sentence, Span
from stance.text.attribution import Attribution
from stance.text.catalogue import Catalogue
from stance.text.coreference import Resolver
from stance.text.headline_speech import headline_speaker
from stance.text.mentions import find_mentions
from stance.text.quotations import QuoteReader, speaker_for
from stance.text.sentences import sentence_spans
from stance.text.tokens import Tokens, tokenize

__all__ = ["ReadSentence", "read_document"]


class ReadSentence(msgspec.Struct, frozen=True):
    """A sentence, its tokens, and to whom the text attributes what it says.

    Attributes
    ----------
    sentence : Sentence
        With its mentions: what the catalogue found, and pronouns and phrases resolved.
    tokens : Tokens
    speaker : str or None
        Who speaks in the sentence, the first if several do.
    attributions : tuple of Attribution
        Which words are whose.
    """

    sentence: Sentence
    tokens: Tokens
    speaker: str | None = None
    attributions: tuple[Attribution, ...] = ()

    def speaker_of(self, actor: Span | None, target: Span | None) -> str | None:
        """Return to whom a claim about two spans is attributed, None if to the narrator.

        Examples
        --------
        >>> from stance.text.catalogue import default_catalogue
        >>> one, = read_document("Oslo said that Iran had warned Iraq.", default_catalogue())
        >>> one.speaker_of((15, 19), (31, 35))
        'Oslo'
        """
        return speaker_for(self.attributions, actor, target)


def read_document(
    text: str, catalogue: Catalogue, date: str | None = None, coreference: bool = True
) -> list[ReadSentence]:
    """Return the sentences of a document with their mentions and speakers.

    Parameters
    ----------
    text : str
    catalogue : Catalogue
    date : str, optional
        ISO day of the document: leaders count only while in office.
    coreference : bool
        Also resolve pronouns ("it", "we" in a quotation) and phrases ("the two countries",
        which yields two mentions with one span); they have kind ``pronoun`` or ``phrase``.

    Examples
    --------
    >>> from stance.text.catalogue import default_catalogue
    >>> read = read_document("Iran protested. It blamed Oman.", default_catalogue())
    >>> [[mention.id for mention in one.sentence.mentions] for one in read]
    [['IRN'], ['IRN', 'OMN']]
    """
    spans = sentence_spans(text)
    starts = [start for start, _ in spans]
    pieces = [text[start:end] for start, end in spans]
    # one kind of work on all sentences, then the next: far easier on the processor's caches
    tokens = list(map(tokenize, pieces))
    known_names: dict[str, str] = {}
    mentions = [
        find_mentions(piece, words, catalogue, start, date, known_names)
        for piece, words, start in zip(pieces, tokens, starts, strict=True)
    ]
    reader = QuoteReader()
    said = [
        one or (headline_speaker(piece, words, start, named, catalogue) if named else ())
        for one, piece, words, start, named in zip(
            reader.read_all(pieces, tokens, starts), pieces, tokens, starts, mentions, strict=True
        )
    ]
    if coreference:
        resolver = Resolver(catalogue, _actors_of(reader.late_speakers, mentions))
        mentions = list(map(resolver.resolve, pieces, tokens, starts, mentions, said))
    return [
        ReadSentence(
            Sentence(index, start, end, piece, found),
            words,
            speech[0].speaker if speech else None,
            speech,
        )
        for index, ((start, end), piece, words, found, speech) in enumerate(
            zip(spans, pieces, tokens, mentions, said, strict=True)
        )
    ]


def _actors_of(
    speakers: Mapping[Span, int], mentions: Sequence[Sequence[Mention]]
) -> dict[Span, str]:
    """Return the actors of speakers, from where they stand and the number of their sentence."""
    return {
        span: mention.id
        for span, index in speakers.items()
        for mention in mentions[index]
        if mention.start < span[1] and span[0] < mention.end
    }
