"""From a method's raw answer to a complete one: any horizon, constants kept, any quantile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from scipy.special import ndtri

from .conformal import ConformalIntervals, context_scale, no_intervals
from .prediction import Prediction
from .windows import Windows


class Answering(Protocol):
    """The part of a forecasting method that is asked for answers."""

    @property
    def max_horizon(self) -> int | None:
        """Longest horizon of one answer; None: any."""
        ...

    def predict(self, windows: Windows) -> Prediction:
        """Forecast windows; one never depends on another."""
        ...


Scale = Callable[[Windows], np.ndarray]
"""The unit of each window's errors, float64 [B]."""


def answer(
    model: Answering,
    windows: Windows,
    levels: Sequence[float] = (),
    intervals: ConformalIntervals | None = None,
    *,
    scale: Scale | None = None,
) -> Prediction:
    """The model's forecast of every window over the whole horizon, with quantiles at `levels`.

    Quantiles are the model's own where it has them, else those of `intervals`, in units of `scale`. Without
    `scale` that is the spread of the context, and a window whose observed context is constant is forecast as
    that constant, with intervals of zero width.

    Raises:
        InputError: quantiles are asked for and there is neither.
    """
    prediction = roll(model, windows)
    quantiles = None
    if levels and prediction.quantiles is not None:
        quantiles = quantiles_at(prediction.quantiles, prediction.levels, levels)
    elif levels and intervals is not None and (scale is not None or _shows_spread(windows)):
        quantiles = intervals.quantiles(prediction.point, (scale or context_scale)(windows), levels)
    elif levels:
        raise no_intervals(0)
    complete = replace(prediction, quantiles=quantiles, levels=tuple(levels))
    return complete if scale is not None else hold_constants(complete, windows)


def _shows_spread(windows: Windows) -> bool:
    """Whether a spread of 0 says something: one step out of more cannot be told from a constant."""
    return windows.context.shape[1] > 1 or not windows.cutoff.any()


def roll(model: Answering, windows: Windows) -> Prediction:
    """Forecast beyond the model's longest horizon by feeding point forecasts back as context.

    Quantiles of later pieces then lack the uncertainty of the pieces before: they are floors.
    """
    longest = model.max_horizon
    if longest is None or windows.horizon <= longest:
        return model.predict(windows)
    pieces: list[Prediction] = []
    done = 0
    while done < windows.horizon:
        steps = min(longest, windows.horizon - done)
        pieces.append(model.predict(_advanced(windows, pieces, done, steps)))
        done += steps
    return Prediction(
        point=np.concatenate([piece.point for piece in pieces], axis=1),
        quantiles=_joined([piece.quantiles for piece in pieces]),
        levels=pieces[0].levels,
        components={
            name: np.concatenate([piece.components[name] for piece in pieces], axis=1)
            for name in pieces[0].components
        },
    )


def _joined(parts: list[np.ndarray | None]) -> np.ndarray | None:
    present = [part for part in parts if part is not None]
    return np.concatenate(present, axis=1) if len(present) == len(parts) else None


def _advanced(windows: Windows, pieces: list[Prediction], done: int, steps: int) -> Windows:
    """The windows `done` steps later, forecasts standing in for what is not known yet."""
    length = windows.context.shape[1]
    known = np.concatenate([windows.context, *(piece.point for piece in pieces)], axis=1)
    seen = np.pad(windows.observed, ((0, 0), (0, done)), constant_values=True)
    past, future = windows.past, windows.future
    if past is not None:
        past = np.pad(past, ((0, 0), (0, done), (0, 0)), mode="edge")[:, done : done + length]
    if future is not None:
        future = future[:, done : done + length + steps]
    return replace(
        windows,
        context=np.ascontiguousarray(known[:, done : done + length]),
        observed=np.ascontiguousarray(seen[:, done : done + length]),
        cutoff=windows.cutoff + done,
        horizon=steps,
        past=past,
        future=future,
    )


def hold_constants(prediction: Prediction, windows: Windows) -> Prediction:
    """Replace the answers for windows whose observed context never changes by that very value."""
    seen = windows.observed
    lowest = np.where(seen, windows.context, np.inf).min(axis=1)
    highest = np.where(seen, windows.context, -np.inf).max(axis=1)
    constant = lowest == highest
    if not constant.any():
        return prediction
    point, quantiles = prediction.point.copy(), prediction.quantiles
    point[constant] = lowest[constant, None]
    if quantiles is not None:
        quantiles = quantiles.copy()
        quantiles[constant] = lowest[constant, None, None]
    components = {name: part.copy() for name, part in prediction.components.items()}
    level = "trend" if "trend" in components else next(iter(components), None)
    for name, part in components.items():
        part[constant] = lowest[constant, None] if name == level else 0
    return replace(prediction, point=point, quantiles=quantiles, components=components)


def quantiles_at(quantiles: np.ndarray, known: Sequence[float], wanted: Sequence[float]) -> np.ndarray:
    """Quantiles at other probabilities: linear in the normal score, also beyond the outermost known ones.

    Args:
        quantiles: [B, H, Q], ascending; known: their Q probabilities; wanted: K probabilities.

    Returns:
        float32 [B, H, K], ascending where `wanted` is.
    """
    if tuple(known) == tuple(wanted):
        return quantiles
    scores, targets = ndtri(np.asarray(known)), ndtri(np.asarray(wanted))
    upper = np.clip(np.searchsorted(scores, targets), 1, len(scores) - 1)
    share = ((targets - scores[upper - 1]) / (scores[upper] - scores[upper - 1])).astype(np.float64)
    low, high = quantiles[..., upper - 1].astype(np.float64), quantiles[..., upper].astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused as not finite
        return (low + share * (high - low)).astype(np.float32)
