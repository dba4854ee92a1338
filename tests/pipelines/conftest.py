"""Tables of the kinds that people bring."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def hourly_csv(tmp_path: Path, hourly_table: pd.DataFrame) -> Path:
    """The table as a file, alone in its folder."""
    path = tmp_path / "hourly.csv"
    hourly_table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def hourly_table() -> pd.DataFrame:
    """Two hourly series of unequal length in Berlin time, across the end of summer time, with gaps."""
    rng = np.random.default_rng(0)
    frames = []
    for name, length in (("007", 900), ("north hall", 700)):
        time = pd.date_range("2025-09-20", periods=length, freq="h", tz="Europe/Berlin")
        season = 5 * np.sin(np.arange(length) * 2 * np.pi / 24)
        frame = pd.DataFrame(
            {"unique_id": name, "ds": time.map(lambda stamp: stamp.isoformat()), "y": 20 + season}
        )
        frame["y"] += rng.normal(0, 0.5, length)
        frames.append(frame.drop(index=range(300, 305)))
    return pd.concat(frames)
