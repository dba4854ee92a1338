"""Exponential moving average of named modules (Polyak averaging with a fixed horizon)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch

from ..errors import InputError
from .settings import EmaSettings


class MovingAverage:
    """Shadow weights of the modules it follows, and of no others; buffers are copied as they are."""

    def __init__(self, modules: Mapping[str, torch.nn.Module], settings: EmaSettings) -> None:
        for name in settings.modules:
            if name not in modules:
                raise InputError("ema.modules", f"no module {name!r}", expected=f"any of {sorted(modules)}")
        self.settings = settings
        self.modules = {name: modules[name] for name in settings.modules}
        self.live = [p.data for m in self.modules.values() for p in m.parameters()]
        self.shadow = [p.clone() for p in self.live]

    def restart(self) -> None:
        """Begin anew from the weights as they are."""
        torch._foreach_copy_(self.shadow, self.live)  # pyright: ignore[reportPrivateImportUsage]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Follow the weights after global step `step` (from 1)."""
        decay = self.settings.decay
        if self.settings.warm_up:
            decay = min(decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.shadow, self.live, 1.0 - decay)  # pyright: ignore[reportPrivateImportUsage]

    @contextmanager
    def swapped_in(self) -> Iterator[None]:
        """The modules hold the averaged weights within, and their own again after."""
        own = [p.clone() for p in self.live]
        torch._foreach_copy_(self.live, self.shadow)  # pyright: ignore[reportPrivateImportUsage]
        try:
            yield
        finally:
            torch._foreach_copy_(self.live, own)  # pyright: ignore[reportPrivateImportUsage]

    def state(self) -> dict[str, dict[str, torch.Tensor]]:
        """Module name to parameter name to averaged value."""
        shadow = iter(self.shadow)
        return {
            name: {key: next(shadow) for key, _ in module.named_parameters()}
            for name, module in self.modules.items()
        }

    def load(self, state: Mapping[str, Mapping[str, torch.Tensor]]) -> None:
        """Put back what `state` gave."""
        shadow = iter(self.shadow)
        for name, module in self.modules.items():
            for key, _ in module.named_parameters():
                next(shadow).copy_(state[name][key])
