"""Constants that keep variances: what they are fitted to, and what they bring."""

import pytest
import torch
from fourfold.domains.materials.crystal_graph import crystal_graph
from fourfold.domains.materials.gemnet.gemnet_dt import GemNetDT
from fourfold.domains.materials.gemnet.geometry import edge_geometry
from fourfold.domains.materials.gemnet.scale_factor import ScaleFactor, fit_scale_factors
from fourfold.domains.materials.gemnet.settings import GemNetSettings
from retold_crystals import random_batch

SETTINGS = GemNetSettings(width=32, triplet=16, bilinear=16, num_spherical=4, num_radial=32, max_neighbors=12)


def variance(x):
    return float(x.flatten(1).var(dim=0).mean())


def test_a_factor_gives_the_variance_of_its_reference():
    draw = torch.Generator().manual_seed(0)
    reference, values = torch.randn(500, 8, generator=draw), 7 * torch.randn(300, 4, generator=draw)
    factor = ScaleFactor()
    assert torch.equal(factor(reference, values), values)
    factor.fitting = True
    assert variance(factor(reference, values)) == pytest.approx(variance(reference), rel=1e-5)
    factor.fitting = False
    assert torch.equal(factor(reference * 9, values), values * factor.factor)


def test_constant_values_leave_the_factor_alone():
    factor = ScaleFactor()
    factor.fitting = True
    assert not factor(torch.randn(5, 2), torch.zeros(5, 2)).any()
    assert float(factor.factor) == 1


@pytest.fixture(scope="module")
def fitted():
    """A network, what it reads, its 17 factors, and what each does to the variance."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = GemNetDT(SETTINGS, 8)
        batch = random_batch(0, (4,) * 12)
        batch = type(batch)(
            batch.frac.float(), batch.numbers, batch.lengths.float(), batch.angles.float(), batch.counts
        )
        z = torch.randn(12, 8)[batch.crystal]
    graph = crystal_graph(batch, SETTINGS.cutoff, SETTINGS.max_neighbors, symmetric=True)
    geometry = edge_geometry(batch, graph)

    def forward():
        return network(batch.numbers, z, geometry, energies=True)

    factors = fit_scale_factors(network, forward)
    ratios = {}
    for name, part in network.named_modules():
        if isinstance(part, ScaleFactor):
            part.register_forward_hook(
                lambda part, given, answer, name=name: ratios.update(
                    {name: variance(answer) / variance(given[0])}
                )
            )
    with torch.no_grad():
        forward()
    return network, factors, ratios


def test_each_of_the_17_factors_keeps_variance(fitted):
    network, factors, ratios = fitted
    # Three for each of 3 interactions, two for each of 4 outputs.
    assert len(factors) == len(ratios) == 17
    for name, ratio in ratios.items():
        assert ratio == pytest.approx(1, rel=1e-3), name
    assert not any(part.fitting for part in network.modules() if isinstance(part, ScaleFactor))


def test_factors_are_kept_with_the_weights(fitted):
    network, factors, _ = fitted
    state = network.state_dict()
    for name, value in factors.items():
        assert float(state[f"{name}.factor"]) == pytest.approx(value)
