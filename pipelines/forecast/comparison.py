"""Models on the same windows of the same table, side by side, without a run folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..comparison.evaluation import Evaluation
from .evaluating import evaluate_models
from .preparation import read_series, split_as_asked
from .settings import Settings
from .training import train_models


def compare(settings: Settings, required: str) -> Evaluation:
    """Fit and judge the models of `settings`, as the forecast run does.

    Args:
        required: the model that must take part; others that cannot are left out with the reason.

    Raises:
        InputError: the data cannot be used, or `required` cannot be fitted or loaded.
    """
    panel = read_series(settings)
    splits = split_as_asked(panel, settings)
    with tempfile.TemporaryDirectory(prefix="fourfold-") as scratch:
        trained, results = Path(scratch) / "trained", Path(scratch) / "results"
        trained.mkdir()
        results.mkdir()
        train_models(panel, splits, settings, trained, tell=lambda line: None, required=required)
        return evaluate_models(panel, splits, settings, trained, results)
