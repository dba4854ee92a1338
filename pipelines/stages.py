"""Stages: named steps of a run, each kept under the hash of everything it depends on.

A stage writes into `stages/<name>-<key>.partial` and is renamed to `stages/<name>-<key>` when done,
so a finished folder is a complete one. A killed stage leaves its partial folder: a resumable stage
(training, with its checkpoints) continues in it, any other starts it afresh.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..shared.artifact.folder_swap import swap_folders
from ..shared.errors import InputError

KEY_LENGTH = 16


@dataclass(frozen=True)
class Stage:
    """One step of a run."""

    name: str
    work: Callable[[Path, Mapping[str, Path]], None]
    """Writes its results into the folder given, reading the folders of the stages in `needs`."""
    settings: Mapping[str, Any]
    """All that the result depends on besides the stages before it; must be JSON."""
    needs: tuple[str, ...] = ()
    inputs: tuple[Path, ...] = ()
    """Files or folders outside the run whose content the result depends on."""
    version: int = 1
    """Raise it when the code of the stage changes what it writes."""
    resumable: bool = False


@dataclass(frozen=True)
class StageOutcome:
    """What became of one stage."""

    name: str
    folder: Path
    key: str
    cached: bool
    seconds: float


@dataclass
class StageRunner:
    """Runs stages in order inside one run folder, skipping those whose key is already there."""

    run: Path
    tell: Callable[[str], None] = print
    outcomes: dict[str, StageOutcome] = field(default_factory=dict)

    def run_all(self, stages: Sequence[Stage]) -> dict[str, StageOutcome]:
        """Bring every stage up to date; returns the outcome of each by name."""
        for stage in stages:
            self._bring_up_to_date(stage)
        return self.outcomes

    def _bring_up_to_date(self, stage: Stage) -> None:
        key = self._key(stage)
        folder = self.run / "stages" / f"{stage.name}-{key}"
        if folder.is_dir():
            self.outcomes[stage.name] = StageOutcome(stage.name, folder, key, True, 0.0)
            self.tell(f"{stage.name}: unchanged")
            return
        self.tell(f"{stage.name} ...")
        started = time.perf_counter()
        partial = folder.with_name(folder.name + ".partial")
        if partial.exists() and not stage.resumable:
            shutil.rmtree(partial)
        made = [part for part in (partial, *partial.parents) if not part.exists()]
        partial.mkdir(parents=True, exist_ok=True)
        try:
            stage.work(partial, {name: self.outcomes[name].folder for name in stage.needs})
        except InputError:
            _leave_nothing(partial, made)
            raise
        partial.rename(folder)
        seconds = time.perf_counter() - started
        self._drop_superseded(stage.name, keep=folder)
        self.outcomes[stage.name] = StageOutcome(stage.name, folder, key, False, seconds)
        self.tell(f"{stage.name}: done in {seconds:.1f} s")

    def _key(self, stage: Stage) -> str:
        facts = {
            "name": stage.name,
            "version": stage.version,
            "settings": stage.settings,
            "needs": {name: self.outcomes[name].key for name in stage.needs},
            "inputs": [content_hash(path) for path in stage.inputs],
        }
        text = json.dumps(facts, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]

    def _drop_superseded(self, name: str, keep: Path) -> None:
        for other in (self.run / "stages").glob(f"{name}-*"):
            if other != keep and len(other.name.removesuffix(".partial")) == len(keep.name):
                shutil.rmtree(other)


def _leave_nothing(partial: Path, made: Sequence[Path]) -> None:
    """Refused input leaves no trace: the partial folder goes, and the folders `made` for it, inner first."""
    shutil.rmtree(partial)
    for folder in made[1:]:
        if any(folder.iterdir()):
            break
        folder.rmdir()


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, or of the names and bytes of all files in a folder."""
    digest = hashlib.sha256()
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir():
            digest.update(f"{file.relative_to(path).as_posix()}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def publish(source: Path, target: Path) -> None:
    """Show a finished file or folder of a stage at `target`, replacing what was there at once."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    if source.is_dir():
        shutil.copytree(source, fresh)
        swap_folders(fresh, target)
        shutil.rmtree(fresh, ignore_errors=True)
    else:
        shutil.copyfile(source, fresh)
        fresh.replace(target)
