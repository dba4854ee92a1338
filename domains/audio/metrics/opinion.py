"""What listeners would say of a sound alone: DistillMOS, by the extra `mos`.

Stahl and Gamper, "Distillation and Pruning for Scalable Self-Supervised Representation-Based Speech Quality
Assessment" (ICASSP 2025); its weights are in the package.
"""

from __future__ import annotations

import importlib.util
from contextlib import redirect_stdout
from functools import lru_cache
from io import StringIO
from typing import Any

import numpy as np
import torch

from ..features.audio import SILENCE_DBFS, rms_dbfs
from ..features.resampling import resample
from .measured import Measured, unmeasured

RATE = 16_000
PIECE = 122_880
"""Samples that the network hears at once, 7.68 s."""
MISSING = "distillmos is not installed; pip install 'fourfold[mos]'"


def installed() -> bool:
    """Whether its packages can be found; nothing is imported."""
    return all(importlib.util.find_spec(name) is not None for name in ("distillmos", "xls_r_sqa"))


def distill_mos(copy_S: np.ndarray, rate: int) -> Measured:
    """Predicted mean opinion score, 1 (bad) to 5, without a reference.

    Sounds above 7.68 s are heard in pieces of that length that cover them evenly, one at a time, and the mean
    is given.

    Returns:
        NaN for silence, or without its package.
    """
    if not len(copy_S) or rms_dbfs(copy_S) < SILENCE_DBFS:
        return unmeasured("the copy is silence")
    if not installed():
        return unmeasured(MISSING)
    x = torch.from_numpy(resample(np.asarray(copy_S, np.float32), rate, RATE))
    last = max(len(x) - PIECE, 0)
    starts = np.linspace(0, last, -(-len(x) // PIECE)).astype(int)
    with torch.inference_mode():
        scores = [float(_network()(x[start : start + PIECE][None])) for start in starts]
    return Measured(float(np.mean(scores)))


@lru_cache(maxsize=1)
def _network() -> Any:
    package: Any = importlib.import_module("distillmos")
    with redirect_stdout(StringIO()):  # it says where its weights lie
        return package.ConvTransformerSQAModel().eval()
