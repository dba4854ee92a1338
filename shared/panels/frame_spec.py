"""FrameSpec: how a long frame looked, so that results go back in the same clothes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from .time_stamps import TimeFormat


@dataclass(frozen=True)
class FrameSpec:
    """Names, types and order of a long frame."""

    id_col: str | None
    """None when the frame held a single series without a name."""
    time_col: str
    target_col: str
    ids: pd.Index | tuple[str, ...]
    """The series' ids as they were (int, str, categorical ...), in the panel's order; a tuple: texts."""
    time_format: TimeFormat
    columns: tuple[str, ...]
    """Columns in the frame's order: id, time, target and used covariates."""
    dtypes: dict[str, Any]
    """Type of each value column."""
    row_time: np.ndarray
    """datetime64 or int64 [R] on the panel's axis, in the frame's row order."""
    row_series: np.ndarray
    """int64 [R], series of each row."""
    exact: dict[str, np.ndarray] = field(default_factory=dict)
    """Original value columns that float32 cannot hold exactly, [R]."""
    index: pd.Index | None = None
    """The frame's row labels; None for 0..R-1."""
    index_names: tuple[str, ...] = ()
    """Columns that were the frame's index."""

    def select(self, chosen: np.ndarray) -> FrameSpec:
        """The spec of a panel with only the series `chosen` (int64), in that order."""
        place = np.full(len(self.ids), -1)
        place[chosen] = np.arange(len(chosen))
        keep = place[self.row_series] >= 0
        return replace(
            self,
            ids=pd.Index(self.ids)[chosen],
            row_time=self.row_time[keep],
            row_series=place[self.row_series[keep]],
            exact={name: rows[keep] for name, rows in self.exact.items()},
            index=self.index[keep] if self.index is not None else None,
        )

    def id_column(self, series: np.ndarray) -> Any:
        """Ids of the series at `series` (int64 [R]) in the input's type."""
        return pd.Index(self.ids).take(series)
