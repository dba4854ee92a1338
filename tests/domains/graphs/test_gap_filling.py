"""impute: known values stay, gaps are filled near what was hidden, and the imputer is kept and saved."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fourfold import GraphForecaster
from fourfold.domains.graphs.signals.reading import read_signals
from fourfold.domains.graphs.signals.xarray_signals import from_xarray, to_xarray
from fourfold.shared.errors import InputError
from fourfold.shared.panels.read_options import ReadOptions
from small_network import SMALL, ring, wide_frame

QUICK = {"window": 12, "hidden": 8, "feed_forward": 8, "training": {"steps": 20, "batch_size": 16}}


def test_gaps_are_filled_and_the_imputer_is_kept(tmp_path: Path) -> None:
    whole = wide_frame()
    hidden = np.random.default_rng(0).random(whole.shape) < 0.2
    holes = whole.mask(hidden)
    forecaster = GraphForecaster("tts-imp", model_settings=SMALL).fit(holes, ring(), 4)
    filled = forecaster.impute(holes, settings=QUICK)
    values = filled.panel.values
    assert filled.filled is not None and (filled.filled == hidden).all()
    assert (filled.to_wide("filled").to_numpy() == hidden).all() and filled.to_wide().notna().all(axis=None)
    long = filled.to_long()
    assert list(long) == ["unique_id", "ds", "y", "filled"] and long["filled"].sum() == hidden.sum()
    assert (filled.select_nodes(["c"]).select_rows(slice(5, 9)).filled == hidden[5:9, 2:3]).all()
    assert filled.panel.observed.all() and filled.nodes == ring().nodes
    np.testing.assert_array_equal(values[~hidden], whole.to_numpy(np.float32)[~hidden])
    error = np.abs(values - whole.to_numpy())[hidden].mean()
    assert error < np.abs(whole.to_numpy() - np.nanmean(holes.to_numpy(), axis=0))[hidden].mean()
    with pytest.raises(InputError, match="trained already"):
        forecaster.impute(holes, settings=QUICK)
    forecaster.save(tmp_path / "model")
    again = GraphForecaster.load(tmp_path / "model").impute(holes)
    np.testing.assert_array_equal(again.panel.values, values)


def test_without_a_fit_the_graph_is_given() -> None:
    signals = read_signals(wide_frame(3))
    brief = {**QUICK, "training": {"steps": 2}}
    filled = GraphForecaster("tts-imp").impute(signals, ring(), settings=brief)
    np.testing.assert_array_equal(filled.panel.values, signals.panel.values)
    with pytest.raises(InputError, match="imputer setting windows"):
        GraphForecaster("tts-imp").impute(signals, ring(), settings={"windows": 3})


def test_tables_of_several_channels() -> None:
    values = np.arange(24, dtype=float).reshape(6, 2, 2)
    values[2, 0, 1] = values[3, 1] = np.nan
    signals = read_signals(values, period=2, missing="mask", channel_names=("flow", "speed"))
    long = signals.to_long()
    assert list(long) == ["unique_id", "ds", "flow", "speed"] and len(long) == 11
    assert long["speed"].isna().sum() == 1 and long["unique_id"].unique().tolist() == ["0", "1"]
    filled = replace(signals, filled=~signals.panel.observed)
    assert list(filled.to_long())[-2:] == ["flow filled", "speed filled"]
    assert list(filled.to_wide("filled")) == ["0:flow", "0:speed", "1:flow", "1:speed"]
    again = from_xarray(to_xarray(filled), ReadOptions(missing="mask", silent=True))
    np.testing.assert_array_equal(again.filled, filled.filled)
