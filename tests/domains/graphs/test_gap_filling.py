"""impute: known values stay, gaps are filled near what was hidden, and the imputer is kept and saved."""

from pathlib import Path

import numpy as np
import pytest
from fourfold import GraphForecaster
from fourfold.domains.graphs.signals.reading import read_signals
from fourfold.shared.errors import InputError
from small_network import SMALL, ring, wide_frame

QUICK = {"window": 12, "hidden": 8, "feed_forward": 8, "training": {"steps": 20, "batch_size": 16}}


def test_gaps_are_filled_and_the_imputer_is_kept(tmp_path: Path) -> None:
    whole = wide_frame()
    hidden = np.random.default_rng(0).random(whole.shape) < 0.2
    holes = whole.mask(hidden)
    forecaster = GraphForecaster("tts-imp", model_settings=SMALL).fit(holes, ring(), 4)
    filled = forecaster.impute(holes, settings=QUICK)
    values = filled.panel.values
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
