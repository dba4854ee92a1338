"""What an STL decomposition is told: period, the three loess spans, degrees, jumps and iterations."""

from __future__ import annotations

import math
from typing import Literal, Self, TypedDict, Unpack

from pydantic import BaseModel, Field, ValidationError, model_validator

from ....shared.errors import InputError

Degree = Literal[0, 1]


class StlOptions(TypedDict, total=False):
    """Keyword options of every STL function here; `StlSettings` tells what each means."""

    seasonal: int
    trend: int | None
    low_pass: int | None
    seasonal_deg: Degree
    trend_deg: Degree
    low_pass_deg: Degree
    robust: bool
    seasonal_jump: int
    trend_jump: int
    low_pass_jump: int
    inner_iter: int | None
    outer_iter: int | None


class StlSettings(BaseModel, frozen=True, extra="forbid"):
    """Settings with statsmodels' names and defaults; spans count points and are odd.

    `trend=None` is the smallest odd integer >= 1.5 period / (1 - 1.5 / seasonal), `low_pass=None` the
    smallest odd integer > period (both: Cleveland et al. 1990, section 3). `inner_iter` is 5, or 2 if
    `robust`; `outer_iter` (robustness iterations) 0, or 15 if `robust`. A jump above 1 fits every jump-th
    point only and draws straight lines between.
    """

    period: int = Field(ge=2)
    seasonal: int = Field(default=7, ge=3)
    trend: int | None = Field(default=None, ge=3)
    low_pass: int | None = Field(default=None, ge=3)
    seasonal_deg: Degree = 1
    trend_deg: Degree = 1
    low_pass_deg: Degree = 1
    robust: bool = False
    seasonal_jump: int = Field(default=1, ge=1)
    trend_jump: int = Field(default=1, ge=1)
    low_pass_jump: int = Field(default=1, ge=1)
    inner_iter: int | None = Field(default=None, ge=1)
    outer_iter: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _check_spans(self) -> Self:
        for name in ("seasonal", "trend", "low_pass"):
            span = getattr(self, name)
            if span is not None and span % 2 == 0:
                raise ValueError(f"{name}={span} is even; a loess span is odd")
            if name != "seasonal" and span is not None and span <= self.period:
                raise ValueError(f"{name}={span} is not longer than period={self.period}")
        return self

    @property
    def trend_span(self) -> int:
        """Span of the trend smoother, in points."""
        if self.trend is not None:
            return self.trend
        least = math.ceil(1.5 * self.period / (1 - 1.5 / self.seasonal))
        return least + (least % 2 == 0)

    @property
    def low_pass_span(self) -> int:
        """Span of the low-pass smoother, in points."""
        if self.low_pass is not None:
            return self.low_pass
        return self.period + 1 + (self.period % 2)

    @property
    def inner_passes(self) -> int:
        """Passes of the inner loop (seasonal, then trend) per robustness iteration."""
        return self.inner_iter if self.inner_iter is not None else (2 if self.robust else 5)

    @property
    def outer_passes(self) -> int:
        """Robustness iterations; 0 means that the decomposition is linear in the series."""
        return self.outer_iter if self.outer_iter is not None else (15 if self.robust else 0)

    def require_length(self, length: int, field: str = "values") -> None:
        """Raise InputError unless a series of `length` points holds two whole periods."""
        if length < 2 * self.period:
            raise InputError(
                field,
                f"{length} points are too few for period {self.period}",
                expected=f"at least {2 * self.period} points (two whole periods)",
                remedy="Give a longer series or a shorter period",
            )


def stl_settings(period: int, **options: Unpack[StlOptions]) -> StlSettings:
    """Settings from keywords; a mistake raises InputError naming the option."""
    try:
        return StlSettings(period=period, **options)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "stl"
        problem = first["msg"].removeprefix("Value error, ")
        raise InputError(field, f"{problem} (got {first['input']!r})" if first["loc"] else problem) from None
