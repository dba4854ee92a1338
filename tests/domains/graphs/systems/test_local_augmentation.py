"""Local augmentation: the generator's bound, the convolutions side by side, and agreement of draws."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.systems.feature_generator import FeatureGenerator
from fourfold.domains.graphs.systems.feature_rows import FeatureRows
from fourfold.domains.graphs.systems.local_augmentation import LocalAugmentationGCN, consistency, sharpen
from fourfold.domains.graphs.systems.node_batch import NodeBatch, symmetric_edges


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_the_bound_is_misfit_plus_divergence(likelihood) -> None:
    torch.manual_seed(0)
    generator = FeatureGenerator(7, hidden=5, latent=3, likelihood=likelihood).double()
    rng = np.random.default_rng(0)
    neighbour, centre = (rng.random((4, 7)) for _ in range(2))
    torch.manual_seed(1)
    found = generator.loss(FeatureRows.of(neighbour, torch.float64), FeatureRows.of(centre, torch.float64))
    torch.manual_seed(1)
    noise = torch.randn(4, 3, dtype=torch.float64)
    x, given = torch.from_numpy(neighbour), torch.from_numpy(centre)
    ends = x @ generator.neighbour.weight + given @ generator.centre.weight
    hidden = torch.relu(ends + generator.centre.bias)
    mean, log_variance = (hidden @ generator.posterior.weight.T + generator.posterior.bias).chunk(2, -1)
    posterior = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    z = mean + posterior.scale * noise
    shown = generator._decode(FeatureRows.of(centre, torch.float64), z)
    if likelihood == "bernoulli":
        p = shown.sigmoid()
        misfit = -(x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
    else:
        misfit = 0.5 * (x - shown).square().sum(-1)
    prior = torch.distributions.Normal(torch.zeros(()).double(), 1.0)
    divergence = torch.distributions.kl_divergence(posterior, prior).sum(-1)
    torch.testing.assert_close(found, misfit + divergence)


def test_generated_words_are_shares_and_differ_by_draw_and_centre() -> None:
    torch.manual_seed(0)
    generator = FeatureGenerator(7, hidden=5, latent=3)
    centre = FeatureRows.of(np.random.default_rng(0).random((4, 7)))
    first, second = (generator.generate(centre, torch.randn(4, 3)) for _ in range(2))
    assert bool(((first > 0) & (first < 1)).all())
    assert not torch.allclose(first, second) and not torch.allclose(first[0], first[1])


def test_each_matrix_has_its_own_convolution() -> None:
    torch.manual_seed(0)
    index = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    weight = torch.ones(4).double()
    table = np.random.default_rng(0).random((4, 6))
    none = torch.zeros(0, dtype=torch.int64)
    smoothing = symmetric_edges(index, weight, 4)
    graph = NodeBatch(
        FeatureRows.of(table, torch.float64),
        index,
        weight,
        *smoothing,
        torch.zeros(4, 0).double(),
        none,
        none,
    )
    network = LocalAugmentationGCN(6, 3, 2, generated=2).double().eval()
    matrices = [torch.rand(4, 6).double() for _ in range(2)]
    dense = torch.zeros(4, 4).double()
    dense[smoothing[0][1], smoothing[0][0]] = smoothing[1]
    layers = [network.original, *network.generated]
    parts = [
        matrix @ layer.weight + layer.bias
        for matrix, layer in zip([torch.from_numpy(table), *matrices], layers, strict=True)
    ]
    hidden = torch.relu(dense @ torch.cat(parts, -1))
    expected = dense @ (hidden @ network.second.weight.T + network.second.bias)
    torch.testing.assert_close(network(graph, matrices), expected)
    with pytest.raises(ValueError):
        network(graph, matrices[:1])


def test_sharpening_and_agreement() -> None:
    p = torch.tensor([[0.6, 0.3, 0.1]]).double()
    squares = p**2 / (p**2).sum()
    torch.testing.assert_close(sharpen(p, 0.5), squares)
    torch.testing.assert_close(sharpen(p, 1.0), p)
    certain = torch.tensor([[[1.0, 1e-30]]] * 3).log()
    assert float(consistency(certain, 0.5)) < 1e-12
    draws = torch.tensor([[[0.8, 0.2]], [[0.4, 0.6]]]).double()
    target = sharpen(draws.mean(0), 0.5)
    expected = (draws - target).square().sum(-1).mean()
    torch.testing.assert_close(consistency(draws.log(), 0.5), expected)
