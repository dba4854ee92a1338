"""What people bring that is not a graph or not its signals: each case is told by name, number and remedy."""

import re

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr
from fourfold.domains.graphs.sensor_graph import (
    SensorGraph,
    from_adjacency,
    from_edges,
    read_graph,
    require_undirected,
    settle_graph,
    warn_of_components,
)
from fourfold.domains.graphs.signals import read_signals
from fourfold.shared.errors import InputError, InputWarning

RING = np.array([[0, 1, 2], [1, 2, 0]])


def says(text):
    return pytest.raises(InputError, match=re.escape(text))


def hours(steps=48, nodes=3, **keys):
    values = np.arange(steps * nodes, dtype=float).reshape(steps, nodes) + 1
    return pd.DataFrame(
        values,
        index=pd.date_range("2024-03-01", periods=steps, freq="h", **keys),
        columns=list("abc"[:nodes]),
    )


def test_node_that_is_not_there():
    with says("2 edges (0, 2) name a node that is not there; expected numbers from 0 to 2") as caught:
        from_edges([[7, 0, 0], [1, 2, -1]], 3)
    assert caught.value.where == "edge 0, 7 to 1"


def test_edges_that_are_turned():
    with says("the array has shape (3, 2); expected (2, E)") as caught:
        from_edges(RING.T, 3)
    assert caught.value.remedy == "Pass its transpose, edges.T"
    with says("the array has shape (3,)"):
        from_edges([0, 1, 2], 3)


def test_edges_that_are_no_integers():
    with says("the numbers are of type float64; expected integers"):
        from_edges(RING.astype(float), 3)
    graph = from_edges(RING.astype(np.int32), 3)
    assert graph.edge_index.dtype == np.int64


def test_as_many_weights_as_edges():
    with says("its shape is (2,); expected (3,), one for each edge"):
        from_edges(RING, 3, [1.0, 2.0])


def test_negative_weights_only_when_asked():
    with says("1 weight is negative; expected weights of 0 and more. Pass signed=True") as caught:
        from_edges(RING, 3, [1.0, -2.0, 1.0])
    assert "edge 1, -2" in str(caught.value)
    graph = from_edges(RING, 3, [1.0, -2.0, 1.0], signed=True)
    assert graph.out_degrees().tolist() == [1, 2, 1]


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf, 1e300])
def test_weights_that_are_not_finite(weight):
    with says("1 weight is NaN or infinite"):
        from_edges(RING, 3, [1.0, weight, 1.0], signed=True)


def test_the_number_of_nodes_is_never_guessed():
    with says("their number cannot be told from edges"):
        from_edges(RING)
    graph = from_edges(RING, 5)
    assert graph.n_nodes == 5
    assert graph.adjacency().shape == (5, 5)
    assert graph.in_degrees().tolist() == [1, 1, 1, 0, 0]


def test_rows_of_zero_weight_are_no_edges():
    graph = from_edges(RING, 3, [0.0, 0.0, 1.0])
    assert (graph.n_edges, graph.out_degrees().tolist()) == (1, [0, 0, 1])


def test_loops_and_duplicates_by_policy():
    edges, weights = [[0, 0, 0, 1], [1, 1, 0, 0]], [1.0, 2.0, 5.0, 4.0]
    plain = from_edges(edges, 2, weights)
    assert (plain.edge_index.tolist(), plain.edge_weight.tolist()) == ([[0, 1], [1, 0]], [3, 4])
    assert from_edges(edges, 2, weights, duplicates="max").edge_weight.tolist() == [2, 4]
    assert from_edges(edges, 2, weights, self_loops="keep").edge_weight.tolist() == [5, 3, 4]
    with says("edges at 0 to 1: 1 edge is listed more than once") as caught:
        from_edges(edges, 2, weights, duplicates="error")
    assert "duplicates=" in caught.value.remedy
    with says("self_loops: 'no' is not known; expected drop or keep"):
        from_edges(edges, 2, weights, self_loops="no")


def test_parts_are_counted():
    graph = settle_graph(5, RING)
    with pytest.warns(InputWarning, match=r"3 parts \(2 of them single nodes\): positions differ"):
        assert warn_of_components(graph, "positions differ") == 3
    assert warn_of_components(settle_graph(3, RING), "nothing") == 1


def test_one_way_edges_are_counted():
    with says("graph at 1 to 2: 1 of 3 edges go one way") as caught:
        require_undirected(from_edges([[0, 1, 1], [1, 0, 2]], 3))
    assert caught.value.remedy == "Pass to_undirected(graph)"


def test_adjacency_that_is_not_square():
    with says("its shape is (2, 3); expected (N, N)"):
        from_adjacency(np.ones((2, 3)))
    with says("it has 3 rows for 2 nodes"):
        from_adjacency(np.ones((3, 3)), ["a", "b"])
    with says("of type object"):
        from_adjacency(np.array([["x", 1], [2, 3]], dtype=object))
    frame = pd.DataFrame(np.ones((2, 2)), index=["a", "b"], columns=["b", "a"])
    with says("rows and columns name other nodes"):
        from_adjacency(frame)


def test_names_and_coordinates_of_nodes():
    with says("names repeat: a"):
        settle_graph(["a", "b", "a"], RING)
    with says("there are none"):
        settle_graph(0, np.zeros((2, 0)))
    graph = settle_graph(3, RING)
    with says("their shape is (2, 2); expected (3, 2)"):
        graph.with_coordinates(np.zeros((2, 2)))
    with says("1 lies beyond the globe") as caught:
        graph.with_coordinates(np.array([[0.0, 0], [-118.3, 34.1], [0, 0]]))
    assert "Swap the columns" in caught.value.remedy
    assert graph.with_coordinates(np.full((3, 2), 500.0), geographic=False).coordinates.shape == (3, 2)


def test_the_class_itself_checks():
    with says("weight: its shape is (1,)"):
        SensorGraph(("a", "b"), np.array([[0, 1], [1, 0]]), np.ones(1))


def test_nan_needs_a_mask():
    frame = hours()
    frame.iloc[5, 1] = np.nan
    with says("1 value is missing (NaN)") as caught:
        read_signals(frame)
    assert "'b', 2024-03-01 05:00:00" in str(caught.value)
    masked = read_signals(frame, missing="mask")
    assert masked.observed_TNC.sum() == 48 * 3 - 1
    assert masked.values_TNC[5, 1, 0] == 0
    cube = frame.to_numpy()[:, :, None]
    with says("1 value is missing (NaN)"):
        read_signals(cube, period=24)
    assert np.isfinite(read_signals(cube, period=24, missing="mask").values_TNC).all()


def test_infinite_values_are_refused_even_masked():
    values = hours().to_numpy(copy=True)[:, :, None]
    values[3, 1, 0] = np.inf
    with says("1 value is infinite") as caught:
        read_signals(values, period=24, missing="mask")
    assert caught.value.where == "step 3, node 1, channel 0"
    with pytest.raises(InputError, match="infinite"):
        read_signals(xr.DataArray(values, dims=("time", "node", "channel")), period=24, missing="mask")


def test_signals_of_another_number_of_nodes():
    graph = settle_graph(["a", "b"], [[0], [1]])
    with says("1 of 3 signals has no node: c; expected the same names"):
        read_signals(hours(), graph)
    graph = settle_graph(["a", "b", "c", "d", "e"], [[0], [1]])
    with says("2 of the graph's 5 nodes have no signal: d, e"):
        read_signals(hours(), graph)
    with says("there are 3 nodes, and 5 in the graph"):
        read_signals(hours().to_numpy(), graph, period=24)


def test_duplicate_times():
    frame = pd.concat([hours(), hours().iloc[[7]]])
    with pytest.raises(InputError, match="2024-03-01 07:00:00"):
        read_signals(frame)
    assert read_signals(frame, dedupe="last").n_steps == 48


def test_unsorted_times_are_sorted():
    frame = hours()
    shuffled = frame.sample(frac=1, random_state=0)
    np.testing.assert_array_equal(
        read_signals(shuffled).panel.values, read_signals(frame).panel.values, strict=True
    )


def test_irregular_times_and_gaps():
    frame = hours()
    index = frame.index.to_list()
    index[9] += pd.Timedelta(minutes=7)
    with pytest.raises(InputError, match="do not lie on the grid of h"):
        read_signals(frame.set_axis(pd.DatetimeIndex(index), axis=0))
    holes = frame.drop(frame.index[[10, 11]])
    with pytest.raises(InputError, match="missing in 3 of 3 series"):
        read_signals(holes)
    masked = read_signals(holes, missing="mask")
    assert (masked.n_steps, masked.observed_TNC.sum()) == (48, 46 * 3)


def test_the_hour_that_the_clock_skips():
    zone = "America/Los_Angeles"
    frame = hours(steps=24 * 14)
    with pytest.raises(InputError, match="2024-03-10 02:00:00"):
        read_signals(frame, timezone=zone)
    good = hours(steps=24 * 14, tz="UTC")
    good.index = good.index.tz_convert(zone)
    signals = read_signals(good)
    assert (signals.n_steps, signals.panel.timezone) == (24 * 14, zone)


@pytest.mark.parametrize("zero", [False, True])
def test_a_dead_sensor_stays_in_and_a_dead_network_does_not(zero):
    frame = hours().assign(b=0.0 if zero else np.nan)
    with pytest.warns(InputWarning, match=r"1 of 3 series holds no value at all \(b\)"):
        signals = read_signals(frame, missing="mask", zero_is_missing=zero)
    assert signals.nodes == ("a", "b", "c")
    assert signals.observed_TNC.any((0, 2)).tolist() == [True, False, True]
    assert not signals.values_TNC[:, 1].any()
    with says("3 series hold no value at all; expected values, at least some. Give some values"):
        read_signals(frame * (0 if zero else np.nan), missing="mask", zero_is_missing=zero)


def test_a_channel_that_nobody_measured():
    values = np.stack([hours().to_numpy(), np.full((48, 3), np.nan)], axis=2)
    with says("channels: no node holds a value of c1; expected values, at least some. Leave it out"):
        read_signals(values, period=24, missing="mask")


@pytest.mark.parametrize("missing", ["interpolate", "seasonal"])
def test_filling_leaves_a_dead_sensor_unobserved(missing):
    with pytest.warns(InputWarning, match="holds no value"):
        signals = read_signals(hours().assign(b=np.nan), missing=missing)
    assert signals.observed_TNC.any((0, 2)).tolist() == [True, False, True]


def test_what_is_no_graph_is_told():
    for thing, kind in ((3, "int"), ({"a": ["b"]}, "dict")):
        with says(f"graph: {kind} is not understood; expected edges"):
            read_graph(thing, 3)
    with says("the lists in it have different lengths"):
        read_graph([[0, 1], [1, 2, 0]], 3)
    with says("Name the nodes in a table: from, to"):
        read_graph([("a", "b"), ("b", "c")], list("abc"))


def test_tensors_and_pairs_are_edges():
    expected = from_edges(RING, 4, [1.0, 2.0, 3.0])
    for pair in ((RING, [1.0, 2.0, 3.0]), (torch.from_numpy(RING), torch.tensor([1.0, 2.0, 3.0]))):
        found = read_graph(pair, 4)
        np.testing.assert_array_equal(found.edge_index, expected.edge_index)
        np.testing.assert_array_equal(found.edge_weight, expected.edge_weight)
    assert read_graph(torch.from_numpy(RING), 4).n_edges == 3


def test_empty_tables():
    with pytest.raises(InputError, match="empty"):
        read_signals(hours().iloc[:0])
    with pytest.raises(InputError, match="shape"):
        read_signals(np.zeros((0, 3, 1)), period=1)
    with pytest.raises(InputError, match="not understood"):
        read_signals(object())
