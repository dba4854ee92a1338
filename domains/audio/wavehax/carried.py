"""What a stream carries from one piece to the next: frames that convolutions reach, and overlaps.

Each part takes a piece (None: nothing yet) and gives a piece (None: nothing yet); `last` says that no more
will come. Cut anywhere, the pieces put together are those of the whole.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ..stft import STFT


class Context:
    """Pieces along one axis, each with the places before and after it that a convolution reaches.

    Args:
        before, after: places that are reached.
        dim: the axis, counted from 0.
        reflect: reflect at both ends as padding by reflection does; otherwise zeros lie there.
        step: pieces are whole multiples of it.
    """

    def __init__(self, before: int, after: int, dim: int, *, reflect: bool, step: int = 1) -> None:
        self.before, self.after, self.dim, self.reflect, self.step = before, after, dim, reflect, step
        self.kept: Tensor | None = None
        self.opened = False

    def push(self, x: Tensor | None, last: bool = False) -> Tensor | None:
        """All places that are ready, with what is before and after them."""
        if x is not None:
            self.kept = x if self.kept is None else torch.cat([self.kept, x], self.dim)
        if self.kept is None or (self._short and not last):
            return None
        if not self.opened:
            self.kept, self.opened = self._padded(self.kept, self.before, 0), True
        if last:
            self.kept = self._padded(self.kept, 0, self.after)
        size = self.kept.shape[self.dim]
        ready = (size - self.before - self.after) // self.step * self.step
        if ready <= 0:
            return None
        wide = self.kept.narrow(self.dim, 0, ready + self.before + self.after)
        self.kept = self.kept.narrow(self.dim, ready, size - ready).clone()
        return wide

    @property
    def _short(self) -> bool:
        """Not yet enough to reflect at the beginning."""
        assert self.kept is not None
        return not self.opened and self.reflect and self.kept.shape[self.dim] <= self.before

    def _padded(self, x: Tensor, before: int, after: int) -> Tensor:
        if not self.reflect:
            return functional.pad(x, (0, 0) * (x.ndim - 1 - self.dim) + (before, after))
        pieces = [x]
        if before:
            pieces.insert(0, x.narrow(self.dim, 1, before).flip(self.dim))
        if after:
            pieces.append(x.narrow(self.dim, x.shape[self.dim] - 1 - after, after).flip(self.dim))
        return torch.cat(pieces, self.dim)


class Alignment:
    """Pieces of several sources along their last axes, given out as far as all of them have come."""

    def __init__(self, sources: int) -> None:
        self.kept: list[Tensor | None] = [None] * sources

    def push(self, *pieces: Tensor | None) -> tuple[Tensor, ...] | None:
        """One piece of each source, all as long."""
        for number, piece in enumerate(pieces):
            kept = self.kept[number]
            if piece is not None:
                self.kept[number] = piece if kept is None else torch.cat([kept, piece], -1)
        there = [kept for kept in self.kept if kept is not None]
        ready = min(kept.shape[-1] for kept in there) if len(there) == len(self.kept) else 0
        if not ready:
            return None
        self.kept = [kept[..., ready:].clone() for kept in there]
        return tuple(kept[..., :ready] for kept in there)


class OverlapAdd:
    """`STFT.inverse` in pieces."""

    def __init__(self, stft: STFT) -> None:
        self.stft = stft
        self.missing = stft.edge
        """Samples still to be dropped at the beginning."""
        self.samples: Tensor | None = None
        self.weight: Tensor | None = None

    def push(self, spectrum_BFT: Tensor | None, last: bool = False) -> Tensor | None:
        """Samples [B, S] that no later frame will change."""
        pieces = []
        if spectrum_BFT is not None:
            pieces.append(self._ready(spectrum_BFT))
        if last and self.samples is not None and self.weight is not None:
            pieces.append((self.samples / self.weight)[:, : self.stft.edge])
        if not pieces:
            return None
        ready = torch.cat(pieces, 1)
        dropped = min(self.missing, ready.shape[1])
        self.missing -= dropped
        return ready[:, dropped:] if ready.shape[1] > dropped else None

    def _ready(self, spectrum_BFT: Tensor) -> Tensor:
        samples, weight = self.stft.overlapped(spectrum_BFT)
        samples, weight = samples.clone(), weight.clone()
        if self.samples is not None and self.weight is not None:
            samples[:, : self.samples.shape[1]] += self.samples
            weight[:, : self.weight.shape[1]] += self.weight
        done = spectrum_BFT.shape[-1] * self.stft.hop
        self.samples, self.weight = samples[:, done:].clone(), weight[:, done:].clone()
        return samples[:, :done] / weight[:, :done]
