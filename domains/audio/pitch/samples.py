"""The samples that pitch is measured in: one channel, finite, long enough."""

from __future__ import annotations

import numpy as np

from ....shared.errors import InputError


def checked_samples(x: np.ndarray, shortest: int) -> np.ndarray:
    """One channel as contiguous float32 [S] with S >= `shortest`.

    Raises:
        InputError: several channels, whole numbers, too few samples, or samples that are not finite.
    """
    x = np.asarray(x)
    if x.ndim != 1:
        raise InputError(
            "x",
            f"an array of shape {x.shape} is not one channel",
            expected="samples in one dimension",
            remedy="Mix the channels down, for instance by their mean, or select one",
        )
    if not np.issubdtype(x.dtype, np.floating):
        raise InputError(
            "x",
            f"samples are of type {x.dtype}",
            expected="floating-point samples, 1.0 at full scale",
            remedy="Divide whole numbers by their full scale, 32768 for 16 bits",
        )
    if len(x) < shortest:
        raise InputError(
            "x",
            f"{len(x)} samples are too few",
            expected=f"at least {shortest}, two periods of the lowest pitch",
            remedy="Pad with zeros or raise the floor of the pitch range",
        )
    wrong = np.flatnonzero(~np.isfinite(x))
    if len(wrong):
        raise InputError(
            "x",
            f"{len(wrong)} samples are not finite",
            where=f"sample {wrong[0]}",
            expected="finite samples",
            remedy="Replace them, for instance with 0",
        )
    return np.ascontiguousarray(x, np.float32)
