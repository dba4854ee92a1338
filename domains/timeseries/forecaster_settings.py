"""How a Forecaster reads its data and treats what does not fit."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...shared.panels.panel import Panel
from ...shared.panels.read_options import DedupePolicy, MissingPolicy
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
    missing: MissingPolicy = "raise"
    """What to do with missing target values and gaps."""
    dedupe: DedupePolicy | None = None
    past: tuple[str, ...] = ()
    """Columns known up to now."""
    future: tuple[str, ...] = ()
    """Columns known ahead, over the horizon too."""
    static: tuple[str, ...] = ()
    """Columns that hold one number a series."""
    timezone: str | None = None
    """Zone in which stamps without zone are meant."""
    pad: Literal["edge"] | None = None
    """Series too short for the model: "edge" repeats their first value to the left."""
    short: Literal["raise", "skip"] = "raise"
    """Series too short and not padded: an error, or left out with a warning."""
    batch_size: int = Field(1024, ge=1)
    """Windows answered at a time; no figure depends on it."""

    def read(self, data: Any) -> Panel:
        """`data` as a Panel.

        Raises:
            InputError: see `read_panel`.
        """
        return read_panel(data, **self.model_dump(exclude={"pad", "short", "batch_size"}))
