"""read_panel: whatever holds time series, read into one Panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from .long_frame import LongColumns, read_long
from .missing import MissingPolicy, check_policy
from .panel import Panel


def read_panel(
    data: Any,
    *,
    id_col: str = "unique_id",
    time_col: str = "ds",
    target_col: str = "y",
    freq: str | int | None = None,
    period: int | None = None,
    missing: MissingPolicy = "raise",
    dedupe: str | None = None,
    past: Sequence[str] = (),
    future: Sequence[str] = (),
    static: Sequence[str] = (),
    timezone: str | None = None,
) -> Panel:
    """Read time series from what people have them in."""
    check_policy(missing)
    columns = LongColumns(id_col, time_col, target_col, tuple(past), tuple(future), tuple(static))
    assert isinstance(data, pd.DataFrame)
    return read_long(
        data, columns, freq=freq, period=period, missing=missing, dedupe=dedupe, timezone=timezone
    )
