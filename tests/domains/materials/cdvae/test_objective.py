"""CDVAE in the training core: what counts how much, when teaching ends, runs that go on."""

import numpy as np
import pytest
import torch
from fourfold.domains.materials.cdvae.crystal_source import CrystalSource
from fourfold.domains.materials.cdvae.objective import CdvaeObjective
from fourfold.domains.materials.cdvae.settings import CdvaeRecipe
from fourfold.domains.materials.cdvae.untrained import untrained_cdvae
from fourfold.shared.errors import InputError
from fourfold.shared.training.fit import fit
from fourfold.shared.training.settings import FitSettings
from tiny_cdvae import random_crystals, tiny_settings

CRYSTALS = random_crystals(0, rows=12)
ENERGY = CRYSTALS.properties["energy"]


def objective(**recipe):
    return CdvaeObjective(untrained_cdvae(tiny_settings(), CRYSTALS, ENERGY), CdvaeRecipe(**recipe))


def source(noise_seed=None):
    return CrystalSource(CRYSTALS, tiny_settings(), ENERGY, noise_seed)


def test_the_loss_weighs_its_parts_as_the_paper_does():
    torch.manual_seed(0)
    loss, parts = objective().loss(source().batch(np.arange(6)))
    weights = {
        "coordinates": 10,
        "types": 1,
        "num_atoms": 1,
        "lattice": 10,
        "composition": 1,
        "property": 1,
        "kl": 0.01,
    }
    assert set(parts) == set(weights)
    expected = sum(weight * float(parts[name]) for name, weight in weights.items())
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-5)


def test_every_weight_learns():
    made = objective(teacher_forcing_steps=0)
    torch.manual_seed(0)
    made.model.latent.encoder.requires_grad_(True)
    for block in made.model.latent.encoder.outputs:  # the zeros of the start hide what lies before
        torch.nn.init.normal_(block.last.weight, std=0.1)
    made.loss(source().batch(np.arange(12)))[0].backward()
    named = {**dict(made.model.latent.named_parameters()), **dict(made.model.decoder.named_parameters())}
    silent = [name for name, p in named.items() if p.grad is None or not p.grad.any()]
    assert silent == []


def test_teaching_ends_after_its_passes():
    made = objective(teacher_forcing_steps=2)
    seen = []
    corrupted = made.model.corrupted

    def watched(*args, teacher):
        seen.append(teacher)
        return corrupted(*args, teacher=teacher)

    made.model.corrupted = watched
    for _ in range(4):
        made.loss(source().batch(np.arange(3)))
    assert seen == [True, True, False, False]


def test_gradients_are_clipped_element_by_element():
    made = objective(clip_value=0.5)
    weight = torch.nn.Parameter(torch.zeros(3))
    optimizer = made.phases[0].optimizer([weight])
    weight.grad = torch.tensor([-7.0, 0.2, 3.0])
    optimizer.step()
    assert weight.grad.tolist() == pytest.approx([-0.5, 0.2, 0.5])
    free = objective(clip_value=None).phases[0].optimizer([weight])
    weight.grad = torch.tensor([-7.0, 0.2, 3.0])
    free.step()
    assert weight.grad[0] == -7


def test_validation_does_not_depend_on_the_batches():
    made = objective()
    whole = made.validate(source(noise_seed=3).batch(np.arange(12)))
    parts = [
        made.validate(source(noise_seed=3).batch(rows))
        for rows in np.split(np.random.default_rng(0).permutation(12), 4)
    ]
    assert next(iter(whole)) == "score"
    for name, (total, count) in whole.items():
        assert count == 12
        assert float(sum(part[name][0] for part in parts)) == pytest.approx(float(total), rel=1e-4), name
    score = 10 * whole["coordinates"][0] + whole["types"][0]
    assert float(whole["score"][0]) == pytest.approx(float(score))


def test_batches_hold_unknown_values_as_nan():
    batch = CrystalSource(CRYSTALS, tiny_settings()).batch(np.array([3, 1]))
    assert batch["property"].isnan().all() and "noise" not in batch
    with pytest.raises(InputError, match="one a crystal"):
        CrystalSource(CRYSTALS, tiny_settings(), ENERGY[:3])


def test_a_stopped_run_ends_with_the_same_weights(tmp_path):
    """Teaching ends between the two pieces; its clock is in the checkpoint."""
    settings = FitSettings(steps=4, batch_size=5, device="cpu", progress="off", checkpoint_every=1)

    def trained(run, stops):
        for seconds in (*stops, None):
            made = objective(teacher_forcing_steps=3)
            fit(
                made,
                source(),
                settings.model_copy(update={"max_seconds": seconds}),
                run,
                source(noise_seed=1),
            )
        return made

    whole, pieces = trained(tmp_path / "a", ()), trained(tmp_path / "b", (1e-9, 1e-9))
    assert int(pieces.clock.passes) == 4
    for one, two in zip(whole.model.parameters(), pieces.model.parameters(), strict=True):
        assert torch.equal(one, two)


@pytest.mark.slow
def test_it_learns_a_few_crystals(tmp_path):
    """Every loss falls on the crystals it saw, under noise it did not see."""
    made = objective(learning_rate=3e-3, teacher_forcing_steps=1000)
    settings = FitSettings(steps=100, batch_size=12, device="cpu", progress="off", select="last")
    before = made.validate(source(noise_seed=5).batch(np.arange(12)))
    fit(made, source(), settings, tmp_path / "run")
    after = made.validate(source(noise_seed=5).batch(np.arange(12)))
    shares = {name: float(after[name][0]) / float(before[name][0]) for name in before}
    limits = {"lattice": 0.7, "num_atoms": 0.9, "composition": 0.95, "property": 0.9, "coordinates": 0.98}
    assert {name: share for name, share in shares.items() if share > limits.get(name, np.inf)} == {}
