"""What must hold in a labelled sentence beyond the types of its fields."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from stance.errors import Problem
from stance.files import leading_day
from stance.records import LabeledMention, LabeledRelation, LabeledSentence

__all__ = ["CODEBOOK_STANCES", "Located", "Numbered", "check_collection", "check_sentence"]

CODEBOOK_STANCES = ("cooperation", "rivalry", "threat")
"""The stances of our codebook; other codebooks bring their own names."""

_STANCE_NAME = re.compile(r"[a-z][a-z0-9_-]*\Z")
_NEAR_MISS = 0.8

_Finding = tuple[str, str, object]


class Numbered(NamedTuple):
    """A sentence, the line where it begins, and line and column of each relation if it has own."""

    line: int
    sentence: LabeledSentence
    places: tuple[tuple[int, int | None], ...] = ()


def check_sentence(
    sentence: LabeledSentence,
    stances: Collection[str] | None = None,
    path: str | None = None,
    line: int | None = None,
    places: Sequence[tuple[int, int | None]] = (),
) -> list[Problem]:
    """Return all that is wrong with one labelled sentence.

    Parameters
    ----------
    sentence : LabeledSentence
    stances : collection of str, optional
        The stances allowed. By default any well-formed name that is not a near miss of a
        stance of our codebook ("coperation").
    path, line : optional
        Where it stands, for the messages.
    places : sequence of (int, int or None), optional
        Line and column of each relation, where it has its own.

    Examples
    --------
    >>> from stance.records import LabeledMention
    >>> wrong = LabeledSentence(id="a:0", text="Iran left.",
    ...                         mentions=(LabeledMention("m0", "IRN", 0, 3, "Iran"),))
    >>> print(check_sentence(wrong)[0])
    mention m0: text[0:3] must equal its text 'Iran'; found 'Ira'; correct start and end
    """
    found = [
        *_check_text(sentence),
        *(
            problem
            for mention in sentence.mentions or ()
            for problem in _check_mention(mention, sentence.text)
        ),
        *_check_references(sentence),
    ]
    located: list[tuple[_Finding, int | None, int | None]] = [(one, line, None) for one in found]
    for i, relation in enumerate(sentence.relations or ()):
        relation_line, column = places[i] if places else (line, None)
        located += [
            (finding, relation_line, column)
            for finding in (
                *_check_stances(relation, stances),
                *_check_words(relation, len(sentence.text)),
            )
        ]
    return [
        Problem(rule, step, value, path, number, column)
        for (rule, step, value), number, column in located
    ]


def _check_text(sentence: LabeledSentence) -> Iterator[_Finding]:
    if sentence.schema != 1:
        yield ("schema must be 1", "update this library to read newer labels", sentence.schema)
    if not sentence.id:
        yield ("id must not be empty", "give each sentence an id", sentence.id)
    if not sentence.text.strip():
        yield ("text must not be empty", "remove the line or fill in its text", sentence.text)
    for name in ("doc_id", "lang", "annotator", "source"):
        if getattr(sentence, name) == "":
            yield (f"{name} must not be empty", "fill it in, or leave it out", "")
    if sentence.sent_index is not None and sentence.sent_index < 0:
        yield ("sent_index counts from 0", "correct it", sentence.sent_index)
    yield from _check_plain(sentence)
    if sentence.date is not None and leading_day(sentence.date) != sentence.date:
        yield ("date must be a day as in 2015-11-23", "correct the date", sentence.date)


def _check_plain(sentence: LabeledSentence) -> Iterator[_Finding]:
    """Check that the sentence can be written: Unicode without halves, JSON values in meta."""
    try:
        msgspec.json.encode(sentence)
    except UnicodeEncodeError as error:
        yield (
            "text must be valid Unicode, without lone surrogates",
            "remove the damaged character",
            error.object[error.start : error.start + 1],
        )
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        yield (f"meta holds plain JSON values ({error})", "convert them", sentence.meta)


def _check_mention(mention: LabeledMention, text: str) -> Iterator[_Finding]:
    given = [value is None for value in (mention.start, mention.end, mention.text)]
    if not mention.id:
        yield ("the id of a mention must not be empty", "number the mentions", mention.actor)
    if not mention.actor:
        yield (f"mention {mention.id}: actor must not be empty", "name its actor", mention.actor)
    if all(given):
        return
    if any(given):
        yield (
            f"mention {mention.id}: start, end and text are given together, or all null",
            "fill in the missing ones",
            (mention.start, mention.end, mention.text),
        )
        return
    start, end = mention.start or 0, mention.end or 0
    if not 0 <= start < end <= len(text):
        yield (
            f"mention {mention.id}: 0 <= start < end <= {len(text)} must hold",
            "count offsets in characters, end exclusive",
            (start, end),
        )
    elif text[start:end] != mention.text:
        yield (
            f"mention {mention.id}: text[{start}:{end}] must equal its text {mention.text!r}",
            "correct start and end",
            text[start:end],
        )


def _check_references(sentence: LabeledSentence) -> Iterator[_Finding]:
    mentions = {mention.id: mention for mention in sentence.mentions or ()}
    if len(mentions) < len(sentence.mentions or ()):
        ids = [mention.id for mention in sentence.mentions or ()]
        yield ("mention ids must differ", "renumber the mentions", ids)
    places = [(m.start, m.end, m.actor) for m in sentence.mentions or ()]
    for place in sorted({p for p in places if places.count(p) > 1}, key=str):
        yield ("an actor is marked once in a place", "remove the repetition", place)
    seen = set()
    for relation in sentence.relations or ():
        ends = (relation.actor, relation.target)
        unknown = [end for end in ends if end is not None and end not in mentions]
        for end in unknown:
            yield ("a relation names mentions of its sentence", "add the mention", end)
        if unknown:
            continue
        actors = tuple(mentions[end].actor if end is not None else None for end in ends)
        if actors[0] == actors[1]:
            yield ("actor and target of a relation must differ", "remove the relation", actors)
        if all(end is None or mentions[end].start is None for end in ends):
            yield (
                "one end of a relation must be mentioned in the sentence",
                "remove the relation or mark the mention",
                actors,
            )
        if ends in seen:
            yield ("a pair is listed once", "join its stances in one relation", actors)
        seen.add(ends)


def _check_stances(
    relation: LabeledRelation, stances: Collection[str] | None
) -> Iterator[_Finding]:
    names = relation.stance or ()
    if len(set(names)) < len(names):
        yield ("a stance stands once in a relation", "remove the repetition", list(names))
    for name in names:
        if stances is not None:
            if name not in stances:
                known = ", ".join(sorted(stances))
                yield (f"a stance is one of {known}", "correct it, or add it to the set", name)
        elif not _STANCE_NAME.match(name):
            yield ("a stance is a lower-case word", "rename it", name)
        elif name == "none" and len(names) > 1:
            yield ("none stands alone", "remove it, or the other stances", list(names))
        elif name == "none":
            yield ("neutral is written as no stance at all", "leave the list empty", name)
        elif name not in CODEBOOK_STANCES and (
            near := difflib.get_close_matches(name, CODEBOOK_STANCES, 1, _NEAR_MISS)
        ):
            yield (f"a stance is spelled right ({near[0]}?)", "correct it", name)


def _check_words(relation: LabeledRelation, length: int) -> Iterator[_Finding]:
    if relation.speaker is not None and not relation.speaker.strip():
        yield ("speaker must not be empty", "name who speaks, or write null", relation.speaker)
    for start, end in relation.evidence or ():
        if not 0 <= start < end <= length:
            yield (f"evidence spans lie in 0..{length}", "correct the span", [start, end])


Located = tuple[str | None, int | None, LabeledSentence]
"""A sentence with the file and the line where it stands."""


def check_collection(sentences: Iterable[Located]) -> list[Problem]:
    """Return what is wrong among sentences that are each right: ids that stand twice.

    The same id may stand once for each annotator. Two files that share ids (one set in two forms,
    say) are one problem.
    """
    seen: dict[tuple[str, str | None], tuple[str | None, int | None]] = {}
    shared: Counter[tuple[str | None, str | None]] = Counter()
    found: list[tuple[str | None, int | None, Located]] = []
    for path, line, sentence in sentences:
        key = (sentence.id, sentence.annotator)
        if key in seen:
            other, other_line = seen[key]
            shared[other, path] += 1
            if other == path or shared[other, path] == 1:
                found.append((other, other_line, (path, line, sentence)))
        seen.setdefault(key, (path, line))
    problems = []
    for other, other_line, (path, line, sentence) in found:
        more = shared[other, path] - 1 if other != path else 0
        before = f" ({other}:{other_line} has it too)" if other else ""
        step = "rename one, or name another annotator"
        if more:
            before = before[:-1] + f", and {more} more ids of this file)"
            step = "leave one of the two files out, or rename"
        rule = f"an id stands once for each annotator{before}"
        problems.append(Problem(rule, step, sentence.id, path, line))
    return problems
