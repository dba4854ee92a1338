"""Encoder and decoder know no order of the atoms, no origin, no images, no padding."""

import numpy as np
import torch
from fourfold.domains.materials.flow.autoencoder import CrystalAutoencoder
from fourfold.domains.materials.flow.padded import PaddedSource, by_size
from fourfold.domains.materials.flow.scaled_lattice import LatticeScale
from fourfold.domains.materials.flow.waves import pair_waves
from hypothesis import given, settings
from hypothesis import strategies as st
from small_crystals import TINY, doubles, seeded, shifted, shuffled, small_crystals

SCALE = LatticeScale(np.zeros(6), np.ones(6))
NETWORK = seeded(CrystalAutoencoder(TINY))


def _batch(crystals, rows=None):
    rows = np.arange(len(crystals)) if rows is None else rows
    return doubles(PaddedSource(crystals, TINY, SCALE).batch(rows))


def _decoded(batch, seed=0):
    random = torch.Generator().manual_seed(seed)
    size = len(batch["frac"])
    latent = torch.randn(size, TINY.latent, generator=random, dtype=torch.float64)
    time = torch.rand(size, generator=random, dtype=torch.float64)
    numbers = torch.where(batch["numbers"] % 2 == 0, 0, batch["numbers"])
    seen = torch.tensor([True, False] * size)[:size]
    return NETWORK.decoder(time, batch["lattice"], batch["frac"], numbers, batch["mask"], latent, seen)


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_the_latent_knows_neither_order_nor_origin_nor_image(seed):
    crystals = small_crystals(seed)
    mean, log_variance = NETWORK.posterior(_batch(crystals))
    for told in (shuffled(crystals, seed), shifted(crystals, seed)):
        again = NETWORK.posterior(_batch(told))
        # Radial densities are kept in half precision.
        assert torch.allclose(again[0], mean, atol=2e-3)
        assert torch.allclose(again[1], log_variance, atol=2e-3)


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_velocities_follow_the_order_and_know_no_origin(seed):
    crystals = small_crystals(seed, counts=(4, 4))
    batch = _batch(crystals)
    answer = _decoded(batch)
    moved = _decoded({**batch, "frac": _batch(shifted(crystals, seed))["frac"]})
    order = torch.as_tensor(np.random.default_rng(seed).permutation(4))
    turned = _decoded({**batch, "frac": batch["frac"][:, order], "numbers": batch["numbers"][:, order]})
    for other in (moved, turned):
        assert torch.allclose(other.lattice, answer.lattice, atol=1e-5)
    assert torch.allclose(moved.coordinates, answer.coordinates, atol=1e-5)
    assert torch.allclose(turned.coordinates, answer.coordinates[:, order])
    assert torch.allclose(turned.types, answer.types[:, order])


def test_padding_changes_nothing():
    crystals = small_crystals(3, counts=(3, 6))
    wide, narrow = _batch(crystals), _batch(crystals, np.array([0]))
    mean = NETWORK.posterior(wide)[0][0]
    assert torch.allclose(NETWORK.posterior(narrow)[0][0], mean)
    numbers = torch.where(narrow["numbers"] % 2 == 0, 0, narrow["numbers"])
    random = torch.Generator().manual_seed(0)
    latent = torch.randn(2, TINY.latent, generator=random, dtype=torch.float64)[:1]
    time = torch.rand(2, generator=random, dtype=torch.float64)[:1]
    alone = NETWORK.decoder(
        time, narrow["lattice"], narrow["frac"], numbers, narrow["mask"], latent, torch.tensor([True])
    )
    both = _decoded(wide)
    assert torch.allclose(alone.coordinates[0], both.coordinates[0, :3])
    assert torch.allclose(alone.lattice[0], both.lattice[0])
    assert both.coordinates[0, 3:].abs().max() == 0


def test_without_latent_the_latent_has_no_say():
    batch = _batch(small_crystals(1))
    size = len(batch["frac"])
    time, seen = torch.full((size,), 0.5, dtype=torch.float64), torch.zeros(size, dtype=torch.bool)
    answers = [
        NETWORK.decoder(time, batch["lattice"], batch["frac"], batch["numbers"], batch["mask"], latent, seen)
        for latent in (torch.zeros(size, 5, dtype=torch.float64), torch.ones(size, 5, dtype=torch.float64))
    ]
    assert torch.equal(answers[0].types, answers[1].types)


def test_waves_are_those_of_the_differences():
    frac = torch.rand(2, 3, 3, dtype=torch.float64)
    waves = pair_waves(frac, 4)
    difference = frac[:, None] - frac[:, :, None]
    k = torch.arange(1, 5)
    angle = (2 * torch.pi * difference[..., None] * k).flatten(-2)
    assert torch.allclose(waves, torch.cat([angle.cos(), angle.sin()], dim=-1))


def test_pieces_of_like_size_say_what_the_whole_batch_says():
    batch = _batch(small_crystals(3, counts=(3, 1, 6, 2, 6, 4, 1)))
    whole = NETWORK.posterior(batch)[0]
    order = batch["mask"].sum(-1).argsort(stable=True)
    pieces = by_size(batch)
    assert [piece["frac"].shape[1] for piece in pieces] == [1, 3, 6, 6]
    assert torch.allclose(torch.cat([NETWORK.posterior(piece)[0] for piece in pieces]), whole[order])
    assert len(by_size(_batch(small_crystals(4, counts=(2, 2, 2))))) == 1
