"""A checkpoint is one safetensors file: tensors by path, and the rest of the state as JSON in its header."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from .failure import CheckpointNotSaved

FORMAT = "fourfold-checkpoint-1"
_NAME = re.compile(r"step-(\d{9})\.safetensors")


def encode_tree(value: Any, path: str, tensors: dict[str, torch.Tensor], seen: dict[Any, str]) -> Any:
    """JSON form of a nest of dicts, lists, tuples, scalars and tensors; tensors are put aside by path.

    A tensor met twice (tied weights) is stored once.
    """
    if isinstance(value, torch.Tensor):
        identity = (value.data_ptr(), value.shape, value.stride(), value.dtype, value.device)
        if value.numel() == 0 or identity not in seen:
            seen[identity] = path
            tensors[path] = value.detach().cpu().contiguous()
        return {"$tensor": seen[identity]}
    if isinstance(value, Mapping):
        pairs = [[key, encode_tree(item, f"{path}/{key}", tensors, seen)] for key, item in value.items()]
        plain = all(isinstance(key, str) and not key.startswith("$") for key in value)
        return dict(pairs) if plain else {"$items": pairs}
    if isinstance(value, list | tuple):
        items = [encode_tree(item, f"{path}/{i}", tensors, seen) for i, item in enumerate(value)]
        return items if isinstance(value, list) else {"$tuple": items}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{path}: cannot store a {type(value).__name__} in a checkpoint")


def decode_tree(value: Any, tensors: Mapping[str, torch.Tensor]) -> Any:
    """Inverse of `encode_tree`."""
    if isinstance(value, dict):
        if "$tensor" in value:
            return tensors[value["$tensor"]]
        if "$tuple" in value:
            return tuple(decode_tree(item, tensors) for item in value["$tuple"])
        if "$items" in value:
            return {key: decode_tree(item, tensors) for key, item in value["$items"]}
        return {key: decode_tree(item, tensors) for key, item in value.items()}
    if isinstance(value, list):
        return [decode_tree(item, tensors) for item in value]
    return value


def write_checkpoint(target: Path, state: Mapping[str, Any]) -> None:
    """Write all or nothing: to a neighbour, through to the disk, then one atomic rename.

    Raises: CheckpointNotSaved where the file system refuses; `target` is then as it was before.
    """
    tensors: dict[str, torch.Tensor] = {}
    tree = encode_tree(state, "", tensors, {})
    header = {"format": FORMAT, "state": json.dumps(tree)}
    partial = target.with_suffix(".part")
    try:
        save_file({name.lstrip("/"): tensor for name, tensor in tensors.items()}, partial, header)
        _flush(partial)
        partial.replace(target)
        _flush(target.parent)
    except (OSError, SafetensorError) as failure:
        partial.unlink(missing_ok=True)
        raise _not_saved(target, failure) from failure


def _not_saved(target: Path, failure: Exception) -> CheckpointNotSaved:
    full = getattr(failure, "errno", None) == errno.ENOSPC or "os error 28" in str(failure)
    reason = "the disk is full" if full else str(failure)
    advice = "free some space" if full else "make the folder writable"
    return CheckpointNotSaved(
        f"{target}: checkpoint not saved, {reason}; earlier checkpoints are intact. "
        f"Then {advice} and start again: the run goes on from the last one."
    )


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """State as written, tensors on the CPU."""
    with safe_open(path, framework="pt") as file:
        header = file.metadata() or {}
        if header.get("format") != FORMAT:
            raise ValueError(f"{path} is not a {FORMAT} file")
        tensors = {f"/{name}": file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    return decode_tree(json.loads(header["state"]), tensors)


class CheckpointFolder:
    """The checkpoints of one run, by step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, step: int) -> Path:
        """Where the checkpoint of a step lies."""
        return self.folder / f"step-{step:09d}.safetensors"

    def steps(self) -> list[int]:
        """Steps of complete checkpoints, ascending."""
        names = (_NAME.fullmatch(entry.name) for entry in self.folder.glob("step-*.safetensors"))
        return sorted(int(match[1]) for match in names if match)

    def latest(self) -> Path | None:
        """The last complete checkpoint; None where there is none."""
        steps = self.steps()
        return self.path(steps[-1]) if steps else None

    def write(self, step: int, state: Mapping[str, Any]) -> Path:
        """Write the checkpoint of a step, whole or not at all; returns its file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_checkpoint(self.path(step), state)
        return self.path(step)

    def prune(self, keep_last: int, best: int | None) -> None:
        """Drop all but the latest `keep_last`, the best one, and nothing else of the folder."""
        for step in self.steps()[:-keep_last]:
            if step != best:
                self.path(step).unlink(missing_ok=True)
