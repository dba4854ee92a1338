"""Panels on disk, read block by block: the same numbers, in bounded memory."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fourfold.shared.errors import InputError
from fourfold.shared.panels.lazy_panel import open_blocks, write_forecasts
from fourfold.shared.panels.reading import read_panel
from fourfold.shared.panels.xarray_panel import to_xarray, write_panel

STEPS, SERIES = 60, 7
BYTES = 16 * STEPS


@pytest.fixture
def table() -> pd.DataFrame:
    values = np.random.default_rng(0).normal(size=(STEPS, SERIES))
    values[0, 0] = 0.0
    time = pd.date_range("2024-01-01", periods=STEPS, freq="h")
    return pd.DataFrame(values, index=time, columns=[f"s{number}" for number in range(SERIES)])


@pytest.fixture(params=["nc", "zarr", "memory"])
def source(request: pytest.FixtureRequest, tmp_path: Path, table: pd.DataFrame) -> Path | xr.Dataset:
    panel = read_panel(table)
    if request.param == "memory":
        return to_xarray(panel)
    if request.param == "zarr":
        pytest.importorskip("zarr")
    write_panel(panel, tmp_path / f"panel.{request.param}")
    return tmp_path / f"panel.{request.param}"


def test_blocks_together_are_the_panel(source: Path | xr.Dataset, table: pd.DataFrame) -> None:
    whole, blocks = read_panel(table), open_blocks(source, block_bytes=3 * BYTES)
    assert (blocks.freq, blocks.period, blocks.series) == ("h", 24, whole.series)
    parts = list(blocks)
    assert len(parts) == len(blocks) >= 1 and all(part.values.flags.c_contiguous for part in parts)
    np.testing.assert_array_equal(np.concatenate([part.values for part in parts], axis=1), whole.values)
    corner = blocks.rows(slice(2, 4), slice(10, 20))
    np.testing.assert_array_equal(corner.values, whole.values[10:20, 2:4])
    assert corner.series == ("s2", "s3") and list(corner.time) == list(whole.time[10:20])


def test_dask_backed_data_is_read_lazily(table: pd.DataFrame) -> None:
    pytest.importorskip("dask")
    blocks = open_blocks(to_xarray(read_panel(table)).chunk(series=2), block_bytes=5 * BYTES)
    assert blocks.width == 4  # whole chunks of two
    np.testing.assert_array_equal(next(iter(blocks)).values, table.to_numpy(np.float32)[:, :4])


def test_missing_values_follow_the_policy(table: pd.DataFrame) -> None:
    table.iloc[5, 2] = np.nan
    data = xr.DataArray(
        table.to_numpy(copy=True), dims=("time", "series"), coords={"time": table.index}
    ).to_dataset(name="y")
    with pytest.raises(InputError, match="y2"):
        list(open_blocks(data, freq="h"))
    assert not next(iter(open_blocks(data, missing="mask"))).observed[5, 2]
    data["y"][5, 2] = np.inf
    with pytest.raises(InputError, match="infinite"):
        list(open_blocks(data, missing="mask"))


def test_sources_that_cannot_be_used_are_refused(table: pd.DataFrame) -> None:
    data = to_xarray(read_panel(table))
    with pytest.raises(InputError, match="gaps"):
        open_blocks(data.isel(time=[0, 1, 3, 4, 5]))
    with pytest.raises(InputError, match="not increasing"):
        open_blocks(data.isel(time=[1, 0]))
    with pytest.raises(InputError, match="block_bytes"):
        open_blocks(data, block_bytes=100)


def test_forecasts_are_appended_block_by_block(tmp_path: Path, table: pd.DataFrame) -> None:
    pytest.importorskip("zarr")
    pytest.importorskip("dask")
    blocks = open_blocks(to_xarray(read_panel(table)), block_bytes=3 * BYTES)

    def last_value(panel) -> tuple[np.ndarray, np.ndarray]:
        point = np.repeat(panel.values[-1:] * 0 + panel.values[:1], 4, axis=0)
        return point, np.stack([point - 1, point + 1], axis=-1)

    write_forecasts(tmp_path / "out.zarr", blocks, last_value, 4, levels=(0.1, 0.9))
    with xr.open_zarr(tmp_path / "out.zarr") as stored:
        stored = stored.load()
    assert stored["forecast"].dims == ("cutoff", "lead", "series") and stored["forecast"].dtype == np.float32
    np.testing.assert_array_equal(stored["forecast"][0, 2], table.to_numpy(np.float32)[0])  # zero stays zero
    np.testing.assert_allclose(stored["quantiles"].sel(quantile=0.9) - stored["forecast"], 1, rtol=1e-6)
    assert stored["valid_time"].to_numpy()[0, -1] == table.index[-1] + pd.Timedelta("4h")
    with pytest.raises(InputError, match="exists already"):
        write_forecasts(tmp_path / "out.zarr", blocks, last_value, 4)


@pytest.mark.parametrize("answer", [np.full((4, 3), np.nan, np.float32), np.zeros((2, 3), np.float32)])
def test_nothing_half_written_remains_after_a_bad_forecast(tmp_path: Path, table, answer: np.ndarray) -> None:
    pytest.importorskip("zarr")
    pytest.importorskip("dask")
    blocks = open_blocks(to_xarray(read_panel(table)), block_bytes=3 * BYTES)
    with pytest.raises(InputError):
        write_forecasts(tmp_path / "out.zarr", blocks, lambda panel: answer, 4)
    assert not list(tmp_path.iterdir())


CHILD = """
import json, resource, sys
import numpy as np
from fourfold.shared.panels.lazy_panel import open_blocks
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
blocks = open_blocks(sys.argv[1], block_bytes=16_000_000)
blocks.rows(slice(0, 4), slice(None))
before = peak()
total = sum(float(panel.values.sum(dtype=np.float64)) for panel in blocks)
print(json.dumps({"growth": peak() - before, "blocks": len(blocks), "total": total}))
"""


@pytest.mark.slow
def test_memory_stays_far_below_the_size_of_the_panel(tmp_path: Path) -> None:
    pytest.importorskip("zarr")
    steps, series = 2_000, 16_000  # 128 MB
    values = np.random.default_rng(0).standard_normal((steps, series), dtype=np.float32)
    coordinates = {"time": pd.date_range("2024-01-01", periods=steps, freq="h"), "series": np.arange(series)}
    data = xr.Dataset({"y": (("time", "series"), values)}, coordinates, {"freq": "h"})
    data.to_zarr(
        tmp_path / "panel.zarr", zarr_format=2, encoding={"y": {"chunks": (steps, 250), "compressors": None}}
    )
    command = [sys.executable, "-c", CHILD, str(tmp_path / "panel.zarr")]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert answer["blocks"] == 32
    assert answer["growth"] < 64  # MB; the panel has 128
    assert answer["total"] == pytest.approx(float(values.sum(dtype=np.float64)), rel=1e-9)
