"""History parts: trend, season and residual of series as they were."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ...shared.errors import InputError
from ...shared.panels.panel import Panel
from .decomposition.stl import stl_batch


def history_parts(panel: Panel) -> xr.Dataset:
    """Robust-free STL of every series over its own span; gaps inside get weight 0 and are bridged.

    Returns:
        `observed`, `trend`, `season` and `residual`, float64 (time, series), NaN outside a series' span
        (`residual` also in gaps); observed = trend + season + residual.

    Raises:
        InputError: the data have no season, or a series is shorter than two of them.
    """
    if panel.period < 2:
        raise InputError(
            "period", "these data have no season to take apart", remedy="Pass period= with the steps of one"
        )
    names = ("observed", "trend", "season", "residual")
    parts = np.full((4, panel.n_steps, panel.n_series), np.nan)
    for n, (first, last) in enumerate(zip(panel.first_rows(), panel.last_rows(), strict=True)):
        length = max(int(last) + 1 - int(first), 0)
        if length < 2 * panel.period:
            raise InputError(
                "data",
                f"{length} steps are too short to take a season of {panel.period} apart",
                where=f"series {panel.series[n]!r}",
                expected=f"at least {2 * panel.period} steps",
                remedy="Give more history or a smaller period=",
            )
        rows = slice(int(first), int(last) + 1)
        seen = panel.observed[rows, n]
        found = stl_batch(panel.values[rows, n], panel.period, weights=None if seen.all() else seen)
        parts[0, rows, n] = np.where(seen, panel.values[rows, n], np.nan)
        parts[1, rows, n], parts[2, rows, n] = found.trend, found.seasonal
        parts[3, rows, n] = np.where(seen, found.residual, np.nan)
    return xr.Dataset(
        {name: (("time", "series"), part) for name, part in zip(names, parts, strict=True)},
        {"time": panel.time, "series": list(panel.series)},
        {"timezone": panel.timezone or "", "freq": panel.freq, "period": panel.period},
    )
