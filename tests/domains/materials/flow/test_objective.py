"""What CDVAE-flow trains for, part by part as its formula says."""

import math

import numpy as np
import pytest
import torch
from fourfold.domains.materials.flow.autoencoder import CrystalAutoencoder
from fourfold.domains.materials.flow.objective import DecoderObjective, FlowObjective
from fourfold.domains.materials.flow.padded import PaddedSource
from fourfold.domains.materials.flow.scaled_lattice import LatticeScale
from fourfold.domains.materials.flow.settings import FlowLosses
from small_crystals import TINY, small_crystals

COUNTS = (3, 3, 3, 3)
VALUES = np.array([0.5, np.nan, -2.0, 0.1])


@pytest.fixture(scope="module")
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return CrystalAutoencoder(TINY)


def source(counts=COUNTS):
    return PaddedSource(small_crystals(0, counts), TINY, LatticeScale(np.zeros(6), np.ones(6)), VALUES)


def objective(network, **losses):
    return FlowObjective(network, FlowLosses(**losses), torch.optim.Adam)


@torch.no_grad()
def test_the_heads_and_the_kl_are_their_formulas(network):
    batch = source().batch(np.arange(4))
    parts = objective(network).parts(batch, torch.Generator().manual_seed(3))
    mean, log_variance = network.posterior(batch)
    noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(3))
    latent = mean + noise * (log_variance / 2).exp()
    posterior = torch.distributions.Normal(mean, (log_variance / 2).exp())
    standard = torch.distributions.Normal(0.0, 1.0)
    expected = torch.distributions.kl_divergence(posterior, standard).sum(-1)
    torch.testing.assert_close(parts["kl"], expected, rtol=1e-4, atol=1e-5)
    for row, count in enumerate(COUNTS):
        chance = network.num_atoms(latent[row]).softmax(-1)
        assert float(parts["num_atoms"][row]) == pytest.approx(-math.log(chance[count]), rel=1e-4)
        share = network.composition(latent[row]).softmax(-1)
        surprise = [-math.log(share[z - 1]) for z in batch["numbers"][row, :count].tolist()]
        assert float(parts["composition"][row]) == pytest.approx(np.mean(surprise), rel=1e-4)
        off = network.lattice(latent[row]) - batch["lattice"][row]
        assert float(parts["latent_lattice"][row]) == pytest.approx(float((off**2).mean()), rel=1e-4)
        # Huber's: square near, straight beyond 0.2; nothing where the value is not known.
        miss = abs(float(network.property(latent[row])) - VALUES[row])
        huber = 0.5 * miss**2 / 0.2 if miss < 0.2 else miss - 0.1
        wanted = 0.0 if np.isnan(VALUES[row]) else huber
        assert float(parts["property"][row]) == pytest.approx(wanted, rel=1e-4, abs=1e-7)


@torch.no_grad()
def test_the_loss_weighs_its_parts_by_the_settings(network):
    weights = {
        "coordinates": 3.0, "lattice": 0.5, "types": 7.0, "composition": 0.25, "num_atoms": 11.0,
        "latent_lattice": 0.0, "property": 5.0, "kl": 0.125,
    }  # fmt: skip
    made = objective(network, **weights)
    batch = source((3, 1, 5, 2)).batch(np.arange(4))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        loss, parts = made.loss(batch)
    assert set(parts) == set(weights)
    assert float(loss) == pytest.approx(sum(weights[name] * float(parts[name]) for name in weights), rel=1e-5)
    once, again = made.validate(batch), made.validate(batch)
    for name, (total, count) in once.items():
        assert count == 4
        assert torch.equal(total, again[name][0])
    wanted = sum(weights[name] * float(once[name][0]) for name in weights)
    assert float(once["total"][0]) == pytest.approx(wanted, rel=1e-5)


def test_the_decoder_alone_trains_on_the_latents_found(network, monkeypatch):
    made, found = source(), torch.arange(8.0 * TINY.latent).view(8, TINY.latent)
    made.posterior = (found[:4], torch.full((4, TINY.latent), -60.0))
    seen = []

    def told(decoder, batch, latent, without_latent, generator):
        seen.append((latent, without_latent))
        return {"lattice": torch.ones(len(latent))}

    monkeypatch.setattr("fourfold.domains.materials.flow.objective.flow_losses", told)
    settings = FlowLosses(without_latent=0.2, decoder_without_latent=0.6)
    alone = DecoderObjective(network, settings, torch.optim.Adam)
    alone.parts(made.batch(np.array([2, 0])))
    latent, without = seen[0]
    assert torch.allclose(latent, found[[2, 0]])
    assert without == 0.6
    assert list(alone.modules) == ["decoder"]
