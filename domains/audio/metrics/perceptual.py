"""Measures that imitate listeners, by the packages of the extra `audio-metrics`."""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType

import numpy as np

from ..features.resampling import resample
from .measured import Measured, paired, silence, unmeasured

PESQ_RATE = 16_000
LONGEST_SECONDS = 30.0
"""Longer sounds go through PESQ in equal pieces: its utterance tables are of fixed size."""


def pesq_wide(reference_S: np.ndarray, copy_S: np.ndarray, rate: int) -> Measured:
    """Wide-band PESQ (ITU-T P.862.2), 1 (bad) to 4.64 (the same).

    Both are resampled to 16 kHz. Sounds above 30 s are measured in equal pieces, and the mean over those
    with speech in them is given.

    Returns:
        NaN for silence, below a quarter of a second, where PESQ hears no utterance, or without its package.
    """
    reference, copy = paired(reference_S, copy_S)
    why = silence(reference, copy)
    if why:
        return unmeasured(why)
    package = _package("pesq")
    if isinstance(package, str):
        return unmeasured(package)
    reference, copy = (resample(x.astype(np.float32), rate, PESQ_RATE) for x in (reference, copy))
    if len(reference) <= PESQ_RATE / 4:
        return unmeasured("PESQ needs more than 0.25 s")
    pieces = int(np.ceil(len(reference) / (LONGEST_SECONDS * PESQ_RATE)))
    scores = []
    for one, other in zip(np.array_split(reference, pieces), np.array_split(copy, pieces), strict=True):
        if silence(one, other):
            continue
        try:
            scores.append(float(package.pesq(PESQ_RATE, one, other, "wb")))
        except package.NoUtterancesError:
            continue
    return Measured(float(np.mean(scores))) if scores else unmeasured("PESQ hears no utterance")


def stoi(reference_S: np.ndarray, copy_S: np.ndarray, rate: int, *, extended: bool = False) -> Measured:
    """Short-time objective intelligibility, at most 1 (Taal et al., 2011), or its extended form (2016).

    Returns:
        NaN for silence, for less than about 0.4 s of sound (30 frames), or without its package.
    """
    reference, copy = paired(reference_S, copy_S)
    why = silence(reference, copy)
    if why:
        return unmeasured(why)
    package = _package("pystoi")
    if isinstance(package, str):
        return unmeasured(package)
    if len(reference) < 0.4 * rate:
        return unmeasured("STOI needs 0.4 s")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Not enough STFT frames", category=RuntimeWarning)
        try:
            return Measured(float(package.stoi(reference, copy, rate, extended=extended)))
        except RuntimeWarning:
            return unmeasured("STOI needs 0.4 s that are not silent")


def _package(name: str) -> ModuleType | str:
    """The package, or the reason why not."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        return f"{name} cannot be imported ({error}); pip install 'fourfold[audio-metrics]'"
