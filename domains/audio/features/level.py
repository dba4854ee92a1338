"""How loud a signal is, and how loud it shall be."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import signal

from .audio import SILENCE_DBFS, Remark, rms_dbfs

LevelPolicy = Literal["keep", "limit", "peak", "loudness"]
PEAK_DBFS = -1.0
LOUDNESS_LUFS = -24.0
BLOCK_SECONDS = 0.4


def set_level(samples_S: np.ndarray, rate: int, policy: LevelPolicy) -> tuple[np.ndarray, list[Remark]]:
    """Samples times a gain.

    Args:
        policy: "keep" changes nothing; "limit" scales a peak above full scale to full scale; "peak" scales
            the peak to -1 dBFS; "loudness" scales to -24 LUFS, or less, so
            that the peak stays within full scale. Silence (RMS below -60 dBFS) is never raised.
    """
    peak = float(np.abs(samples_S).max(initial=0.0))
    if policy == "keep" or (policy == "limit" and peak <= 1) or peak == 0:
        return samples_S, []
    gain = 1 / peak
    if policy == "peak":
        gain = _amplitude(PEAK_DBFS) / peak
    elif policy == "loudness":
        heard = loudness(samples_S, rate)
        if not np.isfinite(heard):
            return samples_S, [
                Remark("level", "too short or too quiet to measure loudness; the level is kept")
            ]
        gain = min(_amplitude(LOUDNESS_LUFS - heard), gain)
    if gain > 1 and rms_dbfs(samples_S) < SILENCE_DBFS:
        return samples_S, []
    remark = Remark("level", f"the level is changed by {20 * np.log10(gain):+.1f} dB", warns=False)
    return samples_S * np.float32(gain), [remark]


def random_peak(
    samples_S: np.ndarray, generator: np.random.Generator, low: float = -6.0, high: float = -1.0
) -> np.ndarray:
    """Samples scaled to a peak drawn evenly between `low` and `high` dBFS, for training; zeros stay zeros."""
    peak = float(np.abs(samples_S).max(initial=0.0))
    gain = _amplitude(generator.uniform(low, high))
    return samples_S * np.float32(gain / peak) if peak > 0 else samples_S


def loudness(samples_S: np.ndarray, rate: int) -> float:
    """Integrated loudness in LUFS of one channel (ITU-R BS.1770-4).

    K-weighting, mean squares of blocks of 0.4 s every 0.1 s, those above -70 LUFS, and of them those above
    their own mean less 10 LU.

    Returns:
        NaN below 0.4 s; -inf where no block is above -70 LUFS.
    """
    size, step = round(BLOCK_SECONDS * rate), round(BLOCK_SECONDS * rate / 4)
    if len(samples_S) < size:
        return float("nan")
    heard = np.asarray(signal.sosfilt(_k_weighting(rate), samples_S.astype(np.float64)))
    energy = np.concatenate([[0.0], np.cumsum(heard**2)])
    starts = np.arange(0, len(heard) - size + 1, step)
    power = (energy[starts + size] - energy[starts]) / size
    kept = power[power > 10 ** ((-70 + 0.691) / 10)]
    if not kept.size:
        return -np.inf
    kept = kept[kept > kept.mean() / 10]
    return -0.691 + 10 * float(np.log10(kept.mean()))


def _amplitude(db: float) -> float:
    return float(10 ** (db / 20))


def _k_weighting(rate: int) -> np.ndarray:
    """Second-order sections of the high shelf (+4 dB above 1.7 kHz) and the high pass (38 Hz) at any rate.

    The analogue prototypes behind the standard's coefficients for 48 kHz, by the bilinear transform.
    """
    shelf_k, shelf_q = np.tan(np.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    norm = 1 + shelf_k / shelf_q + shelf_k**2
    shelf = [
        (high + band * shelf_k / shelf_q + shelf_k**2) / norm,
        2 * (shelf_k**2 - high) / norm,
        (high - band * shelf_k / shelf_q + shelf_k**2) / norm,
        1.0,
        2 * (shelf_k**2 - 1) / norm,
        (1 - shelf_k / shelf_q + shelf_k**2) / norm,
    ]
    pass_k, pass_q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    norm = 1 + pass_k / pass_q + pass_k**2
    rumble = [1.0, -2.0, 1.0, 1.0, 2 * (pass_k**2 - 1) / norm, (1 - pass_k / pass_q + pass_k**2) / norm]
    return np.array([shelf, rumble])
