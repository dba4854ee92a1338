"""The forecast run on a table with gaps, a time zone and series of unequal length."""

import json
import re
from pathlib import Path

import pytest
from fourfold.pipelines.cli import main
from fourfold.pipelines.forecast import pipeline
from fourfold.pipelines.forecast.pipeline import Settings, run_pipeline
from fourfold.shared.errors import InputError

QUICK = {"models": ("seasonal-naive", "linear"), "horizon": 12, "origins": 15}


def settings(path: Path, **changes: object) -> Settings:
    return Settings.model_validate({"data": str(path), **QUICK, **changes})


def stages(out: Path) -> dict[str, float]:
    return {entry.name: entry.stat().st_mtime_ns for entry in (out / "stages").iterdir()}


@pytest.fixture
def finished(hourly_csv: Path, tmp_path: Path) -> tuple[Path, Path]:
    out = tmp_path / "run"
    run_pipeline(settings(hourly_csv), out, "fourfold run forecast")
    return hourly_csv, out


def test_the_run_folder_holds_what_is_promised(finished: tuple[Path, Path]) -> None:
    _, out = finished
    names = {entry.name for entry in out.iterdir()}
    assert {"config.json", "metrics.jsonl", "artifact", "report.html", "environment.json", "stages"} <= names
    assert json.loads((out / "config.json").read_text())["horizon"] == 12
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert {line["model"] for line in lines} == {"seasonal-naive", "linear"}
    assert all(line["mase"] > 0 for line in lines)
    assert (out / "artifact" / "model.safetensors").is_file()


def test_the_report_has_its_pictures_and_nothing_from_outside(finished: tuple[Path, Path]) -> None:
    text = (finished[1] / "report.html").read_text()
    assert text.count("<svg") == 6
    assert not re.search(r"https?:|<script|<link|<img|@import|url\((?!#)", text)
    for word in (
        "007",
        "north hall",
        "Europe/Berlin",
        "linear",
        "MASE",
        "CRPS",
        "trend",
        "season",
        "residual",
    ):
        assert word in text
    assert "nan" not in re.sub(r"<style.*?</style>", "", text).lower().replace("nance", "")


def test_a_second_run_changes_nothing(
    finished: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = finished
    before = stages(out)
    capsys.readouterr()
    run_pipeline(settings(data), out, "fourfold run forecast")
    assert stages(out) == before
    assert capsys.readouterr().out.count("unchanged") == 4


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"origins": 10}, {"evaluate", "report"}),
        ({"models": ("seasonal-naive", "linear", "last-value")}, {"train", "evaluate", "report"}),
        ({"horizon": 6}, {"prepare", "train", "evaluate", "report"}),
    ],
)
def test_a_changed_setting_runs_from_the_stage_it_touches(
    finished: tuple[Path, Path], change: dict[str, object], again: set[str]
) -> None:
    data, out = finished
    before = set(stages(out))
    run_pipeline(settings(data, **change), out, "fourfold run forecast")
    assert {name.rsplit("-", 1)[0] for name in set(stages(out)) - before} == again


def test_a_changed_table_runs_everything_again(finished: tuple[Path, Path]) -> None:
    data, out = finished
    before = set(stages(out))
    data.write_text(data.read_text().replace("north hall", "south hall"))
    run_pipeline(settings(data), out, "fourfold run forecast")
    assert not before & set(stages(out))
    assert "south hall" in (out / "report.html").read_text()


def test_a_run_killed_between_stages_goes_on(
    hourly_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    words = ["run", "forecast", "--out", str(out), "--set", f"data={hourly_csv}", "--set", "models=linear"]
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "evaluate_models", killed)
        assert main(words) == 130
    assert not (out / "report.html").exists()
    capsys.readouterr()
    assert main(words) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == ["prepare: unchanged", "train: unchanged"]
    assert (out / "report.html").is_file()


def test_a_model_that_does_not_fit_is_left_out_with_the_reason(hourly_csv: Path, tmp_path: Path) -> None:
    run_pipeline(settings(hourly_csv, models=("linear", "no-such-model")), tmp_path / "run")
    text = (tmp_path / "run" / "report.html").read_text()
    assert "Not taking part" in text and "no-such-model" in text


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"horizon": 400}, "too few"),
        ({"series": ("nobody",)}, "nobody"),
        ({"data": "no-such-set"}, "no-such-set"),
        ({"data": "none.csv"}, "none.csv"),
        ({"table": {"missing": "raise"}}, "missing"),
    ],
)
def test_data_that_cannot_be_used_are_refused_and_nothing_is_shown(
    hourly_csv: Path, tmp_path: Path, change: dict[str, object], fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        run_pipeline(settings(hourly_csv, **change), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_constant_and_dead_series_are_reported_and_not_divided_by(tmp_path: Path) -> None:
    lines = [f"{name},{hour},{value}" for hour in range(400)
             for name, value in (("flat", 5), ("alive", hour % 7), ("dead", hour % 5 if hour < 200 else ""))]  # fmt: skip
    data = tmp_path / "d.csv"
    data.write_text("unique_id,ds,y\n" + "\n".join(lines) + "\n")
    run_pipeline(settings(data, table={"period": 7}), tmp_path / "run")
    text = (tmp_path / "run" / "report.html").read_text()
    assert (
        "flat" in text
        and "inf" not in re.sub(r"<style.*?</style>|<svg.*?</svg>", "", text, flags=re.S).split()
    )


@pytest.mark.slow
def test_the_default_run_is_the_weather_of_new_york(tmp_path: Path) -> None:
    assert main(["run", "forecast", "--out", str(tmp_path / "run"), "--set", "origins=20"]) == 0
    text = (tmp_path / "run" / "report.html").read_text()
    assert "JFK temp" in text and "°F" in text
