"""One door for files and objects: whatever holds a graph gives the same graph."""

import pickle

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.sensor_graph import SensorGraph, from_edges, read_graph
from fourfold.shared.errors import InputError
from scipy import sparse

NAMES = ("773869", "767541", "717447")
MATRIX = np.array([[1.0, 0.5, 0.0], [0.25, 1.0, 0.75], [0.0, 0.0, 1.0]])


def same(graph, names=NAMES):
    assert graph.nodes == tuple(names)
    np.testing.assert_array_equal(graph.adjacency().toarray(), MATRIX - np.eye(3))


def edge_table(names=NAMES, values="weight"):
    senders, receivers = np.nonzero(MATRIX - np.eye(3))
    ends = np.array(names)
    return pd.DataFrame({"from": ends[senders], "to": ends[receivers], values: MATRIX[senders, receivers]})


def test_objects():
    same(read_graph(MATRIX, NAMES))
    same(read_graph(pd.DataFrame(MATRIX, columns=NAMES)))
    same(read_graph(pd.DataFrame(MATRIX, columns=NAMES, index=NAMES)))
    for kind in (sparse.csr_array, sparse.coo_array, sparse.csr_matrix, sparse.coo_matrix):
        same(read_graph(kind(MATRIX), NAMES))
    same(read_graph(edge_table(), NAMES))
    same(read_graph(read_graph(MATRIX, NAMES)))
    edges = read_graph(np.array(np.nonzero(MATRIX - np.eye(3))), 3)
    assert edges.edge_weight.tolist() == [1, 1, 1]
    assert read_graph([[0], [1]], 4).n_nodes == 4


def test_another_order_of_nodes():
    turned = NAMES[::-1]
    for data in (edge_table(), read_graph(MATRIX, NAMES), pd.DataFrame(MATRIX, columns=NAMES)):
        graph = read_graph(data, turned)
        assert graph.nodes == turned
        np.testing.assert_array_equal(graph.adjacency().toarray(), (MATRIX - np.eye(3))[::-1, ::-1])


def test_edge_files(tmp_path):
    path = tmp_path / "edges.csv"
    edge_table().to_csv(path, index=False)
    same(read_graph(path, NAMES))
    assert read_graph(path).nodes == tuple(sorted(NAMES, key=int))
    path.write_text("From; To; Weight\n773869; 767541; 0.5\n767541; 773869; 0.25\n767541; 717447; 0.75\n")
    same(read_graph(path, NAMES))
    edge_table(["x", "Ä", "z"]).to_csv(path, index=False)
    same(read_graph(path), ("x", "Ä", "z"))


def test_cost_is_a_distance_not_a_weight(tmp_path):
    path = tmp_path / "PEMS04.csv"
    path.write_text("from,to,cost\n2,0,352.6\n0,3,347.2\n0,3,100\n")
    graph = read_graph(path, 5)
    assert graph.nodes == tuple("01234")
    assert (graph.edge_index.T.tolist(), graph.edge_weight.tolist()) == ([[0, 3], [2, 0]], [1, 1])
    weighed = read_graph(path, 5, distances="gaussian")
    np.testing.assert_allclose(
        weighed.edge_weight, np.exp(-np.square(np.array([100]) / np.std([352.6, 100]))), rtol=1e-6
    )
    assert read_graph(path).nodes == tuple("023")


def test_distances_without_a_header(tmp_path):
    path = tmp_path / "distances.csv"
    path.write_text("7,7,0.0\n7,9,1.0\n9,7,1.5\n9,8,90\n")
    graph = read_graph(path, [7, 8, 9])
    sigma = np.std([0, 1, 1.5, 90])
    assert graph.edge_index.T.tolist() == [[0, 2], [2, 0]]
    np.testing.assert_allclose(graph.edge_weight, np.exp(-np.square(np.array([1, 1.5]) / sigma)), rtol=1e-6)


def test_adjacency_files(tmp_path):
    path = tmp_path / "adj.csv"
    np.savetxt(path, np.kron(np.eye(2), MATRIX), delimiter=",")
    assert (read_graph(path).n_nodes, read_graph(path).n_edges) == (6, 6)
    ids = ("773869", "767541", "717447", "717816")
    pd.DataFrame(np.pad(MATRIX, (0, 1)), columns=ids).to_csv(path, index=False)
    assert read_graph(path).nodes == ids
    assert read_graph(path).edge_weight.tolist() == [0.5, 0.25, 0.75]
    pd.DataFrame(MATRIX, columns=NAMES, index=NAMES).to_csv(path)
    same(read_graph(path))
    np.save(tmp_path / "adj.npy", MATRIX)
    same(read_graph(tmp_path / "adj.npy", NAMES))
    np.savez(tmp_path / "adj.npz", adjacency=MATRIX, other=MATRIX)
    same(read_graph(tmp_path / "adj.npz", NAMES))
    sparse.save_npz(tmp_path / "sparse.npz", sparse.csr_matrix(MATRIX))
    same(read_graph(tmp_path / "sparse.npz", NAMES))


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_sensor_pickles(tmp_path, protocol):
    content = ([name.encode() for name in NAMES], {name: n for n, name in enumerate(NAMES)}, MATRIX)
    path = tmp_path / "adj_mx.pkl"
    path.write_bytes(pickle.dumps(content, protocol))
    same(read_graph(path))
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(InputError, match="holds a dict; expected sensor ids"):
        read_graph(path)


def test_coordinates(tmp_path):
    places = pd.DataFrame({"sensor_id": NAMES[::-1], "latitude": [3.0, 2, 1], "longitude": [30.0, 20, 10]})
    path = tmp_path / "places.csv"
    places.to_csv(path)
    for data in (places, path, places.set_index("sensor_id"), np.array([[1.0, 10], [2, 20], [3, 30]])):
        graph = read_graph(MATRIX, NAMES, data)
        assert graph.coordinates.tolist() == [[1, 10], [2, 20], [3, 30]]
        assert graph.geographic
    plane = places.rename(columns={"latitude": "y", "longitude": "x"})
    graph = read_graph(MATRIX, NAMES, plane)
    assert (graph.coordinates[0].tolist(), graph.geographic) == ([10, 1], False)
    with pytest.raises(InputError, match="1 node has no place: 717447"):
        read_graph(MATRIX, NAMES, places.iloc[1:])
    with pytest.raises(InputError, match="more than once"):
        read_graph(MATRIX, NAMES, pd.concat([places, places]))
    with pytest.raises(InputError, match="expected an id, and latitude"):
        read_graph(MATRIX, NAMES, places[["sensor_id", "latitude"]])


def test_bad_files(tmp_path):
    path = tmp_path / "graph.csv"
    with pytest.raises(InputError, match="there is no such file"):
        read_graph(path)
    path.write_text("from,to,weight\n1,2,0.5\n1,9,0.5\n")
    with pytest.raises(InputError, match=r"edges at graph.csv, line 3: 1 edge names 1 node that is not"):
        read_graph(path, [1, 2])
    path.write_text("from,to,weight\n1,2,much\n")
    with pytest.raises(InputError, match=r"weight at graph.csv, line 2, 'much': 1 weight is missing"):
        read_graph(path)
    path.write_text("from,to,weight\n1,,0.5\n")
    with pytest.raises(InputError, match=r"graph.csv, line 2: the id of a node is missing"):
        read_graph(path)
    path.write_text("a,b\n1,0\n0,1\n1,1\n")
    with pytest.raises(InputError, match="'a,b' is no header of edges"):
        read_graph(path)
    path.write_text("1,2,3\n1,2,3\n1,2,3\n")
    with pytest.raises(InputError, match="could be edges or an adjacency"):
        read_graph(path)
    path.write_text("")
    with pytest.raises(InputError, match="no readable table"):
        read_graph(path)
    for content in (b"nothing", b"PK\x03\x04nothing"):
        (tmp_path / "graph.npz").write_bytes(content)
        with pytest.raises(InputError, match="no readable array file") as caught:
            read_graph(tmp_path / "graph.npz")
        assert "allow_pickle" not in str(caught.value)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        read_graph(tmp_path / "folder.csv")
    (tmp_path / "graph.xyz").write_text("")
    with pytest.raises(InputError, match="suffix is not understood"):
        read_graph(tmp_path / "graph.xyz")
    with pytest.raises(InputError, match="expected from, to and weight"):
        from_edges(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(InputError, match=r"expected \(2, E\)"):
        read_graph(np.zeros((5, 2), int), 5)
    assert isinstance(read_graph(np.zeros((2, 0), int), 5), SensorGraph)


@pytest.mark.parametrize(
    "text", ["a,b,1\nb,c,2\nc,a,1\n", "a,b,1\nb,c,2\n", "here,there,w8\na,b,1\n", "from,w\na,1\n"]
)
def test_edges_without_a_header_that_is_understood(tmp_path, text):
    path = tmp_path / "edges.csv"
    path.write_text(text)
    with pytest.raises(InputError, match="is no header of edges; expected from,to,weight") as caught:
        read_graph(path, list("abcd"))
    assert caught.value.where == "line 1"


def test_blanks_around_ids_and_negative_distances(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text("from, to, weight\n a , b ,1\n")
    assert read_graph(path, ["a", "b"]).edge_index.tolist() == [[0], [1]]
    path.write_text("from,to,distance\na,b,-5\n")
    with pytest.raises(InputError, match=r"edges.csv, line 2, '-5': 1 distance is negative"):
        read_graph(path, ["a", "b"])


def test_nodes_i_and_j_of_an_adjacency_are_no_senders_and_receivers(tmp_path):
    names = list("abcdefghij")
    frame = pd.DataFrame(np.ones((10, 10)), index=names, columns=names)
    frame.to_csv(tmp_path / "adjacency.csv")
    for data in (frame, tmp_path / "adjacency.csv"):
        graph = read_graph(data, names)
        assert (graph.nodes, graph.n_edges) == (tuple(names), 90)
