"""A forecaster that is small enough for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fourfold import Forecaster


def tiny_linear() -> Forecaster:
    """A linear one of hourly values, for 6 hours, which loads without torch's help."""
    import numpy as np
    import pandas as pd
    from fourfold import Forecaster

    hours = np.arange(400)
    frame = pd.DataFrame({
        "unique_id": "a",
        "ds": pd.date_range("2026-01-01", periods=400, freq="h"),
        "y": 10 + np.sin(2 * np.pi * hours / 24) + np.random.default_rng(0).normal(0, 0.1, 400),
    })  # fmt: skip
    return Forecaster("linear").fit(frame, 6)
