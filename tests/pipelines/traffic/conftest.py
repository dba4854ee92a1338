"""A small network of sensors in files, as people keep it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

NODES = tuple(f"s{number}" for number in range(6))


@pytest.fixture(scope="session")
def network_frames() -> dict[str, pd.DataFrame]:
    """Ten days of hours on a ring of six sensors: a day's season that travels, with a gap, and places."""
    rng = np.random.default_rng(0)
    hours = np.arange(240)
    columns = {
        name: 50 + 10 * np.sin(2 * np.pi * (hours - number) / 24) + rng.normal(0, 0.5, 240)
        for number, name in enumerate(NODES)
    }
    signals = pd.DataFrame({"ds": pd.date_range("2026-03-01", periods=240, freq="h"), **columns})
    signals.loc[100:104, "s2"] = None
    ring = [(name, NODES[(number + 1) % 6]) for number, name in enumerate(NODES)]
    edges = pd.DataFrame(ring, columns=["from", "to"]).assign(weight=1.0)
    angle = np.arange(6) / 6 * 2 * np.pi
    places = pd.DataFrame({"node": NODES, "latitude": 52 + np.sin(angle), "longitude": 13 + np.cos(angle)})
    return {"signals": signals, "edges": edges, "places": places}


@pytest.fixture
def network_files(tmp_path: Path, network_frames: dict[str, pd.DataFrame]) -> Path:
    """A folder with signals.csv, edges.csv and places.csv."""
    for name, frame in network_frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path
