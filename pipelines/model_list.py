"""What can stand for MODEL: a line each for methods and shipped models."""

from __future__ import annotations

import json
from pathlib import Path

from ..shared.artifact.shipped import list_shipped

METHODS = {
    "seasonal-naive": "repeats the last season",
    "last-value": "repeats the last value",
    "drift": "goes on along the line from the first to the last value",
    "slot-mean": "mean of the same hour, weekday or month so far",
    "linear": "closed-form ridge from the past window to the horizon, shared by all series",
    "arnet": "AR-Net: autoregression trained by gradient, with few and readable weights",
    "theta": "Theta method, fitted on the context of every forecast",
    "ets": "exponential smoothing, fitted on the context of every forecast",
    "sarimax": "ARIMA errors around covariates known ahead, fitted on the context of every forecast",
    "covariate-adapter": "corrects another model by covariates known ahead, where validation says it helps",
    "tempo-nano": "TEMPO in its smallest size, for first looks",
    "tempo-small": "TEMPO for two CPU cores: trend, season and residual, each with its prompt and head",
    "tempo-80m": "TEMPO in the paper's size, on GPT-2 weights of yours",
    "tempo-zero": "TEMPO trained beforehand on a mixture of series: forecasts yours as they are",
}
"""One line about each method that is fitted on the data at hand."""
NETWORKS = {
    "rnn": "one recurrent network for all nodes, without their graph: what a graph has to beat",
    "fc-rnn": "one recurrent network that reads all nodes at once, without their graph",
    "tts-imp": "time, then space: recurrent network, then messages weighted by edges, with node embeddings",
    "tts-amp": "time, then space, with messages that the network weighs itself",
    "tas-imp": "time and space at once: recurrent network whose gates exchange messages weighted by edges",
    "tas-amp": "time and space at once, with messages that the network weighs itself",
    "dcrnn": "DCRNN: diffusion convolution along and against the edges inside a recurrent network",
    "graph-wavenet": "Graph WaveNet: dilated convolutions in time, diffusion over given and learnt edges",
    "stid": "STID: embeddings of node, time of day and weekday in front of a perceptron; reads no graph",
    "sgp": "SGP: features of time and space computed once, trained on single nodes; for very large graphs",
}
"""One line about each network that is fitted on the signals of a graph's nodes."""


def method_summaries() -> dict[str, str]:
    """Every method that is fitted on the data at hand, with what is said of it."""
    from ..domains.timeseries.models.build import NAMES

    shipped = list_shipped()
    return {name: METHODS.get(name, "") for name in NAMES if name not in shipped}


def network_summaries() -> dict[str, str]:
    """Every network on a graph that is fitted on the signals at hand, with what is said of it."""
    from ..domains.graphs.models.presets import NAMES

    return {name: NETWORKS.get(name, "") for name in NAMES}


def shipped_summary(folder: Path) -> tuple[str, str]:
    """(kind, summary of its card) of an artefact folder."""
    from ..shared.artifact.card import ModelCard

    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("kind", "")
    card = ModelCard.from_markdown((folder / "README.md").read_text(encoding="utf-8"), where=str(folder))
    return str(kind), card.summary
