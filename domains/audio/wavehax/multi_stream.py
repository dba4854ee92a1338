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
from .row_ends import RowEnds
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

    def forward(
        self,
        condition_BMT: Tensor,
        prior_BS: Tensor,
        noise_BS: Tensor | None = None,
        ends: RowEnds | None = None,
    ) -> Tensor:
        """Samples [B, T * hop] from standardised log-mel [B, M, T] and the prior's [B, T * hop] samples.

        Args:
            noise_BS: not used; every generator is called alike.
            ends: frames of each row of a padded batch; None: all.
        """
        streams, hop = self.settings.streams, self.settings.hop
        wide = self._filter_room(prior_BS[:, None], None if ends is None else ends.times(hop))
        split = self.analysis(wide)
        inner = None if ends is None else ends.for_streams(streams)
        if inner is not None:
            split = inner.times(hop // streams).cut(split.flatten(0, 1), 1).view_as(split)
        images = self.images(self.condition_projection(condition_BMT, ends), self.spectra(split))
        pieces = self.pieces(self.backbone(images, ends))
        samples = self.stft.inverse(pieces, None if inner is None else inner.length_B)
        spread = self.spread(samples.unflatten(0, (-1, streams)))
        return self.synthesis(self._filter_room(spread, None if ends is None else ends.times(hop)))[:, 0]

    def spectra(self, split_BMS: Tensor) -> Tensor:
        """Complex spectra [B, streams, F, T] of the streams' samples."""
        return self.stft(split_BMS.flatten(0, 1)).unflatten(0, split_BMS.shape[:2])

    def images(self, condition_BCT: Tensor, spectrum_BMFT: Tensor) -> Tensor:
        """All images [B, 3 streams, F, T] that enter the network: condition, real and imaginary parts."""
        condition = condition_BCT.unflatten(1, (self.settings.streams, self.bins))
        return torch.cat([condition, spectrum_BMFT.real, spectrum_BMFT.imag], dim=1)

    def pieces(self, output_BOFT: Tensor) -> Tensor:
        """Complex spectra [B * streams, F, T] that the last layer's images stand for."""
        streams = self.settings.streams
        return torch.complex(output_BOFT[:, :streams], output_BOFT[:, streams:]).flatten(0, 1)

    def spread(self, samples_BMS: Tensor) -> Tensor:
        """Streams at the full rate, with zeros between their samples, [B, streams, S * streams]."""
        streams = self.settings.streams
        spread = samples_BMS.new_zeros(*samples_BMS.shape, streams)
        spread[..., 0] = samples_BMS * streams
        return spread.flatten(2)

    @property
    def filter_reach(self) -> int:
        """Samples on each side that the filters reach."""
        return self.settings.stream_taps // 2

    def _filter_room(self, x_BCS: Tensor, ends: RowEnds | None) -> Tensor:
        """Room for a filter, half on each side, by reflection."""
        if ends is not None:
            return ends.widened(x_BCS, self.filter_reach, 2)
        return functional.pad(x_BCS, (self.filter_reach, self.filter_reach), mode="reflect")
