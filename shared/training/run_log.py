"""What a run tells while it goes: metrics.jsonl always, TensorBoard when asked, a bar or plain lines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from ..errors import InputError
from .run_folder import RunFolder
from .settings import FitSettings

_SECONDS_BETWEEN_LINES = 5.0


class RunLog:
    """Written by rank 0 only; elsewhere it stays silent."""

    def __init__(self, folder: RunFolder, settings: FitSettings, total: int, step: int, speak: bool) -> None:
        self._file = folder.metrics.open("a") if speak else None
        self._board = _tensorboard(folder) if speak and settings.tensorboard else None
        shown = settings.progress if speak else "off"
        if shown == "auto":
            shown = "bar" if sys.stderr.isatty() else "lines"
        self._lines = shown == "lines"
        self._last_line = 0.0
        self._bar: Any = None
        if shown == "bar":
            self._bar, self._task = _progress_bar(total, step)
        self._total = total

    def record(self, split: str, step: int, values: Mapping[str, float]) -> None:
        """One line {"step", "split", name: value, ...} in every place."""
        if self._file is None:
            return
        self._file.write(json.dumps({"step": step, "split": split, **values}) + "\n")
        self._file.flush()
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(f"{split}/{name}", value, step)
        text = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        if self._bar is not None:
            self._bar.update(self._task, completed=step, told=text if split == "train" else "")
        if self._lines and (split != "train" or time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES):
            self._last_line = time.monotonic()
            print(f"[{split}] step {step}/{self._total}  {text}", file=sys.stderr, flush=True)

    def say(self, sentence: str) -> None:
        """For the person at the terminal only."""
        if self._lines or self._bar is not None:
            print(sentence, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Close the files and stop the progress bar."""
        for part in (self._file, self._board):
            if part is not None:
                part.close()
        if self._bar is not None:
            self._bar.stop()


def _progress_bar(total: int, step: int) -> tuple[Any, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
        console=Console(stderr=True),
    )
    bar.start()
    return bar, bar.add_task("training", total=total, completed=step, told="")


def _tensorboard(folder: RunFolder) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as missing:
        raise InputError(
            "tensorboard", "the package is not installed", remedy="pip install 'fourfold[log]'"
        ) from missing
    return SummaryWriter(folder.path / "tensorboard")
