"""docs/graphs.md is a promise: every command and every piece of Python in it runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "graphs.md").read_text()
NODES = ("north", "east", "south", "west")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def network(folder: Path, signals: str, edges: str, prefix: str = "") -> None:
    """Ten days of hours at four sensors in a ring, with a gap."""
    rng, hours = np.random.default_rng(0), np.arange(240)
    season = 50 + 10 * np.sin(2 * np.pi * (hours[:, None] - np.arange(4)) / 24)
    names = [prefix + name for name in NODES]
    frame = pd.DataFrame(season + rng.normal(0, 0.5, season.shape), columns=names)
    frame.iloc[60:63, 1] = None
    frame.insert(0, "ds", pd.date_range("2026-03-01", periods=240, freq="h"))
    frame.to_csv(folder / signals, index=False)
    ring = [(name, names[(place + 1) % 4], 1.0) for place, name in enumerate(names)]
    pd.DataFrame(ring, columns=["from", "to", "weight"]).to_csv(folder / edges, index=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    network(folder, "signals.csv", "edges.csv")
    network(folder, "elsewhere.csv", "other-edges.csv", "far-")
    return folder


def test_own_data_take_ten_lines_at_most() -> None:
    assert blocks("python")[0].count("\n") <= 10


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_commands(desk: Path) -> None:
    """One after the other, as a reader would type them: later ones use what earlier ones wrote."""
    lines = [line for block in blocks("console") for line in block.splitlines() if line.strip()]
    assert len(lines) >= 5
    for line in lines:
        program = "from fourfold.pipelines.cli import main; import sys; sys.exit(main())"
        arguments = [sys.executable, "-c", program, *shlex.split(line)[1:]]
        done = subprocess.run(arguments, cwd=desk, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    with xr.open_dataset(desk / "out.nc") as stored:
        assert dict(stored.sizes) == {"cutoff": 1, "lead": 12, "series": 4, "quantile": 2}
    assert (desk / "runs" / "network" / "report.html").is_file()
    assert (desk / "their-network" / "config.json").is_file()


@pytest.mark.slow
def test_python(desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(desk)
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(compile(block, "graphs.md", "exec"), names)
    assert "residuals" in capsys.readouterr().out.lower()
