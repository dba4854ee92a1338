"""Crystals rebuilt: decoded several times, and of each the one kept that the encoder takes for it."""

from __future__ import annotations

import numpy as np
import torch

from .crystal_model import CrystalModel
from .crystals.crystal import joined
from .crystals.crystals import Crystals
from .flow.sampler import FlowSampling, FlowStart
from .metrics.structural_validity import structural_validity


def rebuild(model: CrystalModel, given: Crystals, sampling: FlowSampling, seed: int, tries: int) -> Crystals:
    """One crystal for each given one.

    The noise that decoding starts from decides now and then which of two like arrangements comes out. What
    was decoded is encoded again, and the try whose latent lies nearest, in deviations of the posterior, is
    kept; one that is not valid in structure only where none is.
    """
    mean, log_variance = model.posterior(given)
    start = FlowStart(mean, torch.as_tensor(given.counts))
    made = [model.decode(start, sampling, seed + i, "") for i in range(tries)]
    if tries == 1:
        return made[0]
    precision = (-log_variance).exp()
    misses = []
    for crystals in made:
        off = (model.posterior(crystals)[0] - mean).square() * precision
        misses.append(off.sum(-1).numpy() + np.where(structural_validity(crystals), 0.0, 1e12))
    best = np.array(misses).argmin(0)
    return joined([made[k].take([row]) for row, k in enumerate(best)])
