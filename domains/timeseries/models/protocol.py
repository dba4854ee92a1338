"""What every forecasting method of this domain offers, however it works inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ....shared.forecasting.prediction import Prediction
from ....shared.forecasting.windows import Windows
from ....shared.panels.panel import Panel


@runtime_checkable
class ForecastModel(Protocol):
    """One method on arrays. `Forecaster` wraps it with frames, time, intervals and files.

    Values go in and come out in the unit of the data: scaling is the method's own affair.
    Inherit from this class to get the defaults below.
    """

    name: str
    """Name of the forecast column, and what `build_model` knows it by."""
    max_horizon: int | None = None
    """Longest horizon of one `predict`; None for any. `Forecaster` rolls beyond it, with a warning."""
    needs_fit: bool = True
    """False for methods that forecast from the context alone."""
    reads: frozenset[str] = frozenset()
    """Which covariates it uses: any of "past", "future", "static"."""
    gives_quantiles: bool = False
    """Whether its predictions have quantiles of their own, so that no intervals are calibrated."""
    calibration_windows: int = 20_000
    """On how many windows intervals are calibrated; fewer for methods that take long for each."""

    def lookback(self, period: int, horizon: int) -> int:
        """Steps of context wanted before a cutoff (after `fit`: the steps it was fitted with)."""
        ...

    def minimum(self, period: int, horizon: int) -> int:
        """Fewest steps of real context it can work with.

        A context between `minimum` and `lookback` arrives padded on the left with the first
        value, `Windows.observed` False there.
        """
        return self.lookback(period, horizon)

    def fit(self, panel: Panel, *, horizon: int, train: slice, validation: slice, run: Path | None) -> None:
        """Learn from the panel's rows `train`, choosing by rows `validation` (both slices of time).

        Context of a validation window may reach back into `train`; nothing after
        `validation.stop` is ever read. `validation` may be empty (start == stop).
        `run` is a run folder for methods that train by gradient.
        """
        ...

    def predict(self, windows: Windows) -> Prediction:
        """Forecast every window; one row's answer never depends on the other rows."""
        ...

    def config(self) -> dict[str, Any]:
        """Keyword arguments, as JSON holds them, with which `build_model(name, **config)` remakes it."""
        ...

    def state(self) -> dict[str, np.ndarray]:
        """Everything learnt, as plain arrays (goes into model.safetensors)."""
        ...

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Put back what `state` gave."""
        ...
