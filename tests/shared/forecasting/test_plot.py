"""The picture of a forecast shows every asked series, and refuses others."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold import Forecaster
from fourfold.shared.errors import InputError
from fourfold.shared.forecasting.plot import plot_forecast


def test_a_picture_of_each_series(tmp_path: Path) -> None:
    time = pd.date_range("2024-01-01", periods=200, freq="h")
    wide = pd.DataFrame({"a": np.sin(np.arange(200.0)), "b": np.arange(200.0)}, index=time)
    forecast = Forecaster("seasonal-naive").fit(wide, horizon=12).predict(wide, levels=[80])
    svg = plot_forecast(forecast, tmp_path / "both.svg").read_text()
    assert svg.count('id="axes_') == 2
    png = plot_forecast(forecast, tmp_path / "one.png", series=("b",)).read_bytes()
    assert png[:4] == b"\x89PNG"
    with pytest.raises(InputError, match="'c' was not forecast"):
        plot_forecast(forecast, tmp_path / "none.png", series=("c",))
    assert not (tmp_path / "none.png").exists()
