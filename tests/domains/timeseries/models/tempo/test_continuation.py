"""Each closed-form continuation says what its name says."""

import numpy as np
import torch
from fourfold.domains.timeseries.models.tempo.context import extend_back
from fourfold.domains.timeseries.models.tempo.continuation import (
    REPEATS,
    STARTS,
    residual_continuations,
    season_continuations,
    trend_continuations,
)

LOOKBACK, HORIZON, PERIOD = 60, 14, 6


def test_there_is_a_start_for_every_continuation() -> None:
    sets = {"trend": trend_continuations, "season": season_continuations, "residual": residual_continuations}
    for name, build in sets.items():
        for period in (1, PERIOD, 40):
            rows = build(LOOKBACK, HORIZON, period)
            assert rows.shape == (len(STARTS[name]), HORIZON, LOOKBACK)
            assert np.isfinite(rows).all()


def test_trend_rows_keep_a_level() -> None:
    rows = trend_continuations(LOOKBACK, HORIZON, PERIOD)
    np.testing.assert_allclose(rows @ np.full(LOOKBACK, 3.0), 3.0, atol=1e-12)


def test_the_drift_row_continues_a_line() -> None:
    line = 2.0 + 0.5 * np.arange(LOOKBACK + HORIZON)
    drift = trend_continuations(LOOKBACK, HORIZON, PERIOD)[-1]
    np.testing.assert_allclose(drift @ line[:LOOKBACK], line[LOOKBACK:], atol=1e-9)


def test_season_rows_repeat_a_season() -> None:
    cycle = np.resize([3.0, -1, 4, -1, 5, -10], LOOKBACK + HORIZON)
    for row in season_continuations(LOOKBACK, HORIZON, PERIOD):
        np.testing.assert_allclose(row @ cycle[:LOOKBACK], cycle[LOOKBACK:], atol=1e-12)


def test_slot_means_average_the_named_number_of_seasons() -> None:
    values = np.random.default_rng(0).normal(size=LOOKBACK)
    rows = season_continuations(LOOKBACK, HORIZON, PERIOD)
    for row, repeats in zip(rows, REPEATS, strict=False):
        used = min(repeats, LOOKBACK // PERIOD)
        slots = values[-PERIOD * used :].reshape(used, PERIOD).mean(0)
        np.testing.assert_allclose(row @ values, np.resize(slots, HORIZON), atol=1e-12)


def test_residual_rows_fade() -> None:
    shock = np.zeros(LOOKBACK)
    shock[-1] = 1.0
    rows = residual_continuations(LOOKBACK, HORIZON, PERIOD)
    np.testing.assert_allclose(rows[0] @ shock, 0.6 ** np.arange(1, HORIZON + 1))
    np.testing.assert_allclose(rows[4] @ shock, 1.0)


def test_a_short_history_repeats_its_first_season_backwards() -> None:
    context = torch.tensor([[0.0, 0, 0, 0, 1, 2, 3, 1, 7, 3]])
    observed = torch.tensor([[False] * 4 + [True] * 4 + [False, True]])
    extended = extend_back(context, observed, torch.tensor([3]))
    assert extended.tolist() == [[3, 1, 2, 3, 1, 2, 3, 1, 7, 3]]
    short = extend_back(context, observed, torch.tensor([9]))
    assert short[0, :4].tolist() == [1, 1, 1, 1]
    nothing = extend_back(context, torch.zeros_like(observed), torch.tensor([3]))
    assert (nothing == 0).all()
