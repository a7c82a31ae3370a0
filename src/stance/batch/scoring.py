"""Scoring a chunk: documents in, columns of rows out; what a worker process runs."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np

from stance.analysis import Model, ModelKey, abstention, cached_model
from stance.batch.chunks import Chunk
from stance.batch.documents import BadRecord, Document, bad_record
from stance.batch.opening import need_pyarrow
from stance.batch.options import BatchOptions
from stance.batch.schema import Column, Rows, columns_of, encode_csv, encode_json, to_arrow
from stance.errors import Problem, StanceError
from stance.model.batches import Floats
from stance.model.documents import ScoredPairs, score_documents
from stance.records import SENTIMENTS
from stance.text.collecting import collection_put_off
from stance.text.reading import ReadSentence, read_document

__all__ = ["ENCODERS", "ScoredChunk", "score_chunk", "score_rows"]


class ScoredChunk(msgspec.Struct, frozen=True):
    """What comes back of a chunk: encoded rows, bad records, and what was counted.

    ``digest`` is the checksum of the chunk, ``crc32`` that of the rows.
    """

    digest: str
    crc32: int
    payload: bytes
    bad: tuple[BadRecord, ...]
    documents: int
    sentences: int
    relations: int


def score_rows(
    model: Model, documents: Sequence[Document], options: BatchOptions | None = None
) -> tuple[Rows, list[BadRecord], int]:
    """Return the rows of some documents as columns, the bad records, and how many sentences.

    Parameters
    ----------
    model : Model
    documents : sequence of Document
    options : BatchOptions, optional
        With ``evidence`` there is a column with the spans of the words that decided, with
        ``all_documents`` a row, of nothing but id, date and source, for a document without
        relations; without ``coreference`` pronouns and phrases are no mentions.

    Examples
    --------
    >>> from stance.analysis import load_model
    >>> rows, bad, sentences = score_rows(
    ...     load_model("base"), [Document("a", "Iran condemned the United States.")]
    ... )
    >>> rows[4], rows[5], bad, sentences
    (['IRN', 'USA'], ['USA', 'IRN'], [], 1)
    """
    options = BatchOptions() if options is None else options
    kept: list[Document] = []
    bad: list[BadRecord] = []
    lengths: list[int] = []

    def read() -> Iterator[list[ReadSentence]]:
        """Yield one document at a time, so that sentences without pairs can be forgotten."""
        catalogue = model.catalogue
        for document in documents:
            try:
                found = read_document(document.text, catalogue, document.date, options.coreference)
            except StanceError as error:
                one = error.problems[0]
                where = Problem(one.rule, one.next_step, one.value, document.path, document.line)
                bad.append(bad_record(where, document.doc_id))
                continue
            kept.append(document)
            lengths.append(len(found))
            yield found

    pairs = score_documents(model.scorer, read(), options.evidence)
    rows = _columns(model, kept, pairs, options.evidence)
    if options.all_documents:
        rows = _with_all(rows, kept, pairs)
    return rows, bad, sum(lengths)


def _columns(
    model: Model, documents: Sequence[Document], pairs: ScoredPairs, evidence: bool
) -> Rows:
    """Return the columns of the relations, as :meth:`Analysis.rows` would give them."""
    found = pairs.found
    actors, targets = found.actors, found.targets
    owners = [documents[number] for number in found.documents]
    sentences = [one.sentence for one in found.sentences]
    held = list(map(tuple, pairs.held.tolist()))
    names = {row: "|".join(itertools.compress(model.stances, row)) for row in set(held)}
    best = pairs.scored.sentiment.argmax(axis=1).tolist()
    familiar = pairs.scored.familiar.tolist()
    abstained = {share: abstention(share) for share in set(familiar)}
    rows: Rows = [
        [owner.doc_id for owner in owners],
        [owner.date for owner in owners],
        [owner.source for owner in owners],
        [sentence.index for sentence in sentences],
        [actor.id for actor in actors],
        [target.id for target in targets],
        *_rounded(pairs.scored.stances),
        [names[row] for row in held],
        [SENTIMENTS[place] for place in best],
        *_rounded(pairs.scored.sentiment),
        [
            one.speaker_of(actor.span, target.span) if one.attributions else None
            for one, actor, target in zip(found.sentences, actors, targets, strict=True)
        ],
        [abstained[share] for share in familiar],
        [actor.text for actor in actors],
        [target.text for target in targets],
        [sentence.start for sentence in sentences],
        [sentence.end for sentence in sentences],
        [sentence.text for sentence in sentences],
    ]
    if evidence:
        rows.append(
            ["|".join(f"{start}-{end}" for start, end in spans) for spans in pairs.evidence]
        )
    return rows


def _rounded(probabilities: Floats) -> list[list[float]]:
    """Return the columns of probabilities, rounded to four decimals as :func:`round` would."""
    columns: list[list[float]] = (np.rint(probabilities.T.astype(np.float64) * 1e4) / 1e4).tolist()
    return columns


def _with_all(rows: Rows, documents: Sequence[Document], pairs: ScoredPairs) -> Rows:
    """Return rows with one more, of id, date and source only, for each document that has none."""
    by_document: list[list[int]] = [[] for _ in documents]
    for i, document in enumerate(pairs.found.documents):
        by_document[document].append(i)
    n_rows = len(pairs.found)
    order: list[int] = []
    lone: list[Document] = []
    for one, own in zip(documents, by_document, strict=True):
        order += own or [n_rows + len(lone)]
        if not own:
            lone.append(one)
    extended: Rows = [
        [*rows[0], *(document.doc_id for document in lone)],
        [*rows[1], *(document.date for document in lone)],
        [*rows[2], *(document.source for document in lone)],
        *([*column, *[None] * len(lone)] for column in rows[3:]),
    ]
    return [[column[i] for i in order] for column in extended]


def _encode_arrow(columns: Sequence[Column], rows: Rows) -> bytes:
    pyarrow = need_pyarrow("Parquet")
    table = to_arrow(columns, rows)
    sink = pyarrow.BufferOutputStream()
    options = pyarrow.ipc.IpcWriteOptions(compression="zstd")
    with pyarrow.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


ENCODERS: dict[str, Callable[[Sequence[Column], Rows], bytes]] = {
    "jsonl": encode_json,
    "csv": encode_csv,
    "parquet": _encode_arrow,
}
"""Output format -> how the rows of a chunk are kept until all are there."""


def score_chunk(chunk: Chunk, key: ModelKey, output: str, options: BatchOptions) -> ScoredChunk:
    """Return the scores of a chunk: the function that worker processes run."""
    model = cached_model(key)
    columns = columns_of(model.stances, options.evidence)
    with collection_put_off():
        rows, bad, sentences = score_rows(model, chunk.documents, options)
        payload = ENCODERS[output](columns, rows)
    return ScoredChunk(
        chunk.digest(),
        zlib.crc32(payload),
        payload,
        (*chunk.bad, *bad),
        len(chunk.documents) - len(bad),
        sentences,
        sum(actor is not None for actor in rows[4]),
    )
