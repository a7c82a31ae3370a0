"""Several annotators' labels side by side: which sentences are the same, who said what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from stance.errors import LabelError, Problem
from stance.records import LabeledSentence

__all__ = ["Aligned", "align", "merge_labels"]

Key = tuple[str, str, int]
Aligned = dict[Key, dict[str, LabeledSentence]]


def merge_labels(sources: Mapping[str, Iterable[LabeledSentence]]) -> tuple[LabeledSentence, ...]:
    """Join the labels of several annotators, with the annotator's name on every sentence.

    Sentences are the same if document and text are; they then get one id. What an annotator
    labelled twice in the same way is kept once.

    Parameters
    ----------
    sources : mapping of str to iterable of LabeledSentence
        A name for each source; it becomes the annotator where the labels name none.

    Returns
    -------
    tuple of LabeledSentence
        Sorted by document, place and annotator, whatever the order of the sources.

    Raises
    ------
    LabelError
        If one annotator labelled a sentence in two ways, or one id stands for two texts.

    Examples
    --------
    >>> import stance
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> [s.annotator for s in merge_labels({"a": labels[:1], "b": labels[:1]})]
    ['own']
    """
    named = []
    for name, labels in sources.items():
        for label in labels:
            annotator = label.annotator or name
            named.append(msgspec.structs.replace(label, annotator=annotator))
    aligned, problems = _align(named)
    merged = []
    taken: dict[str, tuple[str, str]] = {}
    for (document, text, _), by_annotator in aligned.items():
        ids = sorted({label.id for label in by_annotator.values()})
        id_ = next((one for one in ids if one not in taken), ids[0])
        other_document, other_text = taken.get(id_, ("", ""))
        if other_text and (other_text != text or other_document == document):
            rule = f"an id stands for one sentence; {id_} has two{' texts' * (other_text != text)}"
            step = "correct the text in one source, or rename the id"
            problems.append(Problem(rule, step, text))
        taken[id_] = document, text
        merged += [
            msgspec.structs.replace(by_annotator[name], id=id_) for name in sorted(by_annotator)
        ]
    if problems:
        raise LabelError(problems)
    return tuple(sorted(merged, key=_place))


def align(labels: Iterable[LabeledSentence]) -> Aligned:
    """Return the labels of each sentence by annotator, in an order that depends on content alone.

    Raises
    ------
    LabelError
        If a label names no annotator, or an annotator labelled a sentence in two ways.
    """
    labels = tuple(labels)
    problems = [
        Problem("each label names its annotator", "merge the files first", label.id)
        for label in labels
        if not label.annotator
    ]
    aligned, wrong = _align([label for label in labels if label.annotator])
    if problems + wrong:
        raise LabelError(problems + wrong)
    return aligned


def _align(labels: Iterable[LabeledSentence]) -> tuple[Aligned, list[Problem]]:
    """Group labels of one sentence; each time that a text stands in a document is its own."""
    problems = []
    repeated: dict[tuple[str, str], dict[str, list[LabeledSentence]]] = {}
    seen: dict[tuple[str, str, str, str], LabeledSentence] = {}
    for label in sorted(labels, key=_place):
        annotator, document = label.annotator or "", label.doc_id or ""
        first = seen.setdefault((annotator, document, label.text, label.id), label)
        if first is not label:
            if not _same(first, label):
                problems.append(
                    Problem(
                        f"{annotator} labels a sentence in one way; {label.id} has two",
                        "remove one, or give each source its own annotator (--annotators)",
                        label.text,
                    )
                )
            continue
        repeated.setdefault((document, label.text), {}).setdefault(annotator, []).append(label)
    aligned: Aligned = {}
    for where, found in repeated.items():
        for annotator, numbers in _numbers(found).items():
            for number, label in zip(numbers, found[annotator], strict=True):
                aligned.setdefault((*where, number), {})[annotator] = label
    in_order = sorted(aligned.items(), key=lambda item: min(map(_place, item[1].values())))
    return dict(in_order), problems


def _numbers(found: Mapping[str, Sequence[LabeledSentence]]) -> dict[str, Sequence[int]]:
    """Return by annotator which of a document's equal sentences each label is about.

    They are counted; but where one annotator labelled more of them, their places must tell.
    """
    places = {
        name: [label.sent_index for label in own if label.sent_index is not None]
        for name, own in found.items()
    }
    often = {name: len(own) for name, own in found.items()}
    are_known = all(len(set(own)) == often[name] for name, own in places.items())
    if len(set(often.values())) > 1 and are_known:
        return dict(places)
    return {name: range(n) for name, n in often.items()}


def _same(one: LabeledSentence, other: LabeledSentence) -> bool:
    return msgspec.structs.replace(one, meta={}) == msgspec.structs.replace(other, meta={})


Place = tuple[str, bool, int, list[tuple[str, int]], str, bytes]


def _place(label: LabeledSentence) -> Place:
    index = label.sent_index
    parts = re.findall(r"(\D*)(\d*)", label.id)
    return (
        label.doc_id or "",
        index is None,
        index or 0,
        [(text, int(digits or 0)) for text, digits in parts],  # "line2" before "line10"
        label.annotator or "",
        msgspec.json.encode(label, order="sorted"),
    )
