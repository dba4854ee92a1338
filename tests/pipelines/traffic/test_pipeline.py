"""The traffic run on a small network of one's own."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fourfold.domains.graphs.forecaster import GraphForecaster
from fourfold.pipelines.cli import main
from fourfold.pipelines.settings import resolve_settings
from fourfold.pipelines.traffic import pipeline
from fourfold.pipelines.traffic.pipeline import Settings, recipe, run_pipeline
from fourfold.shared.errors import InputError

TINY = {
    "horizon": 4,
    "lookback": 6,
    "origins": 8,
    "models": ("tts-imp",),
    "training": {"epochs": 1.0, "learning_rate": 1e-2},
}


def settings(folder: Path, **changes: Any) -> Settings:
    files = {"data": str(folder / "signals.csv"), "graph": str(folder / "edges.csv")}
    return Settings.model_validate({**files, **TINY, **changes})


def stages(out: Path) -> dict[str, float]:
    return {entry.name: entry.stat().st_mtime_ns for entry in (out / "stages").iterdir()}


def words(text: str) -> set[str]:
    return set(re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.S).lower().split())


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory, network_frames: dict[str, pd.DataFrame]) -> Path:
    folder = tmp_path_factory.mktemp("once")
    for name, frame in network_frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    run_pipeline(
        settings(folder, coordinates=str(folder / "places.csv"), unit="mph"), folder / "run", "again"
    )
    return folder


@pytest.fixture
def finished(run_once: Path, tmp_path: Path) -> Path:
    """Files and run folder of a finished run, to change at will."""
    shutil.copytree(run_once, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_run_folder_holds_what_is_promised(run_once: Path) -> None:
    out = run_once / "run"
    names = {entry.name for entry in out.iterdir()}
    assert {"config.json", "metrics.jsonl", "artifact", "report.html", "environment.json", "stages"} <= names
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert {line["model"] for line in lines} == {"last-value", "seasonal-naive", "slot-mean", "tts-imp"}
    assert all(line["mae"] > 0 for line in lines)
    (kept,) = (out / "stages").glob("train-*/tts-imp")
    assert GraphForecaster.load(kept).nodes == ("s0", "s1", "s2", "s3", "s4", "s5")


def test_the_report_has_its_pictures_and_nothing_from_outside(run_once: Path) -> None:
    text = (run_once / "run" / "report.html").read_text()
    assert text.count("<svg") == 8
    assert not re.search(r"https?:|<script|<link|<img|@import|url\((?!#)", text)
    for word in ("tts-imp", "slot-mean", "mph", "north is up", "AZ-whiteness", "6 nodes", "again"):
        assert word in text
    assert not {"nan", "inf"} & words(text)


def test_the_evaluation_adds_up(run_once: Path) -> None:
    """Errors by node and by hour are parts of the error over all."""
    (found,) = (run_once / "run" / "stages").glob("evaluate-*/evaluation.json")
    evaluation = json.loads(found.read_text())
    assert len(evaluation["hours"]) == 24
    for name, score in evaluation["comparison"]["scores"].items():
        by_hour = [one for one in evaluation["error_by_hour"][name] if one is not None]
        assert min(by_hour) <= score["metrics"]["mae"] <= max(by_hour)
    assert evaluation["comparison"]["naive"] in ("last-value", "seasonal-naive", "slot-mean")
    for outcome in evaluation["whiteness"].values():
        assert 0 <= outcome["p_value"] <= 1 and outcome["spatial_pairs"] > 0


def test_a_second_run_changes_nothing_and_a_new_setting_only_what_it_touches(
    finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pipeline, "build_page", lambda parts: "<p>page</p>")
    out = finished / "run"
    same = settings(finished, coordinates=str(finished / "places.csv"), unit="mph")
    run_pipeline(same, out, "again")
    before = stages(out)
    capsys.readouterr()
    run_pipeline(same, out, "again")
    assert stages(out) == before
    assert capsys.readouterr().out.count("unchanged") == 4
    run_pipeline(same.model_copy(update={"origins": 5}), out, "again")
    assert {name.rsplit("-", 1)[0] for name in set(stages(out)) - set(before)} == {"evaluate", "report"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"graph": None}, "has no graph"),
        ({"graph": "none.csv"}, "none.csv"),
        ({"data": "wntr-net3"}, "graph of its own"),
        ({"data": "none.csv"}, "none.csv"),
        ({"horizon": 200}, "too few"),
        ({"signals": {"missing": "raise"}}, "missing"),
    ],
)
def test_data_that_cannot_be_used_are_refused_and_nothing_is_shown(
    network_files: Path, changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        run_pipeline(settings(network_files, **changes), network_files / "run")
    assert not (network_files / "run").exists()


def test_edges_of_unknown_nodes_are_named(network_files: Path) -> None:
    edges = pd.read_csv(network_files / "edges.csv").replace("s5", "elsewhere")
    edges.to_csv(network_files / "edges.csv", index=False)
    with pytest.raises(InputError, match="elsewhere"):
        run_pipeline(settings(network_files), network_files / "run")


def test_without_coordinates_or_edges_the_nodes_are_still_drawn(network_files: Path) -> None:
    """A graph by similarity, laid out from itself; naive methods alone."""
    bare = settings(network_files, graph="similarity", neighbours=2, models=())
    text = run_pipeline(bare, network_files / "run").read_text()
    assert "No coordinates were given" in text
    assert not {"nan", "inf"} & words(text)


def test_presets_are_settings() -> None:
    for preset in ("quick", "full"):
        asked = resolve_settings(Settings, recipe(preset))
        assert asked.data == "wntr-net3" and "tts-imp" in asked.models
        assert asked.training.max_seconds is None, "a faster machine must not get other figures"


@pytest.mark.slow
def test_the_default_run_is_the_simulated_water_network(tmp_path: Path) -> None:
    words = ["run", "traffic", "--out", str(tmp_path / "run"), "--set", "origins=20"]
    assert main([*words, "--set", "training.epochs=1", "--set", "models=tts-imp"]) == 0
    text = (tmp_path / "run" / "report.html").read_text()
    assert "SIMULATED" in text and "metres of water" in text
