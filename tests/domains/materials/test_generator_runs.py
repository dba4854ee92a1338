"""A training elsewhere than on the CPU comes back to it; a run folder is taken for its own training alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from fourfold import CrystalGenerator
from fourfold.domains.materials import langevin_training
from fourfold.domains.materials.cdvae.settings import CdvaeRecipe, LangevinSettings
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
from fourfold.domains.materials.flow import training
from fourfold.domains.materials.flow.settings import FlowSettings, FlowTraining
from fourfold.shared.errors import InputError
from tiny_cdvae import random_crystals, tiny_settings
from tiny_generator import CRYSTALS, SETTINGS, trained

SMALL = random_crystals(1, rows=8)
CDVAE = GeneratorSettings(
    decoder="cdvae",
    cdvae=tiny_settings(),
    network=FlowSettings(max_atoms=6),
    training=FlowTraining(steps=5, batch_size=6, prior_steps=2, validate_every=2),
    langevin=LangevinSettings(steps_per_level=1),
)


@pytest.mark.filterwarnings("ignore:structures. in .* new:fourfold.shared.errors.InputWarning")
@pytest.mark.parametrize(
    ("settings", "crystals"), [(SETTINGS, CRYSTALS), (CDVAE, SMALL)], ids=["flow", "cdvae"]
)
def test_what_was_trained_on_another_device_is_used_on_the_cpu(monkeypatch, settings, crystals):
    """As on a GPU the modules end on another device: "meta", where nothing can be computed."""
    kept = {}

    def elsewhere(usual):
        def fit(objective, *rest, **options):
            result = usual(objective, *rest, **options)
            for module in objective.modules.values():
                for part in module.modules():
                    kept[id(part)] = [
                        (name, value.detach().clone())
                        for own in (part.named_parameters(recurse=False), part.named_buffers(recurse=False))
                        for name, value in own
                    ]
                module.to("meta")
            return result

        return fit

    def back(module):
        for part in module.modules():
            for name, value in kept.pop(id(part), []):
                weight = name in part._parameters
                setattr(part, name, torch.nn.Parameter(value) if weight else value)
        return module

    for place in (training, langevin_training):
        monkeypatch.setattr(place, "fit", elsewhere(place.fit))
    monkeypatch.setattr(torch.nn.Module, "cpu", back)
    generator = CrystalGenerator(settings).fit(crystals, next(iter(crystals.properties)))
    model = generator.fitted()
    devices = {
        value.device.type for part in (model.network, model.prior) for value in part.state_dict().values()
    }
    assert devices == {"cpu"}
    assert np.isfinite(generator.predict(crystals)).all()
    assert len(generator.generate(2, steps=1)) == 2


def test_cdvae_is_taught_for_the_first_half_of_its_training(monkeypatch):
    told = []
    usual = langevin_training.CdvaeObjective

    def watched(model, recipe, steps):
        objective = usual(model, recipe, steps)
        losses = model.losses

        def seen(*rest, teacher, **options):
            if torch.is_grad_enabled():
                told.append(teacher)
            return losses(*rest, teacher=teacher, **options)

        model.losses = seen
        return objective

    monkeypatch.setattr(langevin_training, "CdvaeObjective", watched)
    first = CrystalGenerator(CDVAE).fit(SMALL)
    assert told == [True, True, False, False, False]
    told.clear()
    del first.fitted().network.losses
    first.finetune(SMALL, steps=2)
    assert told == [False, False], "a decoder that has learnt to do without is not taught again"


def test_the_presets_leave_teaching_to_the_length_of_the_training():
    for name in ("small", "large"):
        settings = GeneratorSettings.preset(name)
        taught = settings.recipe.taught(settings.training.steps)
        assert taught.teacher_forcing_steps == settings.training.steps // 2
    assert CdvaeRecipe(teacher_forcing_steps=0).taught(100).teacher_forcing_steps == 0


def test_a_run_folder_of_another_training_is_refused(tmp_path):
    run, generator = tmp_path / "run", trained()
    first = generator.finetune(CRYSTALS, "height", steps=2, run=run)
    again = generator.finetune(CRYSTALS, "height", steps=2, run=run)
    assert np.array_equal(first.predict(CRYSTALS), again.predict(CRYSTALS))
    heights = CRYSTALS.properties["height"]
    others = {
        "crystals": (generator, replace(CRYSTALS, lengths=CRYSTALS.lengths * 1.01)),
        "values of the property": (generator, replace(CRYSTALS, properties={"height": heights + 1})),
        "weights to start from": (first, CRYSTALS),
    }
    for what, (start, crystals) in others.items():
        with pytest.raises(InputError, match=f"run: .* holds a training with other {what};"):
            start.finetune(crystals, "height", steps=2, run=run)
