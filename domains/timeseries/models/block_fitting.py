"""Linear on panels larger than memory: normal equations summed block by block."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ....shared.errors import InputError
from ....shared.forecasting.scaling import StandardScaler
from ....shared.forecasting.windows import gather_windows
from ....shared.panels.panel import Panel
from .linear import UNVALIDATED_RIDGE, Linear, window_moments
from .protocol import ForecastModel
from .window_moments import WindowMoments


def fit_linear_blocks(panels: Iterable[Panel], horizon: int, *, lookback: int, **settings: Any) -> Linear:
    """`Linear` over all series of all blocks, holding one block at a time.

    The moments of the windows add up over series, so the weights are those of one fit over everything
    with the same ridge.

    Args:
        panels: blocks such as `PanelBlocks`, each in memory only while its turn lasts.
        horizon: steps H.
        lookback: steps of context L.
        settings: of `LinearSettings`; the ridge is not chosen by validation here.

    Raises:
        InputError: no block holds a window of lookback + horizon steps.
    """
    total = WindowMoments(lookback + horizon)
    for panel in panels:
        scaler = StandardScaler.fit(panel.values, panel.observed)
        moments = window_moments(panel.values, panel.observed, scaler, lookback, horizon)
        total.matrix += moments.matrix
        total.count += moments.count
    if not total.count:
        raise InputError("panel", "no series is long enough", expected=f"{lookback + horizon} observed steps")
    model = Linear(lookback=lookback, **settings)
    gram = total.centred(lookback)
    ridge = UNVALIDATED_RIDGE if model.settings.ridge is None else model.settings.ridge
    system = gram[:lookback, :lookback] + ridge * total.count * np.eye(lookback)
    model.load_state({"weights": np.linalg.solve(system, gram[:lookback, lookback:])})
    return model


def forecast_block(model: ForecastModel, panel: Panel, horizon: int) -> np.ndarray:
    """Point forecasts of all series after the panel's last step, float32 [H, N]: for `write_forecasts`."""
    series = np.arange(panel.n_series)
    cutoff = np.full(panel.n_series, panel.n_steps - 1)
    windows = gather_windows(panel, series, cutoff, model.lookback(panel.period, horizon), horizon)
    return np.ascontiguousarray(model.predict(windows).point.T)
