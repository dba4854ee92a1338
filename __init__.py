"""fourfold: time series, graphs, audio and materials on one training core.

The products are here by name and load when first used: `from fourfold import Forecaster`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .domains.audio.vocoder import Vocoder as Vocoder
    from .domains.graphs.forecaster import GraphForecaster as GraphForecaster
    from .domains.graphs.node_classifier import NodeClassifier as NodeClassifier
    from .domains.graphs.sensor_graph.sensor_graph import SensorGraph as SensorGraph
    from .domains.materials.crystal_generator import CrystalGenerator as CrystalGenerator
    from .domains.timeseries.forecaster import Forecaster as Forecaster
    from .pipelines.client.client import Client as Client

__version__ = "0.1.0"
__all__ = [
    "Client",
    "CrystalGenerator",
    "Forecaster",
    "GraphForecaster",
    "NodeClassifier",
    "SensorGraph",
    "Vocoder",
]

_HOMES = {
    "Client": ".pipelines.client.client",
    "CrystalGenerator": ".domains.materials.crystal_generator",
    "Forecaster": ".domains.timeseries.forecaster",
    "GraphForecaster": ".domains.graphs.forecaster",
    "NodeClassifier": ".domains.graphs.node_classifier",
    "SensorGraph": ".domains.graphs.sensor_graph.sensor_graph",
    "Vocoder": ".domains.audio.vocoder",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
