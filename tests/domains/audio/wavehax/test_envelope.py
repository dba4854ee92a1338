"""The envelope gives noise its own level back, whatever the level is."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.features.mel import LogMel
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.stft import STFT
from fourfold.domains.audio.wavehax.envelope import MelEnvelope
from fourfold.domains.audio.wavehax.generator import Wavehax
from fourfold.domains.audio.wavehax.settings import PRESETS as NETWORKS
from fourfold.domains.audio.wavehax.settings import WavehaxSettings

FEATURES = PRESETS[16_000]


def envelope_of(mean, scale):
    envelope = MelEnvelope(FEATURES.n_mels, 161)
    envelope.set(FEATURES, 320, mean, scale)
    return envelope


@pytest.mark.parametrize("level", [1e-3, 0.3])
def test_white_noise_is_flat_at_its_level(level):
    x = level * torch.randn(1, 160 * 300, generator=torch.Generator().manual_seed(0))
    mean, scale = np.linspace(-5, -2, 100), np.linspace(0.5, 2, 100)
    log_mel = LogMel(FEATURES)(x)
    condition = (log_mel - torch.tensor(mean)[:, None]) / torch.tensor(scale)[:, None]
    found = envelope_of(mean, scale)(condition.float())[0, 5:-5, 5:-5]
    truth = STFT(320, 160)(x)[0, 5:-5, 5:-5].abs().square().mean().sqrt()
    assert found.shape == (151, 290)
    ratio = (found.square().mean(1).sqrt() / truth).log().abs()
    assert float(ratio.mean()) < 0.1
    assert float(ratio.max()) < 0.4


def test_it_follows_a_resonance():
    time = np.arange(160 * 60) / 16_000
    x = torch.from_numpy(np.sin(2 * np.pi * 3_000 * time).astype(np.float32))[None]
    envelope = envelope_of(np.zeros(100), np.ones(100))(LogMel(FEATURES)(x))[0]
    assert abs(int(envelope[:, 30].argmax()) - 60) <= 1  # bins of 50 Hz


def test_output_scales_with_the_mel_level():
    torch.manual_seed(0)
    network = Wavehax(WavehaxSettings(hop=160, n_fft=320, channels=4, blocks=1, envelope=True))
    assert network.envelope is not None
    network.envelope.set(FEATURES, 320, np.zeros(100), np.ones(100))
    with torch.no_grad():  # so that the network's own answer does not depend on the level
        network.condition_projection.convolution.weight.zero_()
    condition, prior = torch.randn(1, 100, 8), torch.randn(1, 1_280)
    louder = network(condition + np.log(2.0), prior)
    torch.testing.assert_close(louder, 2 * network(condition, prior), rtol=1e-4, atol=1e-7)


def test_the_light_network_is_small_and_asks_for_its_noise():
    network = Wavehax(NETWORKS["wavehax-16k-light"])
    assert sum(p.numel() for p in network.parameters()) < 400_000
    with pytest.raises(ValueError, match="noise"):
        network(torch.zeros(1, 100, 8), torch.zeros(1, 1_280))
