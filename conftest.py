"""What pytest leaves aside: modules of optional extras, where these are not installed."""

from __future__ import annotations

import importlib.util

collect_ignore = []
if importlib.util.find_spec("torch") is None or importlib.util.find_spec("transformers") is None:
    collect_ignore += [
        "src/stance/learning/encoder_export.py",
        "src/stance/learning/encoder_network.py",
    ]
