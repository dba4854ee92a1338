"""Shortest ways on the torus, and the pairing of noise with crystals."""

import itertools

import numpy as np
import torch
from fourfold.domains.materials.flow.torus import centred, circular_mean, nearest_image, way_to_crystal
from hypothesis import given
from hypothesis import strategies as st


def _case(seed, atoms=4, padding=2):
    random = torch.Generator().manual_seed(seed)
    noise, frac = (torch.rand(1, atoms + padding, 3, generator=random, dtype=torch.float64) for _ in range(2))
    numbers = torch.randint(1, 4, (1, atoms + padding), generator=random)
    mask = torch.arange(atoms + padding)[None] < atoms
    return noise, frac, numbers.masked_fill(~mask, 0), mask


@given(st.integers(0, 10_000))
def test_the_way_ends_at_the_crystal_up_to_a_shift_and_the_order(seed):
    noise, frac, numbers, mask = _case(seed)
    way, elements = way_to_crystal(noise, frac, numbers, mask)
    end, atoms = (noise + way)[0, :4], sorted(numbers[0, :4].tolist())
    assert sorted(elements[0, :4].tolist()) == atoms
    assert torch.allclose(way.sum(1), torch.zeros(3, dtype=torch.float64), atol=1e-12)
    assert torch.equal(way[0, 4:], torch.zeros(2, 3, dtype=torch.float64))
    for order in itertools.permutations(range(4)):
        if elements[0, list(order)].tolist() == numbers[0, :4].tolist():
            off = nearest_image(end[list(order)] - frac[0, :4])
            off = nearest_image(off - off[:1])
            if off.abs().max() < 1e-9:
                return
    raise AssertionError("no order and shift brings the end onto the crystal")


@given(st.integers(0, 10_000))
def test_no_other_order_of_the_atoms_is_nearer(seed):
    noise, frac, numbers, mask = _case(seed, padding=0)
    shift = circular_mean(frac - noise, mask)
    chosen = way_to_crystal(noise, frac, numbers, mask)[1]
    ways = {}
    for order in itertools.permutations(range(4)):
        cost = nearest_image(frac[0, list(order)] - shift[0] - noise[0]).square().sum().item()
        ways[order] = cost
    best = min(ways, key=ways.__getitem__)
    assert chosen[0].tolist() == numbers[0, list(best)].tolist()


@given(st.integers(0, 10_000))
def test_each_atom_goes_to_its_nearest_image_seen_from_the_mean_way(seed):
    noise, frac, numbers, mask = _case(seed)
    way = way_to_crystal(noise, frac, numbers, mask)[0]
    assert (way - circular_mean(way, mask))[mask].abs().max() <= 0.5 + 1e-9


def test_nearest_image_is_within_half_a_cell():
    far = torch.linspace(-3, 3, 50)
    near = nearest_image(far)
    assert near.abs().max() <= 0.5
    assert np.allclose(np.cos(2 * np.pi * near.numpy()), np.cos(2 * np.pi * far.numpy()), atol=1e-5)


def test_centring_leaves_padding_at_nothing():
    values = torch.arange(9.0).reshape(1, 3, 3)
    mask = torch.tensor([[True, True, False]])
    assert centred(values, mask).tolist() == [[[-1.5] * 3, [1.5] * 3, [0.0] * 3]]
