"""What the evaluate stage leaves for the report of a network."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from ..comparison.evaluation import Evaluation


class Whiteness(BaseModel):
    """Outcome of the AZ-whiteness test on one model's errors one step ahead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    statistic: float
    p_value: float
    spatial: float
    spatial_p_value: float
    temporal: float
    temporal_p_value: float
    spatial_pairs: int
    temporal_pairs: int


class NetworkEvaluation(BaseModel):
    """Scores of all models over the same windows, and where in space and time they err."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    comparison: Evaluation
    hours: list[str]
    """Labels of the parts of a day; empty where a step is a day or more."""
    error_by_hour: dict[str, list[float | None]]
    """By model: mean absolute error of the forecasts for each part of a day."""
    whiteness: dict[str, Whiteness]
    """By model; without those whose errors could not be compared."""
    diagnosed_steps: int
    shown: list[int]
    """Series drawn."""
