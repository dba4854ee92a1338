"""Future covariates must reach as far as the forecast."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..panels.long_frame import key_columns
from ..panels.panel import Panel


def require_future(panel: Panel, rows: np.ndarray, horizon: int) -> None:
    """Raise InputError when a future covariate does not reach the end of the horizon.

    Args:
        rows: int64 [N], last known row of every series (-1: not forecast).
    """
    known = panel.n_steps + panel.n_future
    lacking = [
        (n, int(rows[n])) for n in range(panel.n_series) if rows[n] >= 0 and rows[n] + horizon >= known
    ]
    if not panel.future or not lacking:
        return
    pairs = [
        f"({panel.series[n]}, {_stamp(panel, n, step)})"
        for n, row in lacking
        for step in range(max(known, row + 1), row + horizon + 1)
    ]
    more = f" and {len(pairs) - 5} more" if len(pairs) > 5 else ""
    raise InputError(
        ", ".join(panel.future),
        f"future values are missing for {len(pairs)} rows: {', '.join(pairs[:5])}{more}",
        expected=f"a row for each series and each of the {horizon} steps ahead",
        remedy="Pass them with future=",
    )


def _stamp(panel: Panel, series: int, row: int) -> str:
    keys = key_columns(panel, [series], panel.future_time(row - 1, 1))
    return str(keys.iloc[0, -1])
