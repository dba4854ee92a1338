"""Graph Transformer against attention written out node by node, and the published number of weights."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.systems.feature_rows import FeatureRows
from fourfold.domains.graphs.systems.graph_transformer import (
    GraphTransformer,
    GraphTransformerLayer,
    Readout,
)
from hypothesis import given
from hypothesis import strategies as st


def weights(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def random_graph(nodes: int, edges: int, seed: int = 0) -> torch.Tensor:
    """Edges [2, E] without loops or repeats; node 0 receives nothing."""
    rng = np.random.default_rng(seed)
    pairs = {(a, b) for a, b in rng.integers(0, nodes, (edges, 2)).tolist() if a != b and b != 0}
    return torch.tensor(sorted(pairs)).T


@torch.no_grad()
def attention_by_hand(
    layer: GraphTransformerLayer, h: torch.Tensor, e: torch.Tensor | None, index: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Neighbour by neighbour, head by head."""
    nodes, width = h.shape
    size = width // layer.heads
    taken = torch.zeros_like(h)
    products = torch.zeros(index.shape[1], width, dtype=h.dtype)
    for i in range(nodes):
        incoming = [k for k in range(index.shape[1]) if int(index[1, k]) == i]
        for head in range(layer.heads):
            part = slice(head * size, (head + 1) * size)
            total, value = 0.0, torch.zeros(size, dtype=h.dtype)
            for k in incoming:
                j = int(index[0, k])
                q, key = layer.query.weight[part] @ h[i], layer.key.weight[part] @ h[j]
                product = q * key / np.sqrt(size)
                if layer.edge is not None:
                    assert e is not None
                    product = product * (layer.edge.weight[part] @ e[k])
                products[k, part] = product
                score = float(torch.exp(torch.clamp(product.sum(), -5, 5)))
                total += score
                value = value + score * (layer.value.weight[part] @ h[j])
            if incoming:
                taken[i, part] = value / total
    return taken, products


@pytest.mark.parametrize("edges", [False, True])
@pytest.mark.parametrize("scale", [1.0, 30.0], ids=["", "beyond the clamp"])
def test_attention_is_that_over_the_neighbours(edges: bool, scale: float) -> None:
    torch.manual_seed(0)
    layer = GraphTransformerLayer(12, 3, edges=edges).double().eval()
    index = random_graph(8, 30)
    h = scale * torch.randn(8, 12, dtype=torch.float64)
    e = torch.randn(index.shape[1], 12, dtype=torch.float64) if edges else None
    with torch.no_grad():
        found, expected = layer.attend(h, e, index), attention_by_hand(layer, h, e, index)
    torch.testing.assert_close(found[0], expected[0], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(found[1], expected[1], rtol=1e-12, atol=1e-10)
    assert not found[0][0].any()  # node 0 has no neighbour: nothing, not NaN


@torch.no_grad()
def test_a_layer_is_attention_residuals_and_norms_in_this_order() -> None:
    torch.manual_seed(0)
    layer = GraphTransformerLayer(8, 2, edges=True).double()
    index = random_graph(10, 40)
    h, e = torch.randn(10, 8, dtype=torch.float64), torch.randn(index.shape[1], 8, dtype=torch.float64)
    taken, products = attention_by_hand(layer, h, e, index)

    def norm(x: torch.Tensor) -> torch.Tensor:
        return (x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-5).sqrt()

    for rows, attended, parts, found in (
        (h, taken, layer.nodes, layer(h, e, index)[0]),
        (e, products, layer.edges, layer(h, e, index)[1]),
    ):
        assert parts is not None
        middle = norm(rows + attended @ parts.output.weight.T + parts.output.bias)
        wide = torch.relu(middle @ parts.widen.weight.T + parts.widen.bias)
        expected = norm(middle + wide @ parts.narrow.weight.T + parts.narrow.bias)
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


def test_the_number_of_weights_is_the_published_one() -> None:
    """588,929 for ZINC with edges and Laplacian positions: 28 atoms, 4 bonds, K = 8, L = 10, d = 64."""
    layers = 10 * weights(GraphTransformerLayer(64, 8, edges=True))
    embeddings = 28 * 64 + 4 * 64 + (8 * 64 + 64)
    assert layers + embeddings + weights(Readout(64, 1)) == 588_929


def test_projections_have_no_bias() -> None:
    layer = GraphTransformerLayer(8, 2, edges=True)
    for part in (layer.query, layer.key, layer.value, layer.edge):
        assert part is not None and part.bias is None
    with pytest.raises(ValueError, match="no multiple"):
        GraphTransformerLayer(9, 2)


@given(st.integers(0, 10_000), st.booleans())
def test_numbering_the_nodes_otherwise_numbers_the_answers_so(seed: int, edges: bool) -> None:
    torch.manual_seed(seed % 97)
    network = GraphTransformer(
        5, 3, width=8, layers=2, heads=2, positions=2, edge_features=2 if edges else 0
    ).double()
    network.eval()
    rng = np.random.default_rng(seed)
    nodes, index = 9, random_graph(9, 25, seed)
    features, positions = rng.normal(size=(nodes, 5)), torch.from_numpy(rng.normal(size=(nodes, 2)))
    edge = torch.from_numpy(rng.normal(size=(index.shape[1], 2))) if edges else None
    order = rng.permutation(nodes)
    place = torch.from_numpy(np.argsort(order))
    shuffled = torch.from_numpy(rng.permutation(index.shape[1]))
    with torch.no_grad():
        answer = network(FeatureRows.of(features, torch.float64), positions, index, edge)
        other = network(
            FeatureRows.of(features[order], torch.float64),
            positions[torch.from_numpy(order)],
            place[index][:, shuffled],
            None if edge is None else edge[shuffled],
        )
    torch.testing.assert_close(other, answer[torch.from_numpy(order)], rtol=1e-9, atol=1e-9)


def test_signs_of_positions_are_drawn_in_training_only() -> None:
    torch.manual_seed(0)
    network = GraphTransformer(4, 2, width=8, layers=1, heads=2, positions=3).double()
    rows = FeatureRows.of(np.random.default_rng(0).normal(size=(6, 4)), torch.float64)
    index = random_graph(6, 20)
    positions = torch.randn(6, 3, dtype=torch.float64)
    with torch.no_grad():
        drawn = {
            tuple(network.train()(rows, positions, index).flatten().round(decimals=9).tolist())
            for _ in range(40)
        }
        signs = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0]).double()] * 3)
        possible = {
            tuple(_without_signs(network, rows, positions * s, index).flatten().round(decimals=9).tolist())
            for s in signs
        }
        assert drawn <= possible and len(drawn) > 4
        network.eval()
        torch.testing.assert_close(
            network(rows, positions, index), network(rows, positions, index), rtol=0, atol=0
        )


def _without_signs(
    network: GraphTransformer, rows: FeatureRows, positions: torch.Tensor, index: torch.Tensor
):
    """One answer in training mode (batch statistics), with these positions as they are."""
    assert network.position is not None
    h = network.embedding(rows) + network.position(positions)
    for layer in network.layers:
        h, _ = layer(h, None, index)
    return network.readout(h)
