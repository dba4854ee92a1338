"""Files as the field publishes them, written here because the real ones cannot be passed on."""

from pathlib import Path

import numpy as np
import pandas as pd


def write_hdf_frame(path: Path, frame: pd.DataFrame, key: str = "df", kind: str = "datetime64") -> None:
    """A frame in pandas' fixed format, laid out as pytables lays it out: one block for each dtype."""
    import h5py

    stamps = pd.DatetimeIndex(frame.index)
    unit = kind.removeprefix("datetime64").strip("[]") or "ns"
    ids = frame.columns.to_numpy()
    ids = ids.astype("i8") if ids.dtype.kind in "iu" else np.array([str(name).encode() for name in ids])
    with h5py.File(path, "a") as file:
        group = file.create_group(key)
        group.attrs["pandas_type"] = np.bytes_("frame")
        group["axis0"], group["axis1"] = ids, stamps.tz_localize(None).as_unit(unit).asi8
        group["axis1"].attrs["kind"] = np.bytes_(kind)
        if stamps.tz is not None:
            group["axis1"][:] = stamps.as_unit(unit).asi8
            group["axis1"].attrs["tz"] = np.bytes_(str(stamps.tz))
        blocks = sorted({str(dtype) for dtype in frame.dtypes})
        group.attrs["nblocks"] = len(blocks)
        for number, dtype in enumerate(blocks):
            chosen = np.flatnonzero(frame.dtypes.astype(str) == dtype)
            group[f"block{number}_items"] = ids[chosen]
            group[f"block{number}_values"] = frame.iloc[:, chosen].to_numpy()
