"""Windows of the imputer: all rows covered, every judged value judged once, nothing read that is masked."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.imputation.window_source import (
    JudgedWindows,
    ReadingScaler,
    TrainingWindows,
    covering_starts,
)
from fourfold.domains.graphs.signals.signals import Signals, series_names
from fourfold.shared.errors import InputError
from fourfold.shared.panels.panel import Panel
from hypothesis import given
from hypothesis import strategies as st


def signals(steps=50, nodes=3, channels=2, seed=0):
    rng = np.random.default_rng(seed)
    names, kinds = tuple("abcdef"[:nodes]), tuple("xy"[:channels])
    shape = (steps, nodes * channels)
    seen = rng.random(shape) < 0.8
    values = np.where(seen, 5 + 3 * rng.normal(size=shape), 0).astype(np.float32)
    past = {"wind": np.repeat(rng.normal(2, 4, (steps, nodes)), channels, axis=1).astype(np.float32)}
    ahead = {"plan": np.repeat(rng.normal(size=(steps + 5, nodes)), channels, axis=1).astype(np.float32)}
    time = pd.date_range("2024-01-01", periods=steps, freq="h")
    series = series_names(names, kinds)
    return Signals(Panel(values, seen, time, series, "h", 24, past=past, future=ahead), names, kinds)


@given(st.integers(0, 40), st.integers(1, 60), st.integers(1, 30), st.integers(1, 30))
def test_windows_cover_the_rows_and_stay_inside_the_axis(start, length, window, stride):
    rows = slice(start, start + length)
    starts = covering_starts(rows, window, min(stride, window))
    covered = (starts[:, None] + np.arange(window)).ravel()
    assert set(range(rows.start, rows.stop)) <= set(covered)
    assert starts.min() >= 0
    assert len(set(starts)) == len(starts)
    if rows.stop >= window:
        assert covered.max() < rows.stop


def test_what_is_read_is_scaled_by_channel_and_0_where_unobserved():
    data = signals()
    scaler = ReadingScaler.fit(data, slice(0, 30), covariates=True, calendar=True)
    ready = scaler.read(data)
    assert ready.values.shape == (50, 3, 2)
    assert ready.covariates.shape == (50, 3, scaler.width) == (50, 3, 4)
    for channel in range(2):
        known = ready.values[:30, :, channel][ready.observed[:30, :, channel]]
        assert known.mean() == pytest.approx(0, abs=1e-6)
        assert known.std() == pytest.approx(1, abs=1e-6)
    assert (ready.values[~ready.observed] == 0).all()
    wind = data.panel.past["wind"][:, ::2]
    np.testing.assert_allclose(
        ready.covariates[..., 0], (wind - wind[:30].mean()) / wind[:30].std(), atol=1e-6
    )
    np.testing.assert_allclose(ready.covariates[6, :, 2:], [[1, 0]] * 3, atol=1e-6)
    plain = ReadingScaler.fit(data, slice(0, 30), covariates=False, calendar=False)
    assert plain.read(data).covariates.shape == (50, 3, 0)


def test_the_scaler_comes_back_from_its_arrays():
    data = signals()
    scaler = ReadingScaler.fit(data, slice(0, 30), covariates=True, calendar=True)
    again = ReadingScaler.from_state(scaler.state(), True).read(data)
    for old, new in zip(vars(scaler.read(data)).values(), vars(again).values(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_numbers_behind_the_mask_are_never_read():
    data = signals()
    hole = np.where(data.panel.observed, data.panel.values, np.float32(1e30))
    other = replace(data, panel=replace(data.panel, values=hole))
    both = [
        ReadingScaler.fit(part, slice(0, 30), covariates=True, calendar=True).read(part).values
        for part in (data, other)
    ]
    np.testing.assert_array_equal(*both)


def test_training_windows_lie_in_their_rows_and_hold_something():
    data = signals()
    data.panel.observed[10:20] = False
    ready = ReadingScaler.fit(data, slice(0, 40), covariates=False, calendar=False).read(data)
    source = TrainingWindows(ready, slice(5, 40), 8)
    assert source.starts.min() == 5
    assert source.starts.max() == 32
    assert not set(source.starts) & {10, 11, 12}
    batch = source.batch(np.array([0, len(source) - 1]))
    np.testing.assert_array_equal(batch["x"][1].numpy(), ready.values[32:40])
    with pytest.raises(InputError, match="at least 8 rows"):
        TrainingWindows(ready, slice(0, 7), 8)


@pytest.mark.parametrize("rows", [slice(20, 50), slice(20, 37), slice(46, 50)])
def test_every_judged_value_is_judged_once(rows):
    ready = ReadingScaler.fit(signals(), slice(0, 20), covariates=False, calendar=False).read(signals())
    judged = ready.observed & (np.random.default_rng(0).random(ready.observed.shape) < 0.3)
    source = JudgedWindows(ready, rows, 8, judged)
    count = np.zeros(judged.shape, dtype=int)
    for number, start in enumerate(source.starts):
        batch = source.batch(np.array([number]))
        count[start : start + 8] += batch["judged"][0].numpy()
        assert not (batch["judged"] & ~batch["hidden"]).any()
    want = judged.copy()
    want[: rows.start] = False
    want[rows.stop :] = False
    np.testing.assert_array_equal(count, want)
