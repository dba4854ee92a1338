"""Imputation without a model: the mean, a line between neighbours in time, the mean of the same slot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....shared.panels.gaps import fill_linear

Fill = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(values [T, S], observed [T, S]) to values [T, S] without gaps."""


def fill_mean(values: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Every gap takes its series' mean; a series without any value takes the mean of all."""
    means = _means(values, observed)
    return np.where(observed, values, means.astype(values.dtype))


def fill_line(values: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Straight lines between neighbours in time; at both ends the nearest value (means without any)."""
    filled = fill_linear(values, observed)
    rows = np.arange(len(values))[:, None]
    first, last = observed.argmax(axis=0), len(values) - 1 - observed[::-1].argmax(axis=0)
    columns = np.arange(values.shape[1])
    filled = np.where(rows < first, values[first, columns], filled)
    filled = np.where(rows > last, values[last, columns], filled)
    return np.where(observed.any(axis=0), filled, fill_mean(values, observed))


def fill_slot(values: np.ndarray, observed: np.ndarray, slots: np.ndarray) -> np.ndarray:
    """Every gap takes its series' mean over the steps of the same slot (of the day, of the week).

    Args:
        slots: int [T], each step's slot; a slot without any value takes the series' mean.
    """
    count = int(slots.max()) + 1
    totals, known = np.zeros((2, count, values.shape[1]))
    np.add.at(totals, slots, np.where(observed, values, 0.0))
    np.add.at(known, slots, observed)
    means = np.where(known > 0, totals / np.maximum(known, 1), _means(values, observed))
    return np.where(observed, values, means[slots].astype(values.dtype))


def _means(values: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """float64 [S]."""
    counts = observed.sum(axis=0)
    totals = np.where(observed, values, 0.0).sum(axis=0, dtype=np.float64)
    everywhere = totals.sum() / max(counts.sum(), 1)
    return np.where(counts > 0, totals / np.maximum(counts, 1), everywhere)
