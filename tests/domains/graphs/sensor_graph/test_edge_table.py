"""Tables of edges: nothing in them is left out, added up or guessed without a word."""

from pathlib import Path

import pandas as pd
import pytest
from fourfold.domains.graphs.sensor_graph import from_edges, read_graph
from fourfold.shared.errors import InputError, InputWarning


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "edges.csv"


def refused(path: Path, text: str, **keys: object) -> str:
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_graph(path, list("abc"), **keys)
    return str(caught.value)


@pytest.mark.parametrize("name", ["wieght", "weigth", "costs", "strength"])
def test_a_column_that_may_be_meant_for_weights_is_not_ignored(path: Path, name: str) -> None:
    said = refused(path, f"from,to,{name}\na,b,0.5\n")
    assert said.startswith(
        f"{name} at edges.csv, line 1: is no column of a table of edges; expected from, to"
    )
    assert "for edges of weight 1" in said and ("Did you mean" in said) == (name != "strength")


def test_other_columns_are_named_and_left_aside(path: Path) -> None:
    path.write_text("from,to,road\na,b,M25\n")
    with pytest.warns(InputWarning, match=r"edges.csv: not used: road, and every edge has weight 1"):
        assert read_graph(path, list("abc")).edge_weight.tolist() == [1]
    path.write_text("from,to,weight,distance\na,b,0.5,7\n")
    with pytest.warns(InputWarning, match=r"edges.csv: not used: distance$"):
        assert read_graph(path, list("abc")).edge_weight.tolist() == [0.5]
    frame = pd.DataFrame({"from": ["a"], "to": ["b"], "weight": [0.5]})
    frame.to_csv(path)
    assert read_graph(path, list("abc")).edge_weight.tolist() == [0.5], "row numbers need no word"


def test_a_pair_with_two_weights_is_refused_with_both_lines(path: Path) -> None:
    text = "from,to,weight\na,b,1\n\nb,c,2\na,b,3\n"
    said = refused(path, text)
    assert said.startswith("edges at edges.csv, lines 2 and 5, a to b: 1 edge is listed more")
    assert read_graph(path, list("abc"), duplicates="sum").edge_weight.tolist() == [4, 2]
    frame = pd.read_csv(path)
    with pytest.raises(InputError, match="edges at rows 0 and 2, a to b"):
        from_edges(frame, list("abc"))


def test_a_pair_without_weights_counts_once(path: Path) -> None:
    path.write_text("from,to\na,b\nb,c\na,b\na,b\n")
    with pytest.warns(InputWarning, match=r"2 edges are listed more than once \(lines 2 and 4, a to b\)"):
        assert read_graph(path, list("abc")).edge_weight.tolist() == [1, 1]


def test_loops_are_left_out_with_a_note(path: Path) -> None:
    path.write_text("from,to,weight\na,b,1\nc,c,2\n")
    with pytest.warns(InputWarning, match=r"1 edge from a node to itself is left out \(line 3, c\)"):
        assert read_graph(path, list("abc")).n_edges == 1
    assert read_graph(path, list("abc"), self_loops="keep").n_edges == 2
    assert read_graph(path, list("abc"), self_loops="drop").n_edges == 1, "whoever says so hears nothing"


def test_a_header_alone_is_no_graph(path: Path) -> None:
    said = refused(path, "from,to,weight\n")
    assert "holds a header and no edge; expected a line for each edge below it" in said and "stid" in said


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a,b,", "weight at edges.csv, line 4, empty: 1 weight is missing or no number"),
        ("a,b,NaN", "weight at edges.csv, line 4, 'NaN': 1 weight is missing or no number"),
        ("a,b,inf", "weight at edges.csv, line 4, 'inf': 1 weight is infinite"),
        ("a,b,-1", "weight at edges.csv, line 4, '-1': 1 weight is negative"),
        ("a,x,1", "edges at edges.csv, line 4: 1 edge names 1 node that is not there: x"),
        ("a,,1", "edges at edges.csv, line 4: the id of a node is missing"),
        ("a,NaN,1", "edges at edges.csv, line 4: 1 edge names 1 node that is not there: NaN"),
    ],
)
def test_a_wrong_edge_is_named_by_file_and_line(path: Path, line: str, fault: str) -> None:
    assert refused(path, f"from,to,weight\nb,c,1\n\n{line}\n").startswith(fault)


def test_lines_without_a_header_count_from_one(path: Path) -> None:
    path.write_text("1,2,3.5\n2,1,4\n1,3,-2\n3,1,1\n")
    with pytest.raises(InputError, match=r"distance at edges.csv, line 3, '-2': 1 distance is negative"):
        read_graph(path)


def test_ids_are_text(path: Path) -> None:
    path.write_text("from,to,weight\n007,NA,1\nNA,007,2\n")
    assert read_graph(path, ["007", "NA"]).edge_weight.tolist() == [1, 2]
    path.write_text("from,to,weight\n7.0,9.0,1\n")
    assert read_graph(path, ["7", "9"]).n_edges == 1, "as tables with gaps write whole numbers"


def test_mistakes_of_an_adjacency_name_its_file(tmp_path: Path) -> None:
    path = tmp_path / "adjacency.csv"
    path.write_text("a,b,c,d\n0,1,0,1\n1,0,-1,1\n0,0,0,1\n1,1,1,0\n")
    with pytest.raises(InputError, match=r"weight at adjacency.csv, edge 3, -1: 1 weight is negative"):
        read_graph(path)
