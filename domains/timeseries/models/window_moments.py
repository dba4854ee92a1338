"""Second moments of all sliding windows of a series, without building a single window."""

from __future__ import annotations

import numpy as np

SHORT_RUN = 16
"""Runs of at most this many windows are cheaper by plain multiplication."""


class WindowMoments:
    """M[j, k] = sum over windows w of w[j] w[k], for windows of `size` steps at stride 1.

    Along a contiguous run of window starts [a, b) the matrix has shift structure,
    M[j+1, k+1] = M[j, k] + x[b+j] x[b+k] - x[a+j] x[a+k], so only its first row is a sum over time:
    O(n size + size^2) work and size^2 memory instead of O(n size^2) and n size.
    Series and blocks are added one after the other; a window belongs to the block it starts in.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.count = 0
        self.matrix = np.zeros((size, size))

    def add(self, values: np.ndarray, starts: np.ndarray) -> None:
        """Add the windows of one series.

        Args:
            values: float64 [T], gap-free.
            starts: bool [T - size + 1], True where a window shall start.
        """
        edges = np.flatnonzero(np.diff(np.concatenate(([False], starts, [False])).astype(np.int8)))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            self._add_run(values, int(begin), int(end))
            self.count += int(end - begin)

    def _add_run(self, values: np.ndarray, begin: int, end: int) -> None:
        size = self.size
        if end - begin <= SHORT_RUN:
            windows = np.lib.stride_tricks.sliding_window_view(values[begin : end + size - 1], size)
            self.matrix += windows.T @ windows
            return
        row = np.correlate(values[begin : end + size - 1], values[begin:end], mode="valid")
        for j in range(size):
            self.matrix[j, j:] += row
            self.matrix[j + 1 :, j] += row[1:]
            entering = values[end + j] * values[end + j : end + size - 1] if j < size - 1 else 0.0
            leaving = values[begin + j] * values[begin + j : begin + size - 1]
            row = row[:-1] + entering - leaving

    def centred(self, lookback: int) -> np.ndarray:
        """Moments of the windows after each has lost the mean of its first `lookback` steps, [size, size]."""
        with_mean = self.matrix[:, :lookback].mean(axis=1)
        return self.matrix - with_mean[:, None] - with_mean[None, :] + with_mean[:lookback].mean()
