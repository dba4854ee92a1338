"""Levels, draws, and what noise does to coordinates and elements."""

import numpy as np
import pytest
import torch
from fourfold.domains.materials.cdvae.composition_draw import draw_composition
from fourfold.domains.materials.cdvae.minimum_image import minimum_image
from fourfold.domains.materials.cdvae.noise import Noise, corrupted_types, geometric_levels, moved
from fourfold.domains.materials.cdvae.settings import NoiseSettings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from retold_crystals import random_batch


def test_levels_fall_in_equal_ratios():
    levels = geometric_levels(10, 0.01, 50)
    assert len(levels) == 50
    assert float(levels[0]) == pytest.approx(10)
    assert float(levels[-1]) == pytest.approx(0.01)
    ratios = levels[1:] / levels[:-1]
    torch.testing.assert_close(ratios, torch.full((49,), 1e-3 ** (1 / 49)))


def test_levels_that_rise_are_refused():
    with pytest.raises(ValidationError, match="must fall"):
        NoiseSettings(types=(0.01, 5.0))


def test_moved_atoms_are_where_the_steps_say():
    batch = random_batch(0)
    steps = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)).double() * 0.1
    told = moved(batch, steps)
    assert told.frac.min() >= 0 and told.frac.max() <= 1
    found = minimum_image(told.frac - batch.frac, batch.matrices()[batch.crystal])
    torch.testing.assert_close(found, steps)


def test_fixed_noise_is_a_crystals_own():
    counts = np.array([2, 3, 1])
    all_three = Noise.fixed(np.array([4, 7, 9]), counts, 6, 50, seed=1)
    alone = Noise.fixed(np.array([7]), counts[1:2], 6, 50, seed=1)
    assert torch.equal(all_three.latent[1:2], alone.latent)
    assert torch.equal(all_three.coordinates[2:5], alone.coordinates)
    assert torch.equal(all_three.types[2:5], alone.types)
    assert all_three.coordinate_level[1] == alone.coordinate_level[0]
    other = Noise.fixed(np.array([7]), counts[1:2], 6, 50, seed=2)
    assert not torch.equal(other.latent, alone.latent)


def test_drawn_noise_has_its_shapes_and_follows_the_global_seed():
    batch = random_batch(0)
    with torch.random.fork_rng():
        torch.manual_seed(4)
        one = Noise.draw(batch, 6, 50)
        torch.manual_seed(4)
        two = Noise.draw(batch, 6, 50)
    assert one.latent.shape == (2, 6) and one.coordinates.shape == (5, 3) and one.types.shape == (5,)
    assert one.latent.dtype == torch.float64
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert one.coordinate_level.max() < 50


@pytest.mark.parametrize("way", ["drawn", "fixed"])
def test_levels_of_coordinates_and_types_are_drawn_apart(way):
    """Alike only by chance, one in ten; and all of the ten occur in both."""
    batch = random_batch(0, counts=(1,) * 600)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        drawn = Noise.draw(batch, 2, 10)
    noise = drawn if way == "drawn" else Noise.fixed(np.arange(600), batch.counts.numpy(), 2, 10, seed=0)
    one, other = noise.coordinate_level, noise.type_level
    assert float((one == other).float().mean()) == pytest.approx(0.1, abs=0.05)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.15
    for levels in (one, other):
        assert levels.unique().tolist() == list(range(10))


def test_types_are_drawn_with_their_weights():
    draws, sigma = 40_000, 2.0
    shares = torch.zeros(100)
    shares[[7, 25]] = torch.tensor([0.75, 0.25])
    uniform = (torch.arange(draws) + 0.5) / draws
    drawn = corrupted_types(
        torch.full((draws,), 26), shares.expand(draws, 100), torch.full((draws,), sigma), uniform
    )
    found = {number: float((drawn == number).float().mean()) for number in drawn.unique().tolist()}
    # Weights: oxygen 2 * 0.75, iron 1 + 2 * 0.25.
    assert found == {8: pytest.approx(1.5 / 3, abs=1e-3), 26: pytest.approx(1.5 / 3, abs=1e-3)}


def test_faint_type_noise_leaves_elements_alone():
    numbers = torch.arange(1, 101)
    uniform = torch.linspace(0, 1, 102)[1:-1]
    shares = torch.zeros(100, 100)
    shares[:, 0] = 1
    drawn = corrupted_types(numbers, shares, torch.full((100,), 1e-12), uniform)
    assert torch.equal(drawn, numbers)


@given(st.lists(st.integers(0, 6), min_size=3, max_size=3).filter(any), st.integers(0, 999))
def test_whole_proportions_are_kept_exactly(times, seed):
    count = sum(times)
    shares = torch.zeros(1, 100)
    shares[0, [7, 21, 55]] = torch.tensor(times, dtype=torch.float32) / count
    drawn = draw_composition(shares, torch.tensor([count]), torch.Generator().manual_seed(seed))
    assert [int((drawn == z).sum()) for z in (8, 22, 56)] == times


def test_halves_are_drawn_to_the_right_number():
    shares = torch.zeros(40, 100)
    shares[:, :4] = 0.25
    for count in (2, 3, 6):  # quarters that round up together, down together, and to even
        drawn = draw_composition(shares, torch.full((40,), count), torch.Generator().manual_seed(0))
        assert drawn.shape == (40 * count,)
        assert drawn.min() >= 1 and drawn.max() <= 4
        assert len(drawn.view(40, count)[:, 0].unique()) == 4
