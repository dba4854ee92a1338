"""How each kind of model is loaded, and what is told of it once it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Load = Callable[[Path], Any]


def _forecaster(folder: Path) -> Any:
    from ...domains.timeseries.forecaster import Forecaster

    return Forecaster.load(folder)


def _graph_forecaster(folder: Path) -> Any:
    from ...domains.graphs.forecaster import GraphForecaster

    return GraphForecaster.load(folder)


def _vocoder(folder: Path) -> Any:
    from ...domains.audio.vocoder import Vocoder

    return Vocoder.load(folder)


def _generator(folder: Path) -> Any:
    from ...domains.materials.crystal_generator import CrystalGenerator

    return CrystalGenerator.load(folder)


LOADERS: dict[str, Load] = {
    "forecaster": _forecaster,
    "graph-forecaster": _graph_forecaster,
    "vocoder": _vocoder,
    "crystal-generator": _generator,
}
"""The kinds that are served; torch is imported when one is loaded."""


def facts_of(kind: str, model: Any) -> dict[str, Any]:
    """Limits and sizes of a loaded model; nothing of one that is not loaded."""
    return {} if model is None else _FACTS[kind](model)


def _forecasting(forecaster: Any) -> dict[str, Any]:
    spec = forecaster.spec or {}
    known = {"horizon": forecaster.horizon, "max_horizon": forecaster.model.max_horizon}
    return known | {name: spec.get(name) for name in ("freq", "period") if name in spec}


def _networking(forecaster: Any) -> dict[str, Any]:
    return _forecasting(forecaster) | {"nodes": list(forecaster.nodes), "context": forecaster.model.lookback}


def _vocoding(vocoder: Any) -> dict[str, Any]:
    settings = vocoder.features.settings
    return {"sample_rate": settings.sample_rate, "hop": settings.hop, "mel_bands": settings.n_mels}


def _generating(generator: Any) -> dict[str, Any]:
    from ..crystals.preparation import UNITS

    scale = generator.fitted().property
    limits = {"max_atoms": generator.settings.network.max_atoms}
    name = None if scale is None else scale.name
    return limits | {"property": name, "property_unit": None if name is None else UNITS.get(name)}


_FACTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "forecaster": _forecasting,
    "graph-forecaster": _networking,
    "vocoder": _vocoding,
    "crystal-generator": _generating,
}
