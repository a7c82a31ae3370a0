"""Who takes which stance towards whom: cooperation, rivalry and threat, from raw text.

>>> import stance
>>> analysis = stance.analyze("Iran threatened to attack Israel.")
>>> [(r.actor.id, r.target.id, r.stances) for r in analysis.stanced]
[('IRN', 'ISR', ('threat',))]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stance.aggregation.tables import aggregate
    from stance.analysis import Analysis, Model, analyze, load_model
    from stance.errors import StanceError
    from stance.labels.files import read_labels, write_labels
    from stance.learning.evaluation import evaluate
    from stance.learning.training import train
    from stance.model.classifier import StanceClassifier
    from stance.records import Pair

__version__ = "0.1.0"

__all__ = [
    "Analysis",
    "Model",
    "Pair",
    "StanceClassifier",
    "StanceError",
    "aggregate",
    "analyze",
    "evaluate",
    "load_model",
    "read_labels",
    "train",
    "write_labels",
]

_HOMES = {
    "Analysis": "stance.analysis",
    "Model": "stance.analysis",
    "Pair": "stance.records",
    "StanceClassifier": "stance.model.classifier",
    "StanceError": "stance.errors",
    "aggregate": "stance.aggregation.tables",
    "analyze": "stance.analysis",
    "evaluate": "stance.learning.evaluation",
    "load_model": "stance.analysis",
    "read_labels": "stance.labels.files",
    "train": "stance.learning.training",
    "write_labels": "stance.labels.files",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: ``import stance`` alone loads next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'stance' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
