"""Flow matching by its definition: the asked velocity leads from what the decoder is shown to the crystal."""

import itertools
import math

import numpy as np
import pytest
import torch
from fourfold.domains.materials.flow.decoder import Velocities
from fourfold.domains.materials.flow.flow_losses import flow_losses
from fourfold.domains.materials.flow.padded import PaddedSource
from fourfold.domains.materials.flow.scaled_lattice import LatticeScale
from fourfold.domains.materials.flow.torus import nearest_image
from small_crystals import TINY, small_crystals

COUNTS = (3, 1, 4, 2)
SIZE, WIDEST = len(COUNTS), max(COUNTS)


class Told:
    """A decoder that answers what it was told to, and remembers what it was shown."""

    def __init__(self, size=SIZE, widest=WIDEST):
        self.coordinates = torch.zeros(size, widest, 3, requires_grad=True)
        self.lattice = torch.zeros(size, 6, requires_grad=True)
        self.types = torch.zeros(size, widest, 100)

    def __call__(self, *shown):
        names = ("time", "lattice", "frac", "numbers", "mask", "latent", "with_latent")
        self.shown = dict(zip(names, shown, strict=True))
        return Velocities(self.coordinates, self.lattice, self.types)


def padded(seed, counts=COUNTS):
    scale = LatticeScale(np.array([2.7] * 3 + [90.0] * 3), np.array([0.4] * 3 + [12.0] * 3))
    source = PaddedSource(small_crystals(seed, counts), TINY, scale)
    return source.batch(np.arange(len(counts)))


def losses(decoder, batch, seed=0, without_latent=0.0):
    latent = torch.zeros(len(batch["frac"]), TINY.latent)
    return flow_losses(decoder, batch, latent, without_latent, torch.Generator().manual_seed(seed))


def velocities(decoder, batch, seed):
    """What each answer is measured against: losses are squares, so their slope at 0 is minus twice that."""
    parts = losses(decoder, batch, seed)
    (lattice,) = torch.autograd.grad(parts["lattice"].sum(), decoder.lattice, retain_graph=True)
    (way,) = torch.autograd.grad(parts["coordinates"].sum(), decoder.coordinates)
    return way * batch["mask"].sum(-1)[:, None, None] / -2, lattice * 6 / -2


@pytest.mark.parametrize("seed", range(5))
def test_the_asked_velocities_end_at_the_crystal(seed):
    batch, decoder = padded(seed), Told()
    way, lattice = velocities(decoder, batch, seed)
    shown = decoder.shown
    left = 1 - shown["time"]
    assert torch.allclose(shown["lattice"] + left[:, None] * lattice, batch["lattice"], atol=1e-4)
    end = shown["frac"] + left[:, None, None] * way
    for row, atoms in enumerate(COUNTS):
        told = shown["numbers"][row, :atoms]
        assert same_crystal(end[row, :atoms], told, batch["frac"][row, :atoms], batch["numbers"][row, :atoms])
    assert not way[~batch["mask"]].any()


def same_crystal(end, told, frac, numbers):
    """Whether they are the crystal up to a shift and the order of atoms; elements told (not 0) are theirs."""
    for order in itertools.permutations(range(len(end))):
        off = nearest_image(end - frac[list(order)])
        off = nearest_image(off - off[:1])
        fits = (told == 0) | (told == numbers[list(order)])
        if off.abs().max() < 1e-4 and bool(fits.all()):
            return True
    return False


@pytest.mark.parametrize("seed", range(3))
def test_a_decoder_that_knows_loses_nothing_and_an_error_counts_squared(seed):
    batch, decoder = padded(seed), Told()
    way, lattice = velocities(decoder, batch, seed)
    knowing = Told()
    knowing.coordinates, knowing.lattice = way, lattice
    parts = losses(knowing, batch, seed)
    for name in ("coordinates", "lattice"):
        assert torch.allclose(parts[name], torch.zeros(SIZE), atol=1e-8)
    knowing.coordinates, knowing.lattice = way + 0.5, lattice - 0.5
    parts = losses(knowing, batch, seed)
    # Atoms that are not there do not count: three axes, 0.25 each.
    assert torch.allclose(parts["coordinates"], torch.full((SIZE,), 0.75))
    assert torch.allclose(parts["lattice"], torch.full((SIZE,), 0.25))


@pytest.mark.parametrize("seed", range(5))
def test_only_hidden_elements_are_asked_for(seed):
    batch, decoder = padded(seed), Told()
    parts = losses(decoder, batch, seed)
    hidden = ((decoder.shown["numbers"] == 0) & batch["mask"]).sum(-1)
    # A decoder without a clue is wrong by log 100 at each hidden atom, and told the others.
    assert torch.allclose(parts["types"], (hidden > 0) * math.log(100))
    # Sure of the elements that are there, it is right about every crystal of one element.
    alone = {**batch, "numbers": torch.where(batch["mask"], 26, 0)}
    decoder.types = torch.zeros(SIZE, WIDEST, 100)
    decoder.types[..., 25] = 30.0
    assert torch.allclose(losses(decoder, alone, seed)["types"], torch.zeros(SIZE), atol=1e-6)


def test_shares_of_what_is_hidden_and_decoded_without_a_latent():
    """Mostly as many types are known as the sampler knows at that time: none at 0, all from a half on."""
    size = 1500
    batch = padded(0, (4,) * size)
    decoder = Told(size, 4)
    losses(decoder, batch, 1, without_latent=0.25)
    time, seen = decoder.shown["time"], decoder.shown["with_latent"]
    hidden = (decoder.shown["numbers"] == 0).float().mean(-1)
    assert 0.0 <= time.min() < 0.01 and 0.99 < time.max() <= 1.0
    assert float((~seen).float().mean()) == pytest.approx(0.25, abs=0.05)
    # Three in ten have any share of them hidden: a half on average.
    assert float(hidden[time > 0.6].mean()) == pytest.approx(0.15, abs=0.06)
    assert float(hidden[time < 0.1].mean()) > 0.7
