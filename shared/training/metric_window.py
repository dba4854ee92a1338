"""Losses and metrics since the last log, kept on the device until someone needs them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from .parallel import Ranks

Outcome = tuple[torch.Tensor, Mapping[str, Any], float]


class MetricWindow:
    """Collects what the phases report and averages it, weighted by samples, over steps and ranks."""

    def __init__(self, ranks: Ranks) -> None:
        self._ranks = ranks
        self.cheap = ranks.device.type == "cpu"
        """Whether looking at a value costs nothing, so that every step can be checked."""
        self.latest_phase = ""
        self._entries: list[tuple[int, str, Sequence[Outcome], torch.Tensor | None]] = []
        self._checked = 0

    def add(self, step: int, phase: str, outcomes: Sequence[Outcome], norm: torch.Tensor | None) -> None:
        """Keep what one step of a phase gave."""
        self.latest_phase = phase
        self._entries.append((step, phase, outcomes, norm))

    def first_not_finite(self) -> tuple[int, str, int | None] | None:
        """Step, phase and number of the forward pass (None: the gradient norm) first found not finite."""
        unchecked = self._entries[self._checked :]
        self._checked = len(self._entries)
        if self.cheap:
            return self._find(unchecked)
        values = [x for _, _, outcomes, norm in unchecked for x in (*(o[0] for o in outcomes), norm)]
        found = [value.float().reshape(()) for value in values if value is not None]
        if not found or bool(torch.isfinite(torch.stack(found)).all()):
            return None
        return self._find(unchecked)

    @staticmethod
    def _find(entries: Sequence[tuple[int, str, Sequence[Outcome], torch.Tensor | None]]) -> Any:
        for step, phase, outcomes, norm in entries:
            for part, outcome in enumerate(outcomes):
                if not math.isfinite(outcome[0].item()):
                    return step, phase, part
            if norm is not None and not math.isfinite(norm.item()):
                return step, phase, None
        return None

    def means(self) -> dict[str, float]:
        """Mean of every loss and metric of the window, which starts anew."""
        several = len({phase for _, phase, _, _ in self._entries}) > 1
        terms: dict[str, list[tuple[Any, float]]] = {}
        for _, phase, outcomes, norm in self._entries:
            prefix = f"{phase}/" if several else ""
            for loss, metrics, weight in outcomes:
                terms.setdefault(f"{prefix}loss", []).append((loss, weight))
                for name, value in metrics.items():
                    terms.setdefault(f"{prefix}{name}", []).append((value, weight))
            if norm is not None:
                terms.setdefault(f"{prefix}gradient_norm", []).append((norm, 1.0))
        self._entries, self._checked = [], 0
        if not terms:
            return {}
        sums = torch.stack([self._weighted(pairs) for pairs in terms.values()])
        totals = self._ranks.total(sums).tolist()
        return {name: total / weight for name, (total, weight) in zip(terms, totals, strict=True)}

    def _weighted(self, pairs: Sequence[tuple[Any, float]]) -> torch.Tensor:
        device = self._ranks.device
        values = torch.stack(
            [torch.as_tensor(v, device=device).detach().float().reshape(()) for v, _ in pairs]
        )
        weights = torch.tensor([weight for _, weight in pairs], device=device)
        return torch.stack([(values * weights).sum(), weights.sum()])
