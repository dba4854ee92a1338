"""Outages written as zeros are noted, however they are cut."""

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.signals.reading import read_signals
from fourfold.shared.errors import InputWarning

STEPS = 400


def frame(odd: np.ndarray) -> pd.DataFrame:
    time = pd.date_range("2024-01-01", periods=STEPS, freq="h", name="ds")
    sound = np.random.default_rng(0).uniform(1, 9, (STEPS, 2))
    return pd.DataFrame({"a": sound[:, 0], "b": np.where(np.isnan(odd), odd, odd * sound[:, 1])}, index=time)


@pytest.mark.parametrize(
    ("zeros", "gaps", "longest"),
    [
        ([(50, 90)], [(68, 72)], 36),
        ([(50, 90), (200, 260)], [], 60),
        ([(50, 90), (200, 260)], [(60, 61), (230, 240)], 50),
    ],
)
def test_gaps_and_second_outages_do_not_hide_one(
    zeros: list[tuple[int, int]], gaps: list[tuple[int, int]], longest: int
) -> None:
    odd = np.ones(STEPS)
    for start, stop in zeros:
        odd[start:stop] = 0
    for start, stop in gaps:
        odd[start:stop] = np.nan
    with pytest.warns(InputWarning, match=rf"1 of 2 series is 0 for up to {longest} steps on end \(b\)"):
        read_signals(frame(odd), missing="mask")


def test_dry_spells_between_showers_are_what_they_say() -> None:
    wet = np.zeros(STEPS)
    wet[::40] = 1
    read_signals(frame(wet))
    nights = np.where(np.arange(STEPS) % 24 < 8, 0.0, 1.0)
    nights[60:70] = np.nan
    read_signals(frame(nights), missing="mask")
