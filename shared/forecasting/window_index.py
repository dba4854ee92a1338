"""Which windows of a panel a method can learn from."""

from __future__ import annotations

import numpy as np

from ..panels.panel import Panel


def usable_windows(panel: Panel, rows: slice, lookback: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Series and cutoff, int64 [W] each, of every window whose targets lie in `rows`.

    Context may reach back before `rows`, but not before the panel's first row. Half of the context
    and at least one target must be observed. Ordered by series, then time.
    """
    observed = panel.observed
    total = np.concatenate([np.zeros((1, observed.shape[1]), np.int64), observed.cumsum(axis=0)])
    first, stop = max(rows.start - 1, lookback - 1), rows.stop - horizon
    cutoffs = np.arange(first, max(stop, first))
    past = total[cutoffs + 1] - total[cutoffs + 1 - lookback]
    ahead = total[cutoffs + 1 + horizon] - total[cutoffs + 1]
    series, index = np.nonzero(((2 * past >= lookback) & (ahead > 0)).T)
    return series, cutoffs[index]
