"""Windows of signals as the imputer reads them: scaled values, masks, what is known beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ....shared.errors import InputError
from ....shared.forecasting.scaling import StandardScaler
from ....shared.panels.panel import Panel
from ..clock import Clock
from ..signals.signals import Signals


@dataclass(frozen=True)
class Readings:
    """Signals of T steps made ready for the network."""

    values: np.ndarray
    """float32 [T, N, C], scaled; 0 where not observed."""
    observed: np.ndarray
    """bool [T, N, C]."""
    covariates: np.ndarray
    """float32 [T, N, U], scaled."""

    def window(self, starts: np.ndarray, steps: int) -> dict[str, Tensor]:
        """Windows of `steps` rows from these starts on, as tensors [B, L, N, ...]."""
        rows = starts[:, None] + np.arange(steps)
        return {
            "x": torch.from_numpy(self.values[rows]),
            "observed": torch.from_numpy(self.observed[rows]),
            "covariates": torch.from_numpy(self.covariates[rows]),
        }


@dataclass(frozen=True)
class ReadingScaler:
    """Mean and deviation of each channel and covariate over time and nodes, from training rows."""

    values: StandardScaler
    """[C]."""
    covariates: StandardScaler
    """[U] of the panel's covariates."""
    calendar: bool
    """Whether sine and cosine of the time of day follow them."""

    @classmethod
    def fit(cls, signals: Signals, rows: slice, *, covariates: bool, calendar: bool) -> ReadingScaler:
        """Fit to the observed values of some rows."""
        channels = signals.n_channels
        values = signals.panel.values[rows].reshape(-1, channels)
        known = (stacked_covariates(signals) if covariates else _none(signals))[rows]
        flat = known.reshape(known.shape[0] * known.shape[1], known.shape[2])
        return cls(
            StandardScaler.fit(values, signals.panel.observed[rows].reshape(-1, channels)),
            StandardScaler.fit(flat, np.ones(flat.shape, dtype=bool)),
            calendar,
        )

    @property
    def width(self) -> int:
        """U, calendar included."""
        return len(self.covariates.mean) + 2 * self.calendar

    def read(self, signals: Signals) -> Readings:
        """All rows of some signals."""
        known = stacked_covariates(signals) if len(self.covariates.mean) else _none(signals)
        parts = [self.covariates.transform(known)]
        if self.calendar:
            angle = 2 * np.pi * Clock.of(signals.panel, 0).time_of_day[:, None, None]
            both = np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)
            parts.append(np.broadcast_to(both, (*known.shape[:2], 2)))
        scaled = self.values.transform(signals.values_TNC)
        return Readings(
            values=np.where(signals.observed_TNC, scaled, 0).astype(np.float32),
            observed=np.ascontiguousarray(signals.observed_TNC),
            covariates=np.concatenate(parts, axis=-1).astype(np.float32),
        )

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name."""
        named = {"values": self.values, "covariates": self.covariates}
        return {f"{name}.{key}": row for name, part in named.items() for key, row in part.state().items()}

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray], calendar: bool) -> ReadingScaler:
        """Rebuild from `state()`."""

        def part(name: str) -> StandardScaler:
            return StandardScaler.from_state({key: state[f"{name}.{key}"] for key in ("mean", "scale")})

        return cls(part("values"), part("covariates"), calendar)


def covariate_names(panel: Panel) -> list[str]:
    """Names of the past and future covariates, in the order in which they are stacked."""
    return [*panel.past, *panel.future]


def stacked_covariates(signals: Signals) -> np.ndarray:
    """float [T, N, U], the panel's past and future covariates of each node at the step itself."""
    panel = signals.panel
    tables = [*panel.past.values(), *panel.future.values()]
    if not tables:
        return _none(signals)
    first = slice(None, None, signals.n_channels)  # they stand at all C series of a node alike
    return np.stack([table[: panel.n_steps, first] for table in tables], axis=-1)


def _none(signals: Signals) -> np.ndarray:
    return np.zeros((signals.panel.n_steps, signals.n_nodes, 0), dtype=np.float32)


def covering_starts(rows: slice, window: int, stride: int) -> np.ndarray:
    """int64, starts of windows that together cover `rows`; the last ends with them.

    Where the rows are fewer than a window's, the one window reaches back, at most to row 0.
    """
    last = max(rows.stop - window, 0)
    return np.unique(np.minimum(np.arange(rows.start, max(last, rows.start) + stride, stride), last))


class TrainingWindows:
    """Every window inside the training rows that holds an observed value, by index (a `BatchSource`)."""

    def __init__(self, readings: Readings, rows: slice, window: int) -> None:
        self.readings, self.window = readings, window
        starts = np.arange(rows.start, max(rows.stop - window + 1, rows.start))
        seen = np.concatenate([[0], readings.observed.any(axis=(1, 2)).cumsum()])
        self.starts = starts[seen[starts + window] > seen[starts]]
        if not len(self.starts):
            raise InputError(
                "training rows",
                f"{max(rows.stop - rows.start, 0)} rows hold no window",
                expected=f"at least {window} rows with observed values",
                remedy="Give more rows, or a shorter window",
            )

    def __len__(self) -> int:
        return len(self.starts)

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        """Tensors as `ImputationObjective` reads them."""
        return self.readings.window(self.starts[indices], self.window)


class JudgedWindows:
    """Windows that cover the held-out rows, where some known values are hidden and judged."""

    def __init__(self, readings: Readings, rows: slice, window: int, judged: np.ndarray) -> None:
        """`judged`: bool [T, N, C], known values; those outside `rows` are read, not judged."""
        self.readings, self.window = readings, window
        self.judged = judged.copy()
        self.judged[: rows.start] = False
        self.judged[rows.stop :] = False
        self.starts = covering_starts(rows, window, window)
        self._first = np.concatenate([[0], self.starts[:-1] + window])

    def __len__(self) -> int:
        return len(self.starts)

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        """Tensors as `ImputationObjective` judges them; a row that two windows share is judged once."""
        starts = self.starts[indices]
        batch = self.readings.window(starts, self.window)
        rows = starts[:, None] + np.arange(self.window)
        hidden = self.judged[rows]
        own = rows >= self._first[indices][:, None]
        return {
            **batch,
            "hidden": torch.from_numpy(hidden),
            "judged": torch.from_numpy(hidden & own[:, :, None, None]),
        }
