"""The whole model: its published size, its losses by hand, and a score that turns with the crystal."""

import numpy as np
import pytest
import torch
from fourfold.domains.materials.cdvae.cdvae import Cdvae
from fourfold.domains.materials.cdvae.minimum_image import minimum_image
from fourfold.domains.materials.cdvae.noise import Noise
from fourfold.domains.materials.cdvae.settings import CdvaeSettings
from fourfold.domains.materials.cdvae.untrained import untrained_cdvae
from fourfold.domains.materials.crystals.batch import CrystalBatch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from retold_crystals import other_cell, other_images, permuted, random_batch, translated
from tiny_cdvae import random_crystals, tiny_settings

CRYSTALS = random_crystals(0)


@pytest.fixture(scope="module")
def model():
    made = untrained_cdvae(tiny_settings(), CRYSTALS, CRYSTALS.properties["energy"]).double()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for block in made.latent.encoder.outputs:
            torch.nn.init.normal_(block.last.weight)
    return made


@pytest.fixture
def batch():
    return CrystalBatch.of(CRYSTALS, np.arange(4), torch.float64)


def count(preset, **options):
    made = Cdvae(CdvaeSettings.preset(preset, **options))
    return sum(p.numel() for p in made.parameters())


def test_size_is_the_published_4_92_million():
    assert count("paper") == 4_919_017
    assert abs(count("paper") - 4.92e6) < 0.01 * 4.92e6
    assert count("paper", predict_property=True) == 4_985_066


def test_small_preset_is_small():
    assert count("small", predict_property=True) == 609_034


def test_presets_take_what_the_data_asks_and_nothing_unknown():
    made = CdvaeSettings.preset("paper", max_atoms=24)
    assert made.latent.max_atoms == 24
    assert made.noise.coordinates == (10.0, 0.01) and made.noise.levels == 50
    with pytest.raises(ValidationError, match="extra"):
        CdvaeSettings(widht=3)  # type: ignore[call-arg]


@settings(max_examples=5)
@given(st.integers(0, 2**31 - 1))
def test_the_score_turns_with_the_crystal_and_knows_no_order_or_origin(model, seed):
    noisy, z = random_batch(seed), torch.randn(2, 8, generator=torch.Generator().manual_seed(seed)).double()
    expected = model.decode(noisy, z)
    told, order = permuted(noisy, seed)
    close(model.decode(told, z), expected.types[order], expected.pull[order])
    for told in (translated(noisy, seed), other_images(noisy, seed)):
        close(model.decode(told, z), expected.types, expected.pull)
    told, turn = other_cell(noisy, seed)
    close(
        model.decode(told, z), expected.types, torch.einsum("ai,aij->aj", expected.pull, turn[told.crystal])
    )


def close(decoded, types, pull):
    torch.testing.assert_close(decoded.types, types, rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(decoded.pull, pull, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("teacher", [True, False])
def test_losses_are_their_formulas(model, batch, teacher):
    """Told the true lattice or not, the way back is measured in the true one."""
    noise = Noise.draw(batch, 8, 50)._replace(
        coordinate_level=torch.tensor([0, 20, 35, 49]), type_level=torch.tensor([49, 0, 10, 30])
    )
    parts = model.losses(batch, noise, teacher=teacher)
    mu, logvar = model.latent.encode(batch)
    z = mu + noise.latent * (logvar / 2).exp()
    heads = model.latent.heads(z)
    noisy, sigma, type_sigma = model.corrupted(batch, heads, noise, teacher=teacher)
    torch.testing.assert_close(
        sigma, torch.as_tensor(np.geomspace(10, 0.01, 50))[[0, 20, 35, 49]], rtol=1e-6, atol=0
    )
    torch.testing.assert_close(
        type_sigma, torch.as_tensor(np.geomspace(5, 0.01, 50))[[49, 0, 10, 30]], rtol=1e-6, atol=0
    )
    decoded = model.decode(noisy, z)
    lattice = batch.matrices()
    first = 0
    for row, atoms in enumerate(batch.counts.tolist()):
        mine = slice(first, first + atoms)
        way = minimum_image(batch.frac[mine] - noisy.frac[mine], lattice[row].expand(atoms, 3, 3))
        s = sigma[row]
        # As the paper's code has it: 0.5 sigma^2 |d / sigma^2 - F / sigma|^2.
        pull = 0.5 * s**2 * (way / s**2 - decoded.pull[mine] / s).square().sum(-1).mean()
        torch.testing.assert_close(parts["coordinates"][row], pull, rtol=1e-9, atol=0)
        surprise = -decoded.types[mine].log_softmax(-1).gather(1, batch.numbers[mine, None] - 1).mean()
        torch.testing.assert_close(parts["types"][row], surprise / type_sigma[row])
        first += atoms
    assert set(parts) == {"coordinates", "types", "num_atoms", "lattice", "composition", "kl"}


def test_faint_noise_is_found_again(model, batch):
    """At the faintest level the way back is the noise itself."""
    noise = Noise.draw(batch, 8, 50)._replace(coordinate_level=torch.full((4,), 49))
    heads = model.latent.heads(torch.zeros(4, 8).double())
    noisy, sigma, _ = model.corrupted(batch, heads, noise, teacher=True)
    way = minimum_image(batch.frac - noisy.frac, batch.matrices()[batch.crystal])
    torch.testing.assert_close(way, -sigma[batch.crystal, None] * noise.coordinates, rtol=1e-7, atol=1e-10)


def test_without_a_teacher_the_predicted_lattice_learns_from_the_decoder(model, batch):
    noise = Noise.draw(batch, 8, 50)
    for teacher in (True, False):
        mu, logvar = model.latent.encode(batch)
        heads = model.latent.heads(model.latent.sample(mu, logvar, noise.latent))
        noisy, _, _ = model.corrupted(batch, heads, noise, teacher=teacher)
        expected = batch.lengths if teacher else model.latent.lattice(heads, batch.counts)[0]
        torch.testing.assert_close(noisy.lengths, expected)
        model.zero_grad()
        model.losses(batch, noise, teacher=teacher)["coordinates"].sum().backward()
        learns = model.latent.lattice_head[0].weight.grad
        assert (learns is not None and bool(learns.any())) != teacher
    model.zero_grad()


def test_given_edges_are_those_it_would_find(model, batch):
    noise = Noise.draw(batch, 8, 50)
    from fourfold.domains.materials.cdvae.crystal_source import CrystalSource

    torch.set_default_dtype(torch.float64)
    try:
        given_ = CrystalSource(CRYSTALS, tiny_settings()).batch(np.arange(4))
    finally:
        torch.set_default_dtype(torch.float32)
    alone, helped = model.losses(batch, noise), model.losses(batch, noise, graph=given_["graph"])
    for name, part in alone.items():
        torch.testing.assert_close(part, helped[name])


def test_half_precision_gives_nearly_the_same_losses():
    """As on a GPU with `precision="bf16-mixed"`: distances and angles stay in float32."""
    made = untrained_cdvae(tiny_settings(), CRYSTALS)
    batch = CrystalBatch.of(CRYSTALS, np.arange(4))
    noise = Noise.fixed(np.arange(4), CRYSTALS.counts[:4], 8, 50, seed=0)
    expected = made.losses(batch, noise)
    with torch.autocast("cpu", torch.bfloat16):
        found = made.losses(batch, noise)
        sum(part.sum() for part in found.values()).backward()
    for name, part in expected.items():
        torch.testing.assert_close(found[name].float(), part, rtol=0.1, atol=0.05)
    assert all(p.grad is None or p.grad.isfinite().all() for p in made.parameters())


def test_untrained_weights_depend_on_the_seed_alone():
    one, two, other = (untrained_cdvae(tiny_settings(), CRYSTALS, seed=seed) for seed in (1, 1, 2))
    states = [made.state_dict() for made in (one, two, other)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert any(not torch.equal(states[0][name], states[2][name]) for name in states[0])
    factors = [float(value) for name, value in states[0].items() if name.endswith(".factor")]
    assert len(factors) == 5  # three of the interaction, one of each output
    assert all(np.isfinite(factors)) and not any(value == 1 for value in factors)
