"""Any known data set as a long frame `unique_id, ds, y`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .card import DatasetCard, read_card
from .download import fetch
from .location import locate
from .packaged import nyc_weather_long, statsmodels_long

if TYPE_CHECKING:
    import pandas as pd

_ETT_COLUMNS = ("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT")
_BEIJING_COLUMNS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3", "TEMP", "PRES", "DEWP", "RAIN", "WSPM")


def read_dataset(name: str, *, download: bool = False) -> pd.DataFrame:
    """The data set `name` as a long frame, series in the order of the source; gaps are absent rows.

    Args:
        name: as `fourfold data list` shows it.
        download: fetch it when this machine lacks it; otherwise that is an error.

    Raises:
        InputError: no such set, or it is not on this machine and cannot be fetched.
    """
    card = read_card(name)
    if card.reader == "network":
        raise InputError(
            card.name,
            "is a network of sensors, not a table of series",
            remedy="Read it with load_network of fourfold.domains.graphs.datasets",
        )
    if card.reader == "nyc-weather":
        return nyc_weather_long()
    if card.reader == "statsmodels":
        return statsmodels_long(card.name.removeprefix("statsmodels-"))
    readers: dict[str, Callable[[DatasetCard, tuple[Path, ...]], pd.DataFrame]] = {
        "wide-csv": _wide_csv,
        "ett-npz": _ett_npz,
        "beijing": _beijing,
    }
    if card.reader not in readers:
        raise InputError(
            name, "is no table of series in time", remedy=f"See `fourfold data info {card.name}`"
        )
    paths = fetch(name) if download else locate(name)
    return _melt(readers[card.reader](card, paths))


def _melt(wide: pd.DataFrame) -> pd.DataFrame:
    """A frame indexed by time, one column a series, as long rows without its gaps."""
    import pandas as pd

    values = wide.to_numpy(dtype=float).T
    series, rows = np.nonzero(~np.isnan(values))
    names = wide.columns.to_numpy(dtype=object)
    return pd.DataFrame({"unique_id": names[series], "ds": wide.index[rows], "y": values[series, rows]})


def _wide_csv(card: DatasetCard, paths: tuple[Path, ...]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_csv(paths[0]).set_index(card.time_column)
    return frame.set_axis(pd.to_datetime(frame.index), axis=0)


def _ett_npz(card: DatasetCard, paths: tuple[Path, ...]) -> pd.DataFrame:
    import pandas as pd

    with np.load(paths[0], allow_pickle=False) as archive:
        values = archive["data"][..., 0]
    stamps = pd.date_range("2016-07-01", periods=len(values), freq=card.freq)
    return pd.DataFrame(values, index=stamps, columns=list(_ETT_COLUMNS))


def _beijing(card: DatasetCard, paths: tuple[Path, ...]) -> pd.DataFrame:
    import pandas as pd

    stations = [read_beijing_station(path) for path in paths]
    return pd.concat([frame.add_prefix(f"{station} ") for station, frame in stations], axis=1)


def read_beijing_station(path: Path) -> tuple[str, pd.DataFrame]:
    """Name of a station of Beijing's air quality, and its eleven variables by hour; NaN where missing."""
    import pandas as pd

    frame = pd.read_csv(path, na_values=[" "])  # one gap of the source is a blank
    stamps = pd.DatetimeIndex(pd.to_datetime(frame[["year", "month", "day", "hour"]]))
    return str(frame["station"].iloc[0]), frame.loc[:, list(_BEIJING_COLUMNS)].set_axis(stamps, axis=0)
