"""STFT distance against a transform written out."""

import numpy as np
import pytest
from fourfold.domains.audio.metrics import spectral
from fourfold.domains.audio.metrics.spectral import RESOLUTIONS, magnitudes, stft_distance
from fourfold.shared.errors import InputError

RNG = np.random.default_rng(0)
X, Y = 0.1 * RNG.normal(size=3_000), 0.1 * RNG.normal(size=3_000)


def dense(x, size, hop, width):
    """Magnitudes by torch's transform, which pads the window alike."""
    torch = pytest.importorskip("torch")
    spectrum = torch.stft(
        torch.from_numpy(x),
        size,
        hop,
        width,
        torch.hann_window(width, dtype=torch.float64),
        pad_mode="constant",
        return_complex=True,
    )
    return spectrum.abs().clamp_min(spectral.FLOOR).numpy().T


def test_equals_its_definition():
    wanted = []
    for resolution in RESOLUTIONS:
        one, other = dense(X, *resolution), dense(Y, *resolution)
        convergence = np.linalg.norm(one - other) / np.linalg.norm(one)
        wanted.append(convergence + np.abs(np.log(one) - np.log(other)).mean())
    assert stft_distance(X, Y).value == pytest.approx(np.mean(wanted), rel=1e-9)


def test_pieces_equal_the_whole(monkeypatch):
    whole = np.concatenate(list(magnitudes(X, 512, 50, 240)))
    value = stft_distance(X, Y).value
    monkeypatch.setattr(spectral, "FRAMES_AT_ONCE", 7)
    np.testing.assert_array_equal(np.concatenate(list(magnitudes(X, 512, 50, 240))), whole)
    assert stft_distance(X, Y).value == pytest.approx(value, rel=1e-12)


def test_the_same_has_none_and_the_longer_is_cut():
    assert stft_distance(X, X).value == 0
    assert stft_distance(X, np.concatenate([X, Y])).value == 0


def test_silence_has_a_reason_and_bad_samples_are_refused():
    assert stft_distance(0 * X, X).reason == "the reference is silence"
    assert np.isnan(stft_distance(X, 0 * X).value)
    with pytest.raises(InputError, match="at sample 5: 1 samples are NaN"):
        stft_distance(X, np.where(np.arange(3_000) == 5, np.nan, Y))
