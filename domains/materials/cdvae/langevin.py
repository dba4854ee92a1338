"""Crystals from latent vectors by annealed Langevin dynamics (CDVAE, section 4.3 and algorithm 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ....shared.errors import InputError
from ..crystals.batch import CrystalBatch
from ..lattice_bounds import LatticeBounds
from .cdvae import Cdvae
from .composition_draw import draw_composition
from .noise import moved
from .settings import LangevinSettings


class Fixed(NamedTuple):
    """What is given instead of predicted; None: predicted."""

    counts: Tensor | None = None
    """Atoms of each crystal, int64 [B]."""
    numbers: Tensor | None = None
    """Atomic numbers [A] of all atoms, which then stay (structure prediction); needs `counts`."""
    allowed: Tensor | None = None
    """bool [100]: elements that may occur, column Z - 1."""
    lengths: Tensor | None = None
    """Angstrom [B, 3], with `angles`."""
    angles: Tensor | None = None
    """Degrees [B, 3]."""
    bounds: LatticeBounds | None = None
    """Of predicted lattices."""


Watch = Callable[[int, CrystalBatch], None]
"""Called after each level with its number (from 0) and the crystals as they stand."""


@torch.no_grad()
def langevin_dynamics(
    model: Cdvae,
    z: Tensor,
    settings: LangevinSettings | None = None,
    *,
    fixed: Fixed | None = None,
    seed: int = 0,
    watch: Watch | None = None,
) -> CrystalBatch:
    """One crystal for each latent vector [B, width], on its device.

    Number of atoms, lattice and composition are read from the latent and the first two stay; coordinates
    start uniform, and each step moves them by a * pull / sigma + sqrt(2 a) noise with a = step_size *
    (sigma / faintest)^2, then takes the most probable elements.

    Raises:
        InputError: `fixed` does not fit together; the model has weights that are not finite.
    """
    settings, fixed = settings or LangevinSettings(), fixed or Fixed()
    random = torch.Generator(z.device).manual_seed(seed)
    batch = start(model, z, fixed, seed)
    smallest = float(model.sigma[-1])
    for level, sigma in enumerate(model.sigma.tolist()):
        if sigma < settings.min_sigma:
            break
        size = settings.step_size * (sigma / smallest) ** 2
        for _ in range(settings.steps_per_level):
            decoded = model.decode(batch, z)
            noise = torch.randn(batch.frac.shape, generator=random, device=z.device, dtype=z.dtype)
            batch = moved(batch, size * decoded.pull / sigma + (2 * size) ** 0.5 * noise)
            if fixed.numbers is None:
                batch = _with_numbers(batch, _elements(decoded.types, fixed.allowed).argmax(dim=-1) + 1)
        if not bool(torch.isfinite(batch.frac).all()):
            raise InputError(
                "model", "its decoder answered a number that is not finite", where=f"level {level}"
            )
        if watch is not None:
            watch(level, batch)
    return batch


@torch.no_grad()
def start(model: Cdvae, z: Tensor, fixed: Fixed, seed: int) -> CrystalBatch:
    """Crystals as the latent says, with atoms at random places.

    Raises:
        InputError: `fixed` does not fit together.
    """
    _check(fixed, len(z))
    heads = model.latent.heads(z)
    random = torch.Generator().manual_seed(seed)
    counts = fixed.counts
    if counts is None:
        counts = heads.num_atoms[:, 1:].argmax(dim=-1) + 1  # a crystal without atoms is none
    counts = counts.to(z.device)
    numbers = fixed.numbers
    if numbers is None:
        shares = _elements(heads.composition, fixed.allowed).softmax(dim=-1)
        numbers = draw_composition(shares, counts, random)
    lengths, angles = model.latent.lattice(heads, counts, fixed.bounds)
    if fixed.lengths is not None and fixed.angles is not None:
        lengths, angles = fixed.lengths.to(lengths), fixed.angles.to(angles)
    frac = torch.rand(int(counts.sum()), 3, generator=random, dtype=z.dtype).to(z.device)
    return CrystalBatch(frac, numbers.to(z.device), lengths, angles, counts)


def _elements(logits: Tensor, allowed: Tensor | None) -> Tensor:
    return logits if allowed is None else logits.masked_fill(~allowed.to(logits.device), -torch.inf)


def _with_numbers(batch: CrystalBatch, numbers: Tensor) -> CrystalBatch:
    return CrystalBatch(batch.frac, numbers, batch.lengths, batch.angles, batch.counts)


def _check(fixed: Fixed, crystals: int) -> None:
    if fixed.counts is not None and (len(fixed.counts) != crystals or int(fixed.counts.min()) < 1):
        raise InputError("counts", "does not fit", expected=f"{crystals} numbers of atoms, each at least 1")
    if fixed.numbers is not None and (fixed.counts is None or len(fixed.numbers) != int(fixed.counts.sum())):
        raise InputError("numbers", "does not fit", expected="an element for each atom, with counts= given")
    if (fixed.lengths is None) != (fixed.angles is None):
        raise InputError("lengths and angles", "one is missing", expected="both or none")
    if fixed.allowed is not None and not bool(fixed.allowed.any()):
        raise InputError("allowed", "no element is left", expected="at least one")
