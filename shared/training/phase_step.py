"""One phase of one global step: losses of the accumulated batches, gradients, optimiser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch

from ..errors import InputError
from .objective import Objective, Phase
from .parallel import Ranks


class PhaseStep:
    """A phase with its trainable parameters, its optimiser and what it has logged."""

    def __init__(self, phase: Phase, modules: Mapping[str, torch.nn.Module]) -> None:
        unknown = [name for name in phase.modules if name not in modules]
        if unknown:
            raise InputError(
                f"phase {phase.name!r}", f"no module {unknown}", expected=f"of {sorted(modules)}"
            )
        self.phase, self.name = phase, phase.name
        named = [(f"{m}.{n}", p) for m in phase.modules for n, p in modules[m].named_parameters()]
        unique = {id(p): p for name, p in named if p.requires_grad and phase.trains(name, p)}
        self.parameters: list[torch.nn.Parameter] = list(unique.values())
        if not self.parameters:
            raise InputError(f"phase {phase.name!r}", "no parameter to train", expected="at least one")
        self.optimizer = phase.optimizer(self.parameters)
        self.base_rates = [group["lr"] for group in self.optimizer.param_groups]
        self.idle: list[torch.nn.Parameter] = []
        """Parameters of other phases, which need no gradient while this one runs."""
        self._factor: float | None = None
        self._checked = False

    def runs_at(self, step: int) -> bool:
        """Whether the phase runs at global step `step` (from 1): at 1, 1 + every, ..."""
        return (step - 1) % self.phase.every == 0

    def set_rate(self, factor: float) -> None:
        """Learning rates to `factor` times those the optimiser began with."""
        if factor != self._factor:
            self._factor = factor
            for group, base in zip(self.optimizer.param_groups, self.base_rates, strict=True):
                if isinstance(group["lr"], torch.Tensor):
                    group["lr"].fill_(float(base) * factor)
                else:
                    group["lr"] = base * factor

    def gradients(
        self,
        batches: Sequence[tuple[Any, float]],
        autocast: Callable[[], AbstractContextManager[Any]],
        ranks: Ranks,
    ) -> list[tuple[torch.Tensor, Mapping[str, Any], float]]:
        """Gradients of the weighted losses, summed over batches and ranks; returns what they were."""
        for parameter in self.idle:
            parameter.requires_grad_(False)
        self.optimizer.zero_grad()
        outcomes = []
        for batch, weight in batches:
            with autocast():
                loss, metrics = self.phase.loss(batch)
            if not self._checked and loss.numel() != 1:
                raise InputError(
                    f"phase {self.name!r}", f"loss has shape {tuple(loss.shape)}", expected="a scalar"
                )
            (loss if weight == 1.0 else loss * weight).backward()
            outcomes.append((loss.detach(), metrics, weight))
        for parameter in self.idle:
            parameter.requires_grad_(True)
        ranks.sum_gradients(self.parameters)
        self.check_first()
        return outcomes

    def check_first(self) -> None:
        """Sanity check after the first gradients, where most mistakes show."""
        if not self._checked and all(parameter.grad is None for parameter in self.parameters):
            raise InputError(
                f"phase {self.name!r}",
                "no trainable parameter gets a gradient from the loss",
                remedy="Check that the loss depends on the modules this phase names",
            )
        self._checked = True


def phase_steps(objective: Objective) -> list[PhaseStep]:
    """The phases in order, each knowing which parameters idle while it runs."""
    steps = [PhaseStep(phase, objective.modules) for phase in objective.phases]
    for step in steps:
        own = {id(parameter) for parameter in step.parameters}
        others = {id(p): p for other in steps for p in other.parameters if id(p) not in own}
        step.idle = list(others.values())
    return steps
