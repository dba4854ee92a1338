"""What the autoencoder is told and what it says untrained; what it hears, against the formulas."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.ddsp.autoencoder import DDSPAutoencoder
from fourfold.domains.audio.ddsp.features import MFCC
from fourfold.domains.audio.ddsp.objective import DDSPClips
from fourfold.domains.audio.ddsp.settings import DDSPSettings
from fourfold.domains.audio.ddsp.voice import DDSPVoice
from fourfold.domains.audio.features.mel import mel_basis
from scipy import fft

TINY = DDSPSettings(width=16, layers=1, harmonics=20, noise_bands=9, latent=0, hop=160)


def built(settings=TINY):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return DDSPAutoencoder(settings).eval()


def heard_by(module):
    """What a module is called with, from now on."""
    calls = []
    module.register_forward_pre_hook(lambda _, given: calls.append(given))
    return calls


@torch.no_grad()
def test_an_untrained_network_hardly_hisses():
    network, f0, loudness = built(), torch.full((1, 10), 200.0), torch.full((1, 10), -30.0)
    controls = network.steer(f0, loudness)
    assert controls.magnitudes.max() < 1e-3 < 0.05 < controls.amplitude.min()
    torch.nn.init.zeros_(network.decoder.controls.weight)
    torch.nn.init.zeros_(network.decoder.controls.bias)
    controls = network.steer(f0, loudness)
    for found, x in ((controls.amplitude, 0.0), (controls.distribution, 0.0), (controls.magnitudes, -5.0)):
        wanted = 2 * (1 / (1 + np.exp(-x))) ** np.log(10) + 1e-7
        torch.testing.assert_close(found, torch.full_like(found, wanted), rtol=1e-5, atol=0)


@torch.no_grad()
def test_an_untrained_room_is_dry():
    network = built(TINY.model_copy(update={"reverb_samples": 800}))
    f0, loudness = torch.full((1, 10), 200.0), torch.full((1, 10), -30.0)
    controls, noise = network.steer(f0, loudness), torch.zeros(1, 1_600)
    wet = network.synthesize(controls, f0, noise)
    assert network.room is not None and network.room.any()
    network.room.zero_()
    dry = network.synthesize(controls, f0, noise)
    assert (wet - dry).norm() < 1e-3 * dry.norm()


@torch.no_grad()
def test_pitch_is_told_in_semitones_and_loudness_over_its_range():
    network = built()
    calls = heard_by(network.decoder)
    f0 = torch.tensor([[440.0, 220.0, 880.0, 261.6256, 0.0]])
    network.steer(f0, torch.tensor([[-80.0, -40.0, 0.0, -20.0, -80.0]]))
    ((pitch, loudness),) = calls[0]
    semitones = torch.tensor([[69.0, 57.0, 81.0, 60.0, 0.0]])
    torch.testing.assert_close(127 * pitch[..., 0], semitones, atol=1e-3, rtol=0)
    torch.testing.assert_close(loudness[..., 0], torch.tensor([[0.0, 0.5, 1.0, 0.75, 0.0]]))


@pytest.mark.parametrize("decibels", [6.0, -9.0])
def test_a_louder_wish_is_told_to_the_network(decibels):
    time = np.arange(4_000) / 16_000
    sound = np.float32(0.1 * sum(np.sin(2 * np.pi * 150 * k * time) for k in range(1, 8)))
    voice = DDSPVoice.untrained(TINY)
    calls = heard_by(voice.network)
    for wish in (0.0, decibels):
        voice.resynthesize(sound, loudness=wish, sample_rate=16_000)
    (f0, plain, *_), (same, raised, *_) = calls
    torch.testing.assert_close(raised - plain, torch.full_like(plain, decibels))
    assert torch.equal(f0, same)


def test_pitch_is_told_times_the_factor():
    time = np.arange(4_000) / 16_000
    sound = np.float32(0.1 * sum(np.sin(2 * np.pi * 150 * k * time) for k in range(1, 8)))
    voice = DDSPVoice.untrained(TINY)
    calls = heard_by(voice.network)
    for factor in (1.0, 1.5):
        voice.resynthesize(sound, factor, sample_rate=16_000)
    torch.testing.assert_close(calls[1][0], 1.5 * calls[0][0])
    assert float(calls[0][0].median()) == pytest.approx(150, rel=0.02)


SOUND = np.random.default_rng(0).normal(0, 0.1, 4_096) * np.linspace(0.1, 1, 4_096)


def cepstra_of(basis):
    """The original's: orthonormal cosine transform of the logarithm of mel magnitudes, windows of 1,024."""
    padded = np.pad(SOUND, 256)  # frames are centred on the middles of 512 samples
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1_024) / 1_024)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, 1_024)[::512] * window
    log_mel = np.log(np.maximum(np.abs(np.fft.rfft(pieces)) @ basis.T, 1e-5))
    cepstra = np.asarray(fft.dct(log_mel, type=2, axis=1)) / np.sqrt(2 * basis.shape[0])
    return cepstra[:, :30]


def test_cepstra_against_the_formula():
    found = MFCC(16_000, 512, 30)(torch.from_numpy(SOUND).float()[None])[0].numpy()
    np.testing.assert_allclose(found, cepstra_of(mel_basis(16_000, 1_024, 128, 20.0, 8_000.0)), atol=2e-4)


@pytest.mark.filterwarnings("ignore")  # of the package's own imports
def test_cepstra_against_the_package():
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    basis = librosa.filters.mel(sr=16_000, n_fft=1_024, n_mels=128, fmin=20.0, fmax=8_000.0)
    found = MFCC(16_000, 512, 30)(torch.from_numpy(SOUND).float()[None])[0].numpy()
    np.testing.assert_allclose(found, cepstra_of(basis), atol=1e-3)


def test_every_clip_and_seed_has_its_own_noise():
    def clips(seed):
        return DDSPClips(np.zeros((3, 1_600), np.float32), np.zeros((3, 10), np.float32), TINY, seed)

    noise = clips(1).batch(np.array([0, 1, 2, 1]))["noise"]
    assert torch.equal(noise[1], noise[3])
    assert torch.equal(noise[2:3], clips(1).batch(np.array([2]))["noise"])
    for other in (noise[1], noise[2], clips(2).batch(np.array([0]))["noise"][0]):
        assert abs(np.corrcoef(noise[0], other)[0, 1]) < 0.1
    assert float(noise.abs().max()) == pytest.approx(1, abs=0.01)
    assert float(noise.var()) == pytest.approx(1 / 3, rel=0.05)
