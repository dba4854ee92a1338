"""The README is a promise: every command and every piece of Python in it runs."""

import re

import pandas as pd
import pytest
from written_pages import ROOT, Desk, blocks, commands, sales

README = (ROOT / "README.md").read_text()
# `make demo` sets up a machine: it is tried by the continuous check's own `make`, not from inside a test.


def test_the_first_screen_says_how_to_begin() -> None:
    assert "make demo" in README[:1000]
    assert blocks(README, "python")[0].count("\n") <= 8


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_commands(desk: Desk) -> None:
    """One after the other, as a reader would type them: later ones use what earlier ones wrote."""
    written = commands(README)
    assert len(written) >= 5
    for line in written:
        desk.type(line)
    forecast = pd.read_csv(desk.folder / "forecast.csv")
    assert forecast.groupby("unique_id").size().to_dict() == {"north": 28, "south": 28}
    assert (desk.folder / "runs" / "sales" / "report.html").is_file()
    assert (desk.folder / "runs" / "network" / "report.html").is_file()
    assert (desk.folder / "out.nc").is_file()


@pytest.mark.slow
def test_python(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    names: dict[str, object] = {"frame": sales()}
    for block in blocks(README, "python"):
        exec(compile(block, "README.md", "exec"), names)
    assert (desk.folder / "forecast.png").is_file()


def test_no_measured_command_is_without_its_file() -> None:
    """Each benchmark the README names exists, and so does the result it speaks of."""
    named = set(re.findall(r"benchmarks\.(\w+)|benchmarks/(\w+)\.py", README))
    named = {first or second for first, second in named}
    assert len(named) >= 5
    for name in named:
        assert (ROOT / "benchmarks" / f"{name}.py").is_file(), name
        assert (ROOT / "benchmarks" / "results" / f"{name}.json").is_file(), name
