"""forecast, finetune and evaluate where MODEL is a network on a graph."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fourfold.domains.graphs.forecaster import GraphForecaster
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.pipelines.cli import main

NODES = ("a", "b", "c", "d")
GRAPH = ["--graph", "edges.csv"]
BRIEF = ["--epochs", "1", "--lookback", "6"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """signals.csv with a gap, edges.csv, and `mine`: a network fitted on them."""
    folder = tmp_path_factory.mktemp("desk")
    rng = np.random.default_rng(0)
    hours = np.arange(120)
    season = 50 + 10 * np.sin(2 * np.pi * (hours[:, None] - np.arange(4)) / 24)
    signals = pd.DataFrame(season + rng.normal(0, 0.5, season.shape), columns=list(NODES))
    signals.insert(0, "ds", pd.date_range("2026-03-01", periods=120, freq="h"))
    signals.loc[50:52, "b"] = None
    signals.to_csv(folder / "signals.csv", index=False)
    edges = [("a", "b", 1.0), ("b", "c", 0.5), ("c", "a", 1.0)]
    pd.DataFrame(edges, columns=["from", "to", "weight"]).to_csv(folder / "edges.csv", index=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        words = ["finetune", "tts-imp", "signals.csv", *GRAPH, "-n", "3", "-o", "mine", *BRIEF]
        assert main(words) == 0
    return folder


@pytest.fixture(autouse=True)
def at_the_desk(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)


def test_a_kept_network_knows_its_graph(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = GraphForecaster.load(desk / "mine")
    assert isinstance(kept.graph, SensorGraph) and kept.graph.n_edges == 3
    assert kept.nodes == NODES, "d has no edge and belongs to the graph"
    assert main(["forecast", "mine", "signals.csv", "-n", "3"]) == 0
    without = capsys.readouterr().out
    assert main(["forecast", "mine", "signals.csv", "-n", "3", *GRAPH]) == 0
    assert capsys.readouterr().out == without
    assert len(without.splitlines()) == 1 + 3 * len(NODES)
    assert main(["forecast", "mine", "signals.csv"]) == 0
    assert capsys.readouterr().out == without, "and its horizon"


def test_a_kept_network_says_what_made_it(desk: Path) -> None:
    card = (desk / "mine" / "README.md").read_text()
    words = "fourfold finetune tts-imp signals.csv --graph edges.csv --horizon 3 --lookback 6 --scaling"
    assert f"{words} global --epochs 1.0 --size small --output mine" in card
    assert "4 nodes, 3 edges" in card and "| signals.csv | train, validation |" in card and "| MAE |" in card


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".nc"])
def test_the_suffix_decides_the_file(desk: Path, suffix: str) -> None:
    out = desk / f"out{suffix}"
    assert main(["forecast", "mine", "signals.csv", "-n", "3", "--level", "80", "-o", str(out)]) == 0
    if suffix == ".nc":
        with xr.open_dataset(out) as stored:
            assert stored["tts-imp"].dims == ("cutoff", "lead", "series")
            assert np.isfinite(stored["tts-imp_quantiles"]).all()
    else:
        frame = pd.read_csv(out) if suffix == ".csv" else pd.read_parquet(out)
        assert frame["unique_id"].unique().tolist() == list(NODES)
        assert (frame["tts-imp-lo-80"].to_numpy() <= frame["tts-imp-hi-80"].to_numpy()).all()


def test_negative_weights_must_be_meant(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edges = pd.read_csv(desk / "edges.csv")
    edges.assign(weight=-0.5).to_csv(desk / "signed.csv", index=False)
    words = ["forecast", "tts-imp", "signals.csv", "--graph", "signed.csv", "-n", "2", *BRIEF, "-o", "s.csv"]
    assert main(words) == 2 and "--signed" in capsys.readouterr().err
    assert main([*words, "--signed"]) == 0
    assert np.isfinite(pd.read_csv(desk / "s.csv")["tts-imp"]).all()


def test_edges_may_be_an_adjacency(desk: Path) -> None:
    np.save(desk / "adjacency.npy", np.ones((4, 4)) - np.eye(4))
    words = ["forecast", "tts-imp", "signals.csv", "--graph", "adjacency.npy", "-n", "2", *BRIEF]
    assert main([*words, "-o", "dense.csv"]) == 0


def test_a_network_is_set_beside_naive_methods(
    desk: Path, capsys: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    words = ["evaluate", "mine", "signals.csv", "--against", "stid", "--origins", "4", *BRIEF]
    assert main([*words, "-o", "scores.json"]) == 0
    captured = capsys.readouterr()
    scores = json.loads((desk / "scores.json").read_text())["scores"]
    assert set(scores) == {"last-value", "seasonal-naive", "slot-mean", "mine", "stid"}
    assert all(len(score["error_by_lead"]) == 3 for score in scores.values()), "its own horizon"
    assert "used in fitting" in captured.err, "it has seen these rows"
    assert "mine had been fitted before (scores too good), the others were not" in " ".join(
        captured.out.split()
    )
    assert "refit" not in captured.err + captured.out and "vs naive" not in captured.out


def test_a_kept_network_is_trained_further_or_taken_to_other_nodes(desk: Path) -> None:
    assert main(["finetune", "mine", "signals.csv", "-o", "further"]) == 0
    assert GraphForecaster.load(desk / "further").nodes == NODES
    renamed = pd.read_csv(desk / "signals.csv").rename(columns={name: f"new-{name}" for name in NODES})
    renamed.to_csv(desk / "elsewhere.csv", index=False)
    edges = pd.read_csv(desk / "edges.csv")
    edges[["from", "to"]] = "new-" + edges[["from", "to"]]
    edges.to_csv(desk / "other-edges.csv", index=False)
    words = ["finetune", "mine", "elsewhere.csv", "--graph", "other-edges.csv", "-o", "taken"]
    assert main(words) == 0
    assert GraphForecaster.load(desk / "taken").nodes == tuple(f"new-{name}" for name in NODES)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["forecast", "tts-imp", "signals.csv", "-n", "3"], "tts-imp passes messages along edges"),
        (["forecast", "linear", "signals.csv", "-n", "3", *GRAPH], "linear forecasts every series by itself"),
        (["forecast", "no-such", "signals.csv", "-n", "3", *GRAPH], "no-such is no network"),
        (["forecast", "mine", "signals.csv", "-n", "3", "--graph", "none.csv"], "none.csv"),
        (["forecast", "mine", "signals.csv", "-n", "3", "--pad", "edge"], "--pad"),
        (["forecast", "rnn", "signals.csv", "-n", "3", "--missing", "raise"], "missing"),
        (["finetune", "dcrnn", "signals.csv", "-o", "none"], "dcrnn passes messages"),
        (["evaluate", "tas-imp", "signals.csv"], "tas-imp passes messages"),
        (["forecast", "rnn", "signals.csv"], "--horizon: is not given, and rnn has none of its own"),
        (["impute", "grin", "signals.csv", "-o", "none.csv"], "grin reads the neighbours and was given none"),
        (["impute", "tts-imp", "signals.csv", *GRAPH], "tts-imp forecasts and fills no gaps"),
        (["impute", "grin", "signals.csv", *GRAPH, "--missing", "interpolate"], "leaves no gap to fill"),
        (["impute", "grin", "signals.csv", *GRAPH, "-o", "signals.csv"], "is the file that is read"),
        (["diagnose", "linear", "signals.csv", "--test", "0.3"], "linear is no network on a graph"),
        (["diagnose", "rnn", "signals.csv", *BRIEF], "--graph in the shell"),
        (["diagnose", "mine", "signals.csv", "--test", "2"], "is no share of the rows"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(
    words: list[str], fault: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {entry.name for entry in desk.iterdir()}
    assert main(words) == 2
    captured = capsys.readouterr()
    assert fault in captured.err
    assert all(line.startswith("fourfold: ") for line in captured.err.splitlines())
    assert {entry.name for entry in desk.iterdir()} == before


def test_networks_are_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from fourfold.domains.graphs.models.presets import NAMES
    from fourfold.pipelines.model_list import network_summaries

    assert set(network_summaries()) == set(NAMES) and all(network_summaries().values())
    assert main(["models"]) == 0
    listed = capsys.readouterr().out
    assert "tts-imp" in listed and "network (--graph)" in listed


def test_a_dead_sensor_is_noted_once_and_forecast(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pd.read_csv(desk / "signals.csv").assign(b=0.0).to_csv(desk / "dead.csv", index=False)
    words = ["forecast", "rnn", "dead.csv", "-n", "2", "--zero-is-missing", *BRIEF, "-o", "dead-out.csv"]
    assert main(words) == 0
    assert capsys.readouterr().err.count("holds no value at all (b)") == 1
    assert np.isfinite(pd.read_csv(desk / "dead-out.csv").select_dtypes("number").to_numpy()).all()


def test_gaps_are_filled_and_told_apart(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = pd.read_csv("signals.csv")
    words = [
        "impute",
        "grin",
        "signals.csv",
        *GRAPH,
        "--steps",
        "2",
        "-o",
        "filled.csv",
        "--mask",
        "mask.csv",
    ]
    assert main([*words, "--keep", "imputer"]) == 0
    assert "3 of 480 values filled, at 1 of 4 nodes: filled.csv" in capsys.readouterr().out
    filled, mask = pd.read_csv("filled.csv"), pd.read_csv("mask.csv")
    assert list(filled) == list(mask) == ["ds", *NODES] and filled["ds"].tolist() == given["ds"].tolist()
    np.testing.assert_array_equal(mask[list(NODES)], given[list(NODES)].isna())
    known = given[list(NODES)].to_numpy(np.float32)
    np.testing.assert_array_equal(
        filled[list(NODES)].to_numpy(np.float32)[~mask[list(NODES)]], known[~np.isnan(known)]
    )
    assert np.isfinite(filled[list(NODES)]).all(axis=None)
    assert main(["impute", "imputer", "signals.csv", "--layout", "long", "-o", "long.csv"]) == 0
    long = pd.read_csv("long.csv")
    assert list(long) == ["unique_id", "ds", "y", "filled"] and len(long) == 480
    assert long.loc[long["filled"], "unique_id"].tolist() == ["b"] * 3
    np.testing.assert_array_equal(
        long.loc[long["filled"], "y"].to_numpy(np.float32), filled.loc[50:52, "b"].to_numpy(np.float32)
    )
    assert main(["impute", "imputer", "signals.csv", "-o", "filled.nc"]) == 0
    with xr.open_dataset("filled.nc") as stored:
        assert int(stored["filled"].sum()) == 3
    assert not list(desk.glob(".*.run"))


def test_a_kept_network_fills_gaps_along_its_own_graph(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["impute", "mine", "signals.csv", "--steps", "1"]) == 0
    printed = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert list(printed) == ["ds", *NODES] and np.isfinite(printed[list(NODES)]).all(axis=None)
    printed.to_csv("whole.csv", index=False)
    assert main(["impute", "mine", "whole.csv", "-o", "again.csv"]) == 0
    assert "nothing is missing" in capsys.readouterr().err


def test_what_a_network_has_left_is_said_node_by_node(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "mine", "signals.csv", "-o", "map.csv"]) == 0
    captured = capsys.readouterr()
    assert (
        captured.out.startswith("The residuals ")
        and "above 0 a node errs with its neighbours" in captured.out
    )
    assert "used in fitting" in captured.err and "n_windows" not in captured.err
    table = pd.read_csv("map.csv")
    assert list(table) == ["node", "statistic", "p_value", "space", "time", "finding"]
    assert sorted(table["node"]) == list(NODES) and table["finding"].notna().all()
    assert table.loc[table["node"] == "d", "space"].item() == 0, "it has no neighbour"
    words = ["diagnose", "rnn", "signals.csv", *GRAPH, "--test", "0.4", *BRIEF]
    assert main(words) == 0
    captured = capsys.readouterr()
    assert "The residuals " in captured.out and "used in fitting" not in captured.err
