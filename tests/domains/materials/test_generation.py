"""Which of the crystals and latents drawn are kept."""

from dataclasses import replace

import numpy as np
import torch
from fourfold.domains.materials.crystal_wish import Wish
from fourfold.domains.materials.flow.sampler import FlowSampling
from fourfold.domains.materials.generation import CANDIDATES, generate_crystals
from told_model import ToldModel, cells

SALT = np.isin(np.arange(1, 101), [11, 17])
SAMPLING = FlowSampling(1)


def picked(crystals, n, value):
    wish = Wish(allowed=SALT, value=value)
    return generate_crystals(ToldModel([crystals]), n, wish, SAMPLING, 0).crystals.lengths[:, 0]


def test_the_nearest_of_equally_valid_ones_are_kept_in_their_order():
    lengths = np.random.default_rng(0).permutation(np.linspace(4.0, 8.0, 3 * CANDIDATES))
    for value in (4.1, 6.3, 7.7):
        miss = np.abs(lengths - value)
        nearest = lengths[miss <= np.sort(miss)[2]]
        assert picked(cells(lengths), 3, value).tolist() == nearest.tolist()


def test_what_could_be_a_crystal_comes_before_what_is_near():
    """Valid ones first, then those of no neutral formula, then those that cannot stand."""
    size = 4 * CANDIDATES
    lengths = np.linspace(5.0, 8.0, size)
    anions, apart = np.full(size, 10), np.full(size, 0.5)
    anions[[9, 20]] = 17  # only these two are valid
    apart[:5] = 0.01  # and the nearest five cannot stand
    found = picked(cells(lengths, anions, apart), 4, 5.0)
    assert found.tolist() == lengths[[5, 6, 9, 20]].tolist()


def latents_decoded(model, wish, n):
    model.answers = [cells(np.full(n, 5.0))]
    generate_crystals(model, n, wish, SAMPLING, 0)
    return model.starts[0]


def test_latents_are_those_likeliest_to_have_the_wished_number_of_atoms():
    drawn, n = 5 * CANDIDATES, 5
    chances = torch.rand(drawn, 9, generator=torch.Generator().manual_seed(0)).log()
    start = latents_decoded(ToldModel(chances=chances), Wish(num_atoms=3, latent=True), n)
    assert start.counts.tolist() == [3] * n
    kept = start.latent[:, 0].long()
    others = torch.ones(drawn, dtype=torch.bool)
    others[kept] = False
    assert len(kept.unique()) == n
    assert chances[kept, 3].min() >= chances[others, 3].max()


def test_langevin_dynamics_starts_from_latents_that_know_of_the_formula():
    drawn, numbers = 4 * CANDIDATES, np.array([1, 4, 4])
    chances = torch.rand(drawn, 9, generator=torch.Generator().manual_seed(1)).log()
    model = ToldModel(chances=chances, sampler="langevin")
    start = latents_decoded(model, Wish(numbers=numbers), 4)
    kept = start.latent[:, 0].long()
    told = (chances[:, 1] + 2 * chances[:, 4]) / 3
    assert sorted(kept.tolist()) == sorted(told.argsort(descending=True)[:4].tolist())
    composition = torch.zeros(100, dtype=torch.int64)
    composition[0], composition[3] = 1, 2
    assert torch.equal(start.composition, composition.expand(4, -1))
    assert start.counts.tolist() == [3] * 4


def test_later_rounds_make_good_what_was_avoided():
    sodium = cells([5.0, 5.1, 5.2])
    other = replace(sodium, numbers=np.tile(np.array([19, 17], np.int32), 3))
    more = cells(np.full(2 * 3 + 8, 6.0), anions=[9] * 14)
    model = ToldModel([sodium, more])
    made = generate_crystals(model, 3, Wish(), SAMPLING, 0, frozenset({"Na1Cl1"}))
    assert made.crystals.numbers.tolist() == [11, 9] * 3
    assert made.crystals.ids == ("generated-0", "generated-1", "generated-2")
    assert model.seeds[0] != model.seeds[1]
    kept = generate_crystals(ToldModel([other]), 3, Wish(), SAMPLING, 0, frozenset({"x"}))
    assert kept.crystals.numbers.tolist() == [19, 17] * 3
