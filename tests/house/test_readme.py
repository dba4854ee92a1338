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


@pytest.mark.parametrize(("page", "least"), [("README.md", 5), ("docs/figures.md", 25)])
def test_no_measured_command_is_without_its_file(page: str, least: int) -> None:
    """Each benchmark the page names exists, and so does the result it speaks of."""
    named = set(re.findall(r"benchmarks\.(\w+)|benchmarks/(\w+)\.py", (ROOT / page).read_text()))
    named = {first or second for first, second in named}
    assert len(named) >= least
    for name in named:
        assert (ROOT / "benchmarks" / f"{name}.py").is_file(), name
        assert (ROOT / "benchmarks" / "results" / f"{name}.json").is_file(), name


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_every_link_within_the_project_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text())
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_reader_learns_how_before_how_well() -> None:
    """Figures have a page of their own; README keeps a few."""
    assert README.index("docs/figures.md") > README.index("## Crystals")
    section = README.split("## How far to trust it")[1].split("\n## ")[0]
    assert section.count("\n") < 20
