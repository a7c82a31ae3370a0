"""Colours and style sheets.

The colours follow those of Okabe and Ito (2008), which colour-blind people tell apart, made darker
where text must be read in them; a line style or a sign always says the same again.
"""

from __future__ import annotations

__all__ = ["ARTICLE_CSS", "STANCE_COLOURS", "STANCE_DASHES", "balance_class", "stance_class"]

STANCE_COLOURS = ("#0072b2", "#b86e00", "#882255", "#00735c", "#5b4a9c", "#555555")
"""Of the first, second, ... stance; each dark enough to be read on white."""

STANCE_DASHES = ((1, 0), (6, 3), (2, 2), (8, 2, 2, 2), (4, 4), (1, 3))

_LINES = ("solid", "dashed", "double", "dotted", "solid", "dashed")


def stance_class(stance: str, stances: tuple[str, ...]) -> str:
    """Return the style class of a stance: its place among all.

    Examples
    --------
    >>> stance_class("rivalry", ("cooperation", "rivalry", "threat"))
    's1'
    """
    return f"s{stances.index(stance) % len(STANCE_COLOURS)}"


def balance_class(balance: float | None) -> str:
    """Return the style class of a balance, from b0 (enmity) to b6 (friendship).

    Examples
    --------
    >>> balance_class(-0.9), balance_class(0.02), balance_class(None)
    ('b0', 'b3', 'none')
    """
    if balance is None:
        return "none"
    return f"b{min(6, max(0, round((balance + 1) * 3)))}"


ARTICLE_CSS = "".join(
    [
        ".stance-view{max-width:60em;overflow-wrap:anywhere}",
        ".article p{margin:.45em 0}.article hr{border:0;margin:.8em 0}",
        ".actor{font-weight:700}",
        "mark{color:inherit;background:none;padding:0 .1em}",
        "ul.relations{margin:.1em 0 .7em;padding-left:1.2em;font-size:.92em;color:#333}",
        "table.numbers{border-collapse:collapse;font-variant-numeric:tabular-nums}",
        "table.numbers th,table.numbers td{padding:.2em .6em;text-align:right;"
        "border-bottom:1px solid #ddd}",
        "table.numbers th[scope=row],table.numbers th:first-child{text-align:left}",
        *(
            f".s{k}{{border-bottom:3px {line} {colour}}}mark.s{k}{{background:{colour}1f}}"
            for k, (colour, line) in enumerate(zip(STANCE_COLOURS, _LINES, strict=True))
        ),
    ]
)
