"""One door for signals: the same measurements in any form give the same arrays."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fourfold.domains.graphs.sensor_graph import settle_graph
from fourfold.domains.graphs.signals import forecast_channels, match_nodes, read_signals, to_xarray
from fourfold.shared.errors import InputError, InputWarning

NODES = ("a", "b", "c")
TIME = pd.date_range("2024-01-01", periods=60, freq="h", name="ds")
CUBE = np.random.default_rng(0).uniform(1, 9, (60, 3, 2)).astype(np.float32)
GRAPH = settle_graph(NODES, [[0, 1], [1, 2]])


def wide():
    return pd.DataFrame(CUBE[:, :, 0], index=TIME, columns=list(NODES))


def long():
    frames = [
        pd.DataFrame({"unique_id": node, "ds": TIME, "y": CUBE[:, n, 0], "temp": CUBE[:, n, 1]})
        for n, node in enumerate(NODES)
    ]
    return pd.concat(frames, ignore_index=True)


def cube():
    coords = {"time": TIME.to_numpy(), "node": list(NODES), "channel": ["y", "temp"]}
    return xr.DataArray(CUBE, dims=("time", "node", "channel"), coords=coords)


def check_single(signals, *, nodes=NODES, calendar=True):
    assert signals.nodes == nodes
    assert signals.n_channels == 1
    np.testing.assert_array_equal(signals.values_TNC, CUBE[:, :, :1])
    assert signals.observed_TNC.all()
    assert signals.panel.period == 24
    assert (signals.panel.freq == "h") == calendar


def test_one_channel_in_any_form(tmp_path):
    check_single(read_signals(wide()))
    check_single(read_signals(long()[["unique_id", "ds", "y"]]))
    check_single(read_signals(cube().isel(channel=0, drop=True)))
    check_single(read_signals(cube().isel(channel=[0])))
    check_single(read_signals(CUBE[:, :, 0], GRAPH, period=24), calendar=False)
    check_single(read_signals(CUBE[:, :, :1], period=24), nodes=("0", "1", "2"), calendar=False)
    check_single(read_signals(CUBE[:, :, 0], GRAPH, start="2024-01-01", freq="h"))
    wide().to_csv(tmp_path / "wide.csv")
    check_single(read_signals(tmp_path / "wide.csv", GRAPH))
    wide().to_parquet(tmp_path / "wide.parquet")
    check_single(read_signals(tmp_path / "wide.parquet"))
    np.save(tmp_path / "array.npy", CUBE[:, :, 0])
    check_single(read_signals(tmp_path / "array.npy", GRAPH, period=24), calendar=False)
    check_single(read_signals(read_signals(wide())))
    check_single(read_signals(read_signals(wide()).panel))


def check_both(signals):
    assert (signals.nodes, signals.channels) == (NODES, ("y", "temp"))
    np.testing.assert_array_equal(signals.values_TNC, CUBE)
    assert signals.panel.series[:3] == ("a:y", "a:temp", "b:y")


def test_two_channels_in_any_form(tmp_path):
    check_both(read_signals(cube()))
    check_both(read_signals(cube().transpose("channel", "node", "time")))
    check_both(read_signals(cube().rename("y").to_dataset()))
    check_both(read_signals(long(), channels=["y", "temp"]))
    check_both(read_signals(CUBE, GRAPH, channel_names=["y", "temp"], period=24))
    np.savez(tmp_path / "PEMS.npz", data=CUBE, other=np.zeros(3))
    check_both(read_signals(tmp_path / "PEMS.npz", GRAPH, channel_names=["y", "temp"], period=24))
    cube().rename("y").to_dataset().to_netcdf(tmp_path / "cube.nc", engine="scipy")
    check_both(read_signals(tmp_path / "cube.nc"))


def test_variables_of_a_dataset_are_channels():
    dataset = cube().to_dataset("channel").rename(y="flow")
    signals = read_signals(dataset[["flow", "temp"]])
    assert signals.channels == ("flow", "temp")
    np.testing.assert_array_equal(signals.values_TNC, CUBE)


def test_nodes_follow_the_graph():
    turned = GRAPH.select(["c", "a", "b"])
    signals = read_signals(cube(), turned, channels=["y"])
    assert signals.nodes == turned.nodes
    np.testing.assert_array_equal(signals.values_TNC, CUBE[:, [2, 0, 1], :1])
    np.testing.assert_array_equal(signals.panel.past["temp"], CUBE[:, [2, 0, 1], 1])
    again = match_nodes(signals, GRAPH)
    np.testing.assert_array_equal(again.values_TNC, CUBE[:, :, :1])


def test_channels_that_are_not_forecast_become_past_covariates():
    for signals in (
        read_signals(cube(), channels=["y"]),
        read_signals(CUBE, GRAPH, channels=[0], channel_names=["y", "temp"], period=24),
        read_signals(long(), past=["temp"]),
    ):
        check_past(signals)
    signals = read_signals(cube(), channels=["y"], future=["temp"])
    assert (list(signals.panel.past), list(signals.panel.future)) == ([], ["temp"])


def check_past(signals):
    assert signals.channels == ("y",)
    assert list(signals.panel.past) == ["temp"]
    np.testing.assert_array_equal(signals.panel.past["temp"], CUBE[:, :, 1])


def test_gaps_of_a_covariate_keep_the_last_value():
    holed = cube().copy()
    holed[5:8, 1, 1] = np.nan
    holed[:2, 2, 1] = np.nan
    signals = read_signals(holed, channels=["y"], missing="mask")
    past = signals.panel.past["temp"]
    assert (past[5:8, 1] == CUBE[4, 1, 1]).all()
    assert (past[:2, 2] == CUBE[2, 2, 1]).all()
    assert signals.observed_TNC.all()


def test_covariates_of_one_s_own():
    heat, holiday = np.arange(60.0), np.ones((72, 3))
    signals = read_signals(
        cube(), past={"heat": heat}, future={"holiday": holiday}, static={"lanes": [1, 2, 3]}
    )
    panel = signals.panel
    np.testing.assert_array_equal(panel.past["heat"], np.repeat(heat[:, None], 6, 1))
    assert (panel.future["holiday"].shape, panel.n_future) == ((72, 6), 12)
    assert panel.static["lanes"].tolist() == [1, 1, 2, 2, 3, 3]
    part = signals.select_nodes(["c"]).select_rows(slice(10, 20))
    assert part.panel.static["lanes"].tolist() == [3, 3]
    np.testing.assert_array_equal(part.values_TNC, CUBE[10:20, 2:])
    with pytest.raises(InputError, match="its shape is \\(59,\\); expected 60 steps"):
        read_signals(cube(), past={"heat": heat[:59]})
    with pytest.raises(InputError, match="its shape is \\(60, 2\\)"):
        read_signals(cube(), future={"holiday": holiday[:60, :2]})
    with pytest.raises(InputError, match="expected \\(3,\\), one for each node"):
        read_signals(cube(), static={"lanes": [1, 2]})
    with pytest.raises(InputError, match="heat at 4: 1 covariate values are NaN"):
        read_signals(cube(), past={"heat": np.where(heat == 4, np.nan, heat)})
    with pytest.raises(InputError, match="two covariates have this name"):
        read_signals(cube(), past={"x": heat}, static={"x": [1, 2, 3]})


def test_zeros_and_gaps_by_policy():
    values = CUBE[:, :, 0].copy()
    values[10:12, 1] = 0
    frame = pd.DataFrame(values, index=TIME, columns=list(NODES))
    assert read_signals(frame).observed_TNC.all()
    masked = read_signals(frame, zero_is_missing=True)
    assert (~masked.observed_TNC).sum() == 2
    filled = read_signals(frame, zero_is_missing=True, missing="interpolate")
    assert filled.observed_TNC.all()
    third = (values[12, 1] - values[9, 1]) / 3
    np.testing.assert_allclose(
        filled.values_TNC[10:12, 1, 0], values[9, 1] + third * np.array([1, 2]), rtol=1e-5
    )
    with pytest.raises(InputError, match="series 'a'"):
        read_signals(frame * 0, zero_is_missing=True)


def test_a_day_and_more_of_zeros_is_noted_unless_it_was_said_what_they_are():
    rng = np.random.default_rng(0)
    time = pd.date_range("2024-01-01", periods=200, freq="h", name="ds")
    frame = pd.DataFrame(rng.uniform(1, 9, (200, 3)), index=time, columns=list(NODES))
    frame.iloc[50:90, 1] = 0
    with pytest.warns(InputWarning, match=r"1 of 3 series is 0 for up to 40 steps on end \(b\)"):
        read_signals(frame)
    # None of these warns, and a warning would be an error: asked for, a day at most, nightly, always.
    read_signals(frame, zero_is_missing=True)
    read_signals(frame.assign(b=np.where(np.arange(200) < 24, 0, frame["a"])))
    read_signals(frame.assign(b=np.where(np.arange(200) % 24 < 8, 0, frame["a"])))
    read_signals(frame.assign(b=0.0))


def test_forecast_channels():
    signals = read_signals(cube(), past={"heat": np.arange(60.0)})
    one = forecast_channels(signals, ["temp"])
    np.testing.assert_array_equal(one.values_TNC, CUBE[:, :, 1:])
    assert (one.panel.series, list(one.panel.past)) == (NODES, ["heat"])
    kept = forecast_channels(signals, [1], others_as_past=True)
    np.testing.assert_array_equal(kept.panel.past["y"], CUBE[:, :, 0])
    both = forecast_channels(signals, ["temp", "y"])
    np.testing.assert_array_equal(both.values_TNC, CUBE[:, :, ::-1])


def test_xarray_and_back(tmp_path):
    holed = cube().copy()
    holed[5:8, 1, 0] = np.nan
    signals = read_signals(
        holed,
        missing="mask",
        past={"heat": np.arange(60.0)},
        future={"holiday": np.arange(180.0).reshape(60, 3)},
        static={"lanes": [1, 2, 3]},
    )
    dataset = to_xarray(signals)
    assert dict(dataset["y"].sizes) == {"time": 60, "node": 3, "channel": 2}
    assert np.isnan(dataset["y"].to_numpy()).sum() == 3
    dataset.to_netcdf(tmp_path / "signals.nc", engine="h5netcdf")
    for data in (dataset, tmp_path / "signals.nc"):
        back = read_signals(data, GRAPH)
        assert (back.nodes, back.channels) == (signals.nodes, signals.channels)
        for name in ("values", "observed"):
            np.testing.assert_array_equal(getattr(back.panel, name), getattr(signals.panel, name))
        for name in ("past", "future", "static"):
            ours, theirs = getattr(signals.panel, name), getattr(back.panel, name)
            assert list(ours) == list(theirs)
            for key in ours:
                np.testing.assert_array_equal(ours[key], theirs[key])
        assert back.panel.time.equals(signals.panel.time)


def test_channels_that_are_not_there(tmp_path):
    with pytest.raises(InputError, match="'flow' is not there; expected some of y, temp"):
        read_signals(cube(), channels=["flow"])
    with pytest.raises(InputError, match="none is left to forecast"):
        read_signals(cube(), channels=["y"], past=["y"])
    with pytest.raises(InputError, match="there are 3; expected 2"):
        read_signals(CUBE, channel_names=["a", "b", "c"], period=1)
    with pytest.raises(InputError, match="2 names, but the table has 1 channel"):
        read_signals(wide(), channel_names=["a", "b"])
    with pytest.raises(InputError, match="no node is named z"):
        read_signals(cube()).select_nodes(["z"])
    with pytest.raises(InputError, match="expected time, node and channel"):
        read_signals(xr.DataArray(CUBE, dims=("x", "p", "q")))


def test_files_and_arrays_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_signals(tmp_path / "none.npz")
    np.savez(tmp_path / "two.npz", one=CUBE, two=CUBE)
    with pytest.raises(InputError, match=r"holds no array 'data'; expected one of one, two"):
        read_signals(tmp_path / "two.npz", period=1)
    assert read_signals(tmp_path / "two.npz", key="two", period=1).n_channels == 2
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="no readable array file"):
        read_signals(tmp_path / "objects.npy")
    with pytest.raises(InputError, match="expected the number of steps in the main season"):
        read_signals(CUBE)
    with pytest.raises(InputError, match="the step is not known"):
        read_signals(CUBE, start="2024-01-01")
    with pytest.raises(InputError, match="is no date"):
        read_signals(CUBE, start="spring", freq="h")
    with pytest.raises(InputError, match="of type"):
        read_signals(np.full((3, 2, 1), "x"))
    with pytest.raises(InputError, match=r"shape \(2, 3, 4, 5\)"):
        read_signals(np.zeros((2, 3, 4, 5)), period=1)
