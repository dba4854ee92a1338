"""Gaussian-process series from random kernel expressions, sampled by circulant embedding.

The idea of KernelSynth (Chronos, arXiv 2403.07815): add and multiply RBF, periodic, rational quadratic,
white, constant and linear kernels at random, then draw from the process. On a regular grid every
expression with at most one linear factor is K0(lag) + t t' K1(lag) with stationary K0, K1, so a draw is
f0 + t f1 and each f costs one FFT (Dietrich & Newsam 1997) instead of a Cholesky factor.
"""

from __future__ import annotations

import numpy as np
from scipy import fft

KERNELS = ("periodic", "rbf", "rational_quadratic", "white", "constant", "linear")
KERNEL_WEIGHTS = (0.36, 0.24, 0.14, 0.1, 0.04, 0.12)


def stationary_covariance(kind: np.ndarray, scale: np.ndarray, period: np.ndarray, lags: int) -> np.ndarray:
    """Covariance at lags 0..lags-1 of one kernel per row, float32 [n, lags].

    Args:
        kind: int [n], index into `KERNELS`; linear rows give ones (their factor t t' is kept apart).
        scale: [n], length scale in steps (rbf, rational quadratic), or shape of the periodic kernel.
        period: [n], steps per cycle of the periodic kernel.
    """
    lag = np.arange(lags, dtype=np.float32)
    out = np.ones((kind.size, lags), dtype=np.float32)
    scale, period = scale.astype(np.float32)[:, None], period.astype(np.float32)[:, None]
    rows = kind == 0
    out[rows] = np.exp(-2.0 * (np.sin(np.pi * (lag % period[rows]) / period[rows]) / scale[rows]) ** 2)
    rows = kind == 1
    out[rows] = np.exp(-0.5 * (lag / scale[rows]) ** 2)
    rows = kind == 2
    out[rows] = 1.0 / (1.0 + 0.5 * (lag / scale[rows]) ** 2)
    out[kind == 3, 1:] = 0.0
    return out


def circulant_spectrum(covariance: np.ndarray) -> np.ndarray:
    """Eigenvalues of the circulant matrix around each covariance [n, m + 1], clipped at 0, [n, m + 1].

    Clipping makes the embedding a covariance at once; the total is rescaled to keep the variance.
    """
    around = np.concatenate([covariance, covariance[:, -2:0:-1]], axis=1)
    eigenvalues = np.maximum(np.real(np.asarray(fft.rfft(around, axis=1))), 0.0)
    weight = np.full(eigenvalues.shape[1], 2.0, dtype=np.float32)
    weight[[0, -1]] = 1.0
    total = (eigenvalues * weight).sum(axis=1, keepdims=True) / around.shape[1]
    return eigenvalues * (covariance[:, :1] / np.maximum(total, 1e-12))


def sample_stationary(rng: np.random.Generator, covariance: np.ndarray, length: int) -> np.ndarray:
    """One path per row with covariance [n, m + 1] by lag, m >= length, float32 [n, length]."""
    spectrum = circulant_spectrum(covariance)
    n, half = spectrum.shape
    size = 2 * (half - 1)
    noise = rng.standard_normal((n, half, 2), dtype=np.float32)
    noise[:, 1:-1] *= np.float32(np.sqrt(0.5))
    noise[:, (0, -1), 1] = 0.0
    waves = np.sqrt(spectrum * size) * (noise[..., 0] + 1j * noise[..., 1])
    return np.asarray(fft.irfft(waves, n=size, axis=1))[:, :length].astype(np.float32)


def kernel_synth(
    rng: np.random.Generator, period: np.ndarray, length: int, most: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """Draws from random kernel expressions.

    Args:
        period: int64 [n], the cycle that each row's periodic kernels follow (or half or seven times it).
        most: largest number of kernels in an expression.

    Returns:
        float32 [n, length] paths and bool [n], whether a kernel with the row's own period takes part.
    """
    n = period.size
    lags = 2 * length + 1
    plain = np.zeros((n, lags), dtype=np.float32)
    tilted = np.zeros((n, lags), dtype=np.float32)
    seasonal = np.zeros(n, dtype=bool)
    count = rng.integers(1, most + 1, n)
    for step in range(most):
        rows = np.flatnonzero(step < count)
        kind = rng.choice(len(KERNELS), rows.size, p=KERNEL_WEIGHTS)
        cycle = period[rows] * rng.choice([1.0, 0.5, 7.0], rows.size, p=[0.8, 0.05, 0.15])
        scale = np.where(
            kind == 0,
            rng.uniform(0.4, 2.0, rows.size),
            length * 10.0 ** rng.uniform(-2.3, 0.0, rows.size),
        )
        seasonal[rows] |= (kind == 0) & (cycle == period[rows])
        part = stationary_covariance(kind, scale, cycle, lags) * rng.uniform(0.2, 1.5, (rows.size, 1))
        part = part.astype(np.float32)
        times = (rng.random(rows.size) < 0.45) & (step > 0) & (kind != 3)
        linear = kind == 5
        add, multiply = rows[~times & ~linear], rows[times & ~linear]
        plain[add] += part[~times & ~linear]
        plain[multiply] *= part[times & ~linear]
        tilted[multiply] *= part[times & ~linear]
        tilted[rows[linear & ~times]] += part[linear & ~times]
        grow = rows[linear & times]
        tilted[grow] += plain[grow]
        plain[grow] *= np.float32(0.25)
    time = np.linspace(-1.0, 1.0, length, dtype=np.float32)
    paths = sample_stationary(rng, plain, length)
    sloped = np.flatnonzero(tilted[:, 0] > 0)
    paths[sloped] += sample_stationary(rng, tilted[sloped], length) * time
    return paths, seasonal
