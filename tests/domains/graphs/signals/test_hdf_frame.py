"""Frames in pandas' fixed HDF5 format are read without pytables."""

import sys

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.signals import read_signals
from fourfold.domains.graphs.signals.hdf_frame import read_hdf_frame
from fourfold.shared.errors import InputError
from published_files import write_hdf_frame

h5py = pytest.importorskip("h5py", reason="needs the io extra")


def speeds(columns=("773869", "767541", "717447"), **keys):
    index = pd.date_range("2012-03-01", periods=30, freq="5min", **keys)
    values = np.random.default_rng(0).uniform(1, 70, (30, len(columns))).astype(np.float32)
    return pd.DataFrame(values, index=index, columns=list(columns))


@pytest.mark.parametrize("kind", ["datetime64", "datetime64[ns]", "datetime64[us]"])
def test_comes_back(tmp_path, kind):
    frame = speeds()
    write_hdf_frame(tmp_path / "metr-la.h5", frame, kind=kind)
    found = read_hdf_frame(tmp_path / "metr-la.h5")
    assert list(found.columns) == list(frame.columns)
    assert (found.index == frame.index).all()
    np.testing.assert_array_equal(found.to_numpy(), frame.to_numpy())


def test_blocks_of_several_types_and_whole_number_ids(tmp_path):
    frame = speeds((400001, 400017, 400030)).astype({400017: np.float64, 400030: np.int64})
    write_hdf_frame(tmp_path / "pems-bay.h5", frame, key="speed")
    found = read_hdf_frame(tmp_path / "pems-bay.h5")
    assert list(found.columns) == ["400001", "400017", "400030"]
    np.testing.assert_allclose(found.to_numpy(), frame.to_numpy(), rtol=1e-6)
    some = read_hdf_frame(tmp_path / "pems-bay.h5", columns=["400030", "400001"])
    np.testing.assert_allclose(some.to_numpy(), frame[[400030, 400001]].to_numpy(), rtol=1e-6)
    with pytest.raises(InputError, match="has no column 7"):
        read_hdf_frame(tmp_path / "pems-bay.h5", columns=["7"])


def test_time_zone(tmp_path):
    frame = speeds(tz="America/Los_Angeles")
    write_hdf_frame(tmp_path / "a.h5", frame)
    assert (read_hdf_frame(tmp_path / "a.h5").index == frame.index).all()


def test_zeros_are_missing_only_when_asked(tmp_path):
    frame = speeds()
    frame.iloc[[3, 4], 1] = 0
    write_hdf_frame(tmp_path / "a.h5", frame)
    assert read_signals(tmp_path / "a.h5").observed_TNC.all()
    signals = read_signals(tmp_path / "a.h5", zero_is_missing=True)
    assert np.argwhere(~signals.observed_TNC).tolist() == [[3, 1, 0], [4, 1, 0]]
    assert (signals.panel.freq, signals.panel.period) == ("5min", 288)


def test_several_frames_need_a_key(tmp_path):
    write_hdf_frame(tmp_path / "a.h5", speeds(), "one")
    write_hdf_frame(tmp_path / "a.h5", speeds() + 1, "two")
    with pytest.raises(InputError, match=r"holds 2 frames.*found: one, two.*Name one with key="):
        read_hdf_frame(tmp_path / "a.h5")
    assert (read_hdf_frame(tmp_path / "a.h5", "two") == speeds() + 1).all(axis=None)
    with pytest.raises(InputError, match="has no frame 'three'"):
        read_signals(tmp_path / "a.h5", key="three")


def test_what_is_no_frame(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no such file"):
        read_hdf_frame(tmp_path / "a.h5")
    (tmp_path / "a.h5").write_bytes(b"nothing")
    with pytest.raises(InputError, match="no readable HDF5"):
        read_hdf_frame(tmp_path / "a.h5")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["data"] = np.zeros(3)
    with pytest.raises(InputError, match="found: none"):
        read_hdf_frame(tmp_path / "b.h5")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InputError, match=r"needs h5py.*pip install fourfold\[io\]"):
        read_hdf_frame(tmp_path / "a.h5")
