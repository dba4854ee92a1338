"""A forecaster on the small network, for all tests here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pandas as pd
import pytest
from fourfold.domains.graphs.forecaster import GraphForecaster
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from small_network import SMALL, ring, wide_frame


@pytest.fixture
def graph() -> SensorGraph:
    return ring()


@pytest.fixture
def frame() -> pd.DataFrame:
    return wide_frame()


@pytest.fixture(scope="session")
def fitted() -> GraphForecaster:
    """Quantiles of its own; not to be changed by a test."""
    return GraphForecaster("tts-imp", model_settings=SMALL).fit(wide_frame(), ring(), 4)
