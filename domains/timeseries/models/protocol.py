"""What every forecasting method of this domain offers, however it works inside."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from ....shared.forecasting.prediction import Prediction
from ....shared.forecasting.windows import Windows
from ....shared.panels.panel import Panel


@runtime_checkable
class ForecastModel(Protocol):
    """One method on arrays. `Forecaster` wraps it with frames, time, intervals and files."""

    name: str

    def lookback(self, period: int, horizon: int) -> int:
        """Steps of context wanted before a cutoff."""
        ...

    def fit(
        self, panel: Panel, *, horizon: int, train: slice, validation: slice, run: Path | None
    ) -> None:
        """Learn from the panel's rows `train`, choosing by rows `validation` (both slices of time).

        Context of a validation window may reach back into `train`; nothing after
        `validation.stop` is ever read. `run` is a run folder for methods that train by gradient.
        """
        ...

    def predict(self, windows: Windows) -> Prediction:
        """Forecast every window; one row's answer never depends on the other rows."""
        ...

    def state(self) -> dict[str, np.ndarray]:
        """Everything learnt, as plain arrays (goes into model.safetensors)."""
        ...

    def load_state(self, state: dict[str, np.ndarray]) -> None: ...
