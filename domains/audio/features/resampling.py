"""Change of sample rate by windowed sinc interpolation."""

from __future__ import annotations

from math import gcd
from types import ModuleType

import numpy as np

from ....shared.errors import InputError

ZERO_CROSSINGS = 64
ROLLOFF = 0.9475937167399596
KAISER_BETA = 14.769656459379492
"""Stop band below -140 dB from 1 / ROLLOFF of the passed band on (the settings known as `kaiser_best`)."""
LARGEST_KERNEL = 2**23
"""Weights of one phase table; rates without a large common divisor take a polyphase filter instead."""
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
        return _polyphase(samples_S, old, new)
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


def _polyphase(samples_S: np.ndarray, old: int, new: int) -> np.ndarray:
    """The same filter for odd pairs such as 44,099 to 24,000 Hz, whose table would take gigabytes."""
    from scipy import signal

    slower = max(old, new)
    half = int(ZERO_CROSSINGS / ROLLOFF * slower)
    taps = signal.firwin(2 * half + 1, ROLLOFF / slower, window=("kaiser", KAISER_BETA))  # pyright: ignore[reportArgumentType]
    return signal.resample_poly(samples_S.astype(np.float64), new, old, window=taps).astype(np.float32)


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
