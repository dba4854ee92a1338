"""docs/graphs.md is a promise: every command and every piece of Python in it runs."""

import pytest
import xarray as xr
from written_pages import ROOT, Desk, blocks, commands

PAGE = (ROOT / "docs" / "graphs.md").read_text()


def test_own_data_take_ten_lines_at_most() -> None:
    assert blocks(PAGE, "python")[0].count("\n") <= 10


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_commands(desk: Desk) -> None:
    """One after the other, as a reader would type them: later ones use what earlier ones wrote."""
    lines = commands(PAGE)
    assert len(lines) >= 5
    for line in lines:
        desk.type(line)
    with xr.open_dataset(desk.folder / "out.nc") as stored:
        assert dict(stored.sizes) == {"cutoff": 1, "lead": 12, "series": 4, "quantile": 2}
    assert (desk.folder / "runs" / "network" / "report.html").is_file()
    assert (desk.folder / "their-network" / "config.json").is_file()


@pytest.mark.slow
def test_python(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(desk.folder)
    names: dict[str, object] = {}
    for block in blocks(PAGE, "python"):
        exec(compile(block, "graphs.md", "exec"), names)
    assert "residuals" in capsys.readouterr().out.lower()
