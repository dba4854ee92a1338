"""A sound is brought to the mel spectrum asked for, and keeps its pitch."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio import mel_consistency
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.mel_consistency import mel_consistent
from fourfold.domains.audio.mel_frames import MelFrames
from fourfold.shared.errors import InputError

SETTINGS = PRESETS[16_000]
FEATURES = AudioFeatures(SETTINGS)
DRAWS = np.random.default_rng(0)
PHASE = 2 * np.pi * np.cumsum(np.linspace(120, 180, 8_000)) / 16_000
VOICE = (0.1 * sum(np.sin(k * PHASE) / k for k in range(1, 30)) + DRAWS.normal(0, 2e-3, 8_000)).astype(
    np.float32
)
BUZZ = (0.05 * sum(np.sin(k * PHASE + k) for k in range(1, 30)) + DRAWS.normal(0, 1e-2, 8_000)).astype(
    np.float32
)
MEL = torch.from_numpy(FEATURES.mel(VOICE)).T[None]


def brought(x: np.ndarray, iterations: int) -> np.ndarray:
    return mel_consistent(torch.from_numpy(x)[None], MEL, SETTINGS, iterations)[0].numpy()


def distance(x: np.ndarray) -> float:
    return float(np.abs(FEATURES.mel(x) - MEL[0].T.numpy())[5:-5].mean())


def test_frames_invert_exactly():
    frames = MelFrames(SETTINGS, 50)
    x = torch.from_numpy(VOICE)[None]
    torch.testing.assert_close(frames.inverse(frames.forward(x)), x, rtol=1e-5, atol=1e-6)


def test_the_mel_spectrum_comes_near_with_iterations():
    hiss = DRAWS.normal(0, 0.05, 8_000).astype(np.float32)
    errors = [distance(brought(hiss, n)) for n in (0, 2, 8, 32)]
    assert errors[0] > errors[1] > errors[2] > errors[3]
    assert errors[3] < 0.1 * errors[0]
    assert distance(brought(BUZZ, 8)) < 0.05 * distance(BUZZ)


def test_pitch_stays():
    _, f0 = FEATURES.of(Audio(brought(BUZZ, 16), 16_000))
    wanted = np.linspace(120, 180, 8_000)[80::160]
    assert np.median(np.abs(f0[5:-5] / wanted[5:-5] - 1)) < 0.01


def test_a_sound_that_has_the_spectrum_stays_as_it_is():
    np.testing.assert_allclose(brought(VOICE, 8), VOICE, atol=2e-4)


def test_no_iterations_give_the_audio_back():
    np.testing.assert_array_equal(brought(BUZZ, 0), BUZZ)


def test_rows_of_a_batch_do_not_meet():
    both = torch.from_numpy(np.stack([BUZZ, VOICE[::-1].copy()]))
    together = mel_consistent(both, MEL.expand(2, -1, -1), SETTINGS, 3)
    for row, x in zip(together.numpy(), both.numpy(), strict=True):
        np.testing.assert_allclose(row, brought(x, 3), atol=1e-5)


@pytest.mark.parametrize("level", [0.0, 1e-7])
def test_silence_gives_finite_samples(level):
    silence = np.full(8_000, level, np.float32)
    assert np.isfinite(brought(silence, 4)).all()
    quiet = torch.full_like(MEL, float(np.log(SETTINGS.log_floor)))
    faded = mel_consistent(torch.from_numpy(VOICE)[None], quiet, SETTINGS, 8).numpy()
    assert np.abs(faded).max() < 1e-3


def test_long_sounds_go_in_pieces_that_fade(monkeypatch):
    monkeypatch.setattr(mel_consistency, "PIECE", 20)
    monkeypatch.setattr(mel_consistency, "FADE", 8)
    cut = brought(BUZZ, 8)
    assert cut.shape == BUZZ.shape
    assert distance(cut) < 0.1 * distance(BUZZ)
    monkeypatch.undo()
    whole = brought(BUZZ, 8)
    # Far from the seams it is the same; only near them do frames see other neighbours.
    assert np.abs(cut - whole)[:1_600].max() < 0.1 * np.abs(whole).max()


def test_fading_pieces_of_one_signal_give_it_back():
    x = torch.arange(40.0)[None]
    pieces = [x[:, 0:16], x[:, 12:28], x[:, 24:40]]
    torch.testing.assert_close(mel_consistency._joined(pieces, 4), x)


@pytest.mark.parametrize("iterations", [2.5, "a", np.nan, -1, None])
def test_iterations_are_a_whole_number(iterations):
    with pytest.raises(InputError, match=r"^iterations: is "):
        brought(VOICE, iterations)
