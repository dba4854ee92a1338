"""The transform keeps lengths and is inverted exactly, edges included."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.stft import STFT
from hypothesis import given, settings
from hypothesis import strategies as st

SIZES = [(480, 240), (120, 60), (960, 480), (320, 160), (640, 160)]


@pytest.mark.parametrize(("n_fft", "hop"), SIZES)
@pytest.mark.parametrize("frames", [1, 2, 37])
def test_round_trip_is_exact_to_the_edges(n_fft, hop, frames):
    x = torch.randn(2, frames * hop, generator=torch.Generator().manual_seed(1))
    transform = STFT(n_fft, hop)
    spectrum = transform(x)
    assert spectrum.shape == (2, n_fft // 2 + 1, frames)
    torch.testing.assert_close(transform.inverse(spectrum), x, atol=1e-5, rtol=0)


def test_equals_a_loop_of_transforms():
    n_fft, hop, frames = 120, 60, 5
    x = np.random.default_rng(0).normal(size=frames * hop)
    padded = np.pad(x, (n_fft - hop) // 2)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    wanted = np.stack([np.fft.rfft(window * padded[t * hop :][:n_fft]) for t in range(frames)], axis=1)
    found = STFT(n_fft, hop)(torch.from_numpy(x)[None])[0].numpy()
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_round_trip_for_any_sizes(half_hop, parts, frames):
    hop = 2 * half_hop
    n_fft = hop * (parts + 1)
    x = torch.randn(1, frames * hop, dtype=torch.float64)
    transform = STFT(n_fft, hop).double()
    torch.testing.assert_close(transform.inverse(transform(x)), x, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize(("n_fft", "hop"), [(100, 60), (60, 60), (6, 3)])
def test_sizes_that_do_not_fit_are_refused(n_fft, hop):
    with pytest.raises(ValueError, match="multiple of hop"):
        STFT(n_fft, hop)
