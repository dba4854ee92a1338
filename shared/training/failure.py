"""Ways a run ends early, each with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class TrainingError(RuntimeError):
    """Training cannot go on. The last complete checkpoint of the run stays as it was."""


class NonFiniteLoss(TrainingError):
    """A loss (or the weights) became NaN or infinite.

    Attributes:
        step: global step, from 1. phase: name of the phase. indices: samples of the offending batch.
        checkpoint: last good checkpoint, if there is one.
    """

    def __init__(
        self, step: int, phase: str, indices: Sequence[int], checkpoint: Path | None, what: str = "loss"
    ) -> None:
        self.step, self.phase, self.checkpoint = step, phase, checkpoint
        self.indices = tuple(int(index) for index in indices)
        shown = ", ".join(map(str, self.indices[:32]))
        more = f" and {len(self.indices) - 32} more" if len(self.indices) > 32 else ""
        kept = f"the last good checkpoint is {checkpoint}" if checkpoint else "no checkpoint was written yet"
        super().__init__(
            f"{what} is not finite at step {step}, phase {phase!r}, samples [{shown}{more}]; {kept}. "
            "Lower the learning rate, set clip_norm, or look at these samples."
        )


class CheckpointNotSaved(TrainingError, OSError):
    """Writing a checkpoint failed, most often for a full disk; the previous one is intact."""


class TrainingInterrupted(KeyboardInterrupt, SystemExit):
    """Ctrl-C or a termination signal, after a checkpoint was saved.

    It passes for the KeyboardInterrupt that it is; being a SystemExit too, a script that lets it through
    ends with exit code 130 and no traceback (Python gives that code to KeyboardInterrupt itself only).
    """

    exit_code = 130

    def __init__(self, step: int, checkpoint: Path) -> None:
        self.step, self.checkpoint = step, checkpoint
        super().__init__(f"interrupted at step {step}; saved {checkpoint}; the same call goes on from there")
        self.code = self.exit_code
