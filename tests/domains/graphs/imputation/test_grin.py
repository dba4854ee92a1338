"""GRIN follows its equations, and no prediction has read the value it predicts."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.imputation.grin import DENSE_BELOW, Directions, Grin
from fourfold.domains.graphs.imputation.objective import whiten
from fourfold.domains.graphs.models.batch import Edges

SIZES = {"hidden": 5, "feed_forward": 6, "embedding": 2, "powers": 2, "dropout": 0.0}
LOOPED = torch.tensor([[0, 1, 2, 0, 1], [1, 2, 3, 0, 1]])
"""A chain of four nodes with loops at two; a fifth node is isolated."""


def edges(nodes=5):
    return Edges(LOOPED, torch.tensor([1.0, 0.5, 2.0, 3.0, 1.0], dtype=torch.float64), nodes)


def network(channels=1, covariates=1, supports=2, **sizes):
    torch.manual_seed(0)
    return Grin(
        nodes=5, channels=channels, covariates=covariates, supports=supports, **{**SIZES, **sizes}
    ).double()


def window(channels=1, covariates=1, seed=0, steps=6):
    rng = np.random.default_rng(seed)
    x = torch.from_numpy(rng.normal(size=(2, steps, 5, channels)))
    return (
        x,
        torch.from_numpy(rng.random(x.shape) < 0.7),
        torch.from_numpy(rng.normal(size=(2, steps, 5, covariates))),
    )


def transitions(nodes=5):
    """Row-normalised along and against the edges, dense."""
    matrix = np.zeros((nodes, nodes))
    np.add.at(matrix, tuple(edges().index.numpy()), edges().weight.numpy())
    found = []
    for way in (matrix.T, matrix):
        total = way.sum(1, keepdims=True)
        found.append(np.divide(way, total, out=np.zeros_like(way), where=total > 0))
    return found, matrix


def array(tensor):
    return tensor.detach().numpy()


def dense_convolution(layer, x, ways):
    total = x @ array(layer.root.weight).T + array(layer.root.bias)
    weights = iter(layer.weights)
    for way in ways:
        moved = x
        for _ in range(layer.powers):
            moved = way @ moved
            total = total + moved @ array(next(weights).weight).T
    return total


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dense_pass(module, x, seen, covariates):
    """One direction for one window, in numpy: x, seen [L, N, C]."""
    ways, matrix = transitions()
    loopless = matrix - np.diag(np.diag(matrix))
    apart = []
    for way in (loopless.T, loopless):
        total = way.sum(1, keepdims=True)
        apart.append(np.divide(way, total, out=np.zeros_like(way), where=total > 0))
    d = module.decoder

    def linear(layer, value):
        return value @ array(layer.weight).T + array(layer.bias)

    state, found = np.zeros((5, module.hidden)), []
    for t in range(len(x)):
        first = linear(module.first, state)
        filled = np.where(seen[t], x[t], first)
        message = linear(d.message, np.concatenate([filled, seen[t], covariates[t], state], 1))
        heard = linear(d.mix, np.concatenate([way @ message for way in apart], 1))
        said = linear(d.merge, np.concatenate([heard, state], 1))
        said = np.where(said > 0, said, array(d.activation.weight) * said)
        features = np.concatenate([said, state], 1)
        second = linear(d.readout, features)
        inputs = np.concatenate([np.where(seen[t], x[t], second), seen[t], covariates[t]], 1)
        gates = sigmoid(dense_convolution(module.cell.gates, np.concatenate([inputs, state], 1), ways))
        reset, update = np.split(gates, 2, axis=1)
        both = np.concatenate([inputs, reset * state], 1)
        state = update * state + (1 - update) * np.tanh(dense_convolution(module.cell.candidate, both, ways))
        found.append((first, second, features))
    return [np.stack(part) for part in zip(*found, strict=True)]


@pytest.mark.parametrize("channels", [1, 2])
def test_both_directions_and_their_merger_equal_the_equations(channels):
    grin = network(channels)
    x, seen, covariates = window(channels)
    directions = Directions.of(edges(), both=True)
    merged, stages = grin(x, seen, covariates, directions, torch.arange(5))
    for b in range(2):
        given = x[b].numpy(), seen[b].numpy(), covariates[b].numpy()
        forth = dense_pass(grin.forth, *given)
        back = [part[::-1] for part in dense_pass(grin.back, *(part[::-1] for part in given))]
        for stage, want in zip(stages, (forth[0], forth[1], back[0], back[1]), strict=True):
            np.testing.assert_allclose(array(stage[b]), want, atol=1e-12)
        local = np.broadcast_to(array(grin.embedding), (6, 5, 2))
        together = np.concatenate([forth[2], back[2], given[1], given[2], local], -1)
        inner, outer = grin.merge[0], grin.merge[3]
        hidden = np.maximum(together @ array(inner.weight).T + array(inner.bias), 0)
        np.testing.assert_allclose(
            array(merged[b]), hidden @ array(outer.weight).T + array(outer.bias), atol=1e-12
        )


def test_no_prediction_has_read_its_own_value():
    """Loops in the graph included; two hops away the own value would come back, so the decoder has one."""
    grin, directions = network(), Directions.of(edges(), both=True)
    x, seen, covariates = window()
    seen[:, 3, 2] = True
    before, stages_before = grin(x, seen, covariates, directions, torch.arange(5))
    x[:, 3, 2] += 10
    after, stages_after = grin(x, seen, covariates, directions, torch.arange(5))
    for old, new in zip([before, *stages_before], [after, *stages_after], strict=True):
        assert torch.equal(old[:, 3, 2], new[:, 3, 2])
    assert not torch.equal(before[:, 3, 1], after[:, 3, 1])
    assert not torch.equal(before[:, 2, 2], after[:, 2, 2])
    assert not torch.equal(before[:, 4, 2], after[:, 4, 2])


def test_what_is_not_seen_is_not_read_even_if_it_is_nan():
    grin, directions = network(), Directions.of(edges(), both=True)
    x, seen, covariates = window()
    want, _ = grin(x, seen, covariates, directions, torch.arange(5))
    holes = torch.where(seen, x, torch.nan)
    found, _ = grin(holes, seen, covariates, directions, torch.arange(5))
    assert torch.equal(found, want)
    found.sum().backward()
    gradients = [parameter.grad for parameter in grin.parameters() if parameter.grad is not None]
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_large_graphs_take_the_sparse_way_to_the_same_answer():
    grin = network(embedding=0)
    nodes = DENSE_BELOW + 6
    rng = np.random.default_rng(1)
    many = Edges(
        torch.from_numpy(rng.integers(nodes, size=(2, 300))), torch.from_numpy(rng.random(300)), nodes
    )
    x = torch.from_numpy(rng.normal(size=(2, 4, nodes, 1)))
    rest = torch.ones(x.shape, dtype=torch.bool), torch.zeros(2, 4, nodes, 1, dtype=torch.float64)
    sparse = Directions.of(many, both=True)
    dense = Directions(
        *(tuple(lambda y, p=p: p.matrices(y.dtype)[0].to_dense() @ y for p in part)
          for part in (sparse.supports, sparse.neighbours))
    )  # fmt: skip
    rows = torch.full((nodes,), -1)
    np.testing.assert_allclose(
        array(grin(x, *rest, sparse, rows)[0]), array(grin(x, *rest, dense, rows)[0]), atol=1e-12
    )


def test_windows_do_not_depend_on_each_other_and_nodes_have_no_order():
    grin, directions = network(), Directions.of(edges(), both=True)
    x, seen, covariates = window()
    together, _ = grin(x, seen, covariates, directions, torch.arange(5))
    alone, _ = grin(x[1:], seen[1:], covariates[1:], directions, torch.arange(5))
    np.testing.assert_allclose(array(together[1:]), array(alone), atol=1e-12)
    order = torch.tensor([3, 0, 4, 1, 2])
    place = torch.argsort(order)
    moved = Directions.of(Edges(place[edges().index], edges().weight, 5), both=True)
    swapped, _ = grin(x[:, :, order], seen[:, :, order], covariates[:, :, order], moved, order)
    np.testing.assert_allclose(array(swapped), array(together[:, :, order]), atol=1e-12)


def test_whitening_hides_single_values_and_stretches():
    observed = torch.ones(400, 24, 10, 1, dtype=torch.bool)
    observed[:, 5] = False
    torch.manual_seed(0)
    points = whiten(observed, 0.05, 0.0)
    assert not points[:, 5].any()
    assert (~points & observed).sum() / observed.sum() == pytest.approx(0.05, abs=0.005)
    blocks = ~whiten(torch.ones(4000, 24, 1, 1, dtype=torch.bool), 0.0, 0.5)[:, :, 0, 0]
    changes = (blocks[:, 1:] != blocks[:, :-1]).sum(1)
    assert changes.max() <= 2
    assert 0.3 < blocks.any(1).float().mean() <= 0.55
    assert blocks.any(0).float().min() > 0.1
