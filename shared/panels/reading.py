"""read_panel: whatever holds time series, read into one Panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from .long_reading import LongColumns, read_long
from .panel import Panel
from .read_options import DedupePolicy, MissingPolicy, ReadOptions


def read_panel(
    data: Any,
    *,
    id_col: str = "unique_id",
    time_col: str = "ds",
    target_col: str = "y",
    freq: str | int | None = None,
    period: int | None = None,
    missing: MissingPolicy = "raise",
    dedupe: DedupePolicy | None = None,
    past: Sequence[str] = (),
    future: Sequence[str] = (),
    static: Sequence[str] = (),
    timezone: str | None = None,
) -> Panel:
    """Read time series from what people have them in."""
    options = ReadOptions(freq, period, missing, dedupe, timezone)
    columns = LongColumns(id_col, time_col, target_col, tuple(past), tuple(future), tuple(static))
    assert isinstance(data, pd.DataFrame)
    return read_long(data, columns, options)
