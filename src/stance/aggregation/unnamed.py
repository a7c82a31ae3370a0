"""Names for documents that have none: analyses that were made without an id.

Sums are kept by document, and sums of parts are merged, so each document needs a name that does not
hang on where it stood: it is made of the text and the day. An analysis is never split over parts,
so what has the name of another is a second document of the same text, and gets a number.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter

__all__ = ["name_apart", "name_of_text"]

_NAME = re.compile(r"(text [0-9a-f]{16})(?: \([0-9]+\))?")


def name_of_text(text: str, date: str | None) -> str:
    """Return a name for a document without an id.

    Examples
    --------
    >>> name_of_text("Iran praised Oman.", "2015-11-23")
    'text 9e79a3c9561b5f2c'
    """
    digest = hashlib.blake2b(f"{date}\n{text}".encode(), digest_size=8).hexdigest()
    return f"text {digest}"


def name_apart(name: str, counts: Counter[str]) -> str:
    """Return a name of :func:`name_of_text` with a number from the second of its kind on.

    Any other name stays as it is. ``counts`` holds how many there were of each.

    Examples
    --------
    >>> counts = Counter()
    >>> [name_apart(name, counts) for name in ["text 0123456789abcdef", "a17"] * 2]
    ['text 0123456789abcdef', 'a17', 'text 0123456789abcdef (2)', 'a17']
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return name
    counts[found[1]] += 1
    return found[1] if counts[found[1]] == 1 else f"{found[1]} ({counts[found[1]]})"
