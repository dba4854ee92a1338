"""Backtest: forecasts from many past cutoffs, scored against what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..panels.panel import Panel
from .forecast import Forecast
from .metrics import Scores
from .origins import batches, origins
from .prediction import Prediction
from .windows import Windows, gather_windows, targets

Answer = Callable[[Windows], Prediction]
"""Complete predictions (see `answering.answer`) of a batch of windows."""


@dataclass(frozen=True)
class Backtest:
    """What was forecast from each cutoff, what happened, and the scores."""

    scores: Scores
    cutoffs: np.ndarray
    """int64 [C], rows of the panel."""
    windows: int
    """(cutoff, series) pairs forecast."""
    forecast: Forecast | None = None
    """All forecasts; None when only scores were asked for."""


def score_windows(
    answer: Answer,
    panel: Panel,
    series: np.ndarray,
    cutoff: np.ndarray,
    scores: Scores,
    *,
    lookback: int,
    horizon: int,
    batch_size: int = 1024,
) -> Iterator[tuple[slice, Prediction]]:
    """Forecast the windows in batches, add each to `scores`, and hand it over.

    Every window counts, in a last smaller batch if need be; memory is that of one batch.
    """
    for batch in batches(len(series), batch_size):
        windows = gather_windows(panel, series[batch], cutoff[batch], lookback, horizon)
        prediction = answer(windows)
        values, observed = targets(panel, series[batch], cutoff[batch], horizon)
        scores.add(series[batch], values, observed, prediction.point, prediction.quantiles)
        yield batch, prediction


def backtest(
    answer: Answer,
    panel: Panel,
    cutoffs: np.ndarray,
    scores: Scores,
    *,
    model: str,
    lookback: int,
    minimum: int,
    horizon: int,
    batch_size: int = 1024,
    keep: bool = False,
) -> Backtest:
    """Roll the origin over `cutoffs`.

    Args:
        answer: of the model under test.
        panel: data; targets are read from its rows after each cutoff.
        cutoffs: int64 [C] ascending, see `origins.cutoffs_within`.
        scores: filled here.
        model: name for the forecast.
        lookback, minimum: context wanted, and the least a series must have to take part.
        keep: also return all forecasts ([C, H, N] values in memory).

    Raises:
        InputError: no series has enough context before any cutoff.
    """
    series, cutoff = origins(panel, cutoffs, minimum)
    if not len(series):
        raise InputError(
            "data",
            f"no series has {minimum} steps of context before the rows to forecast ({len(cutoffs)} cutoffs)",
            expected=f"at least {minimum + horizon} rows: {minimum} of context and {horizon} to score",
            remedy="Give more history, a shorter horizon or fewer windows",
        )
    collected = ForecastTable(panel, cutoffs, horizon, scores.levels) if keep else None
    rounds = score_windows(
        answer, panel, series, cutoff, scores, lookback=lookback, horizon=horizon, batch_size=batch_size
    )
    for batch, prediction in rounds:
        if collected is not None:
            collected.put(series[batch], cutoff[batch], prediction)
    return Backtest(scores, cutoffs, len(series), collected.forecast(model) if collected else None)


class ForecastTable:
    """Collects predictions, window by window, into the arrays of a Forecast."""

    def __init__(self, panel: Panel, cutoffs: np.ndarray, horizon: int, levels: tuple[float, ...]) -> None:
        shape = (len(cutoffs), horizon, panel.n_series)
        self.panel, self.cutoffs, self.levels = panel, cutoffs, levels
        self.values = np.zeros(shape, dtype=np.float32)
        self.quantiles = np.zeros((*shape, len(levels)), dtype=np.float32) if levels else None
        self.rows = np.full((len(cutoffs), panel.n_series), -1, dtype=np.int64)
        self.components: dict[str, np.ndarray] = {}

    def put(
        self, series: np.ndarray, cutoff: np.ndarray, prediction: Prediction, place: np.ndarray | None = None
    ) -> None:
        """Enter B windows; `place` int [B] is their position along the cutoffs (found by value if None)."""
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
