"""Circulant sampling against the exact covariance of the kernels (Cholesky's answer)."""

import numpy as np
import pytest
from fourfold.domains.timeseries.synthetic import gaussian_process as gp

LENGTH = 48


def covariance(kind: str, scale: float, period: float, lags: int) -> np.ndarray:
    return gp.stationary_covariance(
        np.array([gp.KERNELS.index(kind)]), np.array([scale]), np.array([period]), lags
    )


@pytest.mark.parametrize(
    ("kind", "scale", "period", "formula"),
    [
        ("rbf", 7.0, 1.0, lambda k: np.exp(-0.5 * (k / 7.0) ** 2)),
        ("rational_quadratic", 5.0, 1.0, lambda k: 1 / (1 + 0.5 * (k / 5.0) ** 2)),
        ("periodic", 0.8, 12.0, lambda k: np.exp(-2 * (np.sin(np.pi * k / 12) / 0.8) ** 2)),
        ("white", 1.0, 1.0, lambda k: (k == 0).astype(float)),
        ("constant", 1.0, 1.0, np.ones_like),
    ],
)
def test_kernels_and_their_circulant_law(kind, scale, period, formula):
    lags = 2 * LENGTH + 1
    held = covariance(kind, scale, period, lags)
    np.testing.assert_allclose(held[0], formula(np.arange(lags, dtype=float)), atol=2e-5)
    implied = np.fft.irfft(gp.circulant_spectrum(held), axis=1)[0, :LENGTH]
    # Clipping negative eigenvalues changes the law a little; for these kernels by less than 0.03.
    np.testing.assert_allclose(implied, held[0, :LENGTH], atol=0.03)


def test_samples_have_the_covariance_that_cholesky_samples_have():
    rng = np.random.default_rng(0)
    held = covariance("rbf", 6.0, 1.0, 2 * LENGTH + 1)
    lag = np.abs(np.subtract.outer(np.arange(LENGTH), np.arange(LENGTH)))
    exact = held[0].astype(np.float64)[lag]
    factor = np.linalg.cholesky(exact + 1e-6 * np.eye(LENGTH))
    n = 8_000
    ours = gp.sample_stationary(rng, np.repeat(held, n, axis=0), LENGTH)
    reference = (factor @ rng.standard_normal((LENGTH, n))).T
    bound = 5 * np.sqrt(2 / n)
    assert np.abs(ours.T @ ours / n - exact).max() < bound
    assert np.abs(reference.T @ reference / n - exact).max() < bound
    assert np.abs(ours.mean(axis=0)).max() < bound


def test_random_expressions_are_finite_and_reproducible():
    period = np.full(100, 12)
    first, seasonal = gp.kernel_synth(np.random.default_rng(1), period, 128)
    again, _ = gp.kernel_synth(np.random.default_rng(1), period, 128)
    np.testing.assert_array_equal(first, again)
    assert np.isfinite(first).all()
    assert 0.2 < seasonal.mean() < 0.95
