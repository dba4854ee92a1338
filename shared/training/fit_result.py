"""What a run came to, and how to get its weights back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from ..errors import InputError
from .checkpoint import CheckpointFolder, read_checkpoint

Stopped = Literal["finished", "early", "time"]


@dataclass(frozen=True)
class FitResult:
    """Outcome of `fit`."""

    run: Path
    step: int
    """Global steps done, all pieces of the run together."""
    total_steps: int
    epochs: float
    stopped: Stopped
    """finished: all steps; early: early stopping; time: `max_seconds` is over, call `fit` again."""
    best: Mapping[str, float] | None
    """Validation metrics at `best_step`."""
    best_step: int | None
    last: Mapping[str, float] | None
    """Validation metrics of the latest validation."""
    samples_per_second: float
    """Of this piece of the run, validation and saving included."""
    peak_memory_mb: float
    """Of the device, or of the process on the CPU."""
    seconds: float
    checkpoint: Path
    """The latest checkpoint."""

    @property
    def finished(self) -> bool:
        """Whether training came to its end, rather than out of time."""
        return self.stopped != "time"


def load_weights(
    modules: Mapping[str, torch.nn.Module],
    run: Path,
    which: Literal["best", "last"] = "best",
    averaged: bool = True,
) -> int:
    """Put the weights of a run's checkpoint into the modules; returns its step.

    `best` falls back on the last checkpoint of a run without validation. `averaged` prefers the
    moving average of modules that have one.

    Raises: InputError where the run has no checkpoint or the modules differ from those trained.
    """
    folder = CheckpointFolder(Path(run) / "checkpoints")
    latest = folder.latest()
    if latest is None:
        raise InputError("run", f"{run} holds no checkpoint", remedy="Train first")
    state = read_checkpoint(latest)
    best = state["best_step"]
    if which == "best" and best is not None and folder.path(best) != latest:
        state = read_checkpoint(folder.path(best))
    apply_weights(modules, state, averaged)
    return state["step"]


def apply_weights(modules: Mapping[str, torch.nn.Module], state: Mapping[str, Any], averaged: bool) -> None:
    """Load module weights out of a checkpoint's state."""
    for name, module in modules.items():
        stored = state["modules"].get(name)
        if stored is None:
            raise InputError(
                f"module {name!r}", "is not in the checkpoint", expected=f"{sorted(state['modules'])}"
            )
        if averaged and state["ema"] and name in state["ema"]:
            stored = {**stored, **state["ema"][name]}
        _check_shapes(name, module.state_dict(), stored)
        module.load_state_dict(stored)


def _check_shapes(name: str, wanted: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
    for key in sorted(wanted.keys() | stored.keys()):
        have, want = (tuple(x[key].shape) if key in x else None for x in (stored, wanted))
        if have != want:
            raise InputError(
                f"{name}.{key}",
                f"the checkpoint has {'no such tensor' if have is None else f'shape {have}'}",
                expected="no such tensor" if want is None else f"shape {want}",
                remedy="Build the model as it was trained, or use another run folder",
            )
