"""Node features as a network reads them: dense rows, or only what is not zero, and a linear map of either."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

SPARSE_BELOW = 0.2
"""Share of non-zeros below which only they are kept; a paper's words are 1 % of the dictionary."""


class FeatureRows(NamedTuple):
    """[N, F] features. Either `dense`, or the non-zeros row by row (compressed sparse rows)."""

    width: int
    """F."""
    dense: Tensor | None
    """float [N, F]."""
    value: Tensor | None = None
    """float [Z], the non-zeros."""
    column: Tensor | None = None
    """int64 [Z]."""
    start: Tensor | None = None
    """int64 [N], where each row begins."""

    @classmethod
    def of(cls, features: np.ndarray, dtype: torch.dtype = torch.float32) -> FeatureRows:
        """Whichever form is smaller, from float [N, F]."""
        rows, columns = np.nonzero(features)
        if len(rows) >= SPARSE_BELOW * features.size:
            return cls(features.shape[1], torch.as_tensor(features, dtype=dtype))
        start = np.searchsorted(rows, np.arange(len(features)))
        return cls(
            features.shape[1],
            None,
            torch.as_tensor(features[rows, columns], dtype=dtype),
            torch.from_numpy(columns),
            torch.from_numpy(start),
        )

    def select(self, nodes: Tensor) -> FeatureRows:
        """The rows of `nodes`, int64 [M], in their order."""
        if self.dense is not None:
            return FeatureRows(self.width, self.dense[nodes])
        assert self.value is not None and self.column is not None and self.start is not None
        stop = torch.cat([self.start[1:], self.start.new_tensor([len(self.value)])])
        length = (stop - self.start)[nodes]
        start = length.cumsum(0) - length
        place = torch.arange(int(length.sum()), device=nodes.device)
        source = place + (self.start[nodes] - start).repeat_interleave(length)
        return FeatureRows(self.width, None, self.value[source], self.column[source], start)

    def to_dense(self) -> Tensor:
        """float [N, F]."""
        if self.dense is not None:
            return self.dense
        assert self.value is not None and self.column is not None and self.start is not None
        dense = self.value.new_zeros(len(self.start), self.width)
        return dense.index_put((self._rows(), self.column), self.value, accumulate=True)

    def any_negative(self) -> bool:
        """Whether a feature is below 0."""
        values = self.value if self.dense is None else self.dense
        return values is not None and bool((values < 0).any())

    def largest(self) -> Tensor:
        """Each row's largest entry [N], 0 at least."""
        if self.dense is not None:
            return self.dense.amax(-1).clamp_min(0)
        assert self.value is not None and self.start is not None
        zeros = self.value.new_zeros(len(self.start))
        return zeros.scatter_reduce(0, self._rows(), self.value, "amax")

    def divided_by(self, by: Tensor) -> FeatureRows:
        """Each row divided by its number in `by` [N], where that is not 0."""
        by = torch.where(by == 0, 1, by)
        if self.dense is not None:
            return self._replace(dense=self.dense / by[:, None])
        assert self.value is not None
        return self._replace(value=self.value / by[self._rows()])

    def _rows(self) -> Tensor:
        """The row of each non-zero, int64 [Z]."""
        assert self.value is not None and self.start is not None
        place = torch.arange(len(self.value), device=self.start.device)
        return torch.searchsorted(self.start, place, right=True) - 1


class FeatureLinear(nn.Module):
    """x W + b for `FeatureRows`, with dropout of the entries of x.

    Dropping a zero changes nothing, so the sparse form costs only its non-zeros and gives the same law.
    """

    def __init__(self, inputs: int, outputs: int, *, bias: bool = True, dropout: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.dropout = dropout
        # Glorot & Bengio (2010), as in Kipf & Welling.
        bound = math.sqrt(6 / (inputs + outputs))
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, rows: FeatureRows) -> Tensor:
        """[N, outputs]."""
        if rows.dense is not None:
            product = functional.dropout(rows.dense, self.dropout, self.training) @ self.weight
        else:
            assert rows.value is not None and rows.column is not None and rows.start is not None
            value = functional.dropout(rows.value, self.dropout, self.training)
            product = functional.embedding_bag(
                rows.column, self.weight, rows.start, per_sample_weights=value, mode="sum"
            )
        return product if self.bias is None else product + self.bias
