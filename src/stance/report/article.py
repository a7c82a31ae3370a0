"""An article with its actors and stances shown: for reports, and for a cell of a notebook."""

from __future__ import annotations

from stance.aggregation.tables import Table
from stance.analysis import Analysis
from stance.records import Mention, Relation, Sentence, Span
from stance.report.markup import escape, isolated, marked
from stance.report.styles import ARTICLE_CSS, stance_class

__all__ = ["article_html", "dyad_table_html", "notebook_html"]


def article_html(analysis: Analysis) -> str:
    """Return the text of an analysis with its actors marked and its stances set below.

    Needs no optional extra. Everything is escaped; there are no scripts.

    Examples
    --------
    >>> import stance
    >>> page = article_html(stance.analyze("Iran threatened to attack Israel."))
    >>> '<b class="actor">Iran</b>' in page
    True
    """
    stanced: dict[int, list[Relation]] = {}
    for relation in analysis.stanced:
        stanced.setdefault(relation.sent_index, []).append(relation)
    parts = ['<div class="article">']
    end = 0
    for sentence in analysis.sentences:
        if "\n\n" in analysis.text[end : sentence.start]:
            parts.append('<hr class="paragraph">')
        end = sentence.end
        parts.append(_sentence(sentence, stanced.get(sentence.index, []), analysis.text))
    parts.append("</div>")
    return "\n".join(parts)


def _sentence(sentence: Sentence, relations: list[Relation], text: str) -> str:
    spans: list[tuple[Span, str, str]] = [
        ((m.start - sentence.start, m.end - sentence.start), "b", "actor")
        for m in sentence.mentions
    ]
    for relation in relations:
        kind = stance_class(relation.scores.best(), tuple(relation.scores))
        spans += [
            ((start - sentence.start, end - sentence.start), "mark", kind)
            for start, end in relation.evidence
        ]
    shown = f"<p>{marked(sentence.text, spans)}</p>"
    if not relations:
        return shown
    items = "".join(f"<li>{_relation(relation, text)}</li>" for relation in relations)
    return f'{shown}\n<ul class="relations">{items}</ul>'


def _relation(relation: Relation, text: str) -> str:
    names = tuple(relation.scores)
    held = ", ".join(
        f'<span class="{stance_class(name, names)}">{escape(name)}</span>'
        f" {relation.scores[name]:.2f}"
        for name in relation.stances
    )
    words = ", ".join(f"“{escape(text[start:end])}”" for start, end in relation.evidence)
    said = f", according to {isolated(relation.speaker)}" if relation.speaker else ""
    ends = f"{_end(relation.actor)} → {_end(relation.target)}"
    shown_words = f" ({words})" if words else ""
    return f"{ends}: {held}, {relation.sentiment}{said}{shown_words}"


def _end(mention: Mention | None) -> str:
    return f'<b class="actor">{isolated(mention.id)}</b>' if mention else "anyone"


def dyad_table_html(table: Table) -> str:
    """Return a table of dyads: how often each stance is held, and the balance."""
    head = "".join(
        f'<th scope="col">{escape(name)}</th>'
        for name in ("actor → target", "relations", *table.stances, "balance")
    )
    rows = []
    for row in table:
        cells = [str(row.n_relations)]
        cells += [str(row.stances[name].held or "·") for name in table.stances]
        cells.append("·" if row.balance is None else f"{row.balance.value:+.2f}")
        ends = f"{isolated(row.actor or '*')} → {isolated(row.target or '*')}"
        rows.append(
            f'<tr><th scope="row">{ends}</th>' + "".join(f"<td>{c}</td>" for c in cells) + "</tr>"
        )
    return (
        f'<table class="numbers"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def notebook_html(analysis: Analysis) -> str:
    """Return an analysis as a notebook shows it: the article, and its dyads."""
    held = [row for row in analysis.dyads() if any(one.held for one in row.stances.values())]
    table = analysis.dyads()
    shown = Table(table.by, table.stances, tuple(held), table.n_documents)
    body = dyad_table_html(shown) if held else "<p>no stances found</p>"
    return (
        f'<div class="stance-view"><style>{ARTICLE_CSS}</style>{body}{article_html(analysis)}</div>'
    )
