"""Panel: many series on one regular time axis, as contiguous arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .time_axis import steps_after

if TYPE_CHECKING:
    import pandas as pd

    from .frame_spec import FrameSpec


@dataclass(frozen=True)
class Panel:
    """Many series on one regular time axis.

    T steps, N series. Series of different length share the axis: `observed` is False before
    a series starts, after it ends and at every gap; `values` is 0 there, never NaN.
    """

    values: np.ndarray
    """float32 [T, N], C-contiguous."""
    observed: np.ndarray
    """bool [T, N]."""
    time: pd.Index
    """DatetimeIndex without zone (see `local`), or an integer index; increasing and regular. Length T."""
    series: tuple[str, ...]
    """Names of the N series, in the order of the input."""
    freq: str | int
    """Step of the axis: an alias of `frequency.py` ("h", "15min", "MS") or an integer step."""
    period: int
    """Steps in the main season (24 for "h")."""
    timezone: str | None = None
    """Time zone of the input, restored on output; None for naive input."""
    past: dict[str, np.ndarray] = field(default_factory=dict)
    """float32 [T, N] covariates known up to the cutoff, by name."""
    future: dict[str, np.ndarray] = field(default_factory=dict)
    """float32 [T + F, N] covariates known ahead, by name; rows beyond T reach into the future."""
    static: dict[str, np.ndarray] = field(default_factory=dict)
    """float32 [N] facts per series, by name."""
    local: bool = False
    """True when `time` is wall-clock time of `timezone` (steps of a day and more), else it is UTC."""
    filled: np.ndarray | None = None
    """bool [T, N], observed cells whose value is not of the input: a policy for missing values put it in.
    Forecasts may start from them, nothing is scored on them. None: there are none."""
    frame: FrameSpec | None = field(default=None, compare=False, repr=False)
    """How the long frame looked that this panel was read from; `to_long` restores it."""

    @property
    def n_steps(self) -> int:
        """T, the length of the axis."""
        return self.values.shape[0]

    @property
    def n_series(self) -> int:
        """N."""
        return self.values.shape[1]

    @property
    def n_future(self) -> int:
        """F, rows of the future covariates beyond the last step of the axis."""
        return min((rows.shape[0] for rows in self.future.values()), default=self.n_steps) - self.n_steps

    @cached_property
    def known(self) -> np.ndarray:
        """bool [T, N], cells with a value of the input."""
        return self.observed if self.filled is None else self.observed & ~self.filled

    def first_rows(self) -> np.ndarray:
        """int64 [N]: row of each series' first observation; T for a series without any."""
        return np.where(self.observed.any(0), self.observed.argmax(0), self.n_steps)

    def last_rows(self) -> np.ndarray:
        """int64 [N]: row of each series' last observation; -1 for a series without any."""
        last = self.n_steps - 1 - self.observed[::-1].argmax(0)
        return np.where(self.observed.any(0), last, -1)

    def select_rows(self, rows: slice) -> Panel:
        """The steps in `rows` (a slice with step 1); future covariates keep reaching ahead of it."""
        start, stop, step = rows.indices(self.n_steps)
        if step != 1 or stop <= start:
            raise ValueError(f"a panel needs a non-empty slice of step 1, not {rows}")
        return replace(
            self,
            values=np.ascontiguousarray(self.values[start:stop]),
            observed=np.ascontiguousarray(self.observed[start:stop]),
            filled=None if self.filled is None else self.filled[start:stop],
            time=self.time[start:stop],
            past={name: rows[start:stop] for name, rows in self.past.items()},
            future={name: rows[start:] for name, rows in self.future.items()},
        )

    def select_series(self, columns: Sequence[int] | np.ndarray | slice) -> Panel:
        """The series at `columns` (indices or a slice), in that order."""
        chosen = np.arange(self.n_series)[columns]
        return replace(
            self,
            values=np.ascontiguousarray(self.values[:, chosen]),
            observed=np.ascontiguousarray(self.observed[:, chosen]),
            filled=None if self.filled is None else self.filled[:, chosen],
            series=tuple(self.series[column] for column in chosen),
            past={name: np.ascontiguousarray(rows[:, chosen]) for name, rows in self.past.items()},
            future={name: np.ascontiguousarray(rows[:, chosen]) for name, rows in self.future.items()},
            static={name: rows[chosen] for name, rows in self.static.items()},
            frame=self.frame.select(chosen) if self.frame is not None else None,
        )

    def extend_time(self, steps: int) -> Panel:
        """The panel with `steps` unobserved rows after its end (0 in values and past covariates)."""

        def padded(rows: np.ndarray) -> np.ndarray:
            return np.concatenate([rows, np.zeros((steps, self.n_series), dtype=rows.dtype)])

        return replace(
            self,
            values=padded(self.values),
            observed=padded(self.observed),
            filled=None if self.filled is None else padded(self.filled),
            time=steps_after(self.time, self.freq, 0, self.n_steps + steps),
            past={name: padded(rows) for name, rows in self.past.items()},
        )

    def future_time(self, cutoff: int, horizon: int) -> pd.Index:
        """The `horizon` steps after row `cutoff`, on the panel's axis; may reach beyond its end."""
        return steps_after(self.time, self.freq, cutoff + 1, horizon)
