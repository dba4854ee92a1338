"""Networks by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from .dcrnn import DCRNN
from .fully_connected_rnn import FullyConnectedRNN
from .graph_wavenet import GraphWaveNet
from .network import SpatioTemporalNetwork
from .presets import network_settings
from .settings import (
    DiffusionSettings,
    Dimensions,
    FullyConnectedSettings,
    StidSettings,
    TemplateSettings,
    WaveNetSettings,
)
from .sgp import SGP
from .sgp_settings import SgpSettings
from .stid import STID
from .template import TemplateNetwork

NETWORKS: dict[type[BaseModel], Callable[[Dimensions, Any], SpatioTemporalNetwork]] = {
    TemplateSettings: TemplateNetwork,
    FullyConnectedSettings: FullyConnectedRNN,
    DiffusionSettings: DCRNN,
    WaveNetSettings: GraphWaveNet,
    StidSettings: STID,
    SgpSettings: SGP,
}
"""The network that each kind of settings describes."""


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
    return NETWORKS[type(settings)](dimensions, settings)
