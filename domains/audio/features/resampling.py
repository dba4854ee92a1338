"""Change of sample rate by windowed sinc interpolation."""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from types import ModuleType

import numba
import numpy as np

from ....shared.errors import InputError

ZERO_CROSSINGS = 64
ROLLOFF = 0.9475937167399596
KAISER_BETA = 14.769656459379492
"""Stop band below -140 dB from 1 / ROLLOFF of the passed band on (the settings known as `kaiser_best`)."""
LARGEST_KERNEL = 2**23
"""Weights of one phase table; rates without a large common divisor take an interpolated one instead."""
FINENESS = 4_096
"""Its values a zero crossing: straight lines between them are within 3e-8, 150 dB below full scale."""
PAIR = ("torch>=2.11,<2.15", "torchaudio>=2.11,<2.12")


def resample(samples_S: np.ndarray, rate: int, to: int) -> np.ndarray:
    """float32 [ceil(S * to / rate)] at `to` Hz of samples at `rate` Hz.

    Raises:
        InputError: torchaudio cannot be imported; the sentence names the pair that fits together.
    """
    if rate == to or not len(samples_S):
        return samples_S
    common = gcd(rate, to)
    old, new = rate // common, to // common
    width = 2 * int(np.ceil(ZERO_CROSSINGS * old / (min(old, new) * ROLLOFF))) + old
    if new * width > LARGEST_KERNEL:
        return _interpolated(samples_S, old, new)
    audio = _torchaudio()
    import torch

    with torch.no_grad():
        out = audio.functional.resample(
            torch.from_numpy(np.ascontiguousarray(samples_S, np.float32)),
            rate,
            to,
            lowpass_filter_width=ZERO_CROSSINGS,
            rolloff=ROLLOFF,
            resampling_method="sinc_interp_kaiser",
            beta=KAISER_BETA,
        )
    return out.numpy()


def _interpolated(samples_S: np.ndarray, old: int, new: int) -> np.ndarray:
    """The same filter for odd pairs such as 44,099 to 24,000 Hz, whose phase table would take gigabytes.

    Its weights are read off one finely sampled curve, so the work depends on the rates, not on their divisor.
    """
    out = np.empty(-(-len(samples_S) * new // old), np.float32)
    scale = ROLLOFF * min(new / old, 1.0)
    _weigh(np.ascontiguousarray(samples_S, np.float32), out, _curve(), old, new, scale)
    return out


@lru_cache(maxsize=1)
def _curve() -> np.ndarray:
    """Right half of the windowed sinc, `FINENESS` values a zero crossing, and one more to lean on."""
    t = np.arange(ZERO_CROSSINGS * FINENESS + 2) / FINENESS
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1 - (t / ZERO_CROSSINGS) ** 2, 0, None))) / np.i0(
        KAISER_BETA
    )
    return np.where(t <= ZERO_CROSSINGS, np.sinc(t) * window, 0.0)


@numba.njit(cache=True, nogil=True)
def _weigh(x: np.ndarray, out: np.ndarray, curve: np.ndarray, old: int, new: int, scale: float) -> None:
    """Each output is a sum of the samples around it, weighted by `curve` with zeros 1 / `scale` apart."""
    step = scale * FINENESS
    for n in range(len(out)):
        before = n * old // new
        share = (n * old - before * new) / new
        total = _side(x[: before + 1][::-1], curve, share * step, step)
        total += _side(x[before + 1 :], curve, (1 - share) * step, step)
        out[n] = total * scale


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _side(x: np.ndarray, curve: np.ndarray, start: float, step: float) -> float:
    """Weighted sum of samples `step` values of the curve apart, the first at `start`."""
    total = 0.0
    for k in range(min(len(x), int((ZERO_CROSSINGS * FINENESS - start) / step) + 1)):
        place = start + k * step
        at = np.int32(place)
        low = curve[at]
        total += x[k] * (low + (place - at) * (curve[at + 1] - low))
    return total


def _torchaudio() -> ModuleType:
    try:
        import torchaudio
        import torchaudio.functional
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise InputError(
            "torchaudio",
            f"cannot be imported ({str(error).splitlines()[0] if str(error) else type(error).__name__})",
            expected=f"a pair built for the same CUDA: {PAIR[0]} with {PAIR[1]}",
            remedy=f"Install them together: pip install '{PAIR[0]}' '{PAIR[1]}'",
        ) from error
    return torchaudio
