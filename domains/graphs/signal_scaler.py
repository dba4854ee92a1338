"""Scaling of signals: z-scores over all nodes or per node, and the profile of the day taken off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ...shared.errors import note
from ...shared.forecasting.scaling import StandardScaler
from .clock import Clock
from .sensor_graph.checks import counted
from .signals.signals import Signals

Scaling = Literal["global", "node"]


@dataclass(frozen=True)
class SignalScaler:
    """z = (y - profile - mean) / scale of the S = N * C series of a `Signals`, fitted on training rows."""

    series: StandardScaler
    """Mean and scale [S]: of each channel over time and nodes, or of each series."""
    spread: np.ndarray
    """float64 [S], each series' own deviation: the unit of its errors."""
    profile: np.ndarray | None = None
    """float64 [steps of a day, S], mean of each slot of the day; None: not taken off."""

    @classmethod
    def fit(cls, signals: Signals, rows: slice, how: Scaling, clock: Clock | None = None) -> SignalScaler:
        """Fit to the observed values of some rows; `clock` asks for the profile of the day.

        A constant series has scale 1, with a warning where each series is scaled by itself. One without any
        value in these rows stands where those of its channel are on average.
        """
        values, observed = signals.panel.values[rows], signals.panel.observed[rows]
        profile = None
        if clock is not None:
            slot = clock.slot[: signals.panel.n_steps][rows]
            profile = _slot_means(values, observed, slot, clock.steps_per_day)
            values = np.where(observed, values - profile[slot], 0.0)
        own = StandardScaler.fit(values, observed)
        if not observed.any(axis=0).all():
            known = observed.any(axis=0).reshape(-1, signals.n_channels)
            own = StandardScaler(_average_unknown(own.mean, known), _average_unknown(own.scale, known))
            profile = None if profile is None else _average_unknown(profile, known)
        if how == "node":
            _warn_of_constants(signals, values, observed)
            return cls(own, own.scale, profile)
        nodes, channels = signals.n_nodes, signals.n_channels
        flat = (-1, channels)
        pooled = StandardScaler.fit(values.reshape(flat), observed.reshape(flat))
        tiled = StandardScaler(np.tile(pooled.mean, nodes), np.tile(pooled.scale, nodes))
        return cls(tiled, own.scale, profile)

    def unit(self, channels: int) -> np.ndarray:
        """float64 [C]: root mean square of the scales of each channel's series."""
        return np.sqrt((self.series.scale.reshape(-1, channels) ** 2).mean(axis=0))

    def offset(self, slots: np.ndarray) -> np.ndarray:
        """float64 [..., S], what is taken off at steps with these slots [...]."""
        mean = self.series.mean
        return (
            mean + self.profile[slots]
            if self.profile is not None
            else np.broadcast_to(mean, (*slots.shape, len(mean)))
        )

    def pick(self, series: np.ndarray) -> SignalScaler:
        """The scaler of some of its series, in this order."""
        return SignalScaler(
            StandardScaler(self.series.mean[series], self.series.scale[series]),
            self.spread[series],
            None if self.profile is None else self.profile[:, series],
        )

    def for_other_nodes(self, nodes: int, channels: int) -> SignalScaler:
        """For nodes that nothing is known of: means over the known ones."""

        def mean(rows: np.ndarray) -> np.ndarray:
            return np.tile(rows.reshape(*rows.shape[:-1], -1, channels).mean(axis=-2), nodes)

        known = self.series
        return SignalScaler(
            StandardScaler(mean(known.mean), mean(known.scale)),
            mean(self.spread),
            None if self.profile is None else mean(self.profile),
        )

    def refitted(self, other: SignalScaler, how: Scaling) -> SignalScaler:
        """This scaler on the nodes of `other`, which was fitted to them: what is local comes from there."""
        return (
            other
            if how == "node"
            else replace(other, series=StandardScaler(self.series.mean, self.series.scale))
        )

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name."""
        kept = {**self.series.state(), "spread": self.spread}
        return kept if self.profile is None else {**kept, "profile": self.profile}

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray]) -> SignalScaler:
        """Rebuild from `state()`."""
        return cls(StandardScaler.from_state(state), state["spread"], state.get("profile"))


def _slot_means(values: np.ndarray, observed: np.ndarray, slot: np.ndarray, slots: int) -> np.ndarray:
    """Mean of each slot [slots, S]; the series' own mean where a slot was never observed."""
    total, count = np.zeros((2, slots, values.shape[1]))
    np.add.at(total, slot, np.where(observed, values, 0.0))
    np.add.at(count, slot, observed)
    whole = total.sum(axis=0) / np.maximum(count.sum(axis=0), 1)
    return np.where(count > 0, total / np.maximum(count, 1), whole)


def _average_unknown(rows: np.ndarray, known: np.ndarray) -> np.ndarray:
    """[..., N * C] where series that are not known [N, C] take the mean of those of their channel."""
    table = rows.reshape(*rows.shape[:-1], *known.shape)
    count = known.sum(axis=0)
    mean = np.where(known, table, 0.0).sum(axis=-2, keepdims=True) / np.maximum(count, 1)
    return np.where(known | (count == 0), table, mean).reshape(rows.shape)


def _warn_of_constants(signals: Signals, values: np.ndarray, observed: np.ndarray) -> None:
    low = np.where(observed, values, np.inf).min(axis=0)
    high = np.where(observed, values, -np.inf).max(axis=0)
    constant = [name for name, is_it in zip(signals.panel.series, low == high, strict=True) if is_it]
    if constant:
        told = counted(len(constant), "series does", "series do")
        note(f"{told} not change in the training rows, such as {constant[0]!r}: scale 1")
