"""Ends of the rows of a padded batch, so that each row is computed as if it were alone."""

from __future__ import annotations

import torch
from torch import Tensor


class RowEnds:
    """How long each row is; whatever lies behind its end counts for nothing.

    Args:
        length_B: int64 [B], frames or samples.
    """

    def __init__(self, length_B: Tensor) -> None:
        self.length_B = length_B

    def times(self, factor: int) -> RowEnds:
        """The same ends in units `factor` times as short: samples of frames."""
        return RowEnds(self.length_B * factor)

    def for_streams(self, streams: int) -> RowEnds:
        """The same for a batch in which each row became `streams` rows."""
        return RowEnds(self.length_B.repeat_interleave(streams))

    def inside(self, size: int) -> Tensor:
        """Whether a place belongs to the row, bool [B, size]."""
        return torch.arange(size, device=self.length_B.device) < self.length_B[:, None]

    def cut(self, x: Tensor, dim: int) -> Tensor:
        """`x` with zeros behind the ends along `dim`."""
        shape = [1] * x.ndim
        shape[0], shape[dim] = x.shape[0], x.shape[dim]
        return torch.where(self.inside(x.shape[dim]).view(shape), x, torch.zeros((), dtype=x.dtype))

    def widened(self, x: Tensor, half: int, dim: int) -> Tensor:
        """`x` with `half` more places on both sides along `dim`, each row reflected at its own ends."""
        size = x.shape[dim]
        place = torch.arange(-half, size + half).abs()
        rows = []
        for row, length in zip(x, self.length_B.tolist(), strict=True):
            source = torch.where(place < length, place, 2 * (length - 1) - place).clamp(0, size - 1)
            rows.append(row.index_select(dim - 1 if dim > 0 else dim, source))
        return torch.stack(rows)
