"""Measure how many sentences a second the text room reads, in processor time on one core."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stance.labels.files import read_labels
from stance.text.catalogue import default_catalogue
from stance.text.mentions import find_mentions
from stance.text.pairs import directed_pairs
from stance.text.reading import read_document
from stance.text.sentences import sentence_spans
from stance.text.tokens import tokenize


def speed(documents: Path, rounds: int = 3) -> dict[str, Any]:
    """Return sentences a second on one core, the best of a few rounds."""
    text = "\n".join(label.text for label in read_labels(documents))
    text = "\n".join([text] * 20)
    spans = sentence_spans(text)
    pieces = [text[start:end] for start, end in spans]
    tokens = [tokenize(piece) for piece in pieces]
    catalogue = default_catalogue()

    def match_and_pair() -> None:
        for piece, words in zip(pieces, tokens, strict=True):
            list(directed_pairs(find_mentions(piece, words, catalogue)))

    def read_all() -> None:
        read_document(text, catalogue)

    def read_without_coreference() -> None:
        read_document(text, catalogue, coreference=False)

    figures: dict[str, Any] = {"sentences": len(pieces)}
    for job in (match_and_pair, read_without_coreference, read_all):
        best = min(_seconds(job) for _ in range(rounds))
        figures[job.__name__] = round(len(pieces) / best)
    return figures


def _seconds(job: Callable[[], None]) -> float:
    begin = time.process_time()
    job()
    return time.process_time() - begin
