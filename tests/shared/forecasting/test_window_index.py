"""Usable windows against the sentence that defines them, one pair at a time."""

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.forecasting.window_index import usable_windows
from fourfold.shared.panels.panel import Panel

ROWS, LOOKBACK, HORIZON = slice(5, 30), 8, 3


@pytest.mark.parametrize("least", [None, 3])
@pytest.mark.parametrize("rows", [slice(0, 30), ROWS, slice(20, 22)])
def test_windows_are_those_the_docstring_names(rows: slice, least: int | None) -> None:
    seen = np.random.default_rng(3).random((40, 4)) < 0.5
    panel = Panel(seen.astype(np.float32), seen, pd.RangeIndex(40), tuple("abcd"), 1, 1)
    expected = []
    for n in range(4):
        for cutoff in range(40):
            start, targets = cutoff + 1 - LOOKBACK, range(cutoff + 1, cutoff + 1 + HORIZON)
            inside = cutoff + 1 - max(start, 0)
            if targets[0] < rows.start or targets[-1] >= rows.stop or inside < (least or LOOKBACK):
                continue
            if 2 * seen[max(start, 0) : cutoff + 1, n].sum() >= inside and seen[targets, n].any():
                expected.append((n, cutoff))
    series, cutoff = usable_windows(panel, rows, LOOKBACK, HORIZON, least)
    assert list(zip(series.tolist(), cutoff.tolist(), strict=True)) == expected
