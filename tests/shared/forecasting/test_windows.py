"""Windows hold exactly the rows up to their cutoff, gaps filled from inside."""

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.forecasting.origins import batches, cutoffs_within, origin_batches, origins
from fourfold.shared.forecasting.windows import gather_windows, targets
from fourfold.shared.panels.panel import Panel
from hypothesis import given
from hypothesis import strategies as st


def make_panel(values: np.ndarray, observed: np.ndarray | None = None, **more: object) -> Panel:
    values = np.asarray(values, dtype=np.float32)
    seen = np.ones(values.shape, bool) if observed is None else observed
    names = tuple(f"s{n}" for n in range(values.shape[1]))
    time = pd.RangeIndex(len(values))
    return Panel(np.where(seen, values, 0).astype(np.float32), seen, time, names, 1, 4, **more)  # type: ignore[arg-type]


def test_a_whole_window_is_the_slice_before_the_cutoff() -> None:
    panel = make_panel(np.arange(60).reshape(20, 3))
    windows = gather_windows(panel, np.array([0, 2]), np.array([9, 12]), 5, 3)
    np.testing.assert_array_equal(windows.context, [panel.values[5:10, 0], panel.values[8:13, 2]])
    assert windows.observed.all() and windows.context.dtype == np.float32
    values, observed = targets(panel, np.array([0, 2]), np.array([9, 18]), 3)
    np.testing.assert_array_equal(values[0], panel.values[10:13, 0])
    np.testing.assert_array_equal(observed, [[True] * 3, [True, False, False]])
    assert values[1, 1] == 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(0, 29))
def test_gaps_are_filled_by_lines_and_nearest_values(seed: int, lookback: int, cutoff: int) -> None:
    generator = np.random.default_rng(seed)
    values, observed = generator.normal(size=(30, 1)), generator.random((30, 1)) < 0.5
    windows = gather_windows(make_panel(values, observed), np.array([0]), np.array([cutoff]), lookback, 1)
    rows = np.arange(cutoff - lookback + 1, cutoff + 1)
    seen = np.array([row >= 0 and bool(observed[row, 0]) for row in rows])
    known = rows[seen]
    expected = (
        np.interp(rows, known, values[known, 0].astype(np.float32)) if seen.any() else np.zeros(lookback)
    )
    np.testing.assert_array_equal(windows.observed[0], seen)
    np.testing.assert_allclose(windows.context[0], expected, atol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_nothing_after_the_cutoff_is_read(seed: int) -> None:
    generator = np.random.default_rng(seed)
    values, observed = generator.normal(size=(30, 2)), generator.random((30, 2)) < 0.7
    changed, also = values.copy(), observed.copy()
    changed[20:], also[20:] = 99, True
    pairs = np.array([0, 1]), np.array([19, 19])
    before, after = (
        gather_windows(make_panel(*data), *pairs, 8, 4) for data in ((values, observed), (changed, also))
    )
    np.testing.assert_array_equal(before.context, after.context)


def test_covariates_come_with_the_window_and_must_reach_the_horizon() -> None:
    ahead = np.arange(24, dtype=np.float32).reshape(12, 2)
    panel = make_panel(np.ones((10, 2)), past={"p": ahead[:10]}, future={"f": ahead}, static={"s": ahead[0]})
    windows = gather_windows(panel, np.array([1]), np.array([9]), 3, 2)
    assert windows.past is not None and windows.future is not None and windows.static is not None
    np.testing.assert_array_equal(windows.past[0, :, 0], ahead[7:10, 1])
    np.testing.assert_array_equal(windows.future[0, :, 0], ahead[7:12, 1])
    np.testing.assert_array_equal(windows.static, [[1.0]])
    with pytest.raises(InputError, match="f: this future covariate has 12 rows; expected at least 13"):
        gather_windows(panel, np.array([1]), np.array([9]), 3, 3)


def test_cutoffs_cover_the_rows_and_end_with_the_last() -> None:
    assert cutoffs_within(slice(10, 20), 4).tolist() == [9, 10, 11, 12, 13, 14, 15]
    assert cutoffs_within(slice(10, 20), 4, step=3).tolist() == [9, 12, 15]
    assert cutoffs_within(slice(0, 20), 4, step=3, n_windows=2).tolist() == [12, 15]
    assert cutoffs_within(slice(10, 13), 4).size == 0
    assert len(cutoffs_within(slice(11520, 14400), 96)) == 2785


@given(st.integers(1, 50), st.integers(1, 9))
def test_origins_are_the_same_in_any_batches(size: int, minimum: int) -> None:
    observed = np.ones((20, 3), bool)
    observed[:6, 1] = False
    observed[9:, 2] = False
    panel = make_panel(np.ones((20, 3)), observed)
    cutoffs = np.arange(4, 19)
    found = list(origin_batches(panel, cutoffs, minimum=minimum, lookback=4, size=size))
    pairs = [pair for series, cutoff in found for pair in zip(cutoff.tolist(), series.tolist(), strict=True)]
    first = [0, 6, 0]
    expected = [
        (c, n)
        for c in cutoffs.tolist()
        for n in range(3)
        if c + 1 - first[n] >= minimum and observed[max(c - 3, 0) : c + 1, n].any()
    ]
    assert pairs == expected
    series, cutoff = origins(panel, cutoffs, minimum, 4)
    assert list(zip(cutoff.tolist(), series.tolist(), strict=True)) == expected
    assert sum(b.stop - b.start for b in batches(45, size)) == 45
