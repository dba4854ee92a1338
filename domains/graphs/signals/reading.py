"""read_signals: whatever holds the measurements of N nodes, read into Signals."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ....shared.errors import InputError
from ....shared.panels.read_options import DedupePolicy, MissingPolicy, ReadOptions
from ..sensor_graph.changing_graph import ChangingGraph
from ..sensor_graph.sensor_graph import SensorGraph
from .array_cube import array_cube, read_array_file
from .covariates import with_covariates
from .cube import ChannelRoles, read_cube, split_channels
from .hdf_frame import read_hdf_frame
from .missing_zeros import mask_zeros
from .node_matching import match_nodes
from .signals import Signals
from .silent_nodes import warn_of_long_zeros, warn_of_silent, warn_of_unequal_lengths
from .table_channels import read_tables
from .xarray_signals import from_xarray, has_channels, is_signals_dataset, open_cube, xarray_cube

_HDF = (".h5", ".hdf5", ".hdf")
_ARRAYS = (".npz", ".npy")
_XARRAY = (".nc", ".zarr")


def read_signals(
    data: Any,
    graph: SensorGraph | ChangingGraph | None = None,
    *,
    channels: Sequence[str | int] | None = None,
    channel_names: Sequence[str] | None = None,
    past: Sequence[str] | Mapping[str, Any] = (),
    future: Sequence[str] | Mapping[str, Any] = (),
    static: Mapping[str, Any] | None = None,
    missing: MissingPolicy = "raise",
    zero_is_missing: bool = False,
    freq: str | int | None = None,
    period: int | None = None,
    timezone: str | None = None,
    dedupe: DedupePolicy | None = None,
    start: str | None = None,
    key: str | None = None,
    id_col: str = "unique_id",
    time_col: str = "ds",
    target_col: str = "y",
) -> Signals:
    """Read what the nodes of a graph measure.

    Args:
        data: xarray over (time, node) or (time, node, channel) (a Dataset's variables over time and node
            are channels); a wide frame (a column a node) or a long one (`unique_id, ds, y`); a file of those
            (csv, parquet, feather, nc, zarr); a frame in HDF5 as METR-LA has it; npz (T, N, F) or (T, N) or
            npy; a numpy array of those shapes; a Panel; or Signals.
        graph: the signals are matched to its nodes by name and put in its order; arrays have no names and
            must have its number of nodes, in its order.
        channels: channels to forecast, by name or number; all when None. The others become past covariates,
            or future ones if named in `future`. In a long frame: its value columns.
        channel_names: names of the channels of an array, or of the one channel of a table.
        past: columns of a long frame known up to now, or a mapping of such covariates, [T] or [T, N].
        future: channels or columns known ahead, or a mapping of such covariates, [T + F] or [T + F, N].
        static: facts that do not change, by name: [N], in the order of the signals.
        missing: "raise", "mask" missing values, "interpolate" lines or fill with the "seasonal" mean.
        zero_is_missing: whether a 0 means that nothing was measured, as in METR-LA.
        freq, period, timezone, dedupe: as in `read_panel`.
        start: first time stamp of an array (needs `freq`); without it steps count from 0 and `period` is the
            number of steps in the main season.
        key: array in an npz file ("data"), or frame in an HDF5 file.
        id_col, time_col, target_col: columns of a long frame.

    Raises:
        InputError: what is wrong, where, and what to do about it.
    """
    first = "mask" if zero_is_missing and missing in ("interpolate", "seasonal") else missing
    options = ReadOptions(freq, period, first, dedupe, timezone, silent=True)
    columns = {"id_col": id_col, "time_col": time_col, "target_col": target_col}
    roles = ChannelRoles(channels, _names(past), _names(future))
    content = _open(data, key)
    named = not isinstance(content, np.ndarray)
    if isinstance(content, Signals):
        signals = content
    elif isinstance(content, np.ndarray):
        cube = array_cube(content, channel_names, start, freq)
        signals = split_channels(read_cube(cube, options), cube.nodes, cube.channels, roles)
    elif is_signals_dataset(content):
        signals = from_xarray(content, options)
    elif has_channels(content):
        cube = xarray_cube(content)
        signals = split_channels(read_cube(cube, options), cube.nodes, cube.channels, roles)
    else:
        signals = read_tables(content, roles, channel_names, columns, options)
    if graph is not None:
        signals = match_nodes(signals, graph, named=named)
    if zero_is_missing:
        signals = mask_zeros(signals, missing)
    warn_of_silent(signals)
    warn_of_long_zeros(signals)
    warn_of_unequal_lengths(signals)
    return with_covariates(signals, _arrays(past), _arrays(future), static or {})


def _names(covariates: Sequence[str] | Mapping[str, Any]) -> tuple[str, ...]:
    return () if isinstance(covariates, Mapping) else tuple(covariates)


def _arrays(covariates: Sequence[str] | Mapping[str, Any]) -> Mapping[str, Any]:
    return covariates if isinstance(covariates, Mapping) else {}


def _open(data: Any, key: str | None) -> Any:
    """Arrays, frames and cubes out of files that `read_panel` does not know; anything else as it is."""
    if not isinstance(data, str | os.PathLike):
        return data
    path = Path(data)
    kind = path.suffix.lower()
    if not path.exists():
        raise InputError(str(path), "there is no such file", remedy="Check the path")
    if kind in _HDF:
        return read_hdf_frame(path, key)
    if kind in _ARRAYS:
        return read_array_file(path, key)
    if kind in _XARRAY:
        return open_cube(path)
    return path
