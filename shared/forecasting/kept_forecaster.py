"""What every fitted forecaster keeps in its artefact, whatever its domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from pydantic import BaseModel

from ..artifact.named_arrays import below, under
from .conformal import ConformalIntervals


class Learnt(Protocol):
    """A model whose weights are plain arrays."""

    def state(self) -> dict[str, np.ndarray]:
        """Everything learnt, by name."""
        ...


class FittedForecaster(Protocol):
    """A product class with the memory of its last fit."""

    horizon: int | None
    spec: dict[str, Any] | None
    intervals: ConformalIntervals | None
    seen_until: str | None

    @property
    def settings(self) -> BaseModel:
        """How it reads data."""
        ...

    @property
    def model(self) -> Learnt:
        """What it has learnt."""
        ...


def kept_facts(forecaster: FittedForecaster) -> dict[str, Any]:
    """What its config.json holds besides the model's own facts, as JSON values."""
    return {
        "settings": forecaster.settings.model_dump(mode="json"),
        "horizon": forecaster.horizon,
        "features": forecaster.spec,
        "seen_until": forecaster.seen_until,
    }


def kept_arrays(forecaster: FittedForecaster) -> dict[str, np.ndarray]:
    """Weights below `model.` and, where there are some, intervals below `intervals.`."""
    intervals = forecaster.intervals
    return under("model", forecaster.model.state()) | (
        under("intervals", intervals.state()) if intervals is not None else {}
    )


def restore(
    forecaster: FittedForecaster, config: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Put back, in place, what `kept_facts` and `kept_arrays` gave; settings and weights are the caller's."""
    forecaster.horizon, forecaster.spec = config["horizon"], config["features"]
    forecaster.seen_until = config["seen_until"]
    intervals = below("intervals", arrays)
    forecaster.intervals = ConformalIntervals.from_state(intervals) if intervals else None
