"""How a panel is to be read, whatever it is read from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from ..errors import InputError
from .frequency import main_period

MissingPolicy = Literal["raise", "mask", "interpolate", "seasonal"]
DedupePolicy = Literal["first", "last", "mean"]
LONGEST_STEP = 2**63 - 1
"""Of integer times."""


@dataclass(frozen=True)
class ReadOptions:
    """Choices of `read_panel` that do not depend on the kind of input; raises InputError for unknown ones."""

    freq: str | int | None = None
    period: int | None = None
    missing: MissingPolicy = "raise"
    dedupe: DedupePolicy | None = None
    timezone: str | None = None
    silent: bool = False
    """Whether a series may hold no value at all: forecast from the others, it need not be left out."""

    def __post_init__(self) -> None:
        if self.missing not in ("raise", "mask", "interpolate", "seasonal"):
            raise InputError(
                "missing", f"{self.missing!r} is not known", expected="raise, mask, interpolate or seasonal"
            )
        if self.dedupe not in (None, "first", "last", "mean"):
            raise InputError("dedupe", f"{self.dedupe!r} is not known", expected="first, last, mean or None")
        if isinstance(self.freq, int) and self.freq > LONGEST_STEP:
            raise InputError("freq", "is too long a step", expected=f"at most {LONGEST_STEP:,}")
        if self.period is not None and (not isinstance(self.period, int) or self.period < 1):
            raise InputError("period", f"{self.period!r} is not a number of steps", expected="1 or more")
        if self.timezone is not None:
            check_timezone(self.timezone)

    def as_keywords(self) -> dict[str, Any]:
        """The choices as keyword arguments of `read_panel`."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def period_of(self, freq: str | int) -> int:
        """The main season: as said, else from the table."""
        return self.period if self.period is not None else main_period(freq)


def check_timezone(name: str) -> None:
    """Raise InputError for a time zone that is not known."""
    import pandas as pd

    try:
        pd.DatetimeTZDtype("us", name)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            "timezone", f"{name!r} is not a time zone", expected="an IANA name such as Europe/Berlin"
        ) from error
