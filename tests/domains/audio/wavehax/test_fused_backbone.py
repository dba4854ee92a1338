"""The backbone for synthesis gives the numbers of the layers it stands in for."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.wavehax import fused_backbone
from fourfold.domains.audio.wavehax.frame_kernels import _gelu
from fourfold.domains.audio.wavehax.generator import Backbone
from fourfold.domains.audio.wavehax.lanes import COUNT, load, store
from fourfold.domains.audio.wavehax.settings import WavehaxSettings
from numba import njit
from torch.nn import functional

SETTINGS = {
    "whole": WavehaxSettings(channels=8, blocks=3),
    "framewise, wide kernel": WavehaxSettings(
        channels=8, expansion=3, blocks=2, kernel=(13, 7), framewise_norm=True
    ),
    "causal": WavehaxSettings(channels=16, blocks=2, causal=True, framewise_norm=True),
}


def random_backbone(settings):
    """Every weight away from its start, so that norms, scales and biases count."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        backbone = Backbone(settings, inputs=5, outputs=2).eval()
        with torch.no_grad():
            for parameter in backbone.parameters():
                parameter.add_(0.1 * torch.randn_like(parameter))
    return backbone


@pytest.mark.slow  # the kernels are compiled
@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize(("frames", "bins"), [(4, 61), (7, 49), (30, 64), (9, 241)])
def test_it_equals_the_layers(name, frames, bins):
    backbone = random_backbone(SETTINGS[name])
    generator = torch.Generator().manual_seed(frames)
    images = torch.randn(2, 5, bins, frames, generator=generator) + 0.5
    with torch.no_grad():
        wanted = backbone.double().left(_through(backbone, images.double()))
        found = fused_backbone.run(backbone.float(), images)
    torch.testing.assert_close(found.double(), wanted, atol=2e-6, rtol=1e-5)


def _through(backbone, images):
    x = backbone.entered(images)
    for block in backbone.blocks:
        x = block.frames_first(x)
    return x


def test_it_stands_in_for_synthesis_only():
    backbone, images = random_backbone(SETTINGS["whole"]), torch.zeros(1, 5, 61, 8)
    assert not fused_backbone.applies(backbone, images)
    with torch.no_grad():
        assert fused_backbone.applies(backbone, images)
        assert not fused_backbone.applies(backbone.double(), images.double())
        assert not fused_backbone.applies(backbone.float(), images[:, :, :20])
        assert not fused_backbone.applies(backbone, images[..., :3])
        five = random_backbone(WavehaxSettings(channels=8, blocks=1, kernel=(7, 5)))
        assert not fused_backbone.applies(five, images)


@njit
def gelu(x):
    for i in range(0, len(x), COUNT):
        store(x, i, _gelu(load(x, i)))


@pytest.mark.slow
def test_gelu_is_exact():
    x = np.concatenate([np.linspace(-12, 12, 8_000), [0.0, -100.0, 1e4, np.inf] * 4]).astype(np.float32)
    wanted = functional.gelu(torch.from_numpy(x).double()).numpy()
    gelu(x)
    np.testing.assert_allclose(x, wanted, atol=3e-7, rtol=3e-7)


@pytest.mark.slow
def test_gelu_does_not_hide_what_is_no_number():
    x = np.full(COUNT, np.nan, np.float32)
    gelu(x)
    assert np.isnan(x).all()
