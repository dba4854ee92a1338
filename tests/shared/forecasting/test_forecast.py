"""Forecasts as tables: no column takes the place of another."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from fourfold import Forecaster
from fourfold.shared.errors import InputError
from fourfold.shared.panels.reading import read_panel


@pytest.mark.parametrize("name", ["seasonal-naive", "seasonal-naive-lo-80"])
@pytest.mark.parametrize("key", ["id_col", "time_col"])
def test_keys_that_are_called_as_the_forecast_is_are_refused(name: str, key: str) -> None:
    time = pd.date_range("2024-01-01", periods=60, freq="h")
    names: dict[str, Any] = {"id_col": "unique_id", "time_col": "ds", key: name}
    frame = pd.DataFrame({names["id_col"]: "a", names["time_col"]: time, "y": np.arange(60.0)})
    panel = read_panel(frame, **names)
    forecast = Forecaster("seasonal-naive").fit(panel, horizon=3).predict(panel, levels=[80])
    for to_table in (forecast.to_long, forecast.to_wide):
        with pytest.raises(InputError, match=f"^{name}: two columns of the forecast would have this name"):
            to_table()
