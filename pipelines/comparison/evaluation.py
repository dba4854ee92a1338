"""What an evaluate stage leaves for the report: scores as a record, and arrays as plain files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

METRICS = {
    "mase": "MASE",
    "mae": "MAE",
    "rmse": "RMSE",
    "mse": "MSE",
    "smape": "sMAPE %",
    "pinball": "pinball",
    "crps": "CRPS",
}
"""Scores of the table, the smaller the better, with their heading."""
NAIVE = "seasonal-naive"
"""The method that takes part in every comparison."""


class Score(BaseModel):
    """How one model did on the test part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: dict[str, float | None]
    """By name: METRICS and coverage (a fraction); None where it is not defined (MASE of constants)."""
    error_by_lead: list[float | None]
    """Mean absolute error at each step ahead."""
    coverage_by_lead: list[float | None]
    """Share of observations inside the interval at each step ahead."""
    mase_by_series: dict[str, float | None]
    seconds: float
    """Time to fit and to forecast all origins."""


class Evaluation(BaseModel):
    """Scores of all models over the same windows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scores: dict[str, Score]
    skipped: dict[str, str] = {}
    """Models that could not take part, with the reason."""
    origins: int
    windows: int
    """Origins times series, less those without anything observed."""
    level: float
    """The interval judged, in percent."""
    chosen: str
    """The model with the least error on the validation part; the test part has no say in it."""
    validation_error: dict[str, float]
    """Error on the validation part, by which the choice is made."""
    judged_by: Literal["mase", "mae"] = "mase"
    """What that error is, and what models are sorted by."""
    naive: str = NAIVE
    """The simple method that every other is set beside."""
    seen: tuple[str, ...] = ()
    """Models that were trained beforehand on rows of the test part: their scores are too good."""

    def ranked(self) -> list[str]:
        """Names of the models, the best on the test part first."""

        def error(name: str) -> float:
            found = self.scores[name].metrics.get(self.judged_by)
            return float("inf") if found is None else found

        return sorted(self.scores, key=error)

    def change(self, name: str) -> float | None:
        """A model's error against the naive one's, in percent; None where there is no telling."""
        mine, naive = (self.scores[one].metrics.get(self.judged_by) for one in (name, self.naive))
        return None if mine is None or not naive else 100 * (mine / naive - 1)


def save_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays by name, without pickle."""
    with path.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read what `save_arrays` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
