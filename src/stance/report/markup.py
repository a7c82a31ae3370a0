"""Text made safe for pages: whatever it holds, it stays text and keeps its direction to itself."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

from stance.records import Span

__all__ = ["escape", "isolated", "marked", "visible"]

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Return text with control characters written out: they could reorder or hide what follows.

    Examples
    --------
    >>> visible("safe\u202egnp.exe")
    'safe⟨U+202E⟩gnp.exe'
    """
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def escape(text: str) -> str:
    """Return text for a page: control characters written out, markup escaped.

    Examples
    --------
    >>> escape("<script>alert('x')</script>")
    '&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;'
    """
    return html.escape(visible(text), quote=True)


def isolated(text: str) -> str:
    """Return a name for a page; right-to-left names get an element that keeps them apart.

    Examples
    --------
    >>> isolated("Iran"), isolated("إيران")
    ('Iran', '<bdi>إيران</bdi>')
    """
    if any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text):
        return f"<bdi>{escape(text)}</bdi>"
    return escape(text)


def marked(text: str, spans: Iterable[tuple[Span, str, str]]) -> str:
    """Return text for a page with spans put into elements.

    Parameters
    ----------
    text : str
    spans : iterable of ((int, int), str, str)
        A span in ``text``, the name of the element, and its class. Spans that overlap one that
        starts before them are left out.

    Examples
    --------
    >>> marked("Iran < Oman", [((0, 4), "b", "actor")])
    '<b class="actor">Iran</b> &lt; Oman'
    """
    parts, done = [], 0
    for (start, end), element, kind in sorted(spans):
        if start < done or end > len(text) or start >= end:
            continue
        parts.append(escape(text[done:start]))
        parts.append(f'<{element} class="{escape(kind)}">{escape(text[start:end])}</{element}>')
        done = end
    return "".join(parts) + escape(text[done:])
