"""Figures about labels as tables on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stance.labels.stats import LabelStats, Share

if TYPE_CHECKING:  # they load nltk and scikit-learn
    from stance.labels.agreement import Agreement, Figure
    from stance.learning.doubts import Doubt

__all__ = ["show_agreement", "show_doubts", "show_splits", "show_stats"]

_MOST = 10


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _grid(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="right" if i else "left", no_wrap=True)
    return table


def _shares(console: Console, title: str, shares: Mapping[str, Share], most: int = _MOST) -> None:
    if not shares:
        return
    table = _grid(title, "count", "share")
    for name, share in list(shares.items())[:most]:
        table.add_row(name, str(share.count), f"{share.share:.1%}")
    if len(shares) > most:
        rest = sum(share.count for share in list(shares.values())[most:])
        table.add_row(f"{len(shares) - most} more", str(rest), "", style="dim")
    console.print(table)
    console.print()


def show_stats(stats: LabelStats) -> None:
    """Print what a set of labels holds; long lists are cut to their first ten."""
    console = _console()
    table = _grid("", "")
    table.show_header = False
    words = stats.words
    rows = {
        "sentences": stats.sentences,
        "documents": stats.documents,
        "exhaustive sentences": stats.exhaustive,
        "sentences without annotation": stats.unannotated,
        "sentences that repeat a text": stats.duplicates,
        "mentions": stats.mentions,
        "  only implied": stats.implied_mentions,
        "distinct actors": len(stats.actors),
        "distinct dyads with a stance": len(stats.dyads),
        "relations listed": stats.relations,
        "  neutral": stats.neutral,
        "  stance left open": stats.undecided,
        "  several stances": stats.several,
        "  with a speaker": stats.speakers.count,
        "neutral pairs implied by exhaustive": stats.implied,
    }
    for name, value in rows.items():
        table.add_row(name, str(value))
    if words:
        table.add_row(
            "words a sentence",
            f"{words['mean']:.1f} (median {words['median']:.0f},"
            f" 5 % {words['p05']:.0f}, 95 % {words['p95']:.0f})",
        )
    console.print(table)
    console.print()
    _shares(console, "stance, of relations listed", stats.stances, 50)
    _shares(console, "sentiment, where annotated", stats.sentiments)
    _shares(console, "actor, of mentions", stats.actors)
    _shares(console, "dyad, of relations with a stance", stats.dyads)
    for key, shares in stats.meta.items():
        _shares(console, f"{key}, of sentences", shares)
    for title, shares in (
        ("annotator", stats.annotators),
        ("source", stats.sources),
        ("language", stats.languages),
        ("status", stats.statuses),
    ):
        if len(shares) > 1:
            _shares(console, f"{title}, of sentences", shares)


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "."
    interval = "" if figure.low is None else f" [{figure.low:.2f}, {figure.high:.2f}]"
    return f"{figure.value:.3f}{interval}"


def show_agreement(found: Agreement) -> None:
    """Print the agreement in each layer, with intervals."""
    console = _console()
    console.print(
        f"{' , '.join(found.annotators).replace(' ,', ',')}: {found.sentences} sentences of"
        f" {found.documents} documents labelled by two or more, {found.alone} by one"
    )
    console.print()
    table = _grid("layer", "units", "F1", "alpha")
    for name, layer in found.layers.items():
        table.add_row(name, str(layer.units), _figure(layer.f1), _figure(layer.alpha))
    console.print(table)
    console.print(
        f"\n[] hold {found.level:.0%} of resamples of documents; . where nothing varies"
        " or the measure does not apply",
        style="dim",
        markup=False,
    )


def show_splits(parts: Mapping[str, LabelStats]) -> None:
    """Print the size of each part of a split and its shares of the stances."""
    console = _console()
    stances = sorted({name for stats in parts.values() for name in stats.stances})
    table = _grid("part", "documents", "sentences", "relations", *stances)
    for part, stats in parts.items():
        shares = (stats.stances.get(name) for name in stances)
        table.add_row(
            part,
            str(stats.documents),
            str(stats.sentences),
            str(stats.relations),
            *(f"{share.share:.1%}" if share else "." for share in shares),
        )
    console.print(table)


def show_doubts(found: Sequence[Doubt], most: int) -> None:
    """Print the surest doubts, each with its sentence and its reason."""
    console = _console()
    for doubt in found[:most]:
        console.print(Text(doubt.text))
        line = Text(f"    {doubt.actor or '*'} > {doubt.target or '*'}: ", "bold")
        line.append(", ".join(doubt.stances) or "none", "red")
        line.append(" or ")
        line.append(", ".join(doubt.instead) or "none", "green")
        line.append(f"?  {doubt.sentence}: {doubt.reason}", "dim")
        console.print(line)
    kinds = Counter(doubt.kind for doubt in found)
    told = ", ".join(f"{count} by {kind}" for kind, count in kinds.items()) or "none"
    console.print(f"\n{len(found)} doubts ({told}); {min(most, len(found))} shown", style="dim")
