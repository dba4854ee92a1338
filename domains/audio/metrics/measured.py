"""A figure, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....shared.errors import InputError
from ..features.audio import SILENCE_DBFS, rms_dbfs


@dataclass(frozen=True)
class Measured:
    """One figure of one sound; `value` is NaN exactly where `reason` says why."""

    value: float
    reason: str = ""

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return f"{self.value:.4g}" if not self.reason else f"not measured: {self.reason}"


def unmeasured(reason: str) -> Measured:
    """NaN with its reason."""
    return Measured(float("nan"), reason)


def paired(reference_S: np.ndarray, copy_S: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both signals as float64, cut to the shorter one.

    Raises:
        InputError: one of them is not one-dimensional or not finite.
    """
    both = []
    for field, given in (("reference", reference_S), ("copy", copy_S)):
        x = np.asarray(given, dtype=np.float64)
        if x.ndim != 1:
            raise InputError(field, f"has shape {x.shape}", expected="[samples]")
        bad = ~np.isfinite(x)
        if bad.any():
            where = f"sample {int(bad.argmax()):,}"
            raise InputError(field, f"{int(bad.sum()):,} samples are NaN or infinite", where=where)
        both.append(x)
    length = min(map(len, both))
    return both[0][:length], both[1][:length]


def silence(reference_S: np.ndarray, copy_S: np.ndarray) -> str:
    """Why two signals cannot be compared: nothing there, or one of them is silence; else an empty word."""
    if not len(reference_S):
        return "there are no samples"
    for name, x in (("the reference", reference_S), ("the copy", copy_S)):
        if rms_dbfs(x) < SILENCE_DBFS:
            return f"{name} is silence"
    return ""
