"""One service for all of these tests: a trained forecaster of six hours, and the methods."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.settings import ServiceSettings
from starlette.testclient import TestClient


@pytest.fixture(scope="session")
def client(tiny_forecaster: Path, tmp_path_factory: pytest.TempPathFactory):
    """Limits are small, so that they can be passed."""
    folder = tmp_path_factory.mktemp("service")
    settings = ServiceSettings(
        models=(str(tiny_forecaster),), preload=False, folder=folder, runs=folder / "runs",
        max_points=20_000, max_series=50, max_horizon=200, batch_window_ms=20, max_body_mb=2,
    )  # fmt: skip
    with TestClient(create_app(settings), raise_server_exceptions=False) as running:
        yield running


@pytest.fixture(scope="session")
def hours() -> pd.DataFrame:
    """Three hourly series of unequal length."""
    rng = np.random.default_rng(3)
    frames = []
    for place, length in enumerate((300, 250, 200)):
        time = pd.date_range("2026-01-01", periods=length, freq="h")
        season = 5 * np.sin(np.arange(length) * 2 * np.pi / 24)
        frame = pd.DataFrame({"unique_id": f"s{place}", "ds": time, "y": 20 + season})
        frame["y"] += rng.normal(0, 0.5, length)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
