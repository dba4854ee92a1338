"""Fixed factors that keep the variance of GemNet's activations near 1.

The paper fits one factor after each product and each sum, once, on a batch of data before training, and ships
the 17 numbers of its largest model. Those numbers belong to another data set (and are not given with CDVAE's
paper); here they are fitted on the data at hand by the same procedure, `fit_scale_factors`. Until then they
are 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class ScaleFactor(nn.Module):
    """Values times a constant; while `fitting`, the constant that gives them the variance of a reference."""

    factor: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("factor", torch.ones(()))
        self.fitting = False

    def forward(self, reference: Tensor, values: Tensor) -> Tensor:
        """Rows are samples: variances are taken down the rows and averaged over the columns."""
        if self.fitting:
            self._fit(reference.detach(), values.detach())
        return values * self.factor

    def _fit(self, reference: Tensor, values: Tensor) -> None:
        if len(reference) < 2 or len(values) < 2:
            return
        wanted, found = reference.var(dim=0).mean(), values.flatten(1).var(dim=0).mean()
        if found > 0 and wanted > 0:
            self.factor.copy_((wanted / found).sqrt())


@contextmanager
def _fitting(factors: list[ScaleFactor]) -> Iterator[None]:
    for factor in factors:
        factor.fitting = True
    try:
        yield
    finally:
        for factor in factors:
            factor.fitting = False


@torch.no_grad()
def fit_scale_factors(network: nn.Module, forward: Callable[[], Any]) -> dict[str, float]:
    """Fit every factor of `network` in one forward pass over a batch of data, each on what those before gave.

    The procedure fits one factor a pass, from input to output; a factor depends only on those before it, so
    one pass in which each is set as it is reached gives the same.

    Args:
        forward: runs the network on a batch like those of the training.

    Returns:
        The factors by the names of their modules.
    """
    named = {name: part for name, part in network.named_modules() if isinstance(part, ScaleFactor)}
    with _fitting(list(named.values())):
        forward()
    return {name: float(part.factor) for name, part in named.items()}
