"""From text to an analysis: the model that users hold, and what it returns."""

from stance.analysis.checks import (
    MAX_CHARACTERS,
    MIN_FAMILIAR,
    abstention,
    check_date,
    check_jobs,
    check_text,
)
from stance.analysis.document import Analysis
from stance.analysis.loading import (
    ModelKey,
    analyze,
    cached_model,
    load_model,
    model_folder,
    model_key,
    shipped_models,
)
from stance.analysis.model import Model

__all__ = [
    "MAX_CHARACTERS",
    "MIN_FAMILIAR",
    "Analysis",
    "Model",
    "ModelKey",
    "abstention",
    "analyze",
    "cached_model",
    "check_date",
    "check_jobs",
    "check_text",
    "load_model",
    "model_folder",
    "model_key",
    "shipped_models",
]
