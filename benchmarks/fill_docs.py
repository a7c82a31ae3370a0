"""Put figures from benchmarks/results into the pages that show them.

    python benchmarks/fill_docs.py [--check]

A page marks the place with ``<!-- figures: NAME -->`` and ``<!-- /figures -->``; ``NAME`` is a name
in ``TABLES``, whose function returns the text between. ``--check`` writes nothing and fails if a
page is not up to date.
"""

from __future__ import annotations

import argparse
import re
import sys

import tables_of_models
import tables_of_tools
from tables import ROOT

TABLES = tables_of_models.TABLES | tables_of_tools.TABLES
PLACE = re.compile(r"(<!-- figures: ([^>]+) -->\n)(.*?)(<!-- /figures -->)", re.DOTALL)
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "data/**/*.md")
    for path in ROOT.glob(pattern)
    if PLACE.search(path.read_text("utf-8"))
)


def filled(page: str) -> str:
    """Return a page with its figures."""
    return PLACE.sub(lambda place: place[1] + TABLES[place[2]]() + place[4], page)


def main() -> None:
    """Fill all pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for path in PAGES:
        old = path.read_text("utf-8")
        new = filled(old)
        if new != old:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(new, "utf-8")
    print("\n".join(f"{name}: {'stale' if check else 'filled'}" for name in stale) or "up to date")
    sys.exit(bool(check and stale))


if __name__ == "__main__":
    main()
