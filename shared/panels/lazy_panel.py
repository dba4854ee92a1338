"""Panels larger than memory: blocks of series from NetCDF or Zarr, and forecasts back to Zarr."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import InputError
from .missing import Cells, settle_missing
from .panel import Panel
from .read_options import MissingPolicy, ReadOptions
from .time_axis import make_axis
from .xarray_panel import clock_of, nan_fill, open_dataset, require_extra, target_of, with_attributes

_PEAK_BYTES = 16
"""Bytes that reading takes at its height for each cell: values, mask and their temporary copies."""


@dataclass(frozen=True)
class PanelBlocks:
    """A panel on disk, handed out as in-memory Panels of some series each; all share one time axis."""

    source: xr.Dataset
    target: xr.DataArray
    """[T, N] over (time, series), not read."""
    time: pd.Index
    series: tuple[str, ...]
    freq: str | int
    period: int
    timezone: str | None
    local: bool
    missing: MissingPolicy
    width: int
    """Series in a block (the last may have fewer)."""

    @property
    def n_steps(self) -> int:
        """T."""
        return len(self.time)

    @property
    def n_series(self) -> int:
        """N."""
        return len(self.series)

    def __len__(self) -> int:
        return -(-self.n_series // self.width)

    def slices(self) -> list[slice]:
        """The series of each block, as slices of columns."""
        return [
            slice(start, min(start + self.width, self.n_series))
            for start in range(0, self.n_series, self.width)
        ]

    def __iter__(self) -> Iterator[Panel]:
        for columns in self.slices():
            yield self.rows(columns, slice(None))

    def rows(self, columns: slice, steps: slice) -> Panel:
        """Read only some series and steps into a Panel; raises InputError as `read_panel` does."""
        chosen = self.target[steps, columns]
        values = np.ascontiguousarray(chosen.to_numpy(), dtype=np.float32)
        names, time = self.series[columns], self.time[steps]
        if np.isinf(values).any():
            row, series = (int(place[0]) for place in np.nonzero(np.isinf(values)))
            raise InputError("y", "the value is infinite", where=f"series {names[series]!r}, {time[row]}")
        observed = ~np.isnan(values)
        missing = self.missing
        if "mask" in self.source:
            mask = self.source["mask"].transpose(*self.target.dims)[steps, columns].to_numpy()
            observed &= mask.astype(bool)
            missing = "mask" if missing == "raise" else missing
        values = values if values.flags.writeable else values.copy()
        values[~observed] = 0.0
        cells = Cells(values, observed, np.ones_like(observed), time, names, self.timezone, self.local)
        values, observed, filled = settle_missing(cells, "y", missing, self.period)
        return Panel(
            values=values,
            observed=observed,
            time=time,
            series=names,
            freq=self.freq,
            period=self.period,
            timezone=self.timezone,
            local=self.local,
            filled=filled,
        )


def open_blocks(
    source: str | Path | xr.Dataset | xr.DataArray,
    *,
    block_bytes: int = 256_000_000,
    freq: str | int | None = None,
    period: int | None = None,
    missing: MissingPolicy = "raise",
) -> PanelBlocks:
    """Open a panel on disk (or a dask-backed xarray object) to be read block by block.

    Args:
        source: a .nc or .zarr path, or an xarray object, of schema 1 or with dimensions time and series.
        block_bytes: memory that reading one block may take; blocks follow the store's chunks of series.
        freq, period, missing: as in `read_panel`.

    Raises:
        InputError: the axis has gaps or no known step, or a single series does not fit `block_bytes`.
    """
    dataset = open_dataset(Path(source)) if isinstance(source, str | Path) else source
    dataset = dataset if isinstance(dataset, xr.Dataset) else dataset.to_dataset(name="y")
    target, time_dim = target_of(dataset)
    options = with_attributes(ReadOptions(freq, period, missing), dataset)
    stamps = dataset.indexes[time_dim].to_numpy()
    if np.any(stamps[1:] <= stamps[:-1]):
        raise InputError(time_dim, "times are not increasing", remedy="Sort the store by time")
    axis = make_axis(stamps, np.diff(stamps).astype(np.int64), options.freq, time_dim)
    if len(axis.time) != len(stamps):
        raise InputError(
            time_dim,
            f"{len(axis.time) - len(stamps)} time steps are missing (irregular gaps)",
            where=str(axis.time[int(np.argmax(np.diff(axis.positions) > 1)) + 1]),
            remedy="Write the store on a regular axis, with NaN in the gaps",
        )
    width = _block_width(target, block_bytes)
    names = tuple(str(name) for name in target[target.dims[1]].to_numpy())
    return PanelBlocks(
        source=dataset,
        target=target,
        time=axis.time,
        series=names,
        freq=axis.freq,
        period=options.period_of(axis.freq),
        missing=missing,
        width=width,
        **clock_of(dataset),
    )


def _block_width(target: xr.DataArray, block_bytes: int) -> int:
    """Series in a block: as many as fit, in whole chunks of the store where that is possible."""
    steps, count = target.shape
    width = block_bytes // (steps * _PEAK_BYTES)
    if width < 1:
        need = steps * _PEAK_BYTES
        raise InputError(
            "block_bytes", f"{block_bytes} bytes do not hold one series", expected=f"{need} bytes or more"
        )
    chunks = target.encoding.get("preferred_chunks") or {}
    chunk = int(chunks.get(target.dims[1], 1))
    if target.chunks is not None:
        chunk = int(target.chunks[1][0])
    return min(count, width if width < chunk else width // chunk * chunk)


Forecast = Callable[[Panel], np.ndarray | tuple[np.ndarray, np.ndarray]]
"""A block to its point forecasts [H, n], or to these and quantiles [H, n, Q]."""


def write_forecasts(
    path: str | Path,
    blocks: PanelBlocks,
    forecast: Forecast,
    horizon: int,
    *,
    levels: tuple[float, ...] = (),
) -> None:
    """Forecast block by block after the end of the panel, each block appended to a new Zarr store.

    The store holds `forecast(cutoff, lead, series)` and, with levels, `quantiles(cutoff, lead, series,
    quantile)`, with `valid_time(cutoff, lead)`. It appears complete or not at all.

    Raises:
        InputError: the store exists, or a forecast is not finite or has another shape.
    """
    require_extra("zarr")
    require_extra("dask")
    path = Path(path)
    if path.exists():
        raise InputError(str(path), "the store exists already", remedy="Choose another name, or remove it")
    partial = path.with_name(f".{path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        template = _template(blocks, horizon, levels)
        template.to_zarr(partial, compute=False, zarr_format=2, encoding=nan_fill(template))
        for columns in blocks.slices():
            answer = forecast(blocks.rows(columns, slice(None)))
            region = _checked(answer, horizon, columns, levels)
            region.to_zarr(partial, region={"series": columns})
        partial.replace(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _template(blocks: PanelBlocks, horizon: int, levels: tuple[float, ...]) -> xr.Dataset:
    import dask.array

    time = blocks.rows(slice(0, 1), slice(0, 1)).future_time(blocks.n_steps - 1, horizon)
    shape, dims = (1, horizon, blocks.n_series), ("cutoff", "lead", "series")
    chunks = (1, horizon, blocks.width)
    variables: dict[str, Any] = {"forecast": (dims, dask.array.zeros(shape, dtype=np.float32, chunks=chunks))}
    coordinates: dict[str, Any] = {
        "cutoff": blocks.time[-1:],
        "lead": np.arange(1, horizon + 1),
        "series": list(blocks.series),
        "valid_time": (("cutoff", "lead"), time.to_numpy()[None]),
    }
    if levels:
        wide = dask.array.zeros((*shape, len(levels)), dtype=np.float32, chunks=(*chunks, len(levels)))
        variables["quantiles"] = ((*dims, "quantile"), wide)
        coordinates["quantile"] = list(levels)
    attributes = {"freq": blocks.freq, "timezone": blocks.timezone or ""}
    return xr.Dataset(variables, coordinates, attributes)


def _checked(
    answer: np.ndarray | tuple[np.ndarray, np.ndarray],
    horizon: int,
    columns: slice,
    levels: tuple[float, ...],
) -> xr.Dataset:
    point, quantiles = answer if isinstance(answer, tuple) else (answer, None)
    count = columns.stop - columns.start
    parts: dict[str, tuple[np.ndarray | None, tuple[int, ...], tuple[str, ...]]]
    parts = {"forecast": (point, (horizon, count), ("cutoff", "lead", "series"))}
    if levels:
        shape = (horizon, count, len(levels))
        parts["quantiles"] = (quantiles, shape, ("cutoff", "lead", "series", "quantile"))
    variables = {}
    for name, (values, shape, dims) in parts.items():
        if values is None or values.shape != shape:
            found = None if values is None else values.shape
            raise InputError(name, f"the forecast has shape {found}", expected=str(shape))
        if not np.isfinite(values).all():
            raise InputError(name, "the forecast is not finite", where=f"series {columns.start} and after")
        variables[name] = (dims, np.asarray(values, np.float32)[None])
    return xr.Dataset(variables)
