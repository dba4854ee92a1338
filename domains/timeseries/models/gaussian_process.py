"""Gaussian-process regression of a few hundred points, its settings by marginal likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

NOISES = 10.0 ** np.arange(-3.0, 3.5, 0.5)
"""Noise variances tried, by the kernel's own variance."""
LENGTHS = (None, 1.0, 2.5)
"""Length scales of the RBF part tried, in units of sqrt(features); None: linear kernel alone."""


@dataclass(frozen=True)
class GaussianProcess:
    """Posterior mean under k(a, b) = s^2 (1 + a.b / d + exp(-|a - b|^2 / (2 l^2 d))) + noise.

    (Rasmussen and Williams 2006, algorithm 2.1 and eq. 5.8.) The linear part carries an effect beyond
    the values seen, the RBF part bends it where the data ask for it.
    """

    points: np.ndarray
    """float64 [n, d], the features learnt from."""
    weights: np.ndarray
    """float64 [n], (K + noise I)^-1 times the targets."""
    length: float | None
    evidence: float
    """Log marginal likelihood, the overall variance s^2 at its best, up to a constant."""

    @classmethod
    def fit(
        cls, points: np.ndarray, targets: np.ndarray, lengths: tuple[float | None, ...] = LENGTHS
    ) -> GaussianProcess:
        """Learn targets float64 [n] of mean near 0 at points [n, d]; O(n^3) for each length scale."""
        best: GaussianProcess | None = None
        for length in lengths:
            values, vectors = eigh(kernel(points, points, length), check_finite=False, driver="evd")
            rotated = vectors.T @ targets
            spectrum = np.maximum(values, 0.0) + NOISES[:, None]
            scale = np.mean(rotated**2 / spectrum, axis=1)
            evidence = -0.5 * (
                len(targets) * np.log(np.maximum(scale, 1e-300)) + np.log(spectrum).sum(axis=1)
            )
            chosen = int(evidence.argmax())
            if best is None or evidence[chosen] > best.evidence:
                weights = vectors @ (rotated / spectrum[chosen])
                best = cls(points, weights, length, float(evidence[chosen]))
        assert best is not None
        return best

    def predict(self, points: np.ndarray) -> np.ndarray:
        """Posterior mean at points [m, d], float64 [m]."""
        return kernel(points, self.points, self.length) @ self.weights


def kernel(a: np.ndarray, b: np.ndarray, length: float | None) -> np.ndarray:
    """Covariance of the noise-free function at a [n, d] and b [m, d], [n, m]."""
    size = max(a.shape[1], 1)
    linear = 1.0 + a @ b.T / size
    if length is None:
        return linear
    squared = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1) - 2 * a @ b.T
    return linear + np.exp(-np.maximum(squared, 0.0) / (2 * length**2 * size))
