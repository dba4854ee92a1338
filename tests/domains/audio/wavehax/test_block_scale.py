"""Blocks start at a scale of one over their number, so that the sum of all does not grow with it."""

import pytest
import torch
from fourfold.domains.audio.wavehax.generator import Wavehax
from fourfold.domains.audio.wavehax.multi_stream import MultiStreamWavehax
from fourfold.domains.audio.wavehax.settings import PRESETS, WavehaxSettings


@pytest.mark.parametrize(
    ("settings", "scale"),
    [
        (PRESETS["wavehax-v1"], 0.125),
        (PRESETS["wavehax-ms"], 0.125),
        (WavehaxSettings(channels=4, blocks=2), 0.5),
    ],
)
def test_scale_of_an_untrained_block(settings, scale):
    network = (Wavehax if settings.streams == 1 else MultiStreamWavehax)(settings)
    assert len(network.backbone.blocks) == 1 / scale
    for block in network.backbone.blocks:
        torch.testing.assert_close(block.scale.detach(), torch.full((settings.channels,), scale))
