"""The Gaussian process against its textbook formulas."""

import numpy as np
import pytest
from fourfold.domains.timeseries.models.gaussian_process import NOISES, GaussianProcess, kernel


@pytest.mark.parametrize("length", [None, 1.0])
def test_mean_and_evidence_are_the_dense_ones(length: float | None) -> None:
    rng = np.random.default_rng(0)
    points, targets, new = rng.normal(size=(40, 3)), rng.normal(size=40), rng.normal(size=(5, 3))
    process = GaussianProcess.fit(points, targets, (length,))
    found = []
    for noise in NOISES:
        system = kernel(points, points, length) + noise * np.eye(40)
        solved = np.linalg.solve(system, targets)
        scale = targets @ solved / 40
        found.append((-20 * np.log(scale) - 0.5 * np.linalg.slogdet(system)[1], solved))
    evidence, solved = max(found, key=lambda pair: pair[0])
    assert process.evidence == pytest.approx(evidence, abs=1e-8)
    np.testing.assert_allclose(process.predict(new), kernel(new, points, length) @ solved, atol=1e-9)


def test_evidence_prefers_the_kernel_the_data_come_from() -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(-2, 2, size=(120, 1))
    noise = 0.05 * rng.normal(size=120)
    assert GaussianProcess.fit(points, 2 * points[:, 0] + noise).length is None
    bent = GaussianProcess.fit(points, np.sin(3 * points[:, 0]) + noise)
    assert bent.length is not None
    grid = np.linspace(-1.8, 1.8, 20)[:, None]
    assert np.abs(bent.predict(grid) - np.sin(3 * grid[:, 0])).max() < 0.2


def test_kernel_is_positive_semidefinite() -> None:
    points = np.random.default_rng(2).normal(size=(30, 4))
    for length in (None, 0.5, 2.5):
        assert np.linalg.eigvalsh(kernel(points, points, length)).min() > -1e-10
