"""Small generators of every kind, with weights far from their start."""

import pytest
import torch
from fourfold.domains.audio.wavehax.generator import Wavehax
from fourfold.domains.audio.wavehax.multi_stream import MultiStreamWavehax
from fourfold.domains.audio.wavehax.settings import WavehaxSettings

SMALL = {"n_mels": 8, "hop": 20, "n_fft": 40, "channels": 4, "blocks": 2}
KINDS = {
    "plain": {},
    "framewise": {"framewise_norm": True},
    "light": {"framewise_norm": True, "noise_image": True, "envelope": True},
    "causal": {"framewise_norm": True, "causal": True},
    "causal light": {
        "framewise_norm": True,
        "causal": True,
        "noise_image": True,
        "envelope": True,
        "n_fft": 80,
    },
    "streams": {"streams": 2, "n_fft": 20, "stream_taps": 7, "framewise_norm": True},
    "plain streams": {"streams": 2, "n_fft": 20, "stream_taps": 7},
    "causal streams": {
        "streams": 2,
        "n_fft": 20,
        "stream_taps": 63,
        "framewise_norm": True,
        "causal": True,
    },
}


@pytest.fixture(scope="session")
def small_generator():
    """Generator by kind."""

    def make(kind, **changes):
        settings = WavehaxSettings(**{**SMALL, **KINDS[kind], **changes})
        with torch.random.fork_rng():
            torch.manual_seed(0)
            network = (Wavehax if settings.streams == 1 else MultiStreamWavehax)(settings)
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter += 0.2 * torch.randn_like(parameter)
        return network.eval()

    return make


@pytest.fixture(scope="session")
def small_inputs():
    """Condition, prior and noise for a batch."""

    def make(batch, frames, seed=0):
        draws = torch.Generator().manual_seed(seed)
        shapes = ((batch, 8, frames), (batch, 20 * frames), (batch, 20 * frames))
        return tuple(torch.randn(*shape, generator=draws) for shape in shapes)

    return make
