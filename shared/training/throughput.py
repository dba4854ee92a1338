"""Samples per second and peak memory."""

from __future__ import annotations

import resource
import sys
import time

import torch


class Throughput:
    """Counts from its creation, and from the last time it was asked."""

    def __init__(self, device: torch.device, samples_per_step: int, step: int) -> None:
        self._device, self._samples = device, samples_per_step
        self._start = self._recent = time.monotonic()
        self._first_step = self._recent_step = step
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._start

    def rate(self, step: int) -> float:
        """Samples per second since the start."""
        return (step - self._first_step) * self._samples / max(self.seconds(), 1e-9)

    def recent_rate(self, step: int) -> float:
        """Samples per second since the last call."""
        now = time.monotonic()
        rate = (step - self._recent_step) * self._samples / max(now - self._recent, 1e-9)
        self._recent, self._recent_step = now, step
        return rate

    def peak_memory_mb(self) -> float:
        """Peak of the CUDA device, otherwise of the process."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device) / 2**20
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2**20 if sys.platform == "darwin" else 2**10)
