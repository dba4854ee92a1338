"""How a Forecaster reads its data and treats what does not fit."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...shared.panels.panel import Panel
from ...shared.panels.reading import read_panel


class ForecasterSettings(BaseModel):
    """Reading and policy; the model has settings of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id_col: str = "unique_id"
    time_col: str = "ds"
    target_col: str = "y"
    freq: str | int | None = None
    """Step of the time axis; None: inferred."""
    period: int | None = Field(None, ge=1)
    """Steps in the main season; None: by the frequency table."""
    missing: Literal["raise", "mask", "interpolate"] = "raise"
    """What to do with missing target values and gaps."""
    dedupe: Literal["first", "last", "mean"] | None = None
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    timezone: str | None = None
    pad: Literal["edge"] | None = None
    """Series too short for the model: "edge" repeats their first value to the left."""
    short: Literal["raise", "skip"] = "raise"
    """Series too short and not padded: an error, or left out with a warning."""
    batch_size: int = Field(1024, ge=1)

    def read(self, data: Any) -> Panel:
        """`data` as a Panel; a Panel passes as it is.

        Raises:
            InputError: see `read_panel`.
        """
        if isinstance(data, Panel):
            return data
        return read_panel(data, **self.model_dump(exclude={"pad", "short", "batch_size"}))
