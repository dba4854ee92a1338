"""Multi-stream Wavehax: learnt filters cut the prior into streams, which share one small network.

Yoneyama et al., "Comparative analysis of fast and high-fidelity neural vocoders for low-latency streaming
synthesis" (arXiv 2506.03554).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..stft import STFT
from .generator import Backbone, Projection, initialise
from .settings import WavehaxSettings


class MultiStreamWavehax(nn.Module):
    """Generator with M streams at 1 / M of the rate; same inputs and output as `Wavehax`."""

    def __init__(self, settings: WavehaxSettings) -> None:
        super().__init__()
        if settings.streams < 2:
            raise ValueError("one stream is Wavehax")
        self.settings = settings
        streams, taps = settings.streams, settings.stream_taps
        self.bins = settings.n_fft // 2 + 1
        self.stft = STFT(settings.n_fft, settings.hop // streams)
        self.analysis = nn.Conv1d(1, streams, taps, stride=streams, bias=False)
        self.synthesis = nn.Conv1d(streams, 1, taps, bias=False)
        self.condition_projection = Projection(
            settings.n_mels, streams * self.bins, settings.projection_kernel, settings.causal
        )
        self.backbone = Backbone(settings, inputs=3 * streams, outputs=2 * streams)
        initialise(self)

    def forward(self, condition_BMT: Tensor, prior_BS: Tensor) -> Tensor:
        """Samples [B, T * hop] from standardised log-mel [B, M, T] and the prior's [B, T * hop] samples."""
        batch, _, frames = condition_BMT.shape
        streams = self.settings.streams
        split = self.analysis(self._filter_room(prior_BS[:, None], "reflect"))
        spectrum = self.stft(split.flatten(0, 1)).unflatten(0, (batch, streams))
        condition = self.condition_projection(condition_BMT).view(batch, streams, self.bins, frames)
        output = self.backbone(torch.cat([condition, spectrum.real, spectrum.imag], dim=1))
        pieces = torch.complex(output[:, :streams], output[:, streams:])
        samples = self.stft.inverse(pieces.flatten(0, 1)).unflatten(0, (batch, streams))
        spread = samples.new_zeros(batch, streams, samples.shape[-1], streams)
        spread[..., 0] = samples * streams
        return self.synthesis(self._filter_room(spread.flatten(2), "constant"))[:, 0]

    def _filter_room(self, x_BCS: Tensor, mode: str) -> Tensor:
        """Room for a filter, half on each side."""
        half = self.settings.stream_taps // 2
        return functional.pad(x_BCS, (half, half), mode=mode)
