"""Signals as xarray, over (time, node, channel), and back.

A Dataset of schema 1 is that of a panel (see shared/panels/xarray_panel.py) with `node` and `channel` in the
place of `series`: `y(time, node, channel)`, `mask`, `cov_past(time, node, past_feature)`,
`cov_future(time_ahead, node, future_feature)`, `static(node, static_feature)`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from ....shared.errors import InputError
from ....shared.panels.read_options import ReadOptions
from .cube import Cube
from .signals import Signals, series_names

if TYPE_CHECKING:
    import xarray as xr

_NODE = ("node", "nodes", "sensor", "station", "series", "location", "space")


def to_xarray(signals: Signals) -> xr.Dataset:
    """The signals as a Dataset of schema 1 (see this module); NaN where not observed."""
    import xarray as xr

    from ....shared.panels.xarray_panel import to_xarray as panel_to_xarray

    flat = panel_to_xarray(signals.panel)
    count = signals.n_channels
    shape = (signals.n_steps, signals.n_nodes, count)
    variables: dict[str, Any] = {
        name: (("time", "node", "channel"), flat[name].to_numpy().reshape(shape)) for name in ("y", "mask")
    }
    if signals.filled_TNC is not None:
        variables["filled"] = (("time", "node", "channel"), signals.filled_TNC)
    for name in ("cov_past", "cov_future", "static"):
        if name in flat:
            once = flat[name].isel(series=slice(0, None, count))
            dims = tuple("node" if dim == "series" else dim for dim in once.dims)
            variables[name] = (dims, once.to_numpy())
    names = [str(name) for name in flat.coords]
    coordinates: dict[str, Any] = {name: flat[name].to_numpy() for name in names if name != "series"}
    coordinates |= {"node": list(signals.nodes), "channel": list(signals.channels)}
    return xr.Dataset(variables, coordinates, flat.attrs)


def from_xarray(dataset: xr.Dataset, options: ReadOptions) -> Signals:
    """Signals of a Dataset of schema 1.

    Raises:
        InputError: whatever `read_panel` says.
    """
    import xarray as xr

    from ....shared.panels.xarray_panel import from_xarray as panel_from_xarray

    nodes = tuple(str(name) for name in dataset["node"].to_numpy())
    channels = tuple(str(name) for name in dataset["channel"].to_numpy())
    variables: dict[str, Any] = {}
    filled = None
    for name, variable in dataset.data_vars.items():
        if name == "filled":
            filled = variable.transpose("time", "node", "channel").to_numpy().astype(bool)
        elif "channel" in variable.dims:
            values = variable.transpose("time", "node", "channel").to_numpy()
            variables[str(name)] = (("time", "series"), values.reshape(len(values), -1))
        else:
            axis = variable.dims.index("node")
            dims = tuple("series" if dim == "node" else dim for dim in variable.dims)
            variables[str(name)] = (dims, np.repeat(variable.to_numpy(), len(channels), axis=axis))
    coordinates: dict[str, Any] = {
        str(name): dataset.indexes[str(name)] for name in dataset.indexes if name not in ("node", "channel")
    }
    coordinates["series"] = list(series_names(nodes, channels))
    panel = panel_from_xarray(xr.Dataset(variables, coordinates, dataset.attrs), options)
    return Signals(panel, nodes, channels, None if filled is None else filled.reshape(len(filled), -1))


def is_signals_dataset(content: Any) -> TypeGuard[xr.Dataset]:
    """Whether this is a Dataset that `to_xarray` made."""
    return (
        _is_xarray(content)
        and hasattr(content, "data_vars")
        and "schema_version" in content.attrs
        and "y" in content
        and {"node", "channel"} <= set(content["y"].dims)
    )


def has_channels(content: Any) -> bool:
    """Whether this is a DataArray of three dimensions, or a Dataset of variables over time and nodes."""
    if not _is_xarray(content) or "schema_version" in content.attrs:
        return False
    if not hasattr(content, "data_vars"):
        return content.ndim == 3
    if "y" in content:
        return content["y"].ndim == 3
    return any(variable.ndim == 2 for variable in content.data_vars.values())


def xarray_cube(content: xr.DataArray | xr.Dataset) -> Cube:
    """A DataArray (time, node, channel), or the variables of a Dataset over (time, node), as a cube.

    Raises:
        InputError: no dimension of times, or nodes and channels that cannot be told apart.
    """
    if hasattr(content, "data_vars"):
        if "y" in content and content["y"].ndim == 3:
            content = content["y"].where(content["mask"]) if "mask" in content else content["y"]
        else:
            names = [name for name, variable in content.data_vars.items() if variable.ndim == 2]
            content = content[names].to_dataarray("channel")
    array: Any = content
    time, node, channel = _dimensions(array)
    array = array.transpose(time, node, channel)
    values = array.to_numpy()
    if values.dtype.kind not in "biuf":
        raise InputError("data", f"the array is of type {values.dtype}", expected="numbers")
    values = values.astype(np.float64)
    if np.isinf(values).any():
        raise InputError("data", f"{np.isinf(values).sum()} values are infinite", expected="finite numbers")
    names = [_labels(array, dim, prefix) for dim, prefix in ((node, ""), (channel, "c"))]
    return Cube(values, names[0], names[1], array.indexes.get(time))


def _dimensions(array: xr.DataArray) -> tuple[str, str, str]:
    dims = [str(dim) for dim in array.dims]
    dated = [dim for dim in dims if dim in array.indexes and array.indexes[dim].dtype.kind == "M"]
    time = next((dim for dim in (*dated, "time", "ds", "date") if dim in dims), None)
    others = [dim for dim in dims if dim != time]
    node = next((dim for dim in _NODE if dim in others), None)
    if node is None and "channel" in others:
        node = next(dim for dim in others if dim != "channel")
    if time is None or node is None or len(others) != 2:
        raise InputError(
            "data",
            f"the dimensions are {', '.join(dims)}",
            expected="time, node and channel",
            remedy="Rename them",
        )
    return time, node, next(dim for dim in others if dim != node)


def _labels(array: xr.DataArray, dim: str, prefix: str) -> tuple[str, ...]:
    if dim in array.indexes:
        return tuple(str(name) for name in array.indexes[dim].to_numpy())
    return tuple(f"{prefix}{number}" for number in range(array.sizes[dim]))


def open_cube(path: Path) -> Any:
    """A NetCDF file or Zarr store in memory when it holds channels, else its path, for `read_panel`."""
    from ....shared.panels.xarray_panel import open_dataset

    with open_dataset(path) as dataset:
        if is_signals_dataset(dataset) or has_channels(dataset):
            return dataset.load()
    return path


def _is_xarray(content: Any) -> bool:
    return type(content).__module__.split(".")[0] == "xarray"
