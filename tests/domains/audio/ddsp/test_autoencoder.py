"""The autoencoder has the sizes of its configuration, and learns a sound on the training core."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.ddsp.autoencoder import DDSPAutoencoder
from fourfold.domains.audio.ddsp.features import MFCC, Loudness
from fourfold.domains.audio.ddsp.objective import DDSPClips, DDSPObjective, MultiScaleSpectralLoss
from fourfold.domains.audio.ddsp.settings import PRESETS, DDSPSettings
from fourfold.domains.audio.speech_sets.synthetic_voice import synthetic_voice
from fourfold.shared.errors import InputError
from fourfold.shared.training.fit import fit
from fourfold.shared.training.settings import FitSettings

TINY = DDSPSettings(width=32, layers=1, harmonics=20, noise_bands=17, latent=0, hop=160)


def stack(inputs, width, layers):
    return sum((width if n else inputs) * width + width + 2 * width for n in range(layers))


def recurrent(inputs, width):
    return 3 * (inputs * width + width * width + 2 * width)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        (
            "ddsp-autoencoder",
            # pitch, loudness, latent; then together; then 1 + 100 + 65 controls; then the encoder
            2 * stack(1, 512, 3) + stack(16, 512, 3) + recurrent(1_536, 512) + stack(2_048, 512, 3)
            + 512 * 166 + 166 + 60 + recurrent(30, 512) + 512 * 16 + 16,
        ),
        (
            "ddsp-solo",
            2 * stack(1, 512, 3) + recurrent(1_024, 512) + stack(1_536, 512, 3) + 512 * 126 + 126 + 48_000,
        ),
        ("ddsp-small", 2 * stack(1, 128, 3) + recurrent(256, 128) + stack(384, 128, 3) + 128 * 126 + 126),
    ],
)  # fmt: skip
def test_sizes(name, parameters):
    assert sum(p.numel() for p in DDSPAutoencoder(PRESETS[name]).parameters()) == parameters


def test_the_encoder_hears_the_sound():
    settings = TINY.model_copy(update={"latent": 4, "latent_every": 2})
    network = DDSPAutoencoder(settings)
    f0, loudness, noise = torch.full((1, 10), 200.0), torch.full((1, 10), -30.0), torch.zeros(1, 1_600)
    heard = [network(f0, loudness, noise, torch.randn(1, 1_600)) for _ in range(2)]
    assert heard[0].shape == (1, 1_600)
    assert not torch.equal(*heard)
    with pytest.raises(ValueError, match="encode"):
        network(f0, loudness, noise)


def test_loudness_weighs_as_the_ear():
    time = torch.arange(8_000) / 16_000
    tones = torch.stack([torch.sin(2 * torch.pi * f * time) for f in (100.0, 1_000.0)])
    low, middle = Loudness(16_000, 64)(tones)[:, 20:-20].mean(1)
    assert float(middle - low) == pytest.approx(19.1, abs=1.0)
    assert Loudness(16_000, 64)(torch.zeros(1, 640)).unique().tolist() == [-80.0]
    assert MFCC(16_000, 512, 30)(tones).shape == (2, 16, 30)


def test_spectral_loss_against_the_formula():
    made, wanted = torch.randn(2, 1, 400, generator=torch.Generator().manual_seed(0)).unbind()
    window = torch.hann_window(64)

    def magnitude(x):
        return torch.stft(x, 64, 16, window=window, return_complex=True).abs()

    a, b = magnitude(made), magnitude(wanted)
    expected = (a - b).abs().mean() + (a.log() - b.log()).abs().mean()
    torch.testing.assert_close(MultiScaleSpectralLoss([64])(made, wanted), expected, rtol=1e-4, atol=1e-5)


def test_bad_clips_are_refused():
    with pytest.raises(InputError, match="shape"):
        DDSPClips(np.zeros((1, 100), np.float32), np.zeros((1, 2), np.float32), TINY)
    with pytest.raises(InputError, match="finite"):
        DDSPClips(np.full((1, 320), np.nan, np.float32), np.zeros((1, 2), np.float32), TINY)


@pytest.mark.slow
def test_it_learns_one_clip(tmp_path):
    said = synthetic_voice(np.full(50, 150.0), vowel="ɑ")
    clips = DDSPClips(said.samples[None], said.f0[None], TINY)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        objective = DDSPObjective(DDSPAutoencoder(TINY), learning_rate=1e-2)
    before = float(objective.validate(clips.batch(np.arange(1)))["spectra"][0])
    fit(objective, clips, FitSettings(steps=80, batch_size=1), tmp_path)
    after = float(objective.validate(clips.batch(np.arange(1)))["spectra"][0])
    assert after < 0.5 * before
