"""What SGP is trained for: the errors of a forecast, on pairs of cutoff and node."""

from __future__ import annotations

from typing import cast

from torch import Tensor

from .models.sgp import SGP, EncodedPairs
from .objectives import ForecastObjective
from .window_source import Tensors


class PairObjective(ForecastObjective):
    """`ForecastObjective` on batches of a `PairSource`, whose first axis stands for windows and nodes."""

    def _answer(self, batch: Tensors) -> Tensor:
        pairs = EncodedPairs(batch["features"], batch["facts"], batch["last"])
        return cast(SGP, self.network).decode(pairs, batch["node"])

    def _scale(self, batch: Tensors) -> Tensor:
        """Deviation of each pair's node, [P, 1, C]."""
        return self.scale_NC[batch["node"]][:, None]
