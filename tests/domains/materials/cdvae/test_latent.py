"""Encoder and heads: sizes, losses by hand, what they refuse, and what must not change the latent."""

import math

import numpy as np
import pytest
import torch
from fourfold.domains.materials.cdvae.latent import CrystalLatent, Heads
from fourfold.domains.materials.cdvae.settings import LatentSettings, LatentWeights
from fourfold.domains.materials.crystals.batch import CrystalBatch
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from retold_crystals import other_cell, permuted, random_batch, translated
from tiny_cdvae import random_crystals, tiny_settings


def latent(predict_property=True):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        made = CrystalLatent(tiny_settings(predict_property).latent).double()
        for block in made.encoder.outputs:
            torch.nn.init.normal_(block.last.weight)
    crystals = random_crystals(0)
    made.fit_scalers(crystals, crystals.properties["energy"])
    return made.requires_grad_(False)


LATENT = latent()


def test_sizes_are_the_papers():
    parts = CrystalLatent(LatentSettings(predict_property=True))
    sizes = {name: sum(p.numel() for p in part.parameters()) for name, part in parts.named_children()}
    assert sizes.pop("encoder") == 2_212_230
    assert sizes == {
        "mu": 65_792,
        "logvar": 65_792,
        "num_atoms": 65_792 + 257 * 21,
        "lattice_head": 65_792 + 257 * 6,
        "composition": 65_792 + 257 * 100,
        "property": 65_792 + 257,
        "lattice_scaler": 0,
        "property_scaler": 0,
    }


@settings(max_examples=5)
@given(st.integers(0, 2**31 - 1))
def test_the_latent_knows_no_order_origin_or_cell(seed):
    batch = random_batch(seed)
    expected = torch.stack(LATENT.encode(batch))
    for told in (permuted(batch, seed)[0], translated(batch, seed), other_cell(batch, seed)[0]):
        torch.testing.assert_close(torch.stack(LATENT.encode(told)), expected, rtol=1e-7, atol=1e-9)


def test_losses_are_their_formulas():
    crystals = random_crystals(0)
    batch = CrystalBatch.of(crystals, np.array([1, 2, 5]), torch.float64)
    mu, logvar = LATENT.encode(batch)
    heads = LATENT.heads(LATENT.sample(mu, logvar, torch.ones_like(mu)))
    values = torch.tensor([0.5, math.nan, 3.0]).double()
    parts = LATENT.losses(batch, heads, mu, logvar, values)
    energy = crystals.properties["energy"]
    scaled = np.concatenate([crystals.lengths / np.cbrt(crystals.counts)[:, None], crystals.angles], axis=1)
    first = 0
    for row, count in enumerate(batch.counts.tolist()):
        assert parts["num_atoms"][row] == pytest.approx(float(-heads.num_atoms[row].log_softmax(0)[count]))
        wanted = (scaled[[1, 2, 5][row]] - scaled.mean(0)) / (scaled.std(0) + 1e-5)
        off = (heads.lattice[row].numpy() - wanted) ** 2
        assert parts["lattice"][row] == pytest.approx(off.mean(), rel=1e-5)
        elements = batch.numbers[first : first + count] - 1
        surprise = -heads.composition[row].log_softmax(0)[elements]
        assert parts["composition"][row] == pytest.approx(float(surprise.mean()))
        variance = logvar[row].exp()
        divergence = 0.5 * (variance + mu[row] ** 2 - 1 - variance.log()).sum()
        assert parts["kl"][row] == pytest.approx(float(divergence))
        first += count
    assert heads.property is not None
    standard = (values.numpy() - energy.mean()) / (energy.std() + 1e-5)
    expected = (heads.property.numpy() - standard) ** 2
    assert parts["property"][1] == 0
    np.testing.assert_allclose(parts["property"].numpy()[[0, 2]], expected[[0, 2]], rtol=1e-5)
    weights = LatentWeights()
    total = LATENT.total({**parts, "coordinates": torch.full((3,), 9.0)}, weights)
    by_hand = sum(getattr(weights, name) * part.mean() for name, part in parts.items())
    assert float(total) == pytest.approx(float(by_hand))
    assert (weights.lattice, weights.kl) == (10, 0.01)


def test_unknown_values_give_no_gradient():
    made = latent().requires_grad_(True)
    batch = random_batch(1)
    mu, logvar = made.encode(batch)
    parts = made.losses(batch, made.heads(mu), mu, logvar, torch.tensor([math.nan, math.nan]))
    parts["property"].sum().backward()
    assert all(p.grad is None or not p.grad.any() for p in made.property.parameters())


def test_lattices_come_back_from_their_targets():
    batch = CrystalBatch.of(random_crystals(0), None, torch.float64)
    heads = Heads(torch.zeros(8, 7), LATENT.lattice_target(batch), torch.zeros(8, 100), None)
    lengths, angles = LATENT.lattice(heads, batch.counts)
    torch.testing.assert_close(lengths, batch.lengths, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(angles, batch.angles, rtol=1e-6, atol=1e-5)


def test_scaled_lengths_hardly_depend_on_the_size_of_the_cell():
    """N^(1/3): a cell of eight times the atoms and twice the lengths has the same target."""
    one, eight = random_batch(0, (1,)), random_batch(0, (8,))
    angles = one.angles
    small = CrystalBatch(one.frac, one.numbers, one.lengths, angles, one.counts)
    large = CrystalBatch(eight.frac, eight.numbers, 2 * one.lengths, angles, eight.counts)
    torch.testing.assert_close(LATENT.lattice_target(large), LATENT.lattice_target(small))


def test_what_never_varies_becomes_0():
    made = CrystalLatent(tiny_settings().latent)
    crystals = random_crystals(0)
    cubic = crystals.take(range(8))
    cubic.angles[:] = 90
    made.fit_scalers(cubic)
    target = made.lattice_target(CrystalBatch.of(cubic))
    assert not target[:, 3:].any()
    heads = Heads(torch.zeros(8, 7), torch.ones(8, 6), torch.zeros(8, 100), None)
    assert (made.lattice(heads, torch.as_tensor(cubic.counts))[1] - 90).abs().max() < 1e-4


def test_property_is_in_the_unit_of_the_data():
    energy = random_crystals(0).properties["energy"]
    heads = Heads(torch.zeros(1, 7), torch.zeros(1, 6), torch.zeros(1, 100), torch.tensor([1.0]))
    assert float(LATENT.property_of(heads)) == pytest.approx(energy.mean() + energy.std(), rel=1e-4)
    without = CrystalLatent(tiny_settings(predict_property=False).latent)
    with pytest.raises(InputError, match="predicts none"):
        without.property_of(without.heads(torch.zeros(1, 8)))


def test_crystals_it_cannot_learn_from_are_named():
    made = CrystalLatent(tiny_settings().latent.model_copy(update={"max_atoms": 4}))
    crystals = random_crystals(0)
    with pytest.raises(InputError, match="made-") as told:
        made.fit_scalers(crystals)
    assert "max_atoms = 4" in str(told.value)
    with pytest.raises(InputError, match="there is none"):
        made.fit_scalers(crystals.take([]))
    few = crystals.take(np.flatnonzero(crystals.counts <= 4))
    with pytest.raises(InputError, match="no crystal has a value"):
        made.fit_scalers(few, np.full(len(few), np.nan))


def test_scalers_are_plain_tensors_of_the_state():
    state = LATENT.state_dict()
    crystals = random_crystals(0)
    lengths = crystals.lengths / np.cbrt(crystals.counts)[:, None]
    np.testing.assert_allclose(state["lattice_scaler.mean"][:3], lengths.mean(0), rtol=1e-6)
    assert state["property_scaler.deviation"].shape == (1,)
