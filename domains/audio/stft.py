"""Short-time Fourier transform with exactly T frames for T * hop samples, and its exact inverse.

The signal is padded with n_fft - hop zeros in all, half of them before, so frame t is centred on the middle
of its own hop; windows are periodic Hann, nothing is scaled (Wavehax, `same` framing).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class STFT(nn.Module):
    """Analysis and synthesis; hop must divide n_fft, so that every sample is covered.

    Args:
        n_fft, hop: samples.

    Raises:
        ValueError: hop does not divide n_fft, or n_fft - hop is odd.
    """

    window: Tensor

    def __init__(self, n_fft: int, hop: int) -> None:
        super().__init__()
        if n_fft % hop or (n_fft - hop) % 2 or n_fft == hop:
            raise ValueError(
                f"n_fft {n_fft} must be a multiple of hop {hop}, and exceed it by an even number"
            )
        self.n_fft, self.hop = n_fft, hop
        self.edge = (n_fft - hop) // 2
        # Named, as the meta device would take seconds to import what tells the shape of a window.
        self.register_buffer("window", torch.hann_window(n_fft, device="cpu"), persistent=False)

    def forward(self, x_BS: Tensor) -> Tensor:
        """Complex spectrum [B, n_fft / 2 + 1, T] of [B, T * hop] samples."""
        return self.of_padded(functional.pad(x_BS, (self.edge, self.edge)))

    def of_padded(self, x_BS: Tensor) -> Tensor:
        """The same of samples that carry (n_fft - hop) / 2 more on each side."""
        return torch.stft(
            x_BS,
            self.n_fft,
            self.hop,
            window=self.window.to(x_BS.dtype),
            center=False,
            return_complex=True,
        )

    def inverse(self, spectrum_BFT: Tensor, frames_B: Tensor | None = None) -> Tensor:
        """Samples [B, T * hop]: windowed overlap-add, divided by the overlapped squared windows.

        Args:
            frames_B: how many frames of each row there are; the others count for nothing.
        """
        frames = spectrum_BFT.shape[-1]
        inside = slice(self.edge, self.edge + frames * self.hop)
        if frames_B is None:
            samples, weight = self.overlapped(spectrum_BFT)
            return samples[:, inside] / weight[:, inside]
        there = torch.arange(frames, device=frames_B.device) < frames_B[:, None]
        samples, _ = self.overlapped(spectrum_BFT * there[:, None])
        square = self.window.to(samples.dtype) ** 2
        weight = self._overlap_add(square[None, :, None] * there[:, None].to(samples.dtype))
        return samples[:, inside] / weight[:, inside].clamp_min(1e-8)

    def overlapped(self, spectrum_BFT: Tensor) -> tuple[Tensor, Tensor]:
        """Sums of windowed pieces [B, (T - 1) * hop + n_fft], and of squared windows [1, the same]."""
        window = self.window.to(spectrum_BFT.real.dtype)
        pieces = torch.fft.irfft(spectrum_BFT, n=self.n_fft, dim=1) * window[:, None]
        squares = (window * window)[None, :, None].expand(1, -1, spectrum_BFT.shape[-1])
        return self._overlap_add(pieces), self._overlap_add(squares)

    def _overlap_add(self, pieces_BNT: Tensor) -> Tensor:
        """[B, n_fft, T] to [B, (T - 1) * hop + n_fft], by adding n_fft / hop shifted copies."""
        batch, _, frames = pieces_BNT.shape
        parts = self.n_fft // self.hop
        blocks = pieces_BNT.transpose(1, 2).reshape(batch, frames, parts, self.hop)
        total = blocks.new_zeros(batch, frames + parts - 1, self.hop)
        for part in range(parts):
            total[:, part : part + frames] += blocks[:, :, part]
        return total.reshape(batch, -1)
