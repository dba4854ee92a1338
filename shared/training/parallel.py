"""Devices, precision and ranks, by Lightning Fabric; gradients are summed here.

The losses of a phase are free to call any module or method, which a DistributedDataParallel wrapper
would not see; so the modules stay as they are and one all-reduce per phase sums their gradients.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .settings import FitSettings

if TYPE_CHECKING:
    from lightning.fabric import Fabric


def start_fabric(settings: FitSettings) -> Fabric:
    """A launched Fabric; under torchrun or SLURM it takes its place among the ranks they started."""
    from lightning.fabric import Fabric

    nodes, devices = _started_by_launcher()
    if settings.devices != "auto":
        devices = settings.devices
    strategy = "ddp" if settings.strategy == "ddp" or devices * nodes > 1 else "auto"
    fabric = Fabric(
        accelerator=settings.device,
        devices=devices,
        num_nodes=nodes,
        strategy=strategy,
        precision="32-true" if settings.precision == "32" else settings.precision,
    )
    fabric.launch()
    return fabric


def _started_by_launcher() -> tuple[int, int]:
    """Nodes, and processes on each, as torchrun or SLURM say; 1 and 1 otherwise."""
    for per_node, total in (("LOCAL_WORLD_SIZE", "WORLD_SIZE"), ("SLURM_NTASKS_PER_NODE", "SLURM_NTASKS")):
        if per_node in os.environ and total in os.environ:
            local = int(os.environ[per_node])
            return max(1, int(os.environ[total]) // local), local
    return 1, 1


class Ranks:
    """What the ranks do together. With one rank everything is a no-op."""

    def __init__(self, fabric: Fabric) -> None:
        self.size, self.rank, self.device = fabric.world_size, fabric.global_rank, fabric.device
        self._fabric = fabric

    def share(self, indices: np.ndarray) -> np.ndarray:
        """This rank's part of a batch; parts differ by at most one sample and may be empty."""
        return indices if self.size == 1 else np.array_split(indices, self.size)[self.rank]

    def any(self, flag: bool) -> bool:
        """Whether the flag is set on some rank."""
        if self.size == 1:
            return flag
        return bool(self.total(torch.tensor([float(flag)], device=self.device))[0] > 0)

    def total(self, values: torch.Tensor) -> torch.Tensor:
        """Sum over ranks."""
        if self.size > 1:
            torch.distributed.all_reduce(values)
        return values

    def wait(self) -> None:
        """Until every process has come here."""
        if self.size > 1:
            self._fabric.barrier()

    def broadcast(self, tensors: Iterable[torch.Tensor]) -> None:
        """Rank 0's values for all, in place."""
        if self.size > 1:
            for tensor in tensors:
                torch.distributed.broadcast(tensor, 0)

    def gather(self, values: torch.Tensor) -> torch.Tensor:
        """Equal-shaped tensors of all ranks, stacked [ranks, ...]."""
        if self.size == 1:
            return values[None]
        parts = [torch.empty_like(values) for _ in range(self.size)]
        torch.distributed.all_gather(parts, values)
        return torch.stack(parts)

    def sum_gradients(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Sum over ranks in one message per dtype; a gradient that no rank has stays None."""
        if self.size == 1:
            return
        groups: dict[torch.dtype, list[torch.nn.Parameter]] = {}
        for parameter in parameters:
            groups.setdefault(parameter.dtype, []).append(parameter)
        for group in groups.values():
            present = torch.tensor([float(p.grad is not None) for p in group]).to(group[0])
            flat = [torch.zeros_like(p) if p.grad is None else p.grad for p in group]
            message = self.total(torch.cat([present, *(grad.reshape(-1) for grad in flat)]))
            parts = message[len(group) :].split([p.numel() for p in group])
            for parameter, used, part in zip(group, message[: len(group)].tolist(), parts, strict=True):
                parameter.grad = part.view_as(parameter) if used else None


def to_device(batch: Any, device: torch.device) -> Any:
    """The nest with its tensors on the device (numpy arrays become tensors)."""
    if isinstance(batch, torch.Tensor):
        return batch if batch.device == device else batch.to(device, non_blocking=True)
    if isinstance(batch, np.ndarray):
        return torch.from_numpy(batch).to(device, non_blocking=True)
    if isinstance(batch, dict):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(value, device) for value in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(to_device(value, device) for value in batch)
    return batch.to(device) if hasattr(batch, "to") else batch
