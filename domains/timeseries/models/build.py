"""Models by name; torch is imported only for those that need it."""

from __future__ import annotations

from typing import Any

from ....shared.errors import InputError
from .protocol import ForecastModel

NAMES = ("last-value", "drift", "seasonal-naive", "slot-mean", "linear")


def build_model(name: str, **config: Any) -> ForecastModel:
    """Make the model that `name` means, unfitted.

    Raises:
        InputError: no model has this name, or a setting is unknown to it.
    """
    if name in ("last-value", "drift", "seasonal-naive", "slot-mean"):
        from .naive import LastValue, SeasonalNaive, SlotMean

        made = {"last-value": LastValue, "seasonal-naive": SeasonalNaive, "slot-mean": SlotMean}
        return LastValue(drift=True) if name == "drift" else made[name](**config)
    if name == "linear":
        from .linear import Linear

        return Linear(**config)
    raise InputError(
        "model", f"{name!r} is not a model", expected=", ".join(NAMES), remedy="Choose one of these names"
    )
