"""Excitation of the vocoder: a harmonic signal of constant power at the given pitch, in closed form.

With one phase phi (in cycles) that runs on at f0 / fs a sample, the sum over the K harmonics below Nyquist
is a conjugate Dirichlet kernel, with theta = 2 pi phi:
sum_k sin(2 pi k phi) = [cos(theta / 2) - cos((K + 1/2) theta)] / (2 sin(theta / 2)).
Its cost does not depend on K (Wavehax section II: pseudo-constant-power harmonic prior).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor

PriorKind = Literal["harmonic", "harmonic-decay", "sine", "sawtooth", "noise", "ddsp"]
"""`ddsp`: harmonic without its noise; the generator shapes both by filters it learns."""

POWER = 0.1
"""Root mean square times the square root of 2, of the voiced part: amplitude factor alpha."""
NOISE = 0.01
"""Deviation of the noise added everywhere."""
WEAK_NOISE = 0.03
"""The same for the sine and sawtooth priors."""


def running_phase(f0_BT: Tensor, hop: int, sample_rate: int, start_B: Tensor | None = None) -> Tensor:
    """Phase in cycles modulo 1 after each sample, float64 [B, T * hop]; it stands still where f0 is 0.

    Args:
        f0_BT: Hz, held over each frame.
        start_B: phase before the first sample; None: 0.
    """
    step = f0_BT.double().repeat_interleave(hop, dim=1) / sample_rate
    phase = step.cumsum(1)
    if start_B is not None:
        phase = phase + start_B.double()[:, None]
    return phase.remainder(1.0)


def harmonic_sum(phase_BS: Tensor, count_BS: Tensor) -> Tensor:
    """Sum of sin(2 pi k phase) over k = 1 .. count, in closed form; 0 where the phase is a whole number."""
    # The quotient as a product of sines, which loses no digits where the phase is almost a whole number.
    half = torch.pi * (phase_BS - phase_BS.round())
    below = torch.sin(half)
    safe = below != 0
    total = torch.sin((count_BS + 1) * half) * torch.sin(count_BS * half)
    return torch.where(safe, total / torch.where(safe, below, 1.0), 0.0)


def decaying_sum(phase_BS: Tensor, count_BS: Tensor, ratio_BS: Tensor) -> Tensor:
    """Sum of (1 - k ratio) sin(2 pi k phase) over k = 1 .. count; ratio is f0 over Nyquist.

    sum_k k sin(k theta) = [(K + 1) sin(K theta) - K sin((K + 1) theta)] / (4 sin^2(theta / 2)), by its
    series around theta = 0, where that quotient loses its digits.
    """
    theta = 2 * torch.pi * (phase_BS - phase_BS.round())
    square = 4 * torch.sin(theta / 2) ** 2
    safe = square > 1e-8
    count = count_BS
    weighted = (count + 1) * torch.sin(count * theta) - count * torch.sin((count + 1) * theta)
    squares = count * (count + 1) * (2 * count + 1) / 6
    fourths = squares * (3 * count**2 + 3 * count - 1) / 5
    near = theta * squares - theta**3 / 6 * fourths
    weighted = torch.where(safe, weighted / torch.where(safe, square, torch.ones_like(square)), near)
    return harmonic_sum(phase_BS, count_BS) - ratio_BS * weighted


def prior(
    f0_BT: Tensor,
    hop: int,
    sample_rate: int,
    *,
    kind: PriorKind = "harmonic",
    start_B: Tensor | None = None,
    noise_BS: Tensor | None = None,
) -> Tensor:
    """The excitation, float32 [B, T * hop].

    Args:
        f0_BT: Hz, 0 where unvoiced.
        start_B: phase (cycles) before the first sample.
        noise_BS: standard normal noise to add, scaled here; None adds none.
    """
    if kind == "noise":
        if noise_BS is None:
            raise ValueError("a noise prior needs noise")
        return noise_BS.float()
    if kind in ("harmonic", "ddsp") and _plain(f0_BT, start_B, noise_BS):
        return _in_one_pass(f0_BT, hop, sample_rate, start_B, None if kind == "ddsp" else noise_BS)
    phase = running_phase(f0_BT, hop, sample_rate, start_B)
    f0 = f0_BT.double().repeat_interleave(hop, dim=1)
    voiced = f0 > 0
    pitch = torch.where(voiced, f0, torch.ones_like(f0))
    nyquist = sample_rate / 2
    count = torch.floor(nyquist / pitch)
    if kind in ("harmonic", "ddsp"):
        signal = 2 * POWER * torch.sqrt(pitch / sample_rate) * harmonic_sum(phase, count)
    elif kind == "harmonic-decay":
        ratio = pitch / nyquist
        # sum over k of (1 - k ratio)^2 / 2 must be POWER^2
        squares = count - ratio * count * (count + 1) + ratio**2 * count * (count + 1) * (2 * count + 1) / 6
        scale = POWER * torch.sqrt(2 / squares.clamp_min(1e-12))
        signal = scale * decaying_sum(phase, count, ratio)
    elif kind == "sine":
        signal = torch.sin(2 * torch.pi * phase)
    else:
        signal = _sawtooth(phase, pitch / sample_rate)
    signal = torch.where(voiced & (count > 0), signal, torch.zeros_like(signal))
    if noise_BS is not None and kind != "ddsp":
        deviation = NOISE if kind.startswith("harmonic") else WEAK_NOISE
        signal = signal + deviation * noise_BS
    return signal.float()


def _plain(*given: Tensor | None) -> bool:
    """Whether the kernel may stand in: tensors on the processor, nothing recorded."""
    recorded = torch.compiler.is_compiling() or torch._C._get_tracing_state() is not None
    return not recorded and all(x is None or (x.device.type == "cpu" and not x.requires_grad) for x in given)


def _in_one_pass(
    f0_BT: Tensor, hop: int, sample_rate: int, start_B: Tensor | None, noise_BS: Tensor | None
) -> Tensor:
    from .harmonic_kernel import harmonic

    rows, frames = f0_BT.shape
    out = np.empty((rows, frames * hop), np.float32)
    noise = np.empty((rows, 0), np.float32) if noise_BS is None else noise_BS.float().contiguous().numpy()
    start = np.zeros(rows) if start_B is None else start_B.double().contiguous().numpy()
    f0 = f0_BT.double().contiguous().numpy()
    harmonic(f0, hop, float(sample_rate), start, 2 * POWER, noise, NOISE, out)
    return torch.from_numpy(out)


def _sawtooth(phase_BS: Tensor, step_BS: Tensor) -> Tensor:
    """Rising ramp in [-1, 1), its jump rounded over one sample on each side (polyBLEP): it hardly aliases."""
    ramp = 2 * phase_BS - 1
    after = phase_BS / step_BS
    before = (phase_BS - 1) / step_BS
    rounded = torch.where(after < 1, 2 * after - after**2 - 1, torch.zeros_like(ramp))
    rounded = torch.where(before > -1, before**2 + 2 * before + 1, rounded)
    return ramp - rounded
