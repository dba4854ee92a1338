"""The forecast run on a table with gaps, a time zone and series of unequal length."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fourfold.pipelines.cli import main
from fourfold.pipelines.forecast import pipeline
from fourfold.pipelines.forecast.pipeline import Settings, run_pipeline
from fourfold.shared.errors import InputError

QUICK = {"models": ("seasonal-naive", "linear"), "horizon": 12, "origins": 15}


def settings(path: Path, **changes: Any) -> Settings:
    table = {"timezone": "Europe/Berlin", **changes.pop("table", {})}
    return Settings.model_validate({"data": str(path), "table": table, **QUICK, **changes})


def stages(out: Path) -> dict[str, float]:
    return {entry.name: entry.stat().st_mtime_ns for entry in (out / "stages").iterdir()}


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory, hourly_table: pd.DataFrame) -> Path:
    folder = tmp_path_factory.mktemp("once")
    hourly_table.to_csv(folder / "hourly.csv", index=False)
    run_pipeline(settings(folder / "hourly.csv"), folder / "run", "fourfold run forecast")
    return folder


@pytest.fixture
def finished(run_once: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Table and run folder of a finished run, to change at will."""
    shutil.copytree(run_once, tmp_path / "copy")
    data = tmp_path / "copy" / "hourly.csv"
    return data, tmp_path / "copy" / "run"


@pytest.fixture
def blank_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the stages: drawing takes longer than all the rest."""
    monkeypatch.setattr(pipeline, "build_page", lambda parts: f"<p>{parts.panel.series}</p>")


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
    words = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.S).lower().split()
    assert not {"nan", "inf"} & set(words)


@pytest.mark.usefixtures("blank_report")
def test_a_second_run_changes_nothing(
    finished: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = finished
    run_pipeline(settings(data), out, "fourfold run forecast")
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
@pytest.mark.usefixtures("blank_report")
def test_a_changed_setting_runs_from_the_stage_it_touches(
    finished: tuple[Path, Path], change: dict[str, object], again: set[str]
) -> None:
    data, out = finished
    before = set(stages(out))
    run_pipeline(settings(data, **change), out, "fourfold run forecast")
    assert {name.rsplit("-", 1)[0] for name in set(stages(out)) - before} == again


@pytest.mark.usefixtures("blank_report")
def test_a_changed_table_runs_everything_again(finished: tuple[Path, Path]) -> None:
    data, out = finished
    before = set(stages(out))
    data.write_text(data.read_text().replace("north hall", "south hall"))
    run_pipeline(settings(data), out, "fourfold run forecast")
    assert not before & set(stages(out))
    assert "south hall" in (out / "report.html").read_text()


@pytest.mark.usefixtures("blank_report")
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
@pytest.mark.usefixtures("blank_report")
def test_data_that_cannot_be_used_are_refused_and_nothing_is_shown(
    hourly_csv: Path, tmp_path: Path, change: dict[str, object], fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        run_pipeline(settings(hourly_csv, **change), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_constant_and_dead_series_are_shown_and_not_divided_by(tmp_path: Path) -> None:
    time = pd.date_range("2025", periods=400, freq="D").strftime("%Y-%m-%d")
    columns = {"flat": 5.0, "alive": [day % 7 for day in range(400)], "dead": [day % 5 for day in range(400)]}
    frame = pd.DataFrame({"date": time, **columns})
    frame.loc[200:, "dead"] = None
    frame.to_csv(tmp_path / "d.csv", index=False)
    run_pipeline(settings(tmp_path / "d.csv"), tmp_path / "run")
    text = (tmp_path / "run" / "report.html").read_text()
    words = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.S).lower().split()
    assert "flat" in words and not {"nan", "inf"} & set(words)


def test_the_test_part_has_no_say_in_the_choice(
    hourly_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noise over the test part turns its ranking, not the choice."""
    frame = pd.read_csv(hourly_csv, dtype={"unique_id": str})
    frame = frame[frame["unique_id"] == "007"].reset_index(drop=True)
    test_start = round(900 * 0.8) - 5  # five rows are missing
    frame.loc[test_start:, "y"] = [1000.0 * (-1) ** (row // 24) for row in range(len(frame) - test_start)]
    frame.to_csv(hourly_csv, index=False)
    monkeypatch.setattr(pipeline, "build_page", lambda parts: "")
    run_pipeline(settings(hourly_csv, models=("linear", "last-value")), tmp_path / "run")
    (found,) = (tmp_path / "run" / "stages").glob("evaluate-*/evaluation.json")
    evaluation = json.loads(found.read_text())
    test_error = {name: score["metrics"]["mase"] for name, score in evaluation["scores"].items()}
    assert evaluation["chosen"] == min(evaluation["validation_error"], key=evaluation["validation_error"].get)
    assert evaluation["chosen"] == "linear"
    assert min(test_error, key=lambda name: test_error[name]) != "linear"


@pytest.mark.slow
def test_the_default_run_is_the_weather_of_new_york(tmp_path: Path) -> None:
    assert main(["run", "forecast", "--out", str(tmp_path / "run"), "--set", "origins=20"]) == 0
    text = (tmp_path / "run" / "report.html").read_text()
    assert "JFK temp" in text and "°F" in text
