"""What comes before the first block, after the last and between them, on the images of `frame_kernels`.

All of it is small beside the blocks; each is one kernel because many small tensor operations are not.
"""

from __future__ import annotations

import numba
import numpy as np

from .frame_kernels import _moments
from .lanes import COUNT, fma, load, splat, spread, store


@numba.njit(cache=True, nogil=True, boundscheck=False)
def mix_in(
    images: np.ndarray,
    weight: np.ndarray,
    x: np.ndarray,
    before: int,
    columns: int,
    means: np.ndarray,
    squares: np.ndarray,
) -> None:
    """x[before + t, c, columns + f] = sum over i of weight[c, i] * images[t, i, f], and the rows' moments.

    Args:
        images: [T, I, F], F at least 16; weight: [C, I].
        x: image with room around it, [T', C, W].
        means, squares: [T, C], of the rows: mean, and sum of squares about it.
    """
    frames, inputs, bins = images.shape
    channels, width = x.shape[1], x.shape[2]
    source, flat, factors = images.reshape(-1), x.reshape(-1), weight.reshape(-1)
    for t in range(frames):
        start = (before + t) * channels * width + columns
        for c in range(channels):
            done = 0
            while done < bins:
                f = min(done, bins - COUNT)  # the last sixteen overlap their neighbours
                done += COUNT
                total = splat(np.float32(0))
                for i in range(inputs):
                    of = load(source, (t * inputs + i) * bins + f)
                    total = fma(of, spread(factors, c * inputs + i), total)
                store(flat, start + c * width + f, total)
        _moments(flat, start, width, bins, means[t], squares[t])


@numba.njit(cache=True, nogil=True, boundscheck=False)
def mix_out(
    x: np.ndarray,
    before: int,
    columns: int,
    weight: np.ndarray,
    scale: np.ndarray,
    shift: np.ndarray,
    out: np.ndarray,
) -> None:
    """out[t, o, f] = scale[t] * sum over c of weight[c, o] * x[before + t, c, columns + f] + shift[t, o].

    Args:
        x: image with room around it, [T', C, W]; weight: [C, O]; shift: [T, O]; out: [T, O, F].
    """
    frames, outputs, bins = out.shape
    channels, width = x.shape[1], x.shape[2]
    flat, target, factors = x.reshape(-1), out.reshape(-1), weight.reshape(-1)
    for t in range(frames):
        start, factor = (before + t) * channels * width + columns, splat(scale[t])
        for o in range(outputs):
            done, add = 0, splat(shift[t, o])
            while done < bins:
                f = min(done, bins - COUNT)
                done += COUNT
                total = splat(np.float32(0))
                for c in range(channels):
                    of = load(flat, start + c * width + f)
                    total = fma(of, spread(factors, c * outputs + o), total)
                store(target, (t * outputs + o) * bins + f, fma(total, factor, add))


@numba.njit(cache=True, nogil=True)
def normaliser(
    means: np.ndarray, squares: np.ndarray, bins: int, framewise: bool, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """Factor and summand per frame, float32 [T], that give what was measured mean 0 and variance 1.

    Over each frame or, not framewise, over all: moments [T, C] of rows are put together in double precision.
    """
    frames, channels = means.shape
    factor, shift = np.empty(frames, np.float32), np.empty(frames, np.float32)
    size = 1 if framewise else frames
    for first in range(0, frames, size):
        mean = means[first : first + size].sum() / (size * channels)
        variance = 0.0
        for t in range(first, first + size):
            for c in range(channels):
                variance += squares[t, c] / bins + (means[t, c] - mean) ** 2
        scale = 1 / np.sqrt(variance / (size * channels) + epsilon)
        factor[first : first + size] = scale
        shift[first : first + size] = -mean * scale
    return factor, shift


@numba.njit(cache=True, nogil=True)
def folded(
    weight: np.ndarray, factor: np.ndarray, summand: np.ndarray, bias: np.ndarray, shift: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A linear map after the norm, for kernels: weight [C, K] and what is to be added in frame t, [T, K].

    linear(norm(y)) = scale * (weight^T @ y) + added, with scale and shift of `normaliser`.

    Args:
        weight: [K, C]; bias: [K]; factor, summand: the norm's, [C].
    """
    outputs, channels = weight.shape
    turned, added = np.empty((channels, outputs), np.float32), np.empty((len(shift), outputs), np.float32)
    for k in range(outputs):
        total, constant = 0.0, float(bias[k])
        for c in range(channels):
            turned[c, k] = weight[k, c] * factor[c]
            total += turned[c, k]
            constant += weight[k, c] * summand[c]
        for t in range(len(shift)):
            added[t, k] = shift[t] * total + constant
    return turned, added


@numba.njit(cache=True, nogil=True)
def scaled(weight: np.ndarray, bias: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A linear map [C, K] with its outputs scaled, turned to [K, C], and its bias [C]."""
    channels, inner = weight.shape
    turned = np.empty((inner, channels), np.float32)
    for c in range(channels):
        for k in range(inner):
            turned[k, c] = weight[c, k] * scale[c]
    return turned, bias * scale
