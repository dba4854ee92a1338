"""The flow's sampler: what is held is held, and what is random is the seed's."""

import numpy as np
import pytest
import torch
from fourfold.domains.materials.flow.decoder import FlowDecoder, Velocities
from fourfold.domains.materials.flow.flow_model import FlowModel
from fourfold.domains.materials.flow.sampler import FlowNoise, FlowSampling, FlowStart, flow
from fourfold.domains.materials.flow.scaled_lattice import LatticeScale
from fourfold.shared.errors import InputError
from small_crystals import TINY

COUNTS = torch.tensor([3, 6, 1])


@pytest.fixture(scope="module")
def decoder():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return FlowDecoder(TINY)


def _flow(decoder, steps=10, seed=0, temperature=1.0, **start):
    noise = FlowNoise.draw(3, 6, seed)
    latent = torch.randn(3, TINY.latent, generator=torch.Generator().manual_seed(1))
    return flow(decoder, FlowStart(latent, COUNTS, **start), noise, FlowSampling(steps, temperature))


@pytest.mark.parametrize("steps", [1, 3, 20])
def test_every_atom_gets_a_type_and_padding_none(decoder, steps):
    end = _flow(decoder, steps)
    assert torch.equal(end.numbers > 0, end.mask)
    assert end.mask.sum(-1).tolist() == COUNTS.tolist()


@pytest.mark.parametrize("steps", [1, 4, 20])
def test_a_composition_is_dealt_out_exactly(decoder, steps):
    composition = torch.zeros(3, 100, dtype=torch.int64)
    composition[0, [7, 21]] = torch.tensor([2, 1])
    composition[1, [7, 21, 37]] = torch.tensor([3, 2, 1])
    composition[2, 78] = 1
    end = _flow(decoder, steps, composition=composition)
    for row, count in enumerate(COUNTS.tolist()):
        assert torch.equal(torch.bincount(end.numbers[row, :count] - 1, minlength=100), composition[row])


def test_only_allowed_elements_are_drawn(decoder):
    allowed = torch.zeros(100, dtype=torch.bool)
    allowed[[7, 21]] = True
    end = _flow(decoder, allowed=allowed)
    assert set(end.numbers[end.mask].tolist()) <= {8, 22}


def test_the_seed_decides(decoder):
    one, same, other = _flow(decoder, seed=1), _flow(decoder, seed=1), _flow(decoder, seed=2)
    assert torch.equal(one.frac, same.frac)
    assert torch.equal(one.numbers, same.numbers)
    assert not torch.equal(one.frac, other.frac)


def test_an_exact_velocity_is_followed_to_its_end():
    """A decoder that knows the way leads every noise to the same crystal, up to a shift."""
    goal = torch.rand(3, 6, 3, generator=torch.Generator().manual_seed(5))
    mask = torch.arange(6) < COUNTS.unsqueeze(-1)

    class Knowing(torch.nn.Module):
        def forward(self, time, lattice, frac, numbers, mask, latent, with_latent):
            left = (1 - time).clamp_min(1e-6)
            way = (goal - frac) / left[:, None, None] * mask.unsqueeze(-1)
            return Velocities(way, (2.0 - lattice) / left[:, None], torch.zeros(3, 6, 100))

    latent = torch.zeros(3, TINY.latent)
    noise = FlowNoise.draw(3, 6, 0)
    end = flow(Knowing(), FlowStart(latent, COUNTS), noise, FlowSampling(20, slope=0.0))  # type: ignore[arg-type]
    assert torch.allclose(end.frac[mask], goal[mask], atol=1e-4)
    assert torch.allclose(end.lattice, torch.full((3, 6), 2.0), atol=1e-4)


def test_batches_change_nothing():
    model = FlowModel.untrained(TINY, LatticeScale(np.array([3.0] * 3 + [90.0] * 3), np.ones(6)), None, 0)
    start = FlowStart(model.draw(7, 0), torch.tensor([2, 3, 1, 6, 2, 5, 4]))
    whole = model.decode(start, FlowSampling(5), 0, "x")
    parts = model.decode(start, FlowSampling(5, batch_size=3), 0, "x")
    assert whole.ids == parts.ids
    assert np.array_equal(whole.numbers, parts.numbers)
    assert np.allclose(whole.frac, parts.frac, atol=1e-5)
    assert np.allclose(whole.lengths, parts.lengths, atol=1e-5)


def test_weights_that_are_not_finite_are_named(decoder):
    with torch.random.fork_rng():
        broken = FlowDecoder(TINY)
    torch.nn.init.constant_(broken.coordinates.weight, float("nan"))
    with pytest.raises(InputError, match="not finite"):
        _flow(broken)


def test_hurried_atoms_do_not_go_past_where_the_velocity_points():
    class Pointing:
        """Velocities to atoms at rest at 0.25 and 0.75."""

        def eval(self):
            return self

        def __call__(self, time, lattice, frac, numbers, mask, latent, with_latent):
            home = torch.tensor([0.25, 0.75])[:, None].expand(frac.shape)
            way = (home - frac) / (1 - time[:, None, None])
            return Velocities(way, torch.zeros_like(lattice), torch.zeros(*numbers.shape, 100))

    counts = torch.tensor([2, 2])
    noise = FlowNoise.draw(2, 2, 0)
    start = FlowStart(torch.zeros(2, 4), counts)
    end = flow(Pointing(), start, noise, FlowSampling(20, slope=40.0))  # type: ignore[arg-type]
    assert torch.allclose(end.frac, torch.tensor([0.25, 0.75])[:, None].expand(end.frac.shape), atol=1e-5)
