"""Backtest: forecasts from many past cutoffs, scored against what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..errors import InputError
from ..panels.panel import Panel
from .forecast import Forecast, NonFinite
from .metrics import Scores
from .origins import origin_batches
from .prediction import Prediction
from .windows import Windows, gather_windows, targets

if TYPE_CHECKING:
    import pandas as pd

Answer = Callable[[Windows], Prediction]
"""Complete predictions (see `answering.answer`) of a batch of windows."""


@dataclass(frozen=True)
class Backtest:
    """What was forecast from each cutoff, what happened, and the scores."""

    scores: Scores
    windows: int
    """(cutoff, series) pairs forecast."""
    forecast: Forecast | None = None
    """All forecasts; None when only scores were asked for."""

    def to_long(self, columns: Literal["interval", "decimal"] = "interval") -> pd.DataFrame:
        """The forecasts with what happened: see `Forecast.to_long`, plus the target column.

        The target is missing where it was not observed.

        Raises:
            InputError: only scores were asked for.
        """
        if self.forecast is None:
            raise InputError("backtest", "only scores were kept", remedy="Use backtest, not evaluate")
        frame = self.forecast.to_long(columns)
        known = self.forecast
        target = known.panel.frame.target_col if known.panel.frame is not None else "y"
        series, cutoff = np.nonzero(known.present.T)
        values, observed = targets(known.panel, series, known.rows[cutoff, series], known.horizon)
        actual = np.where(observed, values.astype(np.float64), np.nan).ravel()
        frame.insert(frame.columns.get_loc(known.model), target, actual)  # type: ignore[arg-type]
        return frame


def backtest(
    answer: Answer,
    panel: Panel,
    cutoffs: np.ndarray,
    scores: Scores,
    *,
    lookback: int,
    minimum: int,
    batch_size: int = 1024,
    table: ForecastTable | None = None,
    whole: bool = False,
) -> int:
    """Roll the origin over `cutoffs`, adding every window to `scores`.

    Windows come in batches; a last smaller one counts like the others, and memory is that of one batch.

    Args:
        answer: of the model under test.
        panel: targets are read from its rows after each cutoff, contexts up to it.
        cutoffs: int64 [C] ascending, see `origins.cutoffs_within`.
        lookback, minimum: context wanted, and the least a series must have to take part.
        table: also collect the forecasts here.
        whole: batches hold all series of a cutoff; see `origin_batches`.

    Returns:
        Windows forecast: (cutoff, series) pairs.
    """
    count = 0
    for series, cutoff in origin_batches(
        panel, cutoffs, minimum=minimum, lookback=lookback, size=batch_size, whole=whole
    ):
        windows = gather_windows(panel, series, cutoff, lookback, scores.horizon)
        prediction = answer(windows)
        values, observed = targets(panel, series, cutoff, scores.horizon)
        require_finite(prediction, panel, series)
        scores.add(series, values, observed, prediction.point, prediction.quantiles)
        if table is not None:
            table.put(series, cutoff, prediction)
        count += len(series)
    return count


def require_windows(count: int, minimum: int, horizon: int) -> None:
    """Raise InputError when a backtest found no window."""
    if not count:
        raise InputError(
            "data",
            f"no series has {minimum} steps of context before the rows to forecast",
            expected=f"at least {minimum + horizon} rows: {minimum} of context and {horizon} to score",
            remedy="Give more history, a shorter horizon or fewer windows",
        )


def require_finite(prediction: Prediction, panel: Panel, series: np.ndarray) -> None:
    """Raise NonFinite when a model answered NaN or infinity for any of B windows."""
    for array in (prediction.point, prediction.quantiles):
        if array is not None and not np.isfinite(array).all():
            window, lead = (int(i) for i in np.argwhere(~np.isfinite(array))[0][:2])
            raise NonFinite(
                "forecast",
                "the model answered a value that is not finite",
                where=f"series {panel.series[series[window]]!r}, step {lead + 1}",
                remedy="Check the data for extreme values, or use another model",
            )


class ForecastTable:
    """Collects predictions, window by window, into the arrays of a Forecast.

    Args:
        panel: the data forecast.
        cutoffs: int64 [C], ascending, by which windows find their place.
        horizon: steps H.
        levels: probabilities of the quantiles to come.
    """

    def __init__(self, panel: Panel, cutoffs: np.ndarray, horizon: int, levels: tuple[float, ...]) -> None:
        shape = (len(cutoffs), horizon, panel.n_series)
        self.cutoffs, self.panel, self.levels = cutoffs, panel, levels
        self.values = np.zeros(shape, dtype=np.float32)
        self.quantiles = np.zeros((*shape, len(levels)), dtype=np.float32) if levels else None
        self.rows = np.full((len(cutoffs), panel.n_series), -1, dtype=np.int64)
        self.components: dict[str, np.ndarray] = {}

    def put(
        self, series: np.ndarray, cutoff: np.ndarray, prediction: Prediction, place: np.ndarray | None = None
    ) -> None:
        """Enter B windows: int64 [B] series and cutoffs; `place` int64 [B] where cutoffs are not shared."""
        place = np.searchsorted(self.cutoffs, cutoff) if place is None else place
        self.rows[place, series] = cutoff
        self.values[place, :, series] = prediction.point
        if self.quantiles is not None and prediction.quantiles is not None:
            self.quantiles[place, :, series] = prediction.quantiles
        for name, part in prediction.components.items():
            self.components.setdefault(name, np.zeros_like(self.values))[place, :, series] = part

    def forecast(self, model: str) -> Forecast:
        """The Forecast of all windows entered; raises NonFinite when a value is not finite."""
        return Forecast(
            model, self.values, self.rows, self.panel, self.quantiles, self.levels, self.components
        )
