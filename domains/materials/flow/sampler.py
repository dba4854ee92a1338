"""Crystals from latents: lattice, coordinates and types together, along the decoder's velocities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ....shared.errors import InputError
from ..lattice_bounds import LatticeBounds
from .decoder import TYPES, FlowDecoder
from .settings import TYPES_DONE


@dataclass(frozen=True)
class FlowStart:
    """What the flow starts from and what is held: B crystals of at most N atoms."""

    latent: Tensor
    """[B, latent]."""
    counts: Tensor
    """Atoms of each crystal, int64 [B]."""
    with_latent: Tensor | None = None
    """bool [B]; False decodes without the latent. None: all with it."""
    composition: Tensor | None = None
    """Atoms of each element to be dealt out, int64 [B, 100], column Z - 1; None: as the decoder says."""
    allowed: Tensor | None = None
    """bool [100] or [B, 100]: elements that may be drawn, column Z - 1."""


@dataclass(frozen=True)
class FlowSampling:
    """How the way is gone."""

    steps: int = 50
    temperature: float = 1.0
    """Of the drawing of types; 0 takes the likeliest."""
    slope: float = 10.0
    """Coordinates move 1 + slope t times as fast as the velocity says: they settle early and stay."""
    apart: float = 0.0
    """Angstrom: `FlowModel.decode` draws atoms apart that are nearer. 0 leaves them as they are."""
    bounds: LatticeBounds | None = None
    """Of the cells, which a model's `decode` keeps to; None: those of anything that is a cell."""
    batch_size: int = 256
    """Crystals that a model's `decode` makes at once."""
    advance: Callable[[float], None] | None = field(default=None, compare=False)
    """Called after each step of each batch; what it is told adds up to the number of crystals."""
    watch: Callable[[int, FlowEnd], None] | None = field(default=None, compare=False)
    """Called after each step with its number (from 1) and the crystals as they stand."""


@dataclass(frozen=True)
class FlowEnd:
    """Crystals as they stand: padded coordinates, types (0: not drawn yet) and standardised lattices."""

    frac: Tensor
    numbers: Tensor
    mask: Tensor
    lattice: Tensor


@dataclass(frozen=True)
class FlowNoise:
    """All that is random in a flow, drawn at once: how crystals are split into batches changes nothing."""

    frac: Tensor
    """Uniform [B, N, 3]."""
    lattice: Tensor
    """Normal [B, 6]."""
    turn: Tensor
    """Uniform [B, N]: atoms with low numbers are drawn first."""
    types: Tensor
    """Gumbel [B, N, 100]."""

    @classmethod
    def draw(cls, size: int, widest: int, seed: int) -> FlowNoise:
        random = torch.Generator().manual_seed(seed)
        gumbel = -torch.log(
            -torch.log(torch.rand(size, widest, TYPES, generator=random).clamp(1e-20, 1 - 1e-7))
        )
        return cls(
            torch.rand(size, widest, 3, generator=random),
            torch.randn(size, 6, generator=random),
            torch.rand(size, widest, generator=random),
            gumbel,
        )

    def part(self, rows: Tensor, widest: int) -> FlowNoise:
        """Of these crystals, for this many atoms at most."""
        atoms = (x[rows, :widest] for x in (self.frac, self.turn, self.types))
        frac, turn, types = atoms
        return FlowNoise(frac, self.lattice[rows], turn, types)


@torch.no_grad()
def flow(
    decoder: FlowDecoder,
    start: FlowStart,
    noise: FlowNoise,
    sampling: FlowSampling,
    guide: Callable[[FlowEnd], Tensor] | None = None,
    hold: Callable[[Tensor], Tensor] | None = None,
) -> FlowEnd:
    """Go from noise to crystals in `sampling.steps` Euler steps.

    Types are drawn one atom after another in a random order, each knowing those before it, evenly over
    the first `TYPES_DONE` of the time (several in a step only where there are more atoms than steps).

    Args:
        guide: coordinates [B, N, 3] mended after each step of the second half; None: the decoder's alone.
        hold: brings lattices [B, 6] within bounds. It is asked of the lattice that the velocity points at, so
            that the coordinates settle in the cell that there will be.

    Raises:
        InputError: the decoder answers with a number that is not finite.
    """
    decoder.eval()
    size, widest = len(start.latent), int(start.counts.max())
    mask = torch.arange(widest) < start.counts.unsqueeze(-1)
    frac, lattice = noise.frac, noise.lattice
    numbers = torch.zeros(size, widest, dtype=torch.int64)
    turn = noise.turn.masked_fill(~mask, 2.0).argsort(-1).argsort(-1)
    left = None if start.composition is None else start.composition.clone()
    with_latent = torch.ones(size, dtype=torch.bool) if start.with_latent is None else start.with_latent
    gumbel = _forbidden(start.allowed) + sampling.temperature * noise.types
    for step in range(sampling.steps):
        past = step / sampling.steps
        answer = decoder(torch.full((size,), past), lattice, frac, numbers, mask, start.latent, with_latent)
        # The crystal that the velocity points at lies 1 - t away: hurried atoms must not go past it.
        hurry = min((1.0 + sampling.slope * past) / sampling.steps, 1.0 - past)
        frac = frac + hurry * answer.coordinates
        velocity = answer.lattice
        if hold is not None and bool(torch.isfinite(velocity).all()):
            velocity = (hold(lattice + (1.0 - past) * velocity) - lattice) / (1.0 - past)
        lattice = lattice + velocity / sampling.steps
        share = min((step + 1) / max(TYPES_DONE * sampling.steps, 1.0), 1.0)
        due = torch.ceil(start.counts * share - 1e-6).long()
        numbers = _deal(numbers, answer.types + gumbel, turn, due, left)
        if not bool(torch.isfinite(frac).all() and torch.isfinite(lattice).all()):
            raise InputError(
                "model", "its decoder answered a number that is not finite", where=f"step {step}"
            )
        if guide is not None and 2 * (step + 1) > sampling.steps:
            frac = guide(FlowEnd(frac, numbers, mask, lattice))
        if sampling.watch is not None:
            sampling.watch(step + 1, FlowEnd(frac, numbers, mask, lattice))
        if sampling.advance is not None:
            sampling.advance(size / sampling.steps)
    return FlowEnd(frac, numbers, mask, lattice)


def _deal(
    numbers_BN: Tensor, scores_BNT: Tensor, turn_BN: Tensor, due_B: Tensor, left_BT: Tensor | None
) -> Tensor:
    """Types with those drawn whose turn has come; what is dealt out is taken off `left_BT`, in place."""
    drawn = (numbers_BN > 0).sum(-1)
    for turn in range(int(drawn.min()), int(due_B.max())):
        now = (turn_BN == turn) & (turn < due_B).unsqueeze(-1) & (numbers_BN == 0)
        scores = scores_BNT
        if left_BT is not None:
            scores = scores.masked_fill((left_BT == 0).unsqueeze(1), -torch.inf)
        numbers_BN = torch.where(now, scores.argmax(-1) + 1, numbers_BN)
        if left_BT is not None:
            crystal, _ = now.nonzero(as_tuple=True)
            left_BT[crystal, numbers_BN[now] - 1] -= 1
    return numbers_BN


def _forbidden(allowed: Tensor | None) -> Tensor:
    """0 where an element may be drawn, minus infinity where not, to be added to logits [B, N, 100]."""
    if allowed is None:
        return torch.zeros(())
    each = torch.zeros(allowed.shape).masked_fill(~allowed, -torch.inf)
    return each if allowed.dim() == 1 else each.unsqueeze(1)
