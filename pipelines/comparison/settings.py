"""Settings that every comparison of forecasting models has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TableSettings(BaseModel):
    """How a table of one's own is to be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id_col: str = "unique_id"
    """Column of the names of series or nodes; a table without one is wide (a column each), or one series."""
    time_col: str = "ds"
    """Column of times; without one, the only column of dates."""
    target_col: str = "y"
    """Column to forecast."""
    past: tuple[str, ...] = ()
    """Columns (of a network: or channels) known up to the cutoff."""
    future: tuple[str, ...] = ()
    """Columns (of a network: or channels) known ahead."""
    freq: str | None = None
    """Step of the data (h, 15min, D, MS ...); None: read from the times."""
    period: int | None = Field(default=None, ge=1)
    """Steps in the main season; None: by the step (24 for h)."""
    timezone: str | None = None
    """Zone in which times without zone are meant."""
    missing: Literal["raise", "mask", "interpolate", "seasonal"] = "mask"
    """What to do about gaps: mask leaves them open, and models are told."""
    dedupe: Literal["first", "last", "mean"] | None = None
    """Which row counts when a series or node has two at one time; None refuses such a table."""


def require_comparable(
    levels: Sequence[float], models: Sequence[str], test_share: float, validation_share: float
) -> None:
    """Raise ValueError, for a validator, when these settings of a comparison do not go together."""
    if any(not 0 < level < 100 for level in levels) or not levels:
        raise ValueError("levels are percentages between 0 and 100, at least one")
    if len(set(models)) < len(models):
        raise ValueError("models are named more than once")
    if test_share + validation_share > 0.7:
        raise ValueError("test_share and validation_share leave less than 30 % for training")
