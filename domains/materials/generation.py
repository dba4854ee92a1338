"""New crystals, with or without a wish."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch
from torch import Tensor

from ...shared.errors import InputError
from .crystal_model import CrystalModel
from .crystals.crystal import joined
from .crystals.crystals import Crystals
from .flow.decoder import TYPES
from .flow.latent_search import search_latents
from .flow.sampler import FlowSampling, FlowStart
from .formulas import formula_texts
from .generated import GeneratedCrystals
from .known_elements import seen_alone, tell_unseen_formula
from .wishes import elements_of, numbers_of_formula, whole_number

ROUNDS = 20
"""Draws for `novel`, each of what is still missing, before giving up."""
CANDIDATES = 8
"""Crystals made for each one wanted where a property can only be picked, not steered to."""
SEARCH_STEPS = 200


@dataclass(frozen=True)
class Wish:
    """What the crystals shall be; None: anything."""

    numbers: np.ndarray | None = None
    """Atomic numbers of the cell, int64 [N]."""
    allowed: np.ndarray | None = None
    """bool [100]."""
    num_atoms: int | None = None
    value: float | None = None
    """Of the trained property."""
    latent: bool = False
    """Draw latents and decode these, even without a wish that needs it."""

    @classmethod
    def of(
        cls,
        model: CrystalModel,
        composition: object,
        elements: object,
        num_atoms: object,
        property: object,
        latent: bool = False,
        seen: np.ndarray | None = None,
    ) -> Wish:
        """A wish as a user says it.

        Args:
            seen: elements that the model was trained on, bool [100]; None: any.

        Raises:
            InputError: what makes no sense, both a formula and elements, or only elements never seen.
        """
        most = model.max_atoms()
        count = None if num_atoms is None else whole_number("num_atoms", num_atoms, 1, most)
        if composition is not None and elements is not None:
            raise InputError("elements", "are given beside a composition", expected="one of the two")
        if property is not None and model.property is None:
            raise InputError("property", "the generator was trained without one", remedy="Leave it out")
        value = None if property is None else near_value("property", property)
        numbers = None if composition is None else numbers_of_formula(str(composition), count, most)
        allowed = None if elements is None else elements_of(elements)  # type: ignore[arg-type] # checked there
        if seen is not None and numbers is not None:
            tell_unseen_formula(composition, numbers, seen)
        if seen is not None and allowed is not None:
            allowed = seen_alone(allowed, seen)
        return cls(numbers, allowed, count, value, latent)

    @property
    def by_latent(self) -> bool:
        """Whether the latent has a say in what is made: a formula or elements would contradict it."""
        return self.numbers is None and self.allowed is None and (self.latent or self.value is not None)


def near_value(name: str, value: object) -> float:
    """The value as a finite number.

    Raises:
        InputError: it is none.
    """
    if not isinstance(value, Real) or isinstance(value, bool) or not np.isfinite(float(value)):
        raise InputError(name, f"is {value!r}", expected="a finite number")
    return float(value)


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
    """n crystals, drawn until none has a formula in `avoid`; `keep`: with all steps.

    Raises:
        InputError: the wish hardly leaves formulas that are not to be avoided.
    """
    kept: list[GeneratedCrystals] = []
    missing = n
    for round_ in range(ROUNDS):
        # Later rounds draw some more than are missing, as some will be avoided again.
        size = missing if round_ == 0 else 2 * missing + 8
        made = _draw(model, size, wish, sampling, seed + 1_000_003 * round_, keep)
        texts = formula_texts(made.crystals) if avoid else [""] * size
        good = np.flatnonzero([text not in avoid for text in texts])[:missing]
        kept.append(made.take(good))
        missing -= len(good)
        if missing == 0:
            break
    else:
        raise InputError(
            "novel", f"{n - missing} of {n} after {ROUNDS} rounds", remedy="Ask for fewer, or let novel be"
        )
    whole = joined([part.crystals for part in kept if len(part)])
    ids = tuple(f"generated-{i}" for i in range(n))
    frames = zip(*(part.trajectory for part in kept if len(part)), strict=True)
    return GeneratedCrystals(
        Crystals(whole.frac, whole.numbers, whole.lengths, whole.angles, whole.offsets, ids),
        tuple(joined(list(frame)) for frame in frames),
    )


def _draw(
    model: CrystalModel, size: int, wish: Wish, sampling: FlowSampling, seed: int, keep: bool
) -> GeneratedCrystals:
    picked = wish.value is not None and not wish.by_latent
    wanted = size * CANDIDATES if picked else size
    latents = _latents(model, wanted, wish, seed)
    start = _start(model, latents, wish)
    frames: dict[int, list[Crystals]] = {}

    def watch(step: int, part: Crystals) -> None:
        frames.setdefault(step, []).append(part)

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


def _start(model: CrystalModel, latents: Tensor, wish: Wish) -> FlowStart:
    size = len(latents)
    counts = model.counts_of(latents) if wish.num_atoms is None else torch.full((size,), wish.num_atoms)
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
