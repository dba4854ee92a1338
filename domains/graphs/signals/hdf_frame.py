"""Data frames in HDF5 as pandas' fixed format writes them, read without pytables.

METR-LA, PEMS-BAY and LargeST come so: a group with `axis0` (columns), `axis1` (times in nanoseconds or
another unit since 1970) and blocks of columns, `block{i}_items` and `block{i}_values`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ....shared.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 4096
"""Rows that are read at a time: a year of LargeST is larger than most memories."""


def read_hdf_frame(
    path: str | Path, key: str | None = None, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """The frame in a file of pandas' fixed format, times in its index.

    Args:
        path: the file.
        key: its group ("df", "speed", "t"); the only one there when None.
        columns: which to read, in this order; all when None.

    Raises:
        InputError: no such file, group or column, another format, several groups and no key, or no h5py.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(str(path), "there is no such file", remedy="Check the path")
    try:
        import h5py
    except ImportError as error:
        raise InputError(
            str(path), "needs h5py, which is not installed", remedy="Run `pip install fourfold[io]`"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            return _frame(_group(file, key, path), path, columns)
    except OSError as error:
        raise InputError(str(path), f"is no readable HDF5 file ({error})") from error


def _group(file: Any, key: str | None, path: Path) -> Any:
    frames = [name for name, item in file.items() if hasattr(item, "keys") and "axis1" in item]
    if key is None and len(frames) == 1:
        return file[frames[0]]
    if key is None or key not in frames:
        problem = f"has no frame {key!r}" if key is not None else f"holds {len(frames)} frames"
        raise InputError(
            str(path),
            problem,
            expected=f"a data frame in pandas' fixed format (found: {', '.join(frames) or 'none'})",
            remedy="Name one with key=" if frames else "Write the table as Parquet or NetCDF",
        )
    return file[key]


def _frame(group: Any, path: Path, wanted: Sequence[str] | None) -> pd.DataFrame:
    import pandas as pd

    there = [_text(name) for name in group["axis0"][:]]
    columns = there if wanted is None else list(wanted)
    absent = [name for name in columns if name not in set(there)]
    if absent:
        raise InputError(str(path), f"has no column {', '.join(absent[:5])}")
    steps = group["axis1"].shape[0]
    place = {name: number for number, name in enumerate(columns)}
    table = np.full((steps, len(columns)), np.nan, np.float32)
    for number in range(int(group.attrs.get("nblocks", 1))):
        dataset = group[f"block{number}_values"]
        if dataset.dtype.kind not in "biuf":
            raise InputError(str(path), "a column does not hold numbers", expected="numbers in every column")
        names = [_text(name) for name in group[f"block{number}_items"][:]]
        if dataset.shape != (steps, len(names)):
            raise InputError(
                str(path), f"a block has shape {dataset.shape}", expected=f"{steps}, {len(names)}"
            )
        kept = [position for position, name in enumerate(names) if name in place]
        into = [place[names[position]] for position in kept]
        for start in range(0, steps, _ROWS):
            table[start : start + _ROWS, into] = dataset[start : start + _ROWS][:, kept]
    return pd.DataFrame(table, index=_index(group["axis1"]), columns=pd.Index(columns))


def _index(axis: Any) -> pd.Index:
    import pandas as pd

    kind = _text(axis.attrs.get("kind", b"integer"))
    stamps = axis[:]
    unit = re.fullmatch(r"datetime64(?:\[(s|ms|us|ns)\])?", kind)
    if unit:
        index = pd.DatetimeIndex(stamps.astype(np.int64).view(f"M8[{unit[1] or 'ns'}]"), name="ds")
        zone = axis.attrs.get("tz")
        return index if zone is None else index.tz_localize("UTC").tz_convert(_text(zone))
    return pd.Index(stamps, name="ds")


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
