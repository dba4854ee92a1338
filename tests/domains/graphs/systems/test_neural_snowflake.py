"""The neural snowflake: what makes it a quasi-metric, and what it learns that Euclidean distance cannot."""

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.systems.metric_fitting import distortion, fit_distance, tree_distances
from fourfold.domains.graphs.systems.neural_snowflake import (
    EuclideanDistance,
    NeuralSnowflake,
    SnowflakeActivation,
    euclidean_embedding,
    snowflake_embedding,
)
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st


def seeded(build, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build()


def shaken(net, seed):
    """The same net with weights far from where they start, of both signs."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.5 * torch.randn(parameter.shape, generator=generator))
    return net


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(["positive", "from-one"]), st.integers(1, 4))
def test_it_is_symmetric_not_negative_and_zero_between_equal_points(seed, exponents, layers):
    net = shaken(seeded(lambda: NeuralSnowflake(3, 5, layers, exponents)), seed).double()
    x, y = torch.randn(2, 20, 3, generator=torch.Generator().manual_seed(seed)).double() * 3
    found = net(x, y)
    assert found.shape == (20,) and (found > 0).all()
    assert torch.equal(found, net(y, x))
    assert (net(x, x) == 0).all()


@pytest.mark.parametrize("exponents", ["positive", "from-one"])
def test_it_equals_its_formula(exponents):
    net = shaken(seeded(lambda: NeuralSnowflake(3, 4, 2, exponents)), 7).double()
    x, y = torch.tensor([0.2, -1.5, 3.0]).double(), torch.tensor([-0.1, 0.4, 2.0]).double()

    def activation(part, z):
        raw = (part.small if abs(z) < 1 else part.large).item()
        power = 1 + abs(raw) if exponents == "from-one" else np.exp(raw)
        return np.sign(z) * abs(z) ** power

    u = [
        abs(activation(net.first, a) - activation(net.first, b))
        for a, b in zip(x.tolist(), y.tolist(), strict=True)
    ]
    for part, linear in zip(net.activations, net.maps, strict=True):
        weight = np.abs(linear.weight.detach().numpy())
        weight += abs(linear.diagonal.item()) * np.eye(*weight.shape)
        u = weight @ [activation(part, z) for z in u]
    assert float(net(x, y).detach()) == pytest.approx(float(u[0]), rel=1e-12)


def test_it_starts_as_the_paper_says():
    net = NeuralSnowflake(6, 10, 3)
    assert float(net.first.small.detach()) == pytest.approx(1e-6)
    assert float(net.first.large.detach()) == pytest.approx(1e-3)
    for linear, (inputs, outputs) in zip(net.maps, [(6, 10), (10, 10), (10, 1)], strict=True):
        weight = linear.weight.detach()
        assert weight.shape == (outputs, inputs)
        assert (weight >= 0).all() and (weight <= 1 / (inputs * outputs)).all()
    # 4 activations of 2, 3 maps with a diagonal factor each.
    assert sum(p.numel() for p in net.parameters()) == 8 + (60 + 1) + (100 + 1) + (10 + 1)


def test_the_activation_is_continuous_odd_and_increasing():
    z = torch.linspace(-3, 3, 601).double()
    found = shaken(SnowflakeActivation(), 3).double()(z)
    assert (found.diff() > 0).all()
    torch.testing.assert_close(found.flip(0), -found)
    edge = shaken(SnowflakeActivation(), 3).double()(torch.tensor([1 - 1e-12, 1.0]).double())
    assert float(edge.diff().detach().abs()[0]) < 1e-9


@pytest.mark.parametrize("net", [NeuralSnowflake(2), EuclideanDistance()])
def test_slopes_are_finite_also_between_equal_points(net):
    x = torch.tensor([[0.0, 1.0], [2.0, 0.0]], requires_grad=True)
    net(x, torch.tensor([[0.0, 1.0], [2.0, 5.0]])).sum().backward()
    assert x.grad is not None and torch.isfinite(x.grad).all()
    assert all(torch.isfinite(p.grad).all() for p in net.parameters() if p.grad is not None)


@pytest.mark.slow
def test_a_snowflake_learns_the_power_of_a_distance():
    """One layer is w |x - y|^p on a line: fitting finds w = 1.5 and p = 0.5."""
    net = seeded(lambda: NeuralSnowflake(1, 1, 1))
    x = torch.linspace(-1, 1, 40)[:, None]
    y = torch.zeros_like(x)
    with torch.no_grad():
        net.first.small.zero_()
    net.first.requires_grad_(False)
    fit_distance(net, x, y, 1.5 * (x - y).abs().sqrt()[:, 0], steps=250, rate=0.05)
    assert float(net.activations[0].small.detach().exp()) == pytest.approx(0.5, abs=0.02)
    assert distortion(net, x, y, 1.5 * (x - y).abs().sqrt()[:, 0]).worst < 1.1


def metric_pairs(kind):
    """Training and held-out pairs. A tree's metric is learnt on the pairs of its nodes, all of them."""
    generator = torch.Generator().manual_seed(0)
    if kind == "tree":
        hops = tree_distances(50)
        features = torch.randn(50, 16, generator=generator)
        first, second = np.triu_indices(50, 1)
        pairs = features[first], features[second], torch.from_numpy(hops[first, second]).float()
        return pairs, pairs
    x, y = 2 * torch.randn(2, 3000, 2, generator=generator)
    straight = (x - y).norm(dim=1)
    target = straight.sqrt() if kind == "root" else straight.log1p()
    return (x[:2000], y[:2000], target[:2000]), (x[2000:], y[2000:], target[2000:])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["root", "logarithm", "tree"])
def test_lower_distortion_than_a_euclidean_head_of_equal_size(kind):
    train, test = metric_pairs(kind)
    features = train[0].shape[1]
    ours = seeded(lambda: snowflake_embedding(features))
    rival = seeded(lambda: euclidean_embedding(features, hidden=36))
    assert 0 <= rival.n_parameters - ours.n_parameters < 250
    for net in (ours, rival):
        fit_distance(net, *train, steps=600)
    here, there = distortion(ours, *test), distortion(rival, *test)
    assert here.mean < 0.7 * there.mean and here.mse < there.mse


def test_tree_distances_are_those_of_a_tree():
    hops = tree_distances(20, seed=4)
    assert (hops == hops.T).all() and (np.diag(hops) == 0).all()
    assert (hops == 1).sum() == 2 * 19
    assert (hops[:, None] <= hops[:, :, None] + hops[None]).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: NeuralSnowflake(2, layers=0), "layers: 0 is too few"),
        (
            lambda: fit_distance(
                EuclideanDistance(), torch.zeros(2, 1), torch.ones(2, 1), torch.tensor([1.0, 0])
            ),
            "pair 1: is 0.0",
        ),
        (
            lambda: fit_distance(EuclideanDistance(), torch.zeros(2, 1), torch.ones(2, 1), torch.ones(3)),
            "pairs: are 2, 2 and 3",
        ),
    ],
)
def test_bad_input(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
