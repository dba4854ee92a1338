"""New crystals, with or without a wish."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ...shared.errors import InputError
from ...shared.progress import progress
from .crystal_model import CrystalModel
from .crystal_wish import Wish
from .crystals.crystal import joined
from .crystals.crystals import Crystals
from .flow.decoder import TYPES
from .flow.latent_search import search_latents
from .flow.sampler import FlowSampling, FlowStart
from .formulas import formula_texts
from .generated import GeneratedCrystals
from .lattice_bounds import LatticeBounds
from .processes import memory_bytes

PART = 2_048
"""Crystals that are drawn at once, with a seed of their own: memory grows with what is kept alone."""
ROUNDS = 20
"""For `novel`: so often what is wished for, twice over, is drawn before giving up."""
FRUITLESS = 500
"""The same where not one was found among these."""
CANDIDATES = 8
"""Crystals made for each one wanted where a property can only be picked, not steered to."""
SEARCH_STEPS = 200
SEEDS_APART = 1_000_003
"""Between the seeds of two parts."""
ATOM_BYTES, CRYSTAL_BYTES = 28, 300
"""Of coordinates and number; of lattice, marks and name."""


def generate_crystals(
    model: CrystalModel,
    n: int,
    wish: Wish,
    sampling: FlowSampling,
    seed: int,
    avoid: frozenset[str] = frozenset(),
    *,
    keep: bool = False,
) -> GeneratedCrystals:
    """n crystals, drawn in parts until none has a formula in `avoid`; `keep`: with all steps.

    A bar on a terminal says how far it is.

    Raises:
        InputError: so many do not fit into memory, or the wish hardly leaves formulas that are not avoided.
    """
    wish.refuse_known(avoid)
    _require_memory(n, wish.least_atoms() if wish.fixed_size else model.max_atoms(), sampling.steps * keep)
    kept: list[GeneratedCrystals] = []
    missing, drawn, most = n, 0, n + (ROUNDS - 1) * (2 * n + 8)
    with progress(n, "making crystals", least=1) as advance:
        for part in itertools.count():
            # What was avoided is made good with more than are missing, as some will be avoided again.
            size = min(n - drawn if drawn < n else 2 * missing + 8, PART)
            hoped = min(size, missing)
            told = replace(sampling, advance=partial(_tell, advance, hoped / size))
            made = _draw(model, size, wish, told, seed + SEEDS_APART * part, keep)
            texts = formula_texts(made.crystals) if avoid else [""] * size
            good = np.flatnonzero([text not in avoid for text in texts])[:missing]
            advance(len(good) - hoped)
            if len(good):
                kept.append(made.take(good))
            missing, drawn = missing - len(good), drawn + size
            if missing == 0:
                break
            if drawn >= most or (missing == n and drawn >= FRUITLESS):
                raise _too_few(n, missing, drawn, wish)
    whole = joined([one.crystals for one in kept])
    frames = zip(*(one.trajectory for one in kept), strict=True)
    return GeneratedCrystals(
        replace(whole, ids=tuple(f"generated-{i}" for i in range(n))),
        tuple(joined(list(frame)) for frame in frames),
    )


def _tell(advance: Callable[[float], None], share: float, done: float) -> None:
    advance(share * done)


def _too_few(n: int, missing: int, drawn: int, wish: Wish) -> InputError:
    ways = ["Leave novel out"]
    ways += [] if wish.allowed is None else ["allow more elements"]
    ways += [] if wish.num_atoms is None else ["another number of atoms"]
    return InputError(
        "novel",
        f"of {drawn:,} crystals drawn {n - missing:,} had a formula that was not trained on",
        expected=f"{n:,}",
        remedy=", or ".join(ways),
    )


def _require_memory(n: int, atoms: int, frames: int) -> None:
    """Refuse what this machine cannot hold.

    Args:
        atoms: of a crystal at most. `frames`: steps that are kept as well.

    Raises:
        InputError: n is too large.
    """
    each = 2 * ((1 + frames) * (ATOM_BYTES * atoms + CRYSTAL_BYTES))  # the parts, and all of them joined
    most = memory_bytes() // each
    if n > most:
        raise InputError(
            "n",
            f"is {n:,}, for which this machine has too little memory",
            expected=f"at most {most:,}",
            remedy="Make them in several calls with another seed each",
        )


def _draw(
    model: CrystalModel, size: int, wish: Wish, sampling: FlowSampling, seed: int, keep: bool
) -> GeneratedCrystals:
    picked = wish.value is not None and not wish.by_latent
    wanted = size * CANDIDATES if picked else size
    latents = _latents(model, wanted, wish, seed)
    start = _start(model, latents, wish, sampling.bounds)
    frames: dict[int, list[Crystals]] = {}

    def watch(step: int, part: Crystals) -> None:
        frames.setdefault(step, []).append(part)

    if picked and sampling.advance is not None:
        sampling = replace(sampling, advance=partial(_tell, sampling.advance, size / wanted))
    crystals = model.decode(start, sampling, seed, "generated", watch if keep else None)
    made = GeneratedCrystals(crystals, tuple(joined(part) for part in frames.values()))
    if not picked:
        return made
    assert wish.value is not None
    miss = np.abs(model.property_of(model.posterior(crystals)[0]) - wish.value)
    # What could be a crystal comes first, however near the others are.
    faults = 2 * ~made.structure_valid + ~made.composition_valid
    return made.take(np.sort(np.lexsort((miss, faults))[:size]))


def _latents(model: CrystalModel, size: int, wish: Wish, seed: int) -> Tensor:
    """Drawn from the prior; near the wished number of atoms and property where the latent has a say."""
    told_by_latent = wish.numbers is not None and model.sampler() == "langevin"
    if wish.value is None or not wish.by_latent:
        plain = wish.num_atoms is None and not told_by_latent
        latents = model.draw(size if plain else size * CANDIDATES, seed)
    else:
        drawn = model.draw(size * CANDIDATES, seed)
        miss = np.abs(model.property_of(drawn) - wish.value)
        nearest = np.sort(np.argsort(miss, kind="stable")[: size * CANDIDATES // 2])
        latents = search_latents(model, drawn[nearest], wish.value, steps=SEARCH_STEPS)[0]
    if len(latents) == size:
        return latents
    keep = torch.arange(size)
    if told_by_latent and wish.numbers is not None:
        # CDVAE takes the cell from the latent, which should know of such a formula.
        chance = model.formula_chances(latents, wish.numbers)
        keep = chance.argsort(descending=True, stable=True)[:size].sort().values
    elif wish.num_atoms is not None:
        chance = model.count_chances(latents)[:, wish.num_atoms]
        keep = chance.argsort(descending=True, stable=True)[:size].sort().values
    elif wish.value is not None:
        miss = torch.from_numpy(np.abs(model.property_of(latents) - wish.value))
        keep = miss.argsort(stable=True)[:size].sort().values
    return latents[keep]


def _start(model: CrystalModel, latents: Tensor, wish: Wish, bounds: LatticeBounds | None) -> FlowStart:
    size = len(latents)
    counts = torch.full((size,), wish.num_atoms or 0)
    if wish.num_atoms is None:
        counts = model.counts_of(latents, bounds)
    if wish.by_latent:
        return FlowStart(latents, counts)
    # The flow decodes these without a latent; Langevin dynamics cannot do without.
    with_latent = torch.zeros(size, dtype=torch.bool)
    if wish.numbers is None:
        allowed = None if wish.allowed is None else torch.from_numpy(wish.allowed)
        return FlowStart(latents, counts, with_latent, allowed=allowed)
    counts = torch.full((size,), len(wish.numbers))
    composition = torch.bincount(torch.from_numpy(wish.numbers - 1), minlength=TYPES)
    return FlowStart(latents, counts, with_latent, composition=composition.expand(size, -1))
