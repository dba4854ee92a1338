"""The citations run: on the karate club, on a person's own files, resumed and refused."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.classification.karate_club import read_karate_club
from fourfold.domains.graphs.node_classifier import NodeClassifier
from fourfold.pipelines.citations import evaluation as evaluating
from fourfold.pipelines.citations.figures import draw_graph
from fourfold.pipelines.citations.pipeline import Settings, recipe, run_pipeline
from fourfold.pipelines.citations.preparation import chosen_data, read_graph
from fourfold.pipelines.cli import main
from fourfold.pipelines.settings import resolve_settings
from fourfold.shared.errors import InputError

TINY = {"models": ("gcn", "erase"), "seeds": 2, "gcn": {"steps": 10}, "erase": {"steps": 5, "codes": 4}}


def own_files(folder: Path) -> Path:
    """24 papers of two kinds in two rings; one without links, two without a label."""
    folder.mkdir()
    kind = np.arange(24) % 2
    names = [f"p{number:02}" for number in range(24)]
    features = pd.DataFrame({"node": names, "ocean": 1 - kind, "star": kind})
    rows = [(names[a], names[(a + 2) % 22]) for a in range(22)]
    pd.DataFrame(rows, columns=["from", "to"]).to_csv(folder / "edges.csv", index=False)
    features.to_csv(folder / "features.csv", index=False)
    labels = pd.DataFrame({"node": names, "label": np.where(kind, "sky", "sea")})
    labels.iloc[:22].to_csv(folder / "labels.csv", index=False)
    return folder


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({**TINY, **changes})


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on one's own files, with wrong labels tried although they are few."""
    folder = tmp_path_factory.mktemp("citations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluating, "FEWEST_LABELS", 1)
        own = settings(data=str(own_files(folder / "mine")), noise=(0.2,), noise_seeds=2)
        run_pipeline(own, folder / "run", "fourfold run citations")
    return folder


def test_the_run_folder_holds_what_is_promised(finished: Path) -> None:
    out = finished / "run"
    names = {entry.name for entry in out.iterdir()}
    assert names >= {
        "config.json",
        "metrics.jsonl",
        "artifact",
        "report.html",
        "environment.json",
        "predictions.csv",
    }
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [line["model"] for line in lines] == ["gcn", "erase"]
    assert all(len(line["accuracy"]) == 2 for line in lines)
    frame = pd.read_csv(out / "predictions.csv")
    assert len(frame) == 24 and set(frame["label"]) <= {"sea", "sky"}
    data, _, summary = read_graph(settings(data=str(finished / "mine")))
    assert (summary.unlabelled, summary.isolated, summary.classes) == (2, 2, {"sea": 11, "sky": 11})
    again = NodeClassifier.load(out / "artifact").predict(data)
    np.testing.assert_allclose(again["p(sea)"], frame["p(sea)"])


def test_the_report_tells_all_and_needs_nothing_from_outside(finished: Path) -> None:
    text = (finished / "run" / "report.html").read_text()
    assert text.count("<svg") == 3
    assert not re.search(r"https?:|<script|<link|<img|@import|url\((?!#)", text)
    for word in (
        "gcn",
        "erase",
        "20 % wrong",
        "sea",
        "sky",
        "right (",
        "wrong (",
        "seed 1",
        "2 without an edge",
    ):
        assert word in text, word
    words = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.S).lower().split()
    assert not {"nan", "inf"} & set(words)


def test_a_second_run_does_nothing_again_and_a_changed_file_does(finished: Path, capsys: Any) -> None:
    own = settings(data=str(finished / "mine"), noise=(0.2,), noise_seeds=2)
    run_pipeline(own, finished / "run", "fourfold run citations")
    told = capsys.readouterr().out
    assert told.count("unchanged") == 5
    more = own.model_copy(update={"noise": ()})
    run_pipeline(more, finished / "run", "fourfold run citations")
    told = capsys.readouterr().out
    assert told.count("unchanged") == 3
    assert "When labels are wrong" not in (finished / "run" / "report.html").read_text()


def test_without_cora_it_takes_the_karate_club_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FOURFOLD_DATA", raising=False)
    monkeypatch.setenv("FOURFOLD_CACHE", str(tmp_path / "cache"))
    assert chosen_data(settings()) == "karate-club"
    own = settings(models=("gcn",), seeds=1)
    text = run_pipeline(own, tmp_path / "run", "fourfold run citations").read_text()
    assert "karate club" in text and "Cora is not on this machine" in text
    assert "Not tried: of 14 labels" in text


def test_presets_fit_the_settings() -> None:
    quick, full = (resolve_settings(Settings, recipe(preset)) for preset in ("quick", "full"))
    assert quick.seeds == 1 and quick.gcn.steps == 100 and quick.gcn.hidden == 16
    assert full.seeds == 5 and len(full.noise) == 5


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda folder: (folder / "labels.csv").unlink(), "lacks labels.csv"),
        (lambda folder: (folder / "edges.csv").write_text(""), "cannot be read"),
        (lambda folder: (folder / "features.csv").write_text("name,x\na,1\n"), "no column node"),
        (lambda folder: (folder / "labels.csv").write_text("node,label\np01,sky\np02,sea\n"), "too few"),
        (lambda folder: (folder / "labels.csv").write_text("node,label\n"), "no node has one"),
        (lambda folder: (folder / "edges.csv").write_text("from,to\np01,p99\n"), "p99"),
    ],
)
def test_unfit_files_are_told_on_one_line(tmp_path: Path, change: Any, told: str, capsys: Any) -> None:
    folder = own_files(tmp_path / "mine")
    change(folder)
    assert main(["run", "citations", "--set", f"data={folder}", "--out", str(tmp_path / "run")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_settings_and_folders_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder; expected cora, karate-club, or a folder"):
        run_pipeline(settings(data=str(tmp_path / "nothing")), tmp_path / "run")
    for wrong in ({"noise": (1.5,)}, {"models": ("gcn", "gcn")}, {"models": ("gcm",)}):
        with pytest.raises(ValueError):
            settings(**wrong)


def test_the_picture_of_a_graph_has_every_edge() -> None:
    data, split = read_karate_club()
    places = np.random.default_rng(0).random((34, 2))
    places[12] = places[5]  # members with the same friends lie on one spot
    right = np.arange(34) % 3 > 0
    picture = draw_graph(places, data.graph.edge_index, right, split.test, alt="the club")
    lines = [path for path in re.findall(r'<path d="([^"]*)"', picture) if path.count("M") > 1]
    assert [path.count("M") for path in lines] == [78]
    assert f"right ({int(right[split.test].sum())})" in picture
