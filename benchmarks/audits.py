"""Pass rates of the audits, for both models (the encoder needs the extra ``encoder``).

    python benchmarks/audits.py [--out benchmarks/results/audits.json]

A model that is not there, or whose extra is not installed, keeps the figures of the last run.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec

import stance
from stance.errors import MissingExtraError, NotFoundError
from stance.learning.audits import audit

MODELS = ("base", "encoder")


def rates(name: str) -> dict[str, Any]:
    """Return cases and passed cases of each kind, and what is known of unseen actors."""
    found = audit(stance.load_model(name))
    return {
        "kinds": {
            one.kind: {"cases": one.n_cases, "passed": one.n_passed, "rule": one.rule}
            for one in found.kinds
        },
        "unseen": msgspec.to_builtins(found.unseen),
    }


def main() -> None:
    """Audit both models and write the results file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/audits.json"))
    out = parser.parse_args().out
    result = json.loads(out.read_text("utf-8")) if out.is_file() else {}
    for name in MODELS:
        try:
            result[name] = rates(name)
        except (MissingExtraError, NotFoundError) as error:
            print(f"{name}: left as it was: {error}")
    out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
