"""Future covariates attached to a panel, and pairs that are missing by name."""

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.panels.future_frame import attach_future
from fourfold.shared.panels.reading import read_panel


def frame(first: str, steps: dict[str, int]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {"unique_id": name, "ds": pd.date_range(first, periods=count, freq="h"), "x": count + 0.5}
        )
        for name, count in steps.items()
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def history() -> pd.DataFrame:
    return frame("2024-01-01", {"a": 10, "b": 8}).assign(y=1.0)


def ahead(horizon: int) -> pd.DataFrame:
    a = frame("2024-01-01 10:00", {"a": horizon})
    return pd.concat([a, frame("2024-01-01 08:00", {"b": horizon})], ignore_index=True)


@pytest.mark.parametrize("horizon", [1, 3])
def test_future_continues_each_series_from_its_end(history: pd.DataFrame, horizon: int) -> None:
    panel = read_panel(history, future=["x"], future_frame=ahead(horizon).sample(frac=1, random_state=0))
    table = panel.future["x"]
    assert table.shape == (10 + horizon, 2) and panel.n_future == horizon
    assert table[:10, 0].tolist() == [10.5] * 10 and table[10:, 0].tolist() == [horizon + 0.5] * horizon
    assert (
        table[:8, 1].tolist() == [8.5] * 8 and table[8 : 8 + horizon, 1].tolist() == [horizon + 0.5] * horizon
    )


def test_future_in_a_time_zone(history: pd.DataFrame) -> None:
    for data in (history, future := ahead(2)):
        data["ds"] = data["ds"].dt.tz_localize("Europe/Berlin")
    assert read_panel(history, future=["x"], future_frame=future).n_future == 2


def refused(history: pd.DataFrame, future: pd.DataFrame, horizon: int | None = None) -> InputError:
    panel = read_panel(history, future=["x"])
    with pytest.raises(InputError) as caught:
        attach_future(panel, future, horizon)
    return caught.value


def test_missing_pairs_are_named(history: pd.DataFrame) -> None:
    error = refused(history, ahead(3).drop(index=[1, 5]))
    assert error.where == "(a, 2024-01-01 11:00:00), (b, 2024-01-01 10:00:00)"
    assert "2 pairs" in error.problem
    assert "and 1 more" in (refused(history, ahead(1), horizon=4).where or "")


def test_other_mistakes_are_named(history: pd.DataFrame) -> None:
    future = ahead(2)
    assert refused(history, future.drop(columns="x")).field == "x"
    assert refused(history, future.assign(x=np.nan)).field == "x"
    assert "'c'" in (refused(history, future.assign(unique_id="c")).where or "")
    assert "repeat" in refused(history, pd.concat([future, future])).problem
    assert "no row lies after" in refused(history, history.drop(columns="y")).problem
    off = future.assign(ds=future["ds"] + pd.Timedelta("1min"))
    assert "do not continue" in refused(history, off).problem
    with pytest.raises(InputError, match="without future covariates"):
        attach_future(read_panel(history.drop(columns="x")), future)
