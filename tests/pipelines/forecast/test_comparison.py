"""The comparison on the terminal shows whole figures, however narrow the terminal."""

from pathlib import Path

import pandas as pd
import pytest
from fourfold.pipelines.cli import main


def test_no_figure_is_cut(
    tmp_path: Path,
    hourly_table: pd.DataFrame,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    hourly_table.to_csv(tmp_path / "hourly.csv", index=False)
    options = ["--horizon", "6", "--origins", "3", "--missing", "mask", "--timezone", "Europe/Berlin"]
    assert main(["evaluate", "seasonal-naive", str(tmp_path / "hourly.csv"), *options]) == 0
    table = capsys.readouterr().out
    assert "…" not in table and "vs seasonal-naive" in table and "seasonal-naive" in table
