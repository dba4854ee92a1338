"""The README is a promise: every command and every piece of Python in it runs."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
MAKE = {"make demo"}
"""Commands that set up a machine: tried by the continuous check's own `make`, not from inside a test."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def commands() -> Iterator[str]:
    for block in blocks("console"):
        for line in block.splitlines():
            if line.strip() and line not in MAKE:
                yield line


def sales() -> pd.DataFrame:
    """Two series of daily sales with a week in them, one ending earlier."""
    days = pd.date_range("2022-01-01", periods=700, freq="D")
    rng = np.random.default_rng(0)
    week = 10 * np.sin(2 * np.pi * np.arange(700) / 7)
    north = pd.DataFrame({"unique_id": "north", "ds": days, "y": 100 + week + rng.normal(size=700)})
    south = pd.DataFrame({"unique_id": "south", "ds": days, "y": 50 + week / 2 + rng.normal(size=700)})
    return pd.concat([north, south.iloc[:-9]], ignore_index=True)


def pressures() -> pd.DataFrame:
    """Six nodes of a ring, hourly, each following its neighbour of the hour before, with a gap."""
    rng = np.random.default_rng(1)
    values = np.zeros((480, 6))
    for t in range(1, 480):
        values[t] = 0.7 * np.roll(values[t - 1], 1) + np.sin(2 * np.pi * t / 24) + 0.3 * rng.normal(size=6)
    values[100:106, 2] = np.nan
    return pd.DataFrame(
        values, columns=list("abcdef"), index=pd.date_range("2024-01-01", periods=480, freq="h")
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    sales().to_csv(folder / "sales.csv", index=False)
    pressures().to_csv(folder / "signals.csv", index_label="ds")
    edges = pd.DataFrame({"from": list("abcdef"), "to": list("bcdefa"), "weight": 1.0})
    edges.to_csv(folder / "edges.csv", index=False)
    return folder


def test_the_first_screen_says_how_to_begin() -> None:
    assert "make demo" in README[:1000]
    assert blocks("python")[0].count("\n") <= 8


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_commands(desk: Path) -> None:
    """One after the other, as a reader would type them: later ones use what earlier ones wrote."""
    written = [line for line in commands() if line.startswith("fourfold ")]
    assert len(written) >= 5
    for line in written:
        program = "from fourfold.pipelines.cli import main; main()"
        arguments = [sys.executable, "-c", program, *shlex.split(line)[1:]]
        done = subprocess.run(arguments, cwd=desk, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    forecast = pd.read_csv(desk / "forecast.csv")
    assert forecast.groupby("unique_id").size().to_dict() == {"north": 28, "south": 28}
    assert (desk / "runs" / "sales" / "report.html").is_file()
    assert (desk / "runs" / "network" / "report.html").is_file()
    assert (desk / "out.nc").is_file()


@pytest.mark.slow
def test_python(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    names: dict[str, object] = {"frame": sales()}
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), names)
    assert (desk / "forecast.png").is_file()


def test_no_measured_command_is_without_its_file() -> None:
    """Each benchmark the README names exists, and so does the result it speaks of."""
    named = set(re.findall(r"benchmarks\.(\w+)|benchmarks/(\w+)\.py", README))
    named = {first or second for first, second in named}
    assert len(named) >= 5
    for name in named:
        assert (ROOT / "benchmarks" / f"{name}.py").is_file(), name
        assert (ROOT / "benchmarks" / "results" / f"{name}.json").is_file(), name
