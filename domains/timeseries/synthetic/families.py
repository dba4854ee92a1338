"""Kinds of series that people forecast, each put together from the components; all give (values, period)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import regimes, seasonality, stochastic, trends
from .gaussian_process import kernel_synth
from .regimes import missing

__all__ = ["missing"]

Drawn = tuple[np.ndarray, np.ndarray]
Component = Callable[[np.random.Generator, int, int], np.ndarray]


def _uniform(rng: np.random.Generator, low: float, high: float, n: int) -> np.ndarray:
    return rng.uniform(low, high, (n, 1)).astype(np.float32)


def _log_uniform(rng: np.random.Generator, low: float, high: float, n: int) -> np.ndarray:
    return np.exp(_uniform(rng, np.log(low), np.log(high), n))


def _some(rng: np.random.Generator, n: int, share: float) -> np.ndarray:
    """float32 [n, 1], 1 for about `share` of the rows."""
    return (rng.random((n, 1)) < share).astype(np.float32)


def _add_to_some(
    rng: np.random.Generator, values: np.ndarray, share: float, draw: Component, scale: float = 1.0
) -> None:
    """Add a drawn component, times `scale` and a row's spread, to a share of the rows."""
    rows = np.flatnonzero(rng.random(values.shape[0]) < share)
    if rows.size:
        spread = values[rows].std(axis=1, keepdims=True)
        values[rows] += scale * spread * draw(rng, rows.size, values.shape[1])


def wandering_level(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Slow level of loads and weather: mean-reverting over days to months plus a trend, unit spread."""
    level = stochastic.ornstein_uhlenbeck(rng, n, length)
    level += _some(rng, n, 0.4) * _uniform(rng, 0.0, 1.5, n) * trends.random_trend(rng, n, length)
    return level


def load_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Electricity, transformer and traffic load: day in week, drifting level, noise with memory."""
    choices = np.array([24, 48, 96, 144, 12, 8])
    period = rng.choice(choices, n, p=[0.66, 0.1, 0.1, 0.06, 0.05, 0.03])
    season = np.empty((n, length), dtype=np.float32)
    kind = rng.choice(3, n, p=[0.45, 0.3, 0.25])
    for code, draw in enumerate((seasonality.daily_and_weekly, seasonality.evolving, _plain)):
        rows = np.flatnonzero(kind == code)
        if rows.size:
            season[rows] = draw(rng, period[rows], length)
    season *= 1.0 + _some(rng, n, 0.6) * (_amplitude(rng, n, length) - 1.0)
    level = _log_uniform(rng, 0.1, 3.0, n) * wandering_level(rng, n, length)
    noise = _log_uniform(rng, 0.05, 1.5, n) * stochastic.noise_with_memory(rng, n, length)
    values = season + level + noise
    loud = np.flatnonzero(rng.random(n) < 0.15)
    values[loud] += noise[loud] * (regimes.changing_scale(rng, loud.size, length) - 1.0)
    _add_to_some(rng, values, 0.1, regimes.level_shifts)
    _add_to_some(rng, values, 0.15, regimes.outliers, 0.6)
    positive = np.flatnonzero(rng.random(n) < 0.3)
    values[positive] = np.exp(np.clip(0.35 * values[positive], -8, 8))
    return values, period


def _plain(rng: np.random.Generator, period: np.ndarray, length: int) -> np.ndarray:
    phase = rng.integers(0, period)
    return seasonality.repeat_profiles(seasonality.season_profiles(rng, period), period, phase, length)


def _amplitude(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Positive slow amplitude modulation around 1."""
    smooth = seasonality.slow_path(rng, n, length)
    rough = stochastic.ornstein_uhlenbeck(rng, n, length)
    return np.exp(np.clip(_uniform(rng, 0.0, 0.5, n) * smooth + _uniform(rng, 0.0, 0.3, n) * rough, -3, 3))


def seasonal_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Trend, season and noise in any proportion, added or multiplied, any period."""
    period = seasonality.draw_periods(rng, n)
    season = np.empty((n, length), dtype=np.float32)
    changing = rng.random(n) < 0.35
    for rows, draw in ((np.flatnonzero(changing), seasonality.evolving), (np.flatnonzero(~changing), _plain)):
        if rows.size:
            season[rows] = draw(rng, period[rows], length)
    trend = _log_uniform(rng, 0.1, 5.0, n) * trends.random_trend(rng, n, length)
    noise = _log_uniform(rng, 0.02, 1.5, n) * stochastic.noise_with_memory(rng, n, length)
    season *= 1.0 + _some(rng, n, 0.4) * (_amplitude(rng, n, length) - 1.0)
    values = trend + season + noise
    product = np.flatnonzero(rng.random(n) < 0.35)
    strength = _uniform(rng, 0.05, 0.5, product.size)
    values[product] = np.exp(np.clip(0.3 * trend[product], -5, 5)) * np.maximum(
        1.0 + strength * (season[product] + noise[product]), 0.0
    )
    _add_to_some(rng, values, 0.12, regimes.level_shifts)
    _add_to_some(rng, values, 0.12, regimes.outliers, 0.6)
    return values, period


def gaussian_process_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """KernelSynth draws; rows without a seasonal kernel mostly say so with period 1."""
    period = seasonality.draw_periods(rng, n)
    values, seasonal = kernel_synth(rng, period, length)
    return values, np.where(seasonal | (rng.random(n) < 0.5), period, 1)


def exchange_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Prices and rates: log random walks and near-unit roots; the period named (7, 5, ...) means nothing."""
    path = stochastic.random_walk(rng, n, length)
    pegged = np.flatnonzero(rng.random(n) < 0.1)
    path[pegged] *= regimes.switching(rng, pegged.size, length)
    step = 10.0 ** _uniform(rng, -3.0, -1.3, n)
    values = np.exp(np.clip(path * step, -6, 6))
    signed = np.flatnonzero(rng.random(n) < 0.3)
    values[signed] = path[signed]
    smooth = np.flatnonzero(rng.random(n) < 0.12)
    values[smooth, 1:] = 0.5 * (values[smooth, 1:] + values[smooth, :-1])
    noisy = np.flatnonzero(rng.random(n) < 0.25)
    jitter = _log_uniform(rng, 0.01, 0.3, noisy.size) * values[noisy].std(axis=1, keepdims=True)
    values[noisy] += jitter * rng.standard_normal((noisy.size, length), dtype=np.float32)
    _add_to_some(rng, values, 0.06, regimes.level_shifts, 0.5)
    period = rng.choice([7, 5, 1, 12, 24, 4, 52], n, p=[0.45, 0.15, 0.15, 0.08, 0.1, 0.03, 0.04])
    return values, period


def autoregressive_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Stationary AR(p) and stochastic cycles (complex roots near the unit circle)."""
    weights = stochastic.stationary_weights(rng, n, 12)
    cyclic = np.flatnonzero(rng.random(n) < 0.4)
    radius, cycle = rng.uniform(0.9, 0.999, cyclic.size), np.exp(rng.uniform(1.0, 4.6, cyclic.size))
    weights[cyclic] = 0.0
    weights[cyclic, 0] = 2.0 * radius * np.cos(2.0 * np.pi / cycle)
    weights[cyclic, 1] = -(radius**2)
    values = stochastic.autoregressive(rng, weights, length)
    return values, np.where(rng.random(n) < 0.5, 1, seasonality.draw_periods(rng, n))


def economic_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Monthly, quarterly and weekly indicators: compound growth, cycles, multiplicative calendar season."""
    period = rng.choice([12, 4, 52, 7], n, p=[0.65, 0.15, 0.12, 0.08])
    growth = rng.normal(0.3, 0.6, (n, 1)).astype(np.float32) * trends.clock(length) * length / 240.0
    cycle = 0.1 * stochastic.random_walk(rng, n, length) * _log_uniform(rng, 0.05, 1.0, n)
    kind = np.flatnonzero(rng.random(n) < 0.5)
    season = _plain(rng, period, length)
    if kind.size:
        season[kind] = seasonality.evolving(rng, period[kind], length)
    logs = growth + cycle + _log_uniform(rng, 0.005, 0.4, n) * season
    logs += _log_uniform(rng, 0.003, 0.1, n) * stochastic.noise_with_memory(rng, n, length)
    _add_to_some(rng, logs, 0.15, regimes.level_shifts, 0.5)
    return np.exp(np.clip(logs, -12, 12)), period


def weather_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Temperature, pressure, pollution: strong memory, fronts, a day that comes and goes."""
    period = rng.choice([24, 8, 48, 144, 7, 12], n, p=[0.6, 0.06, 0.1, 0.08, 0.08, 0.08])
    memory = 1.0 - 10.0 ** rng.uniform(-2.6, -0.9, n)
    slow = stochastic.first_order(rng, memory, length)
    smoothness = np.flatnonzero(rng.random(n) < 0.5)
    slow[smoothness] = stochastic.autoregressive(
        rng,
        _uniform(rng, 0.5, 0.95, smoothness.size),
        length,
        burn_in=0,
        innovations=slow[smoothness] * 0.3,
    )
    day = _log_uniform(rng, 0.05, 2.0, n) * _plain(rng, period, length) * _amplitude(rng, n, length)
    values = slow + day + 0.1 * stochastic.noise_with_memory(rng, n, length)
    values += _some(rng, n, 0.3) * seasonality.slow_path(rng, n, length)
    positive = np.flatnonzero(rng.random(n) < 0.3)
    values[positive] = np.exp(np.clip(0.7 * values[positive], -8, 8))
    bounded = np.flatnonzero(rng.random(n) < 0.1)
    values[bounded] = np.clip(values[bounded], 0.0, None)
    return values, period


def _rate(rng: np.random.Generator, n: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    period = rng.choice([7, 24, 12, 52, 1, 48], n, p=[0.4, 0.25, 0.15, 0.05, 0.1, 0.05])
    season = _plain(rng, np.maximum(period, 2), length) * (period > 1)[:, None]
    logs = _uniform(rng, 0.0, 0.8, n) * season + _uniform(rng, 0.0, 0.6, n) * wandering_level(rng, n, length)
    return np.exp(np.clip(logs, -6, 6)), period


def count_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Events per step: Poisson and over-dispersed counts on a seasonal, wandering rate."""
    rate, period = _rate(rng, n, length)
    return regimes.counts(rng, rate * _log_uniform(rng, 0.5, 200.0, n)), period


def intermittent_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Spare parts and slow sellers: mostly zero, arrivals on a seasonal, wandering rate."""
    rate, period = _rate(rng, n, length)
    return regimes.intermittent(rng, np.clip(rate * _log_uniform(rng, 0.02, 0.5, n), 0.0, 0.95)), period


def event_like(rng: np.random.Generator, n: int, length: int) -> Drawn:
    """Quiet series with bursts, switching levels and square duty cycles over a faint season."""
    period = seasonality.draw_periods(rng, n)
    values = _uniform(rng, 0.0, 1.0, n) * _plain(rng, period, length)
    values += _log_uniform(rng, 0.05, 0.6, n) * stochastic.noise_with_memory(rng, n, length)
    switch = np.flatnonzero(rng.random(n) < 0.5)
    values[switch] += 2.0 * regimes.switching(rng, switch.size, length)
    burst = np.flatnonzero(rng.random(n) < 0.6)
    values[burst] += regimes.bursts(rng, burst.size, length)
    return values, period
