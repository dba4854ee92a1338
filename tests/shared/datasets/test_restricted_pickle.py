"""Foreign pickles give data or a sentence, and never run anything."""

import collections
import os
import pickle
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from fourfold.shared.datasets import read_restricted_pickle
from fourfold.shared.errors import InputError
from hypothesis import HealthCheck, given, settings
from scipy import sparse

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=10,
)


def put(folder: Path, content: object, protocol: int = 4) -> Path:
    path = folder / "graph.pkl"
    path.write_bytes(pickle.dumps(content, protocol))
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plain, st.sampled_from([0, 2, 4, 5]))
def test_plain_data_comes_back(tmp_path, content, protocol):
    assert read_restricted_pickle(put(tmp_path, content, protocol)) == content


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "?", "c16", "U5", "M8[ns]"])
def test_arrays_come_back(tmp_path, protocol, dtype):
    matrix = np.arange(6).astype(dtype).reshape(2, 3)
    given = {"a": matrix, "turned": matrix.T, "none": matrix[:0], "scalar": np.float64(0.5)}
    given["cube"] = np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0)
    found = read_restricted_pickle(put(tmp_path, given, protocol))
    for name in ("a", "turned", "none", "cube"):
        np.testing.assert_array_equal(found[name], given[name], strict=True)
    assert found["scalar"] == 0.5


class Evil:
    """Runs a command when unpickled the ordinary way."""

    def __init__(self, call, *args):
        self.call, self.args = call, args

    def __reduce__(self):
        return self.call, self.args


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize(
    ("call", "args"),
    [
        (os.system, ("touch {}",)),
        (eval, ("open('{}', 'w').close()",)),
        (exec, ("open('{}', 'w').close()",)),
        (open, ("{}", "w")),
        (getattr, ("", "format")),
        (Path, ("{}",)),
        (np.load, ("{}",)),
        (np.fromfile, ("{}",)),
        (pickle.loads, (b"",)),
        (collections.Counter, ("aa",)),
    ],
)
def test_calls_are_refused_and_nothing_runs(tmp_path, call, args, protocol):
    mark = tmp_path / "mark"
    filled = tuple(part.format(mark) if isinstance(part, str) else part for part in args)
    path = put(tmp_path, ["harmless", {"deep": Evil(call, *filled)}], protocol)
    with pytest.raises(InputError, match="could run code; nothing was loaded"):
        read_restricted_pickle(path)
    assert not mark.exists()


@pytest.mark.parametrize("text", [b"cos\nsystem\n(S'touch {}'\ntR.", b"(S'touch {}'\nios\nsystem\n."])
def test_hand_written_attacks(tmp_path, text):
    mark = tmp_path / "mark"
    path = tmp_path / "graph.pkl"
    path.write_bytes(text.replace(b"{}", str(mark).encode()))
    with pytest.raises(InputError, match="could run code"):
        read_restricted_pickle(path)
    assert not mark.exists()


def test_dotted_names_reach_nothing(tmp_path):
    path = tmp_path / "graph.pkl"
    path.write_bytes(b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__init__\x93.")
    with pytest.raises(InputError, match="could run code"):
        read_restricted_pickle(path)


def test_arrays_of_objects_are_refused(tmp_path):
    with pytest.raises(InputError, match="array of objects"):
        read_restricted_pickle(put(tmp_path, {"deep": [np.array([{}, None], dtype=object)]}))


@pytest.mark.parametrize(
    "content", [b"", b"\x80", b"hello", b"\x80\x04N", b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f"]
)
def test_damaged_files(tmp_path, content):
    path = tmp_path / "graph.pkl"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a readable pickle"):
        read_restricted_pickle(path)


def test_absent_file_and_persistent_ids(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_restricted_pickle(tmp_path / "absent.pkl")
    path = tmp_path / "graph.pkl"
    path.write_bytes(b"Pnumber\n.")
    with pytest.raises(InputError, match="persistent id"):
        read_restricted_pickle(path)


def test_text_of_python_2_needs_its_encoding(tmp_path):
    path = tmp_path / "graph.pkl"
    path.write_bytes(b"\x80\x02U\x01\xe9.")
    with pytest.raises(InputError, match="latin1"):
        read_restricted_pickle(path)
    assert read_restricted_pickle(path, encoding="latin1") == "é"


@pytest.mark.parametrize(
    ("name", "nodes", "nonzero"), [("adj_mx.pkl", 207, 1722), ("adj_mx_bay.pkl", 325, 2694)]
)
def test_published_sensor_graphs(benchmark_data, name, nodes, nonzero):
    path = benchmark_data / "spatiotemporal" / "dcrnn_graphs" / name
    if not path.is_file():
        pytest.skip("the DCRNN sensor graphs are not in $FOURFOLD_DATA")
    ids, positions, adjacency = read_restricted_pickle(path, encoding="latin1")
    assert len(ids) == len(positions) == nodes
    assert adjacency.shape == (nodes, nodes)
    assert np.count_nonzero(adjacency) == nonzero


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_sparse_matrices_come_back_as_parts_that_fit(tmp_path, protocol):
    matrix = sparse.csr_matrix(np.array([[0, 1.5], [0, 0], [2, 0]]))
    found = read_restricted_pickle(put(tmp_path, {"x": matrix}, protocol))["x"].matrix()
    assert isinstance(found, sparse.csr_matrix)
    np.testing.assert_array_equal(found.toarray(), matrix.toarray())


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_defaultdict_comes_back_as_a_dict(tmp_path, protocol):
    graph = collections.defaultdict(list, {0: [1, 2], 1: [0]})
    found = read_restricted_pickle(put(tmp_path, graph, protocol))
    assert found == {0: [1, 2], 1: [0]}
    assert type(found) is dict


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"_shape": (3, -2)}, "shape"),
        ({"_shape": (3, 1)}, "column outside 0 to 0"),
        ({"_shape": (10**9, 2)}, "row starts"),
        ({"indptr": np.array([0, 9, 0, 2], np.int32)}, "out of order"),
        ({"indices": np.array([0, 10**6], np.int32)}, "column outside"),
        ({"indices": np.array([0, -1], np.int32)}, "column outside"),
        ({"data": np.array(["a", "b"])}, "no numbers"),
        ({"data": [1.0, 2.0]}, "no vector"),
        ({"indptr": None}, "no vector"),
        ({"data": np.ones(3)}, "3 values, 2 columns"),
    ],
)
def test_sparse_matrices_that_would_read_beyond_their_memory(tmp_path, changed, problem):
    matrix = sparse.csr_matrix(np.array([[0, 1.5], [0, 0], [2, 0]]))
    matrix.__dict__.update(changed)
    parts = read_restricted_pickle(put(tmp_path, matrix))
    with pytest.raises(InputError, match=problem):
        parts.matrix()


def test_attributes_of_a_sparse_matrix_replace_nothing(tmp_path):
    matrix = sparse.csr_matrix(np.eye(2))
    matrix.__dict__.update({"matrix": 1, "toarray": 2, "__class__": 3})
    found = read_restricted_pickle(put(tmp_path, matrix)).matrix()
    np.testing.assert_array_equal(found.toarray(), np.eye(2))
    matrix.__dict__["hidden"] = np.array([{}], dtype=object)
    with pytest.raises(InputError, match="array of objects"):
        read_restricted_pickle(put(tmp_path, matrix))


@pytest.mark.parametrize(
    "text",
    [
        b"\x80\x02ccollections\ndefaultdict\ncnumpy\nndarray\n\x85R.",  # a factory that is not list
        b"\x80\x02cscipy.sparse.csr\ncsr_matrix\n}X\x06\x00\x00\x00matrixK\x01sb.",  # attributes of the class
        b"\x80\x02cscipy.sparse.csr\ncsr_matrix\n)\x81K\x05b.",  # a state that is no dict
        b"\x80\x02cbuiltins\nlist\n}X\x06\x00\x00\x00appendK\x01sb.",
    ],
)
def test_misused_constructors(tmp_path, text):
    path = tmp_path / "graph.pkl"
    path.write_bytes(text)
    with pytest.raises(InputError, match="not a readable pickle"):
        read_restricted_pickle(path)
