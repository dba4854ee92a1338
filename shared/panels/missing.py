"""Missing values in the target: told by name, or filled by the policy the person chose."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from ..errors import InputError
from .axis_choice import ChosenAxis
from .duplicates import label_time
from .gaps import fill_linear, fill_seasonal

MissingPolicy = Literal["raise", "mask", "interpolate", "seasonal"]
POLICIES = ("raise", "mask", "interpolate", "seasonal")
_REMEDY = 'Pass missing="mask", "interpolate" or "seasonal", or fill them first (fill_gaps)'


def check_policy(missing: str) -> None:
    """Raise InputError for a policy that is not known."""
    if missing not in POLICIES:
        raise InputError("missing", f"{missing!r} is not known", expected=", ".join(POLICIES))


def require_complete(
    values: np.ndarray,
    observed: np.ndarray,
    time: pd.Index,
    names: list[str] | tuple[str, ...],
    *,
    field: str,
    timezone: str | None = None,
    local: bool = False,
    written: np.ndarray | None = None,
) -> None:
    """Raise unless every series is observed at each step from its first row to its last.

    Args:
        values: unused where observed; only its shape [T, N] counts.
        observed: bool [T, N].
        written: bool [T, N], cells that had a row in the input (with or without a value); all when None.
    """
    present = np.ones_like(observed) if written is None else written
    blank = present & ~observed
    if blank.any():
        series = int(np.flatnonzero(blank.any(0))[0])
        row = int(blank[:, series].argmax())
        count = int(np.count_nonzero(blank))
        raise InputError(
            field,
            f"{count} value{'s are' if count > 1 else ' is'} missing (NaN)",
            where=f"series {names[series]!r}, {label_time(time.to_numpy()[row], timezone, local=local)}",
            expected="a finite number at every step",
            remedy=_REMEDY,
        )
    gaps = interior(present) & ~present
    if gaps.any():
        series = int(np.flatnonzero(gaps.any(0))[0])
        row = int(gaps[:, series].argmax())
        count = int(np.count_nonzero(gaps))
        concerned = int(np.count_nonzero(gaps.any(0)))
        raise InputError(
            field,
            f"{count} time step{'s are' if count > 1 else ' is'} missing in {concerned} "
            f"of {len(names)} series (irregular gaps)",
            where=f"series {names[series]!r}, {label_time(time.to_numpy()[row], timezone, local=local)}",
            expected="no gaps between a series' first and last step",
            remedy=_REMEDY,
        )


def interior(present: np.ndarray) -> np.ndarray:
    """Cells [T, N] between the first and the last True of each column, both included."""
    started = np.logical_or.accumulate(present, axis=0)
    running = np.logical_or.accumulate(present[::-1], axis=0)[::-1]
    return started & running


def fill_missing(
    values: np.ndarray, observed: np.ndarray, policy: MissingPolicy, period: int
) -> tuple[np.ndarray, np.ndarray]:
    """Values [T, N] and mask after the policy; filled steps count as observed, as the person asked.

    "mask" leaves zeros that `observed` marks; "interpolate" draws lines between neighbours; "seasonal"
    takes the mean of the same phase of the season. Only steps between a series' first and last
    observation are filled.
    """
    if policy in ("raise", "mask") or observed.all():
        return values, observed
    fill = fill_linear if policy == "interpolate" else fill_seasonal
    return (fill(values, observed) if policy == "interpolate" else fill(values, observed, period)), interior(
        observed
    )


def settle_missing(
    values: np.ndarray,
    rows: np.ndarray,
    series_codes: np.ndarray,
    axis: ChosenAxis,
    names: list[str],
    field: str,
    timezone: str | None,
    missing: MissingPolicy,
    period: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scatter float64 rows [R] into a panel and settle what is missing.

    Returns:
        values float32 [T, N], observed bool [T, N], written bool [T, N] (cells that had a row).
    """
    shape = (len(axis.time), len(names))
    panel, written = np.zeros(shape, np.float32), np.zeros(shape, bool)
    present = ~np.isnan(values)
    panel[rows, series_codes] = np.where(present, values, 0.0)
    written[rows, series_codes] = True
    observed = written.copy()
    observed[rows[~present], series_codes[~present]] = False
    if missing == "raise":
        require_complete(
            panel,
            observed,
            axis.time,
            names,
            field=field,
            timezone=timezone,
            local=axis.local,
            written=written,
        )
    panel, observed = fill_missing(panel, observed, missing, period)
    return panel, observed, written
