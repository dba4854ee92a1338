"""Phases of the vocoder: what each loss is, what each step changes, and that a killed run goes on exactly."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.adversarial_losses import deceit, feature_distance, hinge
from fourfold.domains.audio.discriminators.ensemble import Discriminators, DiscriminatorSettings
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.objectives import VocoderObjective, VocoderRecipe
from fourfold.domains.audio.vocoder import Vocoder
from fourfold.domains.audio.vocoder_samples import CropSource, UtteranceSource
from fourfold.domains.audio.vocoder_training import StageSettings, train_stage

LISTENERS = DiscriminatorSettings(
    periods=(2,), period_channels=(4, 4, 4), resolutions=((128, 32),), resolution_channels=4
)


@pytest.fixture
def statistics(small_corpus):
    return MelStatistics.of(small_corpus.split("train"), small_corpus.features)


@pytest.fixture
def generator(small_corpus, small_network, statistics):
    return Vocoder.untrained(small_corpus.features, small_network, statistics, seed=1).generator


@pytest.fixture
def batch(small_corpus, statistics):
    return CropSource(small_corpus.utterances, small_corpus.features, statistics, frames=24, samples=9).batch(
        np.arange(2)
    )


@pytest.fixture
def objective(generator):
    torch.manual_seed(0)
    return VocoderObjective(generator, 8_000, VocoderRecipe(resolutions=3.0), Discriminators(LISTENERS))


def test_generator_loss_is_the_weighted_sum(objective, batch):
    loss, metrics = objective.generator_loss(batch)
    made = objective.generator(batch["condition"], batch["prior"], batch["noise"])
    of_made, of_real = objective.discriminators(made), objective.discriminators(batch["audio"])
    wanted = 45 * objective.mel(made, batch["audio"]) + 3 * objective.resolutions(made, batch["audio"])
    wanted = wanted + deceit(of_made) + 2 * feature_distance(of_made, of_real)
    torch.testing.assert_close(loss, wanted)
    assert set(metrics) == {"mel", "resolutions", "deceit", "features"}


def test_discriminators_judge_what_the_generator_phase_made(objective, batch, monkeypatch):
    fresh, _ = objective.discriminator_loss(dict(batch))
    objective.generator_loss(batch)
    monkeypatch.setattr(objective, "_made", None)
    kept, _ = objective.discriminator_loss(batch)
    torch.testing.assert_close(kept, fresh)
    wanted = hinge(objective.discriminators(batch["made"]), objective.discriminators(batch["audio"]))
    torch.testing.assert_close(kept, wanted)


def test_every_generator_weight_gets_a_gradient(objective, batch):
    objective.generator_loss(batch)[0].backward()
    without = [n for n, p in objective.generator.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


def test_the_discriminator_step_leaves_the_generator_alone(objective, batch):
    objective.generator_loss(batch)
    objective.generator.zero_grad()
    objective.discriminator_loss(batch)[0].backward()
    assert all(p.grad is None or not p.grad.any() for p in objective.generator.parameters())
    assert all(p.grad is not None for p in objective.discriminators.parameters())


def test_validation_does_not_depend_on_the_batch(objective, small_corpus, statistics):
    source = UtteranceSource(small_corpus.utterances[:3], small_corpus.features, statistics)
    together = objective.validate(source.batch(np.arange(3)))
    alone = [objective.validate(source.batch(np.array([i]))) for i in range(3)]
    for name, (total, count) in together.items():
        assert count == 3
        assert float(total) == pytest.approx(sum(float(a[name][0]) for a in alone), rel=1e-6)


@pytest.mark.slow
def test_a_stopped_stage_goes_on_exactly(small_corpus, small_network, statistics, tmp_path):
    stage = StageSettings(
        recipe=VocoderRecipe(resolutions=3.0, learning_rate=1e-3),
        discriminators=LISTENERS,
        steps=6,
        batch_size=2,
        frames=16,
        validate_every=100,
    )

    def train(run, **more):
        vocoder = Vocoder.untrained(small_corpus.features, small_network, statistics)
        result = train_stage(vocoder.generator, small_network, small_corpus, statistics, stage, run, **more)
        return result, vocoder.generator.state_dict()

    whole, wanted = train(tmp_path / "whole")
    steps = []
    while not steps or steps[-1] < 6:
        part, found = train(tmp_path / "parts", max_seconds=1e-9)
        steps.append(part.step)
    assert steps == [1, 2, 3, 4, 5, 6]
    assert whole.step == 6
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.slow
def test_spectral_training_lowers_the_distance(small_corpus, small_network, statistics, tmp_path):
    stage = StageSettings(
        recipe=VocoderRecipe(resolutions=20.0, learning_rate=5e-3),
        steps=60,
        batch_size=2,
        frames=16,
        validate_every=30,
    )
    vocoder = Vocoder.untrained(small_corpus.features, small_network, statistics)
    untrained = VocoderObjective(vocoder.generator, 8_000, stage.recipe)
    held_out = UtteranceSource(small_corpus.split("validation"), small_corpus.features, statistics)
    before = float(untrained.validate(held_out.batch(np.arange(1)))["mel"][0])
    result = train_stage(vocoder.generator, small_network, small_corpus, statistics, stage, tmp_path)
    assert result.last is not None
    assert result.last["mel"] < 0.5 * before
