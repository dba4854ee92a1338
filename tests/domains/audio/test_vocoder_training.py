"""What a stage hands to the training core: the published recipe, who is held out, what makes another run."""

import dataclasses

import pytest
import torch
from fourfold.domains.audio import vocoder_training
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.objectives import VocoderObjective, VocoderRecipe
from fourfold.domains.audio.vocoder import Vocoder
from fourfold.domains.audio.vocoder_training import StageSettings, finetuning_stage, train_stage
from fourfold.shared.training.settings import EmaSettings, ScheduleSettings


@pytest.fixture
def handed(small_corpus, small_network, tmp_path, monkeypatch):
    """Everything `fit` is given for a stage."""
    statistics = MelStatistics.of(small_corpus.split("train"), small_corpus.features)

    def of(stage, **more):
        seen = {}

        def spy(objective, train, settings, run, held_out, *, config):
            seen.update(locals())

        monkeypatch.setattr(vocoder_training, "fit", spy)
        corpus = dataclasses.replace(small_corpus, **more)
        vocoder = Vocoder.untrained(small_corpus.features, small_network, statistics)
        run = tmp_path / str(len(list(tmp_path.iterdir())))
        train_stage(vocoder.generator, small_network, corpus, statistics, stage, run, max_seconds=7.0)
        return seen

    return of


def test_the_published_recipe():
    """Wavehax's configuration: AdamW at 2e-4, cosine to 0 without warm-up, 16 crops of 32 frames."""
    recipe, stage = VocoderRecipe(), StageSettings()
    assert (recipe.learning_rate, recipe.betas) == (2e-4, (0.8, 0.9))
    assert (recipe.mel, recipe.features, recipe.adversarial, recipe.resolutions) == (45, 2, 1, 0)
    assert (stage.steps, stage.batch_size, stage.frames, stage.validate_every) == (1_000_000, 16, 32, 2_000)
    assert stage.schedule == ScheduleSettings(kind="cosine", warm_up=0, final=0.0)
    assert (stage.smoothed, stage.ema, stage.recipe) == (0.4, 0.999, recipe)


def test_a_finetuning_goes_at_half_the_rate():
    stage = finetuning_stage(400)
    assert stage.recipe.learning_rate == VocoderRecipe().learning_rate / 2
    assert stage.schedule == ScheduleSettings(kind="cosine", warm_up=100)


def test_the_core_is_told_the_stage(handed):
    stage = StageSettings(steps=30, batch_size=3, frames=16, ema=0.95, smoothed=0.25, seed=5)
    seen = handed(stage)
    settings = seen["settings"]
    assert (settings.steps, settings.batch_size, settings.seed) == (30, 3, 5)
    assert (settings.schedule, settings.clip_norm) == (stage.schedule, 10.0)
    assert settings.ema == EmaSettings(modules=("generator",), decay=0.95)
    assert (settings.metric, settings.mode, settings.select) == ("mel", "min", "last")
    assert (settings.order, settings.validation_batch_size, settings.max_seconds) == ("sequential", 1, 7.0)
    train = seen["train"]
    assert (train.smoothed, train.frames, train.seed, len(train)) == (0.25, 16, 5, 90)


def test_the_optimisers_are_the_recipe_s(handed, monkeypatch):
    small = {"periods": (2,), "period_channels": (2,), "resolutions": ((64, 16),), "resolution_channels": 2}
    objective = handed(StageSettings(discriminators=small))["objective"]
    assert isinstance(objective, VocoderObjective)
    assert [phase.name for phase in objective.phases] == ["generator", "discriminators"]
    monkeypatch.setattr(torch.optim, "AdamW", lambda parameters, **named: (parameters, named))
    for phase in objective.phases:
        given = phase.optimizer("its parameters")
        assert given == ("its parameters", {"lr": 2e-4, "betas": (0.8, 0.9), "weight_decay": 0.0})


def test_the_second_but_last_speaker_is_held_out_and_the_last_is_not_touched(handed):
    seen = handed(StageSettings())
    # Of the speakers 9, 10, 11, 200 and ann.
    assert {said.speaker for said in seen["held_out"].utterances} == {"200"}
    assert {said.speaker for said in seen["train"].utterances} == {"9", "10", "11"}


def test_other_features_stages_or_networks_are_another_run(handed, small_corpus, small_network):
    config = handed(StageSettings())["config"]
    assert config["generator"] == small_network.model_dump(mode="json")
    assert config["stage"] == StageSettings().model_dump(mode="json")
    assert small_corpus.features.digest() in config.values()
    other = small_corpus.features.model_copy(update={"fmax": 3_000.0})
    assert handed(StageSettings(), features=other)["config"] != config
