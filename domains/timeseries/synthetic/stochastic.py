"""Random processes, one independent path per row: AR, ARMA, walks, near-unit roots, stochastic volatility."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, fastmath=False)
def _autoregress(noise: np.ndarray, weights: np.ndarray) -> None:
    """Turn noise [n, length] into y_t = sum_j weights[:, j] y_{t-1-j} + noise_t, in place."""
    n, length = noise.shape
    order = weights.shape[1]
    for i in range(n):
        for t in range(length):
            total = noise[i, t]
            for j in range(min(order, t)):
                total += weights[i, j] * noise[i, t - 1 - j]
            noise[i, t] = total


def autoregressive(
    rng: np.random.Generator,
    weights: np.ndarray,
    length: int,
    burn_in: int = 128,
    innovations: np.ndarray | None = None,
) -> np.ndarray:
    """AR(p) paths, float32 [n, length].

    Args:
        weights: [n, p]; row i holds the lag weights of series i, nearest lag first.
        burn_in: steps thrown away so that stationary paths start in their stationary law.
        innovations: [n, burn_in + length] shocks; standard normal when absent.
    """
    n = weights.shape[0]
    if innovations is None:
        innovations = rng.standard_normal((n, burn_in + length), dtype=np.float32)
    path = np.array(innovations, dtype=np.float32, order="C")
    _autoregress(path, np.ascontiguousarray(weights, dtype=np.float32))
    return path[:, burn_in:].copy()


def stationary_weights(rng: np.random.Generator, n: int, order: int) -> np.ndarray:
    """AR weights [n, order] with sum of |w| at most 1, hence stationary (AR-Net, arXiv 1911.12436)."""
    raw = rng.standard_normal((n, order)) * (rng.random((n, order)) < 0.6)
    mass = np.abs(raw).sum(axis=1, keepdims=True)
    return (raw / np.maximum(mass, 1e-9) * rng.uniform(0.3, 0.995, (n, 1))).astype(np.float32)


def first_order(rng: np.random.Generator, persistence: np.ndarray, length: int) -> np.ndarray:
    """AR(1) paths of unit stationary variance, float32 [n, length]; persistence [n] in (-1, 1)."""
    rho = persistence.astype(np.float32)[:, None]
    noise = rng.standard_normal((rho.shape[0], length), dtype=np.float32)
    noise[:, 1:] *= np.sqrt(1.0 - rho * rho)
    _autoregress(noise, np.ascontiguousarray(rho))
    return noise


def ornstein_uhlenbeck(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Mean-reverting paths sampled exactly, time constant log-uniform in [2, 2 length] steps, [n, length]."""
    constant = np.exp(rng.uniform(np.log(2.0), np.log(2.0 * length), n))
    return first_order(rng, np.exp(-1.0 / constant), length)


def moving_average(rng: np.random.Generator, noise: np.ndarray) -> np.ndarray:
    """Add a random MA(1) part to noise [n, length]: y_t = e_t + theta e_{t-1}."""
    theta = rng.uniform(-0.8, 0.8, (noise.shape[0], 1)).astype(np.float32)
    out = noise.copy()
    out[:, 1:] += theta * noise[:, :-1]
    return out


def volatility(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Log-normal stochastic volatility exp(h/2), h a persistent AR(1) (Taylor 1982), float32 [n, length]."""
    h = first_order(rng, rng.uniform(0.9, 0.998, n), length)
    return np.exp(h * rng.uniform(0.1, 0.7, (n, 1)).astype(np.float32))


def shocks(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """White innovations: Gaussian, Student-t with 3-8 degrees, or with stochastic volatility, [n, length]."""
    noise = rng.standard_normal((n, length), dtype=np.float32)
    kind = rng.random(n)
    heavy = np.flatnonzero(kind < 0.3)
    degrees = rng.uniform(3.0, 8.0, (heavy.size, 1))
    mixing = rng.standard_gamma(np.broadcast_to(degrees / 2, (heavy.size, length)))
    noise[heavy] /= np.sqrt(np.maximum(mixing * 2.0 / degrees, 1e-3)).astype(np.float32)
    unsteady = np.flatnonzero(kind > 0.6)
    noise[unsteady] *= volatility(rng, unsteady.size, length)
    return noise


def random_walk(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Walks with small drift, momentum in a quarter, near-unit root in a third, float32 [n, length]."""
    steps = shocks(rng, n, length)
    root = np.where(rng.random(n) < 0.35, 1.0 - 10.0 ** rng.uniform(-3.0, -1.3, n), 1.0)
    momentum = np.where(rng.random(n) < 0.25, rng.uniform(-0.3, 0.6, n), 0.0)
    steps += (rng.standard_normal((n, 1)) * 0.03).astype(np.float32)
    # (1 - root B)(1 - momentum B) multiplied out.
    weights = np.stack([root + momentum, -root * momentum], axis=1).astype(np.float32)
    _autoregress(steps, weights)
    return steps


def noise_with_memory(rng: np.random.Generator, n: int, length: int) -> np.ndarray:
    """Residual noise as measured data have it: AR(1), sometimes heavy-tailed or with MA part, unit spread."""
    rho = np.where(rng.random(n) < 0.25, 0.0, rng.beta(2.0, 1.2, n) * 0.98)
    path = shocks(rng, n, length)
    _autoregress(path, rho.astype(np.float32)[:, None])
    path *= np.sqrt(1.0 - rho * rho).astype(np.float32)[:, None]
    mixed = np.flatnonzero(rng.random(n) < 0.2)
    path[mixed] = moving_average(rng, path[mixed])
    return path
