"""An analysis on a terminal: colours by stance, the deciding words marked; plain in a pipe."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stance.analysis import Analysis, Model
from stance.records import Mention, Relation, Sentence

__all__ = ["show_analysis", "show_explanations"]

_COLOURS = ("green", "yellow", "red", "cyan", "magenta", "blue")
_CODEBOOK = {"cooperation": "green", "rivalry": "yellow", "threat": "red"}
_SIGN = {"positive": "+", "neutral": "0", "negative": "-"}
_MOST_FEATURES = 12


def _colour(stance: str, names: tuple[str, ...]) -> str:
    return _CODEBOOK.get(stance, _COLOURS[names.index(stance) % len(_COLOURS)])


def _name(mention: Mention | None) -> str:
    return mention.id if mention is not None else "*"


def _sentence_text(sentence: Sentence, relations: list[Relation]) -> Text:
    text = Text(sentence.text)
    for mention in sentence.mentions:
        text.stylize("bold", mention.start - sentence.start, mention.end - sentence.start)
    for relation in relations:
        colour = _colour(relation.stances[0], tuple(relation.scores))
        for start, end in relation.evidence:
            text.stylize(f"underline {colour}", start - sentence.start, end - sentence.start)
    return text


def _relation_text(relation: Relation, text: str) -> Text:
    names = tuple(relation.scores)
    line = Text("    ")
    line.append(f"{_name(relation.actor)} > {_name(relation.target)}", "bold")
    line.append("  ")
    for stance in relation.stances:
        line.append(f"{stance} {relation.scores[stance]:.2f}  ", _colour(stance, names))
    line.append(_SIGN[relation.sentiment])
    words = ", ".join(text[start:end] for start, end in relation.evidence)
    if words:
        line.append(f"  “{words}”", "italic")
    if relation.speaker:
        line.append(f"  says {relation.speaker}", "dim")
    return line


def show_analysis(analysis: Analysis) -> None:
    """Print the sentences that hold a stance, with their relations, and a summary."""
    console = Console(highlight=False, soft_wrap=True)
    by_sentence: dict[int, list[Relation]] = {}
    for relation in analysis.stanced:
        by_sentence.setdefault(relation.sent_index, []).append(relation)
    for index, relations in by_sentence.items():
        console.print(_sentence_text(analysis.sentences[index], relations))
        for relation in relations:
            console.print(_relation_text(relation, analysis.text))
        console.print()
    if analysis.stanced:
        _show_summary(console, analysis)
    _show_left_out(console, analysis)


def _show_summary(console: Console, analysis: Analysis) -> None:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for relation in analysis.stanced:
        pair = (_name(relation.actor), _name(relation.target))
        counts.setdefault(pair, Counter()).update(relation.stances)
    names = tuple(analysis.stanced[0].scores)
    table = Table("actor > target", *names, box=None, padding=(0, 2, 0, 0))
    for pair, counter in sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])):
        table.add_row(
            " > ".join(pair),
            *(
                Text(str(counter[name] or "."), _colour(name, names) if counter[name] else "dim")
                for name in names
            ),
        )
    console.print(table)


def show_explanations(model: Model, analysis: Analysis) -> None:
    """Print, for each stance found, the features that made it."""
    console = Console(highlight=False, soft_wrap=True)
    for relation in analysis.stanced:
        sentence = analysis.sentences[relation.sent_index]
        pair = analysis.pair(relation)
        console.print(_sentence_text(sentence, [relation]))
        for stance in relation.stances:
            found = model.explain(pair, stance)
            console.print(_relation_text(relation, analysis.text))
            table = Table("part of the logit", "feature", "words", box=None, padding=(0, 2, 0, 0))
            table.add_row(f"{found.intercept:+.3f}", "(intercept)", "")
            for part in found.contributions[:_MOST_FEATURES]:
                table.add_row(
                    f"{part.weight:+.3f}", part.feature, sentence.text[part.span[0] : part.span[1]]
                )
            rest = found.contributions[_MOST_FEATURES:]
            table.add_row(
                f"{sum(part.weight for part in rest):+.3f}", f"({len(rest)} further features)", ""
            )
            table.add_row(f"{found.logit:+.3f}", f"{stance} {found.probability:.3f}", "")
            console.print(table)
            console.print()
    _show_left_out(console, analysis)


def _show_left_out(console: Console, analysis: Analysis) -> None:
    if not analysis.stanced:
        console.print("no stances found")
    for line in analysis.left_out():
        console.print(line, style="dim")
