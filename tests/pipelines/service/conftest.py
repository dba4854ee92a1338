"""Servers in this process, for as long as a test needs them."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.settings import ServiceSettings
from starlette.testclient import TestClient


@pytest.fixture
def serve(tmp_path: Path):
    """A function from settings to the client of a running service; nothing is loaded before it is asked."""
    with ExitStack() as running:

        def start(**settings) -> TestClient:
            usual = {"preload": False, "folder": tmp_path / "service", "runs": tmp_path / "runs"}
            app = create_app(ServiceSettings(**{**usual, **settings}))
            return running.enter_context(TestClient(app, raise_server_exceptions=False))

        yield start


@pytest.fixture(scope="session")
def tiny_forecaster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a trained forecaster that loads without torch's help: a linear one, for 6 hours."""
    import numpy as np
    import pandas as pd
    from fourfold.domains.timeseries.forecaster import Forecaster

    hours = np.arange(400)
    frame = pd.DataFrame({
        "unique_id": "a",
        "ds": pd.date_range("2026-01-01", periods=400, freq="h"),
        "y": 10 + np.sin(2 * np.pi * hours / 24) + np.random.default_rng(0).normal(0, 0.1, 400),
    })  # fmt: skip
    return Forecaster("linear").fit(frame, 6).save(tmp_path_factory.mktemp("models") / "hours")
