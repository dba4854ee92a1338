"""Harmonics and filtered noise from controls per frame, as differentiable signals.

Engel et al., "DDSP: differentiable digital signal processing" (2020), sections 3.2 to 3.5. Frame t covers
samples [t * hop, (t + 1) * hop) and its controls hold at the middle. Letters: B sounds, T frames,
S = T * hop samples, K harmonics, N noise bands.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

HARMONICS_AT_ONCE = 20


def exp_sigmoid(x: Tensor) -> Tensor:
    """2 sigmoid(x)^ln(10) + 1e-7: positive, at most 2, and a tenth of it where x falls by about 1."""
    return 2 * torch.sigmoid(x) ** math.log(10) + 1e-7


def between_frames(values_BTK: Tensor, hop: int, smooth: bool = False) -> Tensor:
    """Controls for every sample [B, S, K]: straight lines between the middles of frames, or raised cosines.

    The latter are what overlapping Hann windows of two frames add up to.
    """
    place = (torch.arange(hop, device=values_BTK.device, dtype=values_BTK.dtype) + 0.5) / hop + 0.5
    share = place.remainder(1.0)
    if smooth:
        share = 0.5 - 0.5 * torch.cos(math.pi * share)
    before = torch.cat([values_BTK[:, :1], values_BTK[:, :-1]], 1)
    after = torch.cat([values_BTK[:, 1:], values_BTK[:, -1:]], 1)
    first = (place < 1)[:, None]
    low = torch.where(first, before[:, :, None], values_BTK[:, :, None])
    high = torch.where(first, values_BTK[:, :, None], after[:, :, None])
    return torch.lerp(low, high, share[:, None]).flatten(1, 2)


def harmonics(
    amplitude_BT: Tensor, distribution_BTK: Tensor, f0_BT: Tensor, hop: int, sample_rate: int
) -> Tensor:
    """Sum over k of a(t) c_k(t) sin(k phi(t)), [B, S].

    Args:
        amplitude_BT: a; distribution_BTK: c, not negative. Harmonics from Nyquist up are left out, and the
            rest made to sum to 1.
        f0_BT: Hz; 0 is silence.
    """
    count = distribution_BTK.shape[-1]
    order = torch.arange(1, count + 1, device=f0_BT.device, dtype=f0_BT.dtype)
    heard = (f0_BT[..., None] * order < sample_rate / 2) & (f0_BT[..., None] > 0)
    kept = distribution_BTK * heard
    kept = kept / kept.sum(-1, keepdim=True).clamp_min(1e-7) * amplitude_BT[..., None]
    # Phase in cycles, double: a long sound in single precision goes out of tune.
    phase = between_frames(_held(f0_BT)[..., None].double(), hop)[..., 0].cumsum(1) / sample_rate
    total = f0_BT.new_zeros(f0_BT.shape[0], f0_BT.shape[1] * hop)
    for start in range(0, count, HARMONICS_AT_ONCE):
        part = slice(start, start + HARMONICS_AT_ONCE)
        cycles = (phase[..., None] * order[part].double()).remainder(1.0).to(f0_BT.dtype)
        level = between_frames(kept[..., part], hop, smooth=True)
        total = total + (level * torch.sin(2 * math.pi * cycles)).sum(-1)
    return total


def _held(f0_BT: Tensor) -> Tensor:
    """Pitch with unvoiced frames filled from the last voiced one, or from the first one before it."""
    frames = torch.arange(f0_BT.shape[1], device=f0_BT.device)
    last = torch.where(f0_BT > 0, frames, -1).cummax(1).values
    first = (f0_BT > 0).to(torch.int8).argmax(1, keepdim=True)
    return f0_BT.gather(1, torch.where(last < 0, first, last))


def impulse_responses(magnitudes_BTN: Tensor) -> Tensor:
    """Filters [B, T, 2 N - 1] of those magnitudes at N bands up to Nyquist: zero phase, Hann window."""
    taps = 2 * (magnitudes_BTN.shape[-1] - 1)
    response = torch.fft.irfft(torch.complex(magnitudes_BTN, torch.zeros_like(magnitudes_BTN)), n=taps)
    centred = torch.cat([response[..., taps // 2 :], response[..., : taps // 2 + 1]], -1)
    window = torch.hann_window(taps + 1, periodic=False, device=response.device, dtype=response.dtype)
    return centred * window


def filtered_noise(magnitudes_BTN: Tensor, noise_BS: Tensor) -> Tensor:
    """Each frame of the noise through the frame's own filter, tails added, delay taken out; [B, S]."""
    batch, frames, bands = magnitudes_BTN.shape
    hop, half = noise_BS.shape[1] // frames, bands - 1
    filters = impulse_responses(magnitudes_BTN)
    size = hop + filters.shape[-1] - 1
    spectrum = torch.fft.rfft(noise_BS.view(batch, frames, hop), n=size) * torch.fft.rfft(filters, n=size)
    pieces = torch.fft.irfft(spectrum, n=size)
    length = (frames - 1) * hop + size
    added = torch.nn.functional.fold(pieces.transpose(1, 2), (1, length), (1, size), stride=(1, hop))
    return added[:, 0, 0, half : half + frames * hop]


def reverberate(dry_BS: Tensor, response_R: Tensor) -> Tensor:
    """The dry sound and its convolution with the response, whose first sample does not count; [B, S]."""
    wet = torch.cat([torch.zeros_like(response_R[:1]), response_R[1:]])
    size = dry_BS.shape[-1] + len(wet) - 1
    echo = torch.fft.irfft(torch.fft.rfft(dry_BS, n=size) * torch.fft.rfft(wet, n=size), n=size)
    return dry_BS + echo[..., : dry_BS.shape[-1]]
