"""Which samples each step sees, as a pure function of seed and position."""

from __future__ import annotations

import math

import numpy as np


class SampleStream:
    """Epoch after epoch of a data set as one endless stream, so that every batch is full.

    Epoch e is a permutation drawn from (seed, e); position k of the stream is sample k mod n of
    epoch k div n. Nothing but the position needs saving, and a batch may span two epochs.
    """

    def __init__(self, samples: int, batch_size: int, accumulate: int, seed: int, shuffled: bool) -> None:
        self.samples, self.accumulate, self.seed, self.shuffled = samples, accumulate, seed, shuffled
        self.batch_size = min(batch_size, samples)
        self.per_step = self.batch_size * accumulate
        self._epoch = -1
        self._order = np.empty(0, np.int64)

    def steps_of(self, epochs: float) -> int:
        """Steps that see at least `epochs` times the data."""
        return max(1, math.ceil(epochs * self.samples / self.per_step))

    def epoch_at(self, step: int) -> float:
        """Epochs seen after `step` steps."""
        return step * self.per_step / self.samples

    def micro_batches(self, step: int) -> list[np.ndarray]:
        """Sample indices (int64) of each forward pass of global step `step`, counted from 0."""
        start = step * self.per_step
        return [
            self._between(start + part * self.batch_size, start + (part + 1) * self.batch_size)
            for part in range(self.accumulate)
        ]

    def _between(self, start: int, stop: int) -> np.ndarray:
        epoch, offset = divmod(start, self.samples)
        end = offset + stop - start
        if end <= self.samples:
            return self._permutation(epoch)[offset:end]
        head = self._permutation(epoch)[offset:]
        return np.concatenate([head, self._permutation(epoch + 1)[: end - self.samples]])

    def _permutation(self, epoch: int) -> np.ndarray:
        if epoch != self._epoch:
            self._epoch = epoch
            if self.shuffled:
                self._order = np.random.default_rng([self.seed, epoch]).permutation(self.samples)
            elif self._order.size == 0:
                self._order = np.arange(self.samples)
        return self._order
