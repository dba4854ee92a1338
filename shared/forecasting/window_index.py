"""Which windows of a panel a method can learn from."""

from __future__ import annotations

import numpy as np

from ..panels.panel import Panel


def usable_windows(
    panel: Panel, rows: slice, lookback: int, horizon: int, least: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Series and cutoff, int64 [W] each, of every window whose targets lie in `rows`.

    Context may reach back before `rows`. `least` is how many of its steps must lie in the panel (None: all,
    for methods that need whole windows). Half of those that do, and at least one target, must be observed.
    Ordered by series, then time.
    """
    observed, least = panel.observed, lookback if least is None else min(least, lookback)
    total = np.concatenate([np.zeros((1, observed.shape[1]), np.int64), observed.cumsum(axis=0)])
    first, stop = max(rows.start - 1, least - 1), rows.stop - horizon
    cutoffs = np.arange(first, max(stop, first))
    begin = np.maximum(cutoffs + 1 - lookback, 0)
    past, reach = total[cutoffs + 1] - total[begin], (cutoffs + 1 - begin)[:, None]
    ahead = total[cutoffs + 1 + horizon] - total[cutoffs + 1]
    series, index = np.nonzero(((2 * past >= reach) & (ahead > 0)).T)
    return series, cutoffs[index]
