"""What a CDVAE starts its training from: random weights, or those of another."""

import numpy as np
import pytest
import torch
from fourfold.domains.materials.cdvae.settings import LangevinSettings
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
from fourfold.domains.materials.flow.settings import FlowSettings
from fourfold.domains.materials.langevin_training import new_langevin_model
from fourfold.domains.materials.property_scale import PropertyScale
from tiny_cdvae import random_crystals, tiny_settings

CRYSTALS = random_crystals(1, rows=12)
OTHERS = random_crystals(2, rows=9)
SETTINGS = GeneratorSettings(
    cdvae=tiny_settings(), network=FlowSettings(max_atoms=6), langevin=LangevinSettings(steps_per_level=3)
)


def scale_of(name, values):
    return PropertyScale.of(name, values)


@pytest.fixture(scope="module")
def first():
    """A model whose weights are none that training starts from."""
    values = CRYSTALS.properties["energy"]
    model = new_langevin_model(CRYSTALS, values, scale_of("energy", values), SETTINGS, None)
    with torch.no_grad():
        for weight in model.network.parameters():
            weight.fill_(0.125)
    return model


def taken(first, name):
    """A model that goes on from the first with other crystals, and which of its weights are the first's."""
    values = OTHERS.properties["energy"] + 50
    scale = None if name is None else scale_of(name, values)
    other_pace = SETTINGS.model_copy(update={"langevin": LangevinSettings(steps_per_level=9)})
    model = new_langevin_model(OTHERS, values, scale, other_pace, first)
    mine, theirs = model.network.state_dict(), first.network.state_dict()
    assert mine.keys() == theirs.keys()
    return model, {key for key in mine if torch.equal(mine[key], theirs[key])}, set(mine)


@pytest.mark.parametrize("name", ["energy", None])
def test_the_same_property_or_none_takes_everything_along(first, name):
    model, same, every = taken(first, name)
    assert same == every
    assert model.property == first.property
    assert model.prior is first.prior
    assert model.pace == first.pace


def test_another_property_gets_its_own_head_and_units_and_nothing_else(first):
    model, same, every = taken(first, "height")
    heads = {key for key in every if key.startswith(("latent.property.", "latent.property_scaler."))}
    assert heads
    assert every - same == heads
    values = OTHERS.properties["energy"] + 50
    assert model.property == PropertyScale.of("height", values)
    assert float(model.network.latent.property_scaler.mean) == pytest.approx(values.mean(), rel=1e-5)
    assert model.prior is first.prior


def test_a_new_one_has_the_units_of_its_crystals(first):
    scaler = first.network.latent.lattice_scaler
    lengths = CRYSTALS.lengths / np.cbrt(CRYSTALS.counts)[:, None]
    expected = np.concatenate([lengths, CRYSTALS.angles], axis=1).mean(0)
    assert np.allclose(scaler.mean.numpy(), expected, rtol=1e-5)
    assert first.pace == SETTINGS.langevin
    plain = new_langevin_model(CRYSTALS, CRYSTALS.properties["energy"], None, SETTINGS, None)
    assert plain.property is None
    assert plain.network.latent.property is None
