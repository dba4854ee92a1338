"""The graph network block against loops in float64, and the symmetries every variant must have."""

from typing import get_args

import pytest
import torch
from fourfold.domains.graphs.systems.attributed_graphs import AttributedGraphs, side_by_side, single_graph
from fourfold.domains.graphs.systems.gn_block import (
    GraphNetworkBlock,
    Update,
    Variant,
    aggregate,
    graph_network,
)
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st

WIDTHS = (2, 3, 4)
VARIANTS = get_args(Variant)


def random_graph(seed, n=6, e=9):
    """Node n - 1 is isolated."""
    generator = torch.Generator().manual_seed(seed)
    index = torch.randint(max(n - 1, 1), (2, e), generator=generator)
    features = [
        torch.randn(rows, w, generator=generator).double() for rows, w in zip((e, n), WIDTHS, strict=False)
    ]
    whole = torch.randn(WIDTHS[2], generator=generator).double()
    return single_graph(n, index, features[1], features[0], whole)


def block(variant, aggregation=None, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return graph_network(variant, WIDTHS, out=5, hidden=8, aggregation=aggregation).double()


def by_loop(values, how):
    """One vector of a list of vectors."""
    if how == "attention":
        weights = torch.tensor([v[0].exp() for v in values])
        return sum((w * v[1:] for w, v in zip(weights, values, strict=True)), torch.zeros(4).double()) / (
            weights.sum() if values else 1
        )
    if not values:
        return torch.zeros(5).double()
    stacked = torch.stack(values)
    return {"sum": stacked.sum(0), "mean": stacked.mean(0), "max": stacked.amax(0)}[how]


@pytest.mark.parametrize("how", ["sum", "mean", "max", "attention"])
@pytest.mark.parametrize("empty", [False, True])
def test_aggregations_equal_a_loop(how, empty):
    generator = torch.Generator().manual_seed(3)
    count = 0 if empty else 12
    values = torch.randn(count, 5, generator=generator).double() - 3  # a maximum below 0 must survive
    index = torch.randint(5, (count,), generator=generator)
    found = aggregate(values, index, 7, how)
    wanted = [by_loop([v for v, i in zip(values, index, strict=True) if i == row], how) for row in range(7)]
    torch.testing.assert_close(found, torch.stack(wanted), rtol=1e-12, atol=1e-12)
    assert (found[5:] == 0).all()


def test_the_full_block_equals_the_papers_algorithm():
    graphs = side_by_side([random_graph(1), random_graph(2, n=3, e=0), random_graph(3, n=4, e=5)])
    for how in ("sum", "mean", "max"):
        net = block("full", how)
        result = net(graphs)
        phi = {part: getattr(net, part).network for part in ("edge", "node", "globals")}
        u, v, (senders, receivers) = graphs.globals, graphs.nodes, graphs.edge_index
        edges = [
            phi["edge"](torch.cat([graphs.edges[k], v[r], v[s], u[graphs.node_graph[s]]])[None])[0]
            for k, (s, r) in enumerate(zip(senders, receivers, strict=True))
        ]
        nodes = [
            phi["node"](
                torch.cat(
                    [
                        by_loop([e for e, r in zip(edges, receivers, strict=True) if r == i], how),
                        v[i],
                        u[graphs.node_graph[i]],
                    ]
                )[None]
            )[0]
            for i in range(len(v))
        ]
        wholes = [
            phi["globals"](
                torch.cat(
                    [
                        by_loop(
                            [e for e, r in zip(edges, receivers, strict=True) if graphs.node_graph[r] == g],
                            how,
                        ),
                        by_loop([x for i, x in enumerate(nodes) if graphs.node_graph[i] == g], how),
                        u[g],
                    ]
                )[None]
            )[0]
            for g in range(3)
        ]
        torch.testing.assert_close(result.edges, torch.stack(edges), rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(result.nodes, torch.stack(nodes), rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(result.globals, torch.stack(wholes), rtol=1e-10, atol=1e-10)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(0, 12), st.sampled_from(VARIANTS))
def test_permuting_nodes_and_edges_permutes_the_result(seed, n, e, variant):
    graph = random_graph(seed, n, e)
    generator = torch.Generator().manual_seed(seed + 1)
    nodes, edges = torch.randperm(n, generator=generator), torch.randperm(e, generator=generator)
    new_place = torch.empty_like(nodes)
    new_place[nodes] = torch.arange(n)
    shuffled = AttributedGraphs(
        graph.nodes[nodes],
        graph.edges[edges],
        graph.globals,
        new_place[graph.edge_index[:, edges]],
        graph.node_graph[nodes],
    )
    net = block(variant)
    here, there = net(graph), net(shuffled)
    torch.testing.assert_close(there.nodes, here.nodes[nodes], rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(there.edges, here.edges[edges], rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(there.globals, here.globals, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("variant", VARIANTS)
def test_graphs_of_a_batch_do_not_touch_each_other(variant):
    one, other = random_graph(4), random_graph(5, n=3, e=4)
    net = block(variant)
    both, alone = net(side_by_side([one, other])), net(other)
    torch.testing.assert_close(both.nodes[6:], alone.nodes)
    torch.testing.assert_close(both.edges[9:], alone.edges)
    torch.testing.assert_close(both.globals[1:], alone.globals)


SEEN = {
    # which outputs (edges, nodes, globals) change when an input (edges, nodes, globals) does
    "full": {"edges": "eng", "nodes": "eng", "globals": "eng"},
    "independent": {"edges": "e", "nodes": "n", "globals": "g"},
    "message-passing": {"edges": "eng", "nodes": "eng", "globals": ""},
    "non-local": {"edges": "", "nodes": "en", "globals": "g"},  # globals pass through
    "relation": {"edges": "", "nodes": "eng", "globals": ""},  # nodes pass through
    "deep-set": {"edges": "e", "nodes": "ng", "globals": "ng"},  # edges pass through
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("part", ["edges", "nodes", "globals"])
def test_each_variant_sees_what_its_figure_shows(variant, part):
    graph = random_graph(6)
    features = {name: getattr(graph, name) for name in ("nodes", "edges", "globals")}
    features[part] = features[part] + 1
    other = graph.with_features(features["nodes"], features["edges"], features["globals"])
    net = block(variant)
    here, there = net(graph), net(other)
    changed = {
        letter
        for letter, name in (("e", "edges"), ("n", "nodes"), ("g", "globals"))
        if not torch.equal(getattr(here, name), getattr(there, name))
    }
    assert changed == set(SEEN[variant][part])


def test_a_deep_set_ignores_the_edges_altogether():
    graph = random_graph(7)
    bare = single_graph(6, graph.edge_index[:, :0], graph.nodes, graph.edges[:0], graph.globals[0])
    net = block("deep-set")
    torch.testing.assert_close(net(graph).globals, net(bare).globals)
    torch.testing.assert_close(net(graph).nodes, net(bare).nodes)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("n", [0, 1, 4])
def test_no_edges_and_no_nodes_are_fine(variant, n):
    graph = (
        random_graph(8, n, 0)
        if n
        else single_graph(
            0, torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0, 3), torch.zeros(0, 2), torch.ones(4)
        )
    )
    net = block(variant)
    result = net(graph.with_features(*(x.double() for x in (graph.nodes, graph.edges, graph.globals))))
    assert result.edges.shape[0] == 0 and result.nodes.shape[0] == n
    assert torch.isfinite(result.nodes).all() and torch.isfinite(result.globals).all()


def test_blocks_compose_and_gradients_reach_every_phi():
    first = graph_network("full", WIDTHS, out=6)
    second = graph_network("full", (6, 6, 6), out=1)
    net = torch.nn.Sequential(first, second).double()
    net(random_graph(9)).globals.sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in net.parameters())


def test_own_networks_and_own_switches():
    net = GraphNetworkBlock(
        edge=Update(torch.nn.Identity(), ("sender", "edge")), edges_to_node="max", node=None, globals=None
    )
    graph = random_graph(10)
    assert torch.equal(net(graph).edges, torch.cat([graph.edges, graph.nodes[graph.edge_index[0]]], dim=1))


NO_EDGES = torch.zeros(2, 0, dtype=torch.int64)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: single_graph(2, torch.tensor([[0], [2]])), "names 2 of 2 nodes"),
        (lambda: single_graph(2, torch.tensor([[0, 1], [1, -1]])), r"at column 1: names -1 of 2"),
        (lambda: single_graph(3, torch.zeros(4, 2, dtype=torch.int64)), r"expected int64 \[2, E\]"),
        (lambda: single_graph(3, torch.zeros(2, 4)), r"is torch.float32"),
        (lambda: single_graph(3, NO_EDGES, torch.zeros(2, 1)), "nodes: has 2 rows"),
        (lambda: single_graph(3, NO_EDGES, edges=torch.zeros(2, 1)), "edges: has 2 rows"),
        (lambda: side_by_side([]), "graphs: are none"),
        (lambda: GraphNetworkBlock(edge=Update(torch.nn.Identity(), ("node",))), "edge: sees 'node'"),
        (lambda: GraphNetworkBlock(node=Update(torch.nn.Identity(), ())), "node: sees nothing"),
        (
            lambda: AttributedGraphs(
                torch.zeros(2, 1),
                torch.zeros(1, 0),
                torch.zeros(2, 0),
                torch.tensor([[0], [1]]),
                torch.arange(2),
            ),
            "edge 0: joins two graphs",
        ),
    ],
)
def test_bad_input(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
