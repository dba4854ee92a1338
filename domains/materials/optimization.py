"""Property optimisation: descent in the latent, decoded on the way, the best of each start kept."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from .crystal_model import CrystalModel
from .crystal_wish import near_value
from .crystals.crystal import joined
from .crystals.crystals import Crystals
from .flow.latent_search import Target, search_latents
from .flow.sampler import FlowSampling, FlowStart
from .metrics.structural_validity import validity


def checked_target(model: CrystalModel, target: object) -> Target:
    """What to aim at; a note where a value lies far from those trained on.

    Raises:
        InputError: neither "min" nor "max" nor a finite number.
    """
    if isinstance(target, str) and target in ("min", "max"):
        return "min" if target == "min" else "max"
    value = near_value("target", target)
    assert model.property is not None
    model.property.tell_far("target", value)
    return value


def descend(
    model: CrystalModel,
    latents_BL: Tensor,
    target: Target,
    search_steps: int,
    stops: int,
    sampling: FlowSampling,
    seed: int,
) -> list[Crystals]:
    """The crystals of all starts at the start and at each stop of the descent."""
    on_the_way = search_latents(model, latents_BL, target, steps=search_steps, stops=stops)
    return [
        model.decode(
            FlowStart(latents, model.counts_of(latents, sampling.bounds)), sampling, seed + i, "optimized"
        )
        for i, latents in enumerate([latents_BL, *on_the_way])
    ]


def best_of(model: CrystalModel, tries: list[Crystals], target: Target) -> Crystals:
    """Of each start the valid crystal whose predicted property is best; its last one where none is valid.

    The property is predicted from the decoded crystal, not from the latent that it was decoded from.
    """
    assert model.property is not None
    misses = []
    for crystals in tries:
        value = model.property_of(model.posterior(crystals)[0])
        miss = {"min": value, "max": -value}[target] if isinstance(target, str) else np.abs(value - target)
        misses.append(np.where(validity(crystals), miss, np.inf))
    table = np.array(misses)
    # Where nothing is valid, the last try.
    choice = np.where(np.isfinite(table).any(0), table.argmin(0), len(tries) - 1)
    return joined([tries[k].take([row]) for row, k in enumerate(choice)])
