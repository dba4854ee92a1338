"""Flags that say how a table is to be read, the same for every command that reads one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from .whole_number import WHOLE


@Parameter(name="*")
@dataclass(frozen=True)
class TableOptions:
    """How a table is to be read.

    Parameters
    ----------
    id_col
        Column of series names.
    time_col
        Column of times.
    target_col
        Column to forecast.
    freq
        Step of the data, such as h, 15min, D, MS; read from the times when not given.
    period
        Steps in the main season; by the step when not given.
    timezone
        Zone in which times without zone are meant.
    missing
        What to do about gaps; raise when not given, for networks on a graph mask, as they read gaps.
    dedupe
        Which row counts when a series has two at one time.
    """

    id_col: str = "unique_id"
    time_col: str = "ds"
    target_col: str = "y"
    freq: str | None = None
    period: Annotated[int | None, WHOLE] = None
    timezone: str | None = None
    missing: Literal["raise", "mask", "interpolate", "seasonal"] | None = None
    dedupe: Literal["first", "last", "mean"] | None = None

    def reading(self) -> dict[str, Any]:
        """Arguments of `read_panel`."""
        return {**asdict(self), "missing": self.missing or "raise"}

    def given(self) -> dict[str, Any]:
        """Those arguments that differ from what holds when no flag is given."""
        usual = asdict(AS_GIVEN)
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


AS_GIVEN = TableOptions()
"""What holds when no flag is given."""
