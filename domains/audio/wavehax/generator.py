"""Wavehax: from log-mel and a harmonic prior to samples, by 2-D convolutions on complex spectra.

Yoneyama et al., "Wavehax: aliasing-free neural waveform synthesis based on 2D convolution and harmonic prior
for reliable complex spectrogram estimation" (arXiv 2411.06807), section III.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..stft import STFT
from . import fused_backbone
from .block import ConvNeXtBlock, ImageNorm
from .envelope import MelEnvelope
from .harmonic_prior import POWER
from .learnt_prior import LearntPrior
from .row_ends import RowEnds
from .settings import WavehaxSettings


class Projection(nn.Module):
    """A convolution along time that keeps its length: reflected at the ends, or zeros before when causal."""

    def __init__(self, inputs: int, outputs: int, kernel: int, causal: bool) -> None:
        super().__init__()
        self.padding, self.causal = kernel - 1, causal
        self.convolution = nn.Conv1d(inputs, outputs, kernel)

    @property
    def reach(self) -> tuple[int, int]:
        """Frames before and after a frame that it depends on."""
        half = self.padding // 2
        return (self.padding, 0) if self.causal else (half, self.padding - half)

    def forward(self, x_BCT: Tensor, ends: RowEnds | None = None) -> Tensor:
        """[B, C', T] of [B, C, T]; `ends` are those of the rows of a padded batch."""
        half = self.padding // 2
        if self.causal:
            return self.convolution(functional.pad(x_BCT, (self.padding, 0)))
        if ends is not None:
            return self.convolution(ends.widened(x_BCT, half, 2))
        return self.convolution(functional.pad(x_BCT, (half, self.padding - half), mode="reflect"))


class Wavehax(nn.Module):
    """Full-band generator (one stream).

    The prior's spectrum enters as real and imaginary image, and once more each through a shared projection
    over all bins; the mel spectrum is projected to a fifth image.
    """

    def __init__(self, settings: WavehaxSettings) -> None:
        super().__init__()
        if settings.streams != 1:
            raise ValueError("several streams are MultiStreamWavehax")
        self.settings = settings
        bins = settings.n_fft // 2 + 1
        kernel, causal = settings.projection_kernel, settings.causal
        self.stft = STFT(settings.n_fft, settings.hop)
        self.prior_projection = Projection(bins, bins, kernel, causal)
        self.condition_projection = Projection(settings.n_mels, bins, kernel, causal)
        self.backbone = Backbone(settings, inputs=7 if settings.noise_image else 5, outputs=2)
        self.envelope: MelEnvelope | None = None
        if settings.envelope:
            self.envelope = MelEnvelope(settings.n_mels, bins)
        self.learnt_prior: LearntPrior | None = None
        if settings.prior == "ddsp":
            self.learnt_prior = LearntPrior(settings.n_mels, bins)
        initialise(self)
        if self.learnt_prior is not None:
            self.learnt_prior.start()

    def forward(
        self,
        condition_BMT: Tensor,
        prior_BS: Tensor,
        noise_BS: Tensor | None = None,
        ends: RowEnds | None = None,
    ) -> Tensor:
        """Samples [B, T * hop].

        Args:
            condition_BMT: standardised log-mel.
            prior_BS: excitation, [B, T * hop].
            noise_BS: standard normal noise [B, T * hop], for generators with `noise_image` or the
                ddsp prior.
            ends: frames of each row of a padded batch; None: all.
        """
        if ends is not None:
            prior_BS = ends.times(self.settings.hop).cut(prior_BS, 1)
        if noise_BS is not None and ends is not None:
            noise_BS = ends.times(self.settings.hop).cut(noise_BS, 1)
        spectrum = self.stft(prior_BS)
        if self.learnt_prior is not None:
            if noise_BS is None:
                raise ValueError("a generator with the ddsp prior needs noise")
            spectrum = self.learnt_prior(condition_BMT, spectrum, self.stft(noise_BS))
        real, imaginary = spectrum.real, spectrum.imag
        images = [
            real,
            imaginary,
            *self._projected(real, imaginary, ends),
            self.condition_projection(condition_BMT, ends),
        ]
        if self.settings.noise_image:
            if noise_BS is None:
                raise ValueError("a generator with noise_image needs noise")
            noise = self.stft(POWER * noise_BS)
            images += [noise.real, noise.imag]
        output = self.backbone(torch.stack(images, dim=1), ends)
        spectrum = self.spectrum(output, condition_BMT)
        return self.stft.inverse(spectrum, None if ends is None else ends.length_B)

    def _projected(self, real: Tensor, imaginary: Tensor, ends: RowEnds | None) -> tuple[Tensor, ...]:
        """Both through the prior's projection, as one batch where rows have one length."""
        if ends is None:
            return self.prior_projection(torch.cat([real, imaginary])).chunk(2)
        return self.prior_projection(real, ends), self.prior_projection(imaginary, ends)

    def spectrum(self, output_B2FT: Tensor, condition_BMT: Tensor) -> Tensor:
        """Complex spectrum [B, F, T] that the last layer's two images stand for."""
        spectrum = torch.complex(output_B2FT[:, 0], output_B2FT[:, 1])
        return spectrum if self.envelope is None else spectrum * self.envelope(condition_BMT)


class Backbone(nn.Module):
    """Images in, images out: mix, blocks, norm, mix. Works in channels-last memory."""

    def __init__(self, settings: WavehaxSettings, inputs: int, outputs: int) -> None:
        super().__init__()
        channels, framewise = settings.channels, settings.framewise_norm
        self.enter = nn.Linear(inputs, channels, bias=False)
        self.enter_norm = ImageNorm(channels, framewise)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(
                channels,
                settings.expansion,
                settings.kernel,
                1 / settings.blocks,
                framewise,
                settings.causal,
            )
            for _ in range(settings.blocks)
        )
        self.leave_norm = ImageNorm(channels, framewise)
        self.leave = nn.Linear(channels, outputs)

    def forward(self, x_BIFT: Tensor, ends: RowEnds | None = None) -> Tensor:
        if ends is None and fused_backbone.applies(self, x_BIFT):
            return fused_backbone.run(self, x_BIFT)
        x_BTFC = self.entered(x_BIFT, ends)
        for block in self.blocks:
            assert isinstance(block, ConvNeXtBlock)
            x_BTFC = block.frames_first(x_BTFC, ends)
        return self.left(x_BTFC, ends)

    def entered(self, x_BIFT: Tensor, ends: RowEnds | None = None) -> Tensor:
        """What the first block is given, as it lies in memory."""
        norm = self.enter_norm
        x_BTFC = self.enter(x_BIFT.permute(0, 3, 2, 1))
        if ends is None:
            return norm(x_BTFC.permute(0, 3, 2, 1)).permute(0, 3, 2, 1)
        return norm.normalise(x_BTFC, ends) * norm.weight + norm.bias

    def left(self, x_BTFC: Tensor, ends: RowEnds | None = None) -> Tensor:
        """Images [B, O, F, T] of what the last block gives."""
        return self.leave_norm.then(self.leave, x_BTFC, ends).permute(0, 3, 2, 1)


def initialise(network: nn.Module) -> None:
    """Weights of all convolutions and linear maps from a truncated normal of deviation 0.02, biases 0."""
    for module in network.modules():
        if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Linear)):
            nn.init.trunc_normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
