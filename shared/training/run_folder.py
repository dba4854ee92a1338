"""The folder of one run: what was asked, what was measured, what was saved, and where it ran."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..errors import InputError, InputErrors
from .checkpoint import CheckpointFolder
from .settings import OPERATIONAL, FitSettings

_REPORTED = ("fourfold", "torch", "lightning", "numpy", "safetensors", "pydantic")


class RunFolder:
    """`config.json`, `metrics.jsonl`, `checkpoints/`, `artifact/`, `report.html`, `environment.json`."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.config = self.path / "config.json"
        self.metrics = self.path / "metrics.jsonl"
        self.environment = self.path / "environment.json"
        self.artifact = self.path / "artifact"
        self.report = self.path / "report.html"
        self.checkpoints = CheckpointFolder(self.path / "checkpoints")

    def open(self, settings: FitSettings, config: Mapping[str, Any] | None) -> None:
        """Create the folder, or check that it belongs to the same run.

        Raises: InputErrors naming every setting that differs from the folder's config.json.
        """
        wanted = {"training": settings.model_dump(mode="json"), "about": _as_json(dict(config or {}))}
        if self.config.exists() and self.checkpoints.steps():
            self._compare(json.loads(self.config.read_text()), wanted)
        self.checkpoints.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.config, wanted)

    def _compare(self, stored: dict[str, Any], wanted: dict[str, Any]) -> None:
        before, now = _flat(stored), _flat(wanted)
        problems = [
            InputError(
                name.removeprefix("training."),
                f"is {_shown(now, name)} now",
                expected=f"{_shown(before, name)} as in {self.config}",
                remedy="Use the earlier value to go on, or another run folder to start anew",
            )
            for name in sorted(before.keys() | now.keys())
            if before.get(name, None) != now.get(name, None) and not _operational(name)
        ]
        if problems:
            raise InputErrors(problems)

    def write_environment(self, device: str, ranks: int) -> None:
        """Versions, machine, device and number of processes."""
        write_json(self.environment, {**environment(), "device": device, "ranks": ranks})

    def read_metrics(self) -> list[dict[str, Any]]:
        """Every complete line of metrics.jsonl."""
        if not self.metrics.exists():
            return []
        records = []
        for line in self.metrics.read_text().splitlines():
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError:  # the line being written when the process was killed
                continue
        return records

    def forget_after(self, step: int) -> None:
        """Drop log lines of steps that a resumed run will do again."""
        if self.metrics.exists():
            kept = [json.dumps(line) for line in self.read_metrics() if line.get("step", 0) <= step]
            _replace(self.metrics, "".join(f"{line}\n" for line in kept))


def environment() -> dict[str, Any]:
    """Versions, machine and command line; no host or user name."""
    versions = {"python": platform.python_version()}
    for package in _REPORTED:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "versions": versions,
        "machine": {"system": platform.system(), "arch": platform.machine(), "cores": os.cpu_count()},
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else [],
    }


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    _replace(path, json.dumps(content, indent=2) + "\n")


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_text(text)
    partial.replace(path)


def _as_json(config: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(config, default=str))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _operational(name: str) -> bool:
    floor, _, rest = name.partition(".")
    return floor == "training" and rest.split(".")[0] in OPERATIONAL


def _shown(values: Mapping[str, Any], name: str) -> str:
    return repr(values[name]) if name in values else "absent"
