"""Pages: one file each, no scripts, nothing fetched; a JSON twin holds the same numbers.

Same scores, same bytes: no time, no chance, no random ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from stance.analysis import Analysis
from stance.errors import OptionError, Problem, optional_library
from stance.files import write_atomically
from stance.learning.diagnosis import Diagnosis
from stance.report.article import article_html, dyad_table_html
from stance.report.charts import (
    coverage_chart,
    curve_chart,
    network_chart,
    reliability_chart,
    series_chart,
)
from stance.report.contents import Contents, DyadPart, n_held
from stance.report.markup import isolated, marked, visible
from stance.report.styles import ARTICLE_CSS, balance_class, stance_class

__all__ = ["analysis_page", "evaluation_page", "report_page", "write_page"]

MOST_ARTICLES = 20


def _environment() -> Any:
    jinja2 = optional_library("jinja2", "reports need Jinja2", "report")
    markupsafe = optional_library("markupsafe", "reports need Jinja2", "report")

    def finalize(value: Any) -> Any:
        """Write control characters out wherever text enters a page."""
        if isinstance(value, str) and not isinstance(value, markupsafe.Markup):
            return visible(value)
        return value

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stance.report"),
        autoescape=True,
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"article_css": markupsafe.Markup(ARTICLE_CSS)}
    environment.filters |= {
        "isolated": lambda text: markupsafe.Markup(isolated(text)),
        "safe_html": markupsafe.Markup,
        "signed": _signed,
        "interval": _interval,
        "balance_class": balance_class,
        "date_span": lambda row: row.period or "",
    }
    return environment


def _signed(value: float | None) -> str:
    return "·" if value is None else f"{value:+.2f}".replace("-", "−")


def _interval(estimate: Any) -> str:
    if estimate is None:
        return "no stance"
    if estimate.low is None:
        return "too few documents for an interval"
    return f"95 % interval {_signed(estimate.low)} to {_signed(estimate.high)}"


def report_page(contents: Contents, analyses: Sequence[Analysis] = ()) -> str:
    """Return a report as HTML.

    Parameters
    ----------
    contents : Contents
    analyses : sequence of Analysis
        Articles to show whole; the first 20 are.

    Raises
    ------
    MissingExtraError
        If the extra ``report`` is not installed.
    """
    by_dyad = {(row.actor, row.target): row for row in contents.dyads}
    shown = set(contents.shown)
    among = [row for row in contents.dyads if row.actor in shown and row.target in shown]
    network = (
        network_chart(
            among, contents.shown, contents.stances, "Network of actors; the matrix says the same"
        )
        if len(contents.shown) > 1
        else ""
    )
    page: str = (
        _environment()
        .get_template("report.html.j2")
        .render(
            contents=contents,
            matrix=[
                [by_dyad.get((actor, target)) for target in shown_]
                for actor, shown_ in ((actor, contents.shown) for actor in contents.shown)
            ],
            network=network,
            parts=[_part(contents, part, i) for i, part in enumerate(contents.parts)],
            articles=[
                (one.doc_id, one.date, article_html(one)) for one in analyses[:MOST_ARTICLES]
            ],
            n_articles=len(analyses),
            n_held=n_held,
            stance_class=lambda name: stance_class(name, contents.stances),
        )
    )
    return page


def _part(contents: Contents, part: DyadPart, number: int) -> dict[str, Any]:
    label = f"Balance of {part.actor} towards {part.target} by {contents.period}"
    drawn = sum(row.balance is not None for row in part.series) > 1
    return {
        "part": part,
        "chart": series_chart(part.series, part.changes, label, f"c{number}") if drawn else "",
        "quotes": [
            (stance, [(quote, _quote_html(quote, contents.stances)) for quote in quotes])
            for stance, quotes in part.quotes.items()
            if quotes
        ],
        "changes": [
            (
                change,
                [
                    (when, quote, _quote_html(quote, contents.stances))
                    for when, quotes in (
                        ("before", change.quotes_before),
                        ("after", change.quotes_after),
                    )
                    for quote in quotes
                ],
            )
            for change in part.changes
        ],
    }


def _quote_html(quote: Any, stances: tuple[str, ...]) -> str:
    """Return a sentence with its two ends and its deciding words marked."""
    spans = [(span, "mark", stance_class(quote.stance, stances)) for span in quote.marks]
    taken = list(quote.marks)
    for words in (quote.actor_text, quote.target_text):
        place = quote.sentence.find(words) if words else -1
        span = (place, place + len(words or ""))
        if place >= 0 and all(span[1] <= a or b <= span[0] for a, b in taken):
            spans.append((span, "b", "actor"))
            taken.append(span)
    return marked(quote.sentence, spans)


def evaluation_page(diagnosis: Diagnosis) -> str:
    """Return a report on how well a model does, as HTML.

    Raises
    ------
    MissingExtraError
        If the extra ``report`` is not installed.
    """
    curves = {one.stance: one.curve for one in diagnosis.stances}
    bins = {
        one.stance: [(b.stated, b.observed) for b in one.reliability] for one in diagnosis.stances
    }
    page: str = (
        _environment()
        .get_template("evaluation.html.j2")
        .render(
            diagnosis=diagnosis,
            curve=curve_chart(curves, "Precision over recall"),
            coverage=coverage_chart(
                {"stances found": [(c.share, c.precision) for c in diagnosis.coverage]},
                "Precision over the share of answers kept",
            ),
            reliability=reliability_chart(bins, "Observed share over stated probability"),
            contents={"title": diagnosis.title},
        )
    )
    return page


def analysis_page(analysis: Analysis) -> str:
    """Return one analysed article as a page.

    Raises
    ------
    MissingExtraError
        If the extra ``report`` is not installed.
    """
    page: str = (
        _environment()
        .get_template("analysis.html.j2")
        .render(
            contents={"title": analysis.doc_id or "Analysis"},
            analysis=analysis,
            table=dyad_table_html(analysis.dyads()),
            article=article_html(analysis),
        )
    )
    return page


def write_page(path: Path | str, page: str, twin: dict[str, Any]) -> tuple[Path, Path]:
    """Write a page, and its numbers as JSON beside it.

    Returns
    -------
    page, twin : Path
        ``report.html`` and ``report.json``, say.

    Raises
    ------
    OptionError
        If ``path`` does not end in ``.html``.
    """
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise OptionError(Problem("a page ends in .html", "rename it", path.name))
    beside = path.with_suffix(".json")
    encoded = msgspec.json.format(msgspec.json.encode(twin), indent=2)
    write_atomically(beside, encoded + b"\n")
    write_atomically(path, page.encode("utf-8", "replace"))
    return path, beside
