"""Charts as SVG: drawn by Altair, turned into SVG by vl-convert, no scripts in the page.

Both come with the extra ``report``. Every chart says in shape or line what it says in colour.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from stance.aggregation.changes import Change
from stance.aggregation.periods import first_day
from stance.aggregation.tables import Row
from stance.errors import optional_library
from stance.report.markup import escape, visible
from stance.report.styles import STANCE_COLOURS, STANCE_DASHES

__all__ = ["coverage_chart", "curve_chart", "network_chart", "reliability_chart", "series_chart"]

_WIDTH = 320
_TICKS = 5
_INK = "#222222"
_LINE = "#0072b2"
_TAG = re.compile(r"<\w+ [^>]*>")
_ROLE = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


def _tools() -> tuple[Any, ...]:
    rule = "reports need Altair and vl-convert"
    return tuple(optional_library(name, rule, "report") for name in ("altair", "vl_convert"))


def _svg(chart: Any, label: str, name: str) -> str:
    """Return a chart as an SVG element that scales with the page.

    ``name`` sets the ids of this chart apart from those of others on the page.
    """
    _, convert = _tools()
    chart = (
        chart.configure(
            font="Liberation Sans, Arial, Helvetica, sans-serif",
            aria=False,
            background="transparent",
        )
        .configure_axis(
            labelColor=_INK,
            titleColor=_INK,
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight=400,
        )
        .configure_legend(labelColor=_INK, titleColor=_INK, labelFontSize=11, titleFontSize=11)
    )
    chart = chart.configure_view(stroke=None)
    svg = convert.vegalite_to_svg(chart.to_dict())
    size = re.match(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"', svg)
    width, height = size.groups() if size else (str(_WIDTH), "200")
    body = svg[svg.index(">") + 1 :]
    body = _TAG.sub(lambda tag: _ROLE.sub("", tag.group()), body)  # the label says it all
    body = re.sub(r'\bid="([\w-]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r'"url\(#([\w-]+)\)"', rf'"url(#{name}-\1)"', body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}"'
        f' viewBox="0 0 {width} {height}" width="{width}" height="{height}">{body}'
    )


def series_chart(rows: Sequence[Row], changes: Sequence[Change], label: str, name: str) -> str:
    """Return the balance over time: points, intervals as bars, change points as lines.

    A period with too few documents for an interval is a hollow point.
    """
    alt, _ = _tools()
    points = [
        {
            "day": _milliseconds(row.period),
            "balance": round(row.balance.value, 4),
            "low": None if row.balance.low is None else round(row.balance.low, 4),
            "high": None if row.balance.high is None else round(row.balance.high, 4),
            "fill": "few" if row.balance.low is None else "many",
        }
        for row in rows
        if row.balance is not None
    ]
    step = -(-len(points) // _TICKS)
    x = alt.X("day:T", title=None, scale=alt.Scale(type="utc", padding=8)).axis(
        labelOverlap=True,
        values=[point["day"] for point in points[::step]],
        grid=False,
        format=_date_format(rows),
    )
    y = alt.Y("balance:Q", title="balance").scale(domain=(-1, 1), clamp=True)
    base = alt.Chart(alt.Data(values=points)).encode(x=x)
    bars = [point for point in points if point["low"] is not None]
    layers = [
        alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color="#888888").encode(y="zero:Q"),
        base.mark_line(color=_LINE, strokeWidth=1, opacity=0.5).encode(y=y),
        alt.Chart(alt.Data(values=bars))
        .mark_rule(color=_LINE, strokeWidth=2)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_point(color=_LINE, filled=True, size=36, opacity=1, stroke=_LINE).encode(
            y=y,
            fill=alt.Fill("fill:N", legend=None).scale(
                domain=["few", "many"], range=["#ffffff", _LINE]
            ),
        ),
    ]
    if changes:
        shifts = [{"day": _milliseconds(change.period)} for change in changes]
        layers.append(
            alt.Chart(alt.Data(values=shifts))
            .mark_rule(color="#882255", strokeDash=[5, 3], strokeWidth=2)
            .encode(x=x)
        )
    return _svg(alt.layer(*layers).properties(width=_WIDTH - 50, height=150), label, name)


def _milliseconds(period: str | None) -> int:
    """Return when a period begins, as charts count time: milliseconds since 1970, UTC."""
    day = datetime.date.fromisoformat(first_day(period or ""))
    return (day - datetime.date(1970, 1, 1)).days * 86_400_000


def _date_format(rows: Sequence[Row]) -> str:
    """Return how the axis names days, so that it names periods as the tables do."""
    example = rows[0].period or ""
    if "Q" in example:
        return "%Y-Q%q"
    if "W" in example:
        return "%G-W%V"
    return {4: "%Y", 7: "%Y-%m"}.get(len(example), "%Y-%m-%d")


def network_chart(
    rows: Sequence[Row], shown: Sequence[str], stances: tuple[str, ...], label: str
) -> str:
    """Return actors on a circle, with an arrow for the stance that each holds most often."""
    alt, _ = _tools()
    place = {
        actor: (math.sin(2 * math.pi * i / len(shown)), math.cos(2 * math.pi * i / len(shown)))
        for i, actor in enumerate(shown)
    }
    arrows, nodes = _arrows(rows, place), _names(place)
    spots = [{"x": x, "y": y} for x, y in place.values()]
    n = len(stances)
    colour = alt.Color("stance:N", legend=alt.Legend(orient="bottom", title=None)).scale(
        domain=list(stances), range=[STANCE_COLOURS[k % len(STANCE_COLOURS)] for k in range(n)]
    )
    dash = alt.StrokeDash("stance:N", legend=alt.Legend(orient="bottom", title=None)).scale(
        domain=list(stances), range=[list(STANCE_DASHES[k % len(STANCE_DASHES)]) for k in range(n)]
    )
    x = alt.X("x:Q", axis=None).scale(domain=(-1.35, 1.35))
    y = alt.Y("y:Q", axis=None).scale(domain=(-1.25, 1.25))
    lines = alt.Chart(alt.Data(values=arrows))
    wide = alt.Size("held:Q", legend=None).scale(type="sqrt", range=[1, 4])
    layers = [
        lines.mark_rule().encode(
            x=x, y=y, x2="x2:Q", y2="y2:Q", color=colour, strokeDash=dash, strokeWidth=wide
        ),
        lines.mark_point(shape="triangle", filled=True, opacity=1, size=55).encode(
            x=alt.X("x2:Q", axis=None),
            y=alt.Y("y2:Q", axis=None),
            color=colour,
            angle=alt.Angle("angle:Q").scale(domain=[0, 360], range=[0, 360]),
        ),
        alt.Chart(alt.Data(values=spots))
        .mark_point(filled=True, color=_INK, size=40, opacity=1)
        .encode(x=x, y=y),
        alt.Chart(alt.Data(values=nodes))
        .mark_text(fontSize=11, color=_INK, fontWeight=700)
        .encode(x=x, y=y, text="name:N"),
    ]
    wide_chart = alt.layer(*layers).properties(width=_WIDTH, height=_WIDTH)
    return _svg(wide_chart.resolve_scale(size="independent"), label, "network")


def _arrows(rows: Sequence[Row], place: Mapping[str, tuple[float, float]]) -> list[dict[str, Any]]:
    return [
        _arrow(place[row.actor or ""], place[row.target or ""], row.stances)
        for row in rows
        if row.actor in place
        and row.target in place
        and row.actor != row.target
        and any(one.held for one in row.stances.values())
    ]


def _names(place: Mapping[str, tuple[float, float]]) -> list[dict[str, Any]]:
    return [
        {"x": x * (1.12 + 0.02 * len(actor[:14])), "y": y * 1.12, "name": visible(actor)[:14]}
        for actor, (x, y) in place.items()
    ]


def _arrow(
    start: tuple[float, float], end: tuple[float, float], stances: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a line a little to the right of the middle, so that both directions are seen."""
    name = max(stances, key=lambda stance: stances[stance].held)
    across, up = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, up)
    right = (up / length * 0.03, -across / length * 0.03)
    short = 0.09 / length
    return {
        "x": round(start[0] + right[0] + across * short, 4),
        "y": round(start[1] + right[1] + up * short, 4),
        "x2": round(end[0] + right[0] - across * short, 4),
        "y2": round(end[1] + right[1] - up * short, 4),
        "angle": round(math.degrees(math.atan2(across, up)) % 360, 2),
        "stance": name,
        "held": stances[name].held,
    }


def curve_chart(points: Mapping[str, Sequence[tuple[float, float]]], label: str) -> str:
    """Return precision over recall, a line for each stance."""
    alt, _ = _tools()
    values = [
        {"stance": stance, "recall": recall, "precision": precision, "order": i}
        for stance, curve in points.items()
        for i, (recall, precision) in enumerate(curve)
    ]
    return _lines(alt, values, "recall:Q", "precision:Q", label, "curve")


def coverage_chart(points: Mapping[str, Sequence[tuple[float, float]]], label: str) -> str:
    """Return precision over the share of answers kept, a line for each way to leave some out."""
    alt, _ = _tools()
    values = [
        {"stance": way, "share of answers kept": share, "precision": precision, "order": i}
        for way, curve in points.items()
        for i, (share, precision) in enumerate(curve)
    ]
    return _lines(alt, values, "share of answers kept:Q", "precision:Q", label, "coverage")


def reliability_chart(points: Mapping[str, Sequence[tuple[float, float]]], label: str) -> str:
    """Return how often a stance is true over how probable it was said to be."""
    alt, _ = _tools()
    values = [
        {"stance": stance, "stated probability": stated, "observed share": seen, "order": i}
        for stance, bins in points.items()
        for i, (stated, seen) in enumerate(bins)
    ]
    return _lines(alt, values, "stated probability:Q", "observed share:Q", label, "reliability")


def _lines(alt: Any, values: list[dict[str, Any]], x: str, y: str, label: str, name: str) -> str:
    stances = list(dict.fromkeys(value["stance"] for value in values))
    n = range(len(stances))
    colours = [STANCE_COLOURS[k % len(STANCE_COLOURS)] for k in n]
    dashes = [list(STANCE_DASHES[k % len(STANCE_DASHES)]) for k in n]
    legend = alt.Legend(orient="bottom", title=None)
    chart = alt.Chart(alt.Data(values=values)).mark_line(point=name == "reliability")
    chart = chart.encode(
        x=alt.X(x).scale(domain=(0, 1)),
        y=alt.Y(y).scale(domain=(0, 1)),
        order="order:Q",
        color=alt.Color("stance:N", legend=legend).scale(domain=stances, range=colours),
        strokeDash=alt.StrokeDash("stance:N", legend=legend).scale(domain=stances, range=dashes),
    )
    ends = [{"a": 0, "b": 0}, {"a": 1, "b": 1}]
    diagonal = (
        alt.Chart(alt.Data(values=ends))
        .mark_line(color="#888888", strokeWidth=1)
        .encode(x=alt.X("a:Q").title(x[:-2]), y=alt.Y("b:Q").title(y[:-2]))
    )
    layers = [diagonal, chart] if name == "reliability" else [chart]
    return _svg(alt.layer(*layers).properties(width=_WIDTH - 50, height=220), label, name)
