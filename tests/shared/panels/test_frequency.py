"""The frequency table, its multiples, and steps on the calendar."""

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.panels.frequency import main_period, parse_frequency, positions_of, stamps_at

TABLE = {
    **{"10min": 144, "15min": 96, "30min": 48, "min": 1440, "5min": 288, "h": 24, "2h": 12, "6h": 4, "D": 7},
    **{"W": 52, "W-MON": 52, "2W": 26, "B": 5, "MS": 12, "ME": 12, "M": 12, "QS": 4, "QE": 4, "Q": 4, "Y": 1},
    **{"YS": 1, "s": 60, "10s": 6, "60min": 24, "24h": 7, "7D": 52, "2MS": 6, "3MS": 4, "12MS": 1, "2QS": 2},
    **{"H": 24, "T": 1440, "15T": 96, "QS-FEB": 4, "YE-JUN": 1, "ms": 1000, "hourly": 24, "A": 1},
}


@pytest.mark.parametrize(("freq", "period"), TABLE.items())
def test_the_table_knows_the_main_season(freq: str, period: int) -> None:
    assert main_period(freq) == period


@pytest.mark.parametrize("freq", ["7min", "5h", "3D", "5MS", "2B", 1, 3])
def test_steps_without_a_whole_season_ask_for_period(freq: str | int) -> None:
    with pytest.raises(InputError, match="Pass period="):
        main_period(freq)


@pytest.mark.parametrize("freq", ["fortnight", "", "0h", "-h", "h2", "Ö"])
def test_unknown_frequency_is_refused(freq: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_frequency(freq)
    assert caught.value.field == "freq"


@pytest.mark.parametrize(
    "freq", ["106752D", "999999999999D", "9223372036854775808ns", "3505MS", "293YS", "76213B"]
)
def test_steps_beyond_the_times_of_64_bits_are_refused(freq: str) -> None:
    with pytest.raises(InputError, match=r"freq: .* is too long a step; expected at most 292 years"):
        parse_frequency(freq)
    with pytest.raises(InputError, match="is not a frequency"):
        parse_frequency("9" * 5000 + "D")
    assert parse_frequency("106751D").count < 2**63


@pytest.mark.parametrize(
    "freq", ["h", "15min", "D", "W-MON", "MS", "ME", "QS-FEB", "QE", "YS", "YE", "B", "2MS"]
)
def test_stamps_agree_with_pandas(freq: str) -> None:
    expected = pd.date_range("2019-02-01 00:00", periods=70, freq=freq)
    start = expected.to_numpy()[0]
    frequency = parse_frequency(freq)
    made = stamps_at(frequency, start, np.arange(70))
    np.testing.assert_array_equal(made, expected.to_numpy())
    np.testing.assert_array_equal(positions_of(frequency, start, made), np.arange(70))
    before = stamps_at(frequency, start, np.array([-3]))
    np.testing.assert_array_equal(positions_of(frequency, start, before), [-3])


def test_a_day_of_the_month_is_kept() -> None:
    made = stamps_at(parse_frequency("MS"), np.datetime64("2024-01-15T06:00", "s"), np.arange(3))
    assert [str(stamp) for stamp in made] == [f"2024-0{month}-15T06:00:00" for month in (1, 2, 3)]


def test_a_unit_too_coarse_for_the_step_is_refused() -> None:
    with pytest.raises(InputError, match="finer"):
        stamps_at(parse_frequency("ms"), np.datetime64("2024-01-01", "s"), np.arange(3))
