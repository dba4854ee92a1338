"""Networks by name."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from .network import SpatioTemporalNetwork
from .presets import network_settings
from .settings import Dimensions, TemplateSettings


def build_network(
    name: str,
    *,
    nodes: int,
    channels: int,
    horizon: int,
    lookback: int,
    past: int = 0,
    future: int = 0,
    static: int = 0,
    quantiles: int = 1,
    steps_per_day: int = 288,
    **sizes: Any,
) -> SpatioTemporalNetwork:
    """A fresh network of this name; torch's global generator draws its weights.

    Args:
        name: one of `presets.NAMES`.
        nodes: N.
        channels: C.
        horizon: H.
        lookback: L.
        past: covariates known up to the cutoff.
        future: covariates known ahead.
        static: facts per node.
        quantiles: Q, 1 for a point forecast.
        steps_per_day: steps of the time axis in a day, at least 1.
        sizes: settings of the network that replace its preset's; `preset` chooses "paper" or "small".

    Raises:
        InputError: no network has this name, or a setting is unknown or wrong.
    """
    settings = network_settings(name, **sizes)
    dimensions = Dimensions(
        nodes, channels, horizon, lookback, past, future, static, quantiles, steps_per_day
    )
    return network_of(dimensions, settings)


def network_of(dimensions: Dimensions, settings: BaseModel) -> SpatioTemporalNetwork:
    """The network that these settings belong to."""
    if isinstance(settings, TemplateSettings):
        from .template import TemplateNetwork

        return TemplateNetwork(dimensions, settings)
    raise TypeError(type(settings).__name__)
