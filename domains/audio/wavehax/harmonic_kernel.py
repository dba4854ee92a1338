"""The harmonic prior in one pass on the processor: no array is as long as the sound but the result.

Within a frame the pitch stands still, so theta / 2 and K theta / 2 of `harmonic_prior` turn by the same
angles at every sample: two products of complex numbers in place of three sines.
"""

from __future__ import annotations

import numba
import numpy as np

NEAR = 1e-4
"""Largest K theta / 2 at which the sum is its first term in theta; what that leaves out is 1e-8 of it."""


@numba.njit(cache=True, nogil=True, error_model="numpy")
def harmonic(
    f0_BT: np.ndarray,
    hop: int,
    sample_rate: float,
    start_B: np.ndarray,
    power: float,
    noise_BS: np.ndarray,
    deviation: float,
    out_BS: np.ndarray,
) -> None:
    """power sqrt(f0 / sample_rate) times the sum of all harmonics up to Nyquist, and scaled noise.

    Args:
        f0_BT: float64, Hz held over each frame; 0 where unvoiced.
        start_B: float64, phase in cycles before the first sample.
        noise_BS: float32 [B, T * hop], or [B, 0] for none.
        out_BS: float32 [B, T * hop], filled.
    """
    noisy = noise_BS.shape[1] > 0
    for b in range(f0_BT.shape[0]):
        phase = start_B[b] % 1.0
        for t in range(f0_BT.shape[1]):
            f0, first = f0_BT[b, t], t * hop
            step = f0 / sample_rate
            if f0 > 0 and f0 <= sample_rate / 2:
                scale = power * np.sqrt(step)
                _frame(phase, step, np.floor(sample_rate / 2 / f0), scale, out_BS[b, first : first + hop])
            else:
                out_BS[b, first : first + hop] = 0
            if noisy:
                for j in range(first, first + hop):
                    out_BS[b, j] += np.float32(deviation * noise_BS[b, j])
            phase = (phase + step * hop) % 1.0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _frame(phase: float, step: float, count: float, scale: float, out: np.ndarray) -> None:
    """sin((K + 1) h) sin(K h) / sin(h) with h = pi (phase + step), pi (phase + 2 step) ..., K = `count`."""
    h, turn = np.pi * (phase + step), np.pi * step
    cos, sin, cos_k, sin_k = np.cos(h), np.sin(h), np.cos(count * h), np.sin(count * h)
    turn_cos, turn_sin = np.cos(turn), np.sin(turn)
    turn_cos_k, turn_sin_k = np.cos(count * turn), np.sin(count * turn)
    near = NEAR / count
    for j in range(len(out)):
        if abs(sin) > near:
            total = sin_k * (sin_k * cos + cos_k * sin) / sin
        else:
            total = count * (count + 1) * sin / cos
        out[j] = scale * total
        cos, sin = cos * turn_cos - sin * turn_sin, sin * turn_cos + cos * turn_sin
        cos_k, sin_k = cos_k * turn_cos_k - sin_k * turn_sin_k, sin_k * turn_cos_k + cos_k * turn_sin_k
