"""How far a running job is, read from what its process writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .generation import made_so_far
from .work import PARTS, RESULT, RUN

_TAIL = 65_536
"""Bytes at the end of a metrics file that are looked at."""
_SHOWN = ("loss", "mse", "pinball", "mel", "total", "mae")
_SPLITS = ("train", "validation")


def progress_of(folder: Path, request: dict[str, Any]) -> tuple[float, str]:
    """Share that is done, and a few words about it.

    Args:
        folder: of the job. request: as it was sent.
    """
    if (folder / RESULT).exists():  # it appears at the very end
        return 1.0, "is put in its place"
    if request.get("kind") == "generate":
        number = int(request.get("n", 10))
        made = made_so_far(folder / PARTS, number)
        return made / number, f"{made:,} of {number:,} crystals"
    metrics = _latest_metrics(folder / RUN)
    if metrics is None:
        return 0.0, "prepares"
    record = _last_record(metrics)
    if record is None:
        return 0.0, "starts to train"
    step = int(record.get("step", 0))
    share, total = _share(metrics.with_name("config.json"), record)
    of = f" of {total:,}" if total else ""
    return share, f"step {step:,}{of}{_measure(record)}"


def _latest_metrics(run: Path) -> Path | None:
    """Of the stage that trains now."""
    found = [(path.stat().st_mtime_ns, path) for path in run.rglob("metrics.jsonl")] if run.is_dir() else []
    return max(found)[1] if found else None


def _last_record(metrics: Path) -> dict[str, Any] | None:
    """The last whole line about training, else the last one."""
    try:
        with metrics.open("rb") as file:
            file.seek(max(0, metrics.stat().st_size - _TAIL))
            lines = file.read().splitlines()
    except OSError:
        return None
    last: dict[str, Any] | None = None
    trained: dict[str, Any] | None = None
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:  # cut by the tail, or not written to its end yet
            continue
        if isinstance(record, dict):
            last = record
            trained = record if record.get("split") == "train" else trained
    if last is not None and trained is not None and last.get("step", 0) <= trained.get("step", 0):
        return trained
    return last


def _share(config: Path, record: dict[str, Any]) -> tuple[float, int | None]:
    """Part of the training that is over, and its steps where they are known."""
    try:
        training = json.loads(config.read_text(encoding="utf-8"))["training"]
    except (OSError, ValueError, KeyError):
        return 0.0, None
    if training.get("steps"):
        return min(1.0, record.get("step", 0) / training["steps"]), int(training["steps"])
    if training.get("epochs") and "epoch" in record:
        return min(1.0, record["epoch"] / training["epochs"]), None
    return 0.0, None


def _measure(record: dict[str, Any]) -> str:
    for name in _SHOWN:
        for key, value in record.items():
            if key.rpartition("/")[2] == name and isinstance(value, int | float):
                return f", {key} {value:.4g}"
    return ""
