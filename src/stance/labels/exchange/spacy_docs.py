"""spaCy: a ``DocBin`` file whose documents are sentences, when spaCy is installed.

Mentions are ``doc.spans["actors"]`` with the actor's id as label; everything else stands in
``doc.user_data["stance"]``, in the labelling format.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from stance.errors import InputError, Problem, optional_library
from stance.labels.exchange.common import ForeignError, Imported, finish, label_of, placed
from stance.labels.exchange.prodigy import tokens_of
from stance.records import LabeledMention, LabeledSentence

__all__ = ["read", "write"]

_KEY = "actors"
_DATA = "stance"


def _library() -> Any:
    optional_library("spacy.tokens", "DocBin files need spaCy", "spacy")
    return optional_library("spacy", "DocBin files need spaCy", "spacy")


def read(path: Path) -> Imported:
    """Return the labels of a ``.spacy`` file, also of one that another program wrote.

    Raises
    ------
    MissingExtraError
        If spaCy is not installed.
    InputError
        If it is no DocBin file.
    """
    spacy = _library()
    try:
        docs = list(spacy.tokens.DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))
    except (ValueError, OSError, KeyError, EOFError) as error:
        raise InputError(
            Problem(f"a .spacy file is a DocBin ({error})", "check the path", path=str(path))
        ) from None
    found: list[tuple[int | None, LabeledSentence | ForeignError]] = []
    for number, doc in enumerate(docs, 1):
        try:
            found.append((None, _label(doc, f"{path.stem}:{number}")))
        except ForeignError as error:
            found.append((None, error))
    return finish(found, path)


def _label(doc: Any, id_: str) -> LabeledSentence:
    kept = doc.user_data.get(_DATA)
    if kept is not None:
        try:
            return msgspec.json.decode(kept, type=LabeledSentence)
        except (msgspec.DecodeError, TypeError) as error:
            raise ForeignError(
                f"user_data holds a label: {error}", "write it again", kept
            ) from None
    spans = doc.spans[_KEY] if _KEY in doc.spans else doc.ents  # noqa: SIM401 - it has no get
    mentions = [
        LabeledMention(f"m{i}", span.label_, span.start_char, span.end_char, span.text)
        for i, span in enumerate(spans)
    ]
    return label_of(doc.text, {}, mentions, None, id_)


def write(labels: Iterable[LabeledSentence], path: Path) -> tuple[str, ...]:
    """Write labels as a DocBin file; nothing is lost."""
    spacy = _library()
    vocab = spacy.blank("xx").vocab
    docs = spacy.tokens.DocBin(store_user_data=True)
    for label in labels:
        borders = {b for m in placed(label) for b in (m.start, m.end) if b is not None}
        words, spaces = [], []
        position = 0
        for start, end in tokens_of(label.text, borders):
            if start > position:  # a run of blanks that is more than the one after a word
                words.append(label.text[position:start])
                spaces.append(False)
            position = end + (label.text[end : end + 1] == " ")
            words.append(label.text[start:end])
            spaces.append(position > end)
        if position < len(label.text):
            words.append(label.text[position:])
            spaces.append(False)
        doc = spacy.tokens.Doc(vocab, words=words, spaces=spaces)
        spans = [
            doc.char_span(m.start, m.end, m.actor, alignment_mode="expand") for m in placed(label)
        ]
        doc.spans[_KEY] = [span for span in spans if span is not None]
        doc.user_data[_DATA] = msgspec.json.encode(label).decode()
        docs.add(doc)
    docs.to_disk(path)
    return ()
