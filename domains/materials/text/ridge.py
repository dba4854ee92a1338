"""Ridge regression with the penalty chosen on held-out rows: the smallest regressor that is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PENALTIES = tuple(10.0**k for k in range(-6, 5))


@dataclass(frozen=True)
class Ridge:
    """target = (features within what was seen - mean) / scale @ weights + offset."""

    lowest: np.ndarray
    highest: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    offset: float
    penalty: float

    @classmethod
    def fit(cls, features_MF: np.ndarray, target_M: np.ndarray, held_out: np.ndarray) -> Ridge:
        """Closed form for each penalty (Hoerl and Kennard 1970); the best on `held_out` (bool [M]) is kept.

        Features are standardised by the other rows and never taken beyond what was seen there: a line says
        nothing of where it was not fitted. Columns without spread count nothing.
        """
        rows = ~held_out
        seen = features_MF[rows]
        lowest, highest = seen.min(axis=0), seen.max(axis=0)
        mean, spread = seen.mean(axis=0), seen.std(axis=0)
        scale = np.where(spread > 1e-12, spread, np.inf)
        x = (np.clip(features_MF, lowest, highest) - mean) / scale
        offset = float(target_M[rows].mean())
        # Of M rows and F columns only the smaller matrix is factored: w = V (s / (s^2 + p)) U' y.
        u, s, vt = np.linalg.svd(x[rows], full_matrices=False)
        along = u.T @ (target_M[rows] - offset)
        across = x[held_out] @ vt.T
        missed = [
            float(np.abs(across @ (s / (s**2 + p * rows.sum()) * along) + offset - target_M[held_out]).mean())
            for p in PENALTIES
        ]
        penalty = PENALTIES[int(np.argmin(missed))]
        weights = vt.T @ (s / (s**2 + penalty * rows.sum()) * along)
        return cls(lowest, highest, mean, scale, weights, offset, penalty)

    def predict(self, features_MF: np.ndarray) -> np.ndarray:
        """Targets of these features, float64 [M]."""
        inside = np.clip(features_MF, self.lowest, self.highest)
        return (inside - self.mean) / self.scale @ self.weights + self.offset
