"""Missing values in the target: told by name, or filled by the policy the person chose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import InputError
from .gaps import fill_linear, fill_seasonal
from .read_options import MissingPolicy
from .time_axis import show
from .time_stamps import to_zone

_REMEDY = 'Pass missing="mask", "interpolate" or "seasonal" (in the shell: --missing mask)'


@dataclass(frozen=True)
class Cells:
    """A panel in the making: T steps, N series."""

    values: np.ndarray
    """float32 [T, N], 0 where not observed."""
    observed: np.ndarray
    """bool [T, N]."""
    written: np.ndarray
    """bool [T, N], cells that had a place in the input, with a value or without."""
    time: pd.Index
    names: tuple[str, ...]
    timezone: str | None = None
    local: bool = False

    def label(self, row: int, series: int) -> str:
        """Where a cell is, in the person's words."""
        stamp = label_time(self.time.to_numpy()[row], self.timezone, local=self.local)
        return f"series {self.names[series]!r}, {stamp}"


def label_time(stamp: object, timezone: str | None, *, local: bool = False) -> str:
    """A stamp of the axis as the person wrote it: in their zone."""
    if timezone is None or not isinstance(stamp, np.datetime64):
        return show(stamp)
    return str(to_zone(pd.DatetimeIndex([stamp]), timezone, local=local)[0])


def settle_missing(
    cells: Cells, field: str, missing: MissingPolicy, period: int, *, silent: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Values, mask and filled cells [T, N] after the policy: `Panel.values`, `observed` and `filled`.

    Filled steps count as observed, as the person asked.

    "mask" leaves zeros that the mask marks; "interpolate" draws lines between neighbours; "seasonal"
    adds the mean seasonal pattern. Only steps between a series' first and last observation are filled.

    Raises:
        InputError: something is missing and the policy is "raise", or a series has no value at all (or no
            series has one, where single ones may be `silent`).
    """
    if missing == "raise":
        _require_values(cells, field)
        _require_steps(cells, field)
    empty = np.flatnonzero(~cells.observed.any(0))
    if empty.size and not (silent and empty.size < len(cells.names)):
        raise InputError(
            field,
            f"{empty.size} series hold no value at all",
            where=f"series {cells.names[empty[0]]!r}",
            expected="values, at least some",
            remedy="Leave them out" if empty.size < len(cells.names) else "Give some values",
        )
    if missing in ("raise", "mask") or cells.observed.all():
        return cells.values, cells.observed, None
    observed = interior(cells.observed)
    filled = observed & ~cells.observed
    if missing == "interpolate":
        return fill_linear(cells.values, cells.observed), observed, filled
    return fill_seasonal(cells.values, cells.observed, period), observed, filled


def _require_values(cells: Cells, field: str) -> None:
    blank = cells.written & ~cells.observed
    if not blank.any():
        return
    series = int(np.flatnonzero(blank.any(0))[0])
    count = int(np.count_nonzero(blank))
    raise InputError(
        field,
        f"{count} value{'s are' if count > 1 else ' is'} missing (NaN)",
        where=cells.label(int(blank[:, series].argmax()), series),
        expected="a finite number at every step",
        remedy=_REMEDY,
    )


def _require_steps(cells: Cells, field: str) -> None:
    if cells.written.all():
        return
    gaps = interior(cells.written) & ~cells.written
    if not gaps.any():
        return
    concerned = np.flatnonzero(gaps.any(0))
    count = int(np.count_nonzero(gaps))
    raise InputError(
        field,
        f"{count} time step{'s are' if count > 1 else ' is'} missing "
        f"in {concerned.size} of {len(cells.names)} series (irregular gaps)",
        where=cells.label(int(gaps[:, concerned[0]].argmax()), int(concerned[0])),
        expected="no gaps between a series' first and last step",
        remedy=_REMEDY,
    )


def interior(present: np.ndarray) -> np.ndarray:
    """Cells [T, N] between the first and the last True of each column, both included."""
    started = np.logical_or.accumulate(present, axis=0)
    running = np.logical_or.accumulate(present[::-1], axis=0)[::-1]
    return started & running


def scatter(
    values: np.ndarray, rows: np.ndarray, series: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """float64 rows [R] with NaN as (values float32, observed, written), each [T, N]."""
    table, written = np.zeros(shape, np.float32), np.zeros(shape, bool)
    blank = np.isnan(values)
    table[rows, series] = values
    written[rows, series] = True
    observed = written
    if blank.any():
        table[rows[blank], series[blank]] = 0.0
        observed = written.copy()
        observed[rows[blank], series[blank]] = False
    return table, observed, written
