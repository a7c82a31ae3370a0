"""How long a person waits: import, first analysis of an article in a fresh process, later ones.

python benchmarks/startup.py [--out benchmarks/results/startup.json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ARTICLE = Path(__file__).parents[1] / "examples" / "strait.txt"
RUNS = 7

_LATER = """
import time, stance, pathlib
text = pathlib.Path({path!r}).read_text("utf-8")
stance.analyze(text)
times = []
for _ in range(20):
    begin = time.perf_counter()
    stance.analyze(text)
    times.append(time.perf_counter() - begin)
print(sorted(times)[10])
"""


def process_seconds(code: str) -> float:
    """Return the median wall time of a fresh interpreter that runs ``code``."""
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main() -> None:
    """Print the figures and write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/startup.json"))
    arguments = parser.parse_args()
    bare = process_seconds("pass")
    command = (
        "import sys; sys.argv = ['stance', 'analyze', {!r}]\nfrom stance.cli import main; main()"
    )
    later = subprocess.run(
        [sys.executable, "-c", _LATER.format(path=str(ARTICLE))],
        check=True,
        capture_output=True,
        text=True,
    )
    result = {
        "interpreter_alone_s": round(bare, 3),
        "import_stance_s": round(process_seconds("import stance") - bare, 3),
        "first_analysis_s": round(process_seconds(command.format(str(ARTICLE))), 3),
        "later_analysis_ms": round(1000 * float(later.stdout), 1),
        "words": len(ARTICLE.read_text("utf-8").split()),
    }
    arguments.out.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")
    for name, value in result.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
