"""Kernels of the generator's backbone for synthesis, on images [T, C, F]: frames, channels, bins.

Frequencies lie side by side, so sixteen of them are one register (`lanes`), and weights are scalars. The
image has room around it: [T', C, W] with `before` frames before the first and `columns` bins on both sides.
A block's inner layer never leaves the nearest cache, and the next block's convolution follows a few frames
behind. Inner kernels take flat arrays: making one counts references, which costs as much as their own work.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.polynomial import polynomial
from scipy.special import erfc

from .lanes import COUNT, divide, fma, load, magnitude, positive, splat, spread, store, total

TAPS = 7
"""Frames of the depthwise kernel; the loop over them is written out."""
STEP = 4
"""Frames convolved together: each row that is read serves four sums."""
_TOP = np.float32(5.5)


def _root_polynomial() -> tuple[np.float32, ...]:
    """Coefficients of q: erfc(a / sqrt(2)) / 2 = q(a) ** -8 on 0 <= a <= 5.5, times a exact to 6e-8."""
    a = (np.cos(np.pi * (np.arange(800) + 0.5) / 800) + 1) / 2 * float(_TOP)
    tail = erfc(a / np.sqrt(2)) / 2
    root = tail ** (-1 / 8)
    weight = np.maximum(a, 0.02) * tail / root  # what an error of q does to a * tail
    return tuple(np.float32(c) for c in polynomial.polyfit(a, root, 8, w=weight))


_Q = _root_polynomial()


@numba.njit(nogil=True, boundscheck=False)
def _depthwise(
    x: np.ndarray, width: int, taps: np.ndarray, columns: int, y: np.ndarray, shape: tuple[int, int], t: int
) -> None:
    """y[t, c, f] = sum over i, j of x[t + i, c, f + j] * weight[c, j, i], for four frames from t.

    32 bins at a time, which makes eight sums: a product waits for the one before it in its sum.

    Args:
        x: [T + 6, C, W], W = `width` = F + J - 1, F at least 32; taps: weight [C, J, 7], J = `columns`.
        y: [T, C, R], rows of R numbers of which the first F are written; `shape` is (C, R).
    """
    channels, stride = shape
    row, line = channels * width, channels * stride
    bins = width - columns + 1
    for c in range(channels):
        done = 0
        while done < bins:
            f = min(done, bins - 2 * COUNT)  # the last ones overlap their neighbours
            done += 2 * COUNT
            a = b = d = e = g = h = k = m = splat(np.float32(0))
            for j in range(columns):
                at = (t * channels + c) * width + f + j
                x0, x1 = load(x, at), load(x, at + row)
                x2, x3 = load(x, at + 2 * row), load(x, at + 3 * row)
                at += COUNT
                z0, z1 = load(x, at), load(x, at + row)
                z2, z3 = load(x, at + 2 * row), load(x, at + 3 * row)
                for i in range(TAPS):
                    w = spread(taps, (c * columns + j) * TAPS + i)
                    a, b, d, e = fma(x0, w, a), fma(x1, w, b), fma(x2, w, d), fma(x3, w, e)
                    g, h, k, m = fma(z0, w, g), fma(z1, w, h), fma(z2, w, k), fma(z3, w, m)
                    x0, x1, x2 = x1, x2, x3
                    z0, z1, z2 = z1, z2, z3
                    if i < TAPS - 1:
                        z3 = load(x, at + (i + 4) * row)
                        x3 = load(x, at + (i + 4) * row - COUNT)
            to = (t * channels + c) * stride + f
            store(y, to, a)
            store(y, to + line, b)
            store(y, to + 2 * line, d)
            store(y, to + 3 * line, e)
            to += COUNT
            store(y, to, g)
            store(y, to + line, h)
            store(y, to + 2 * line, k)
            store(y, to + 3 * line, m)


@numba.njit(nogil=True, boundscheck=False)
def _moments(
    flat: np.ndarray, start: int, width: int, bins: int, means: np.ndarray, squares: np.ndarray
) -> None:
    """Mean, and sum of squares about it, of `bins` numbers in each row of one frame, into [C]."""
    whole = bins - bins % COUNT
    one = splat(np.float32(1))
    for c in range(len(means)):
        at = start + c * width
        rest = at + whole
        sums = splat(np.float32(0))
        for f in range(at, rest, COUNT):
            sums = fma(load(flat, f), one, sums)
        mean = total(sums)
        for f in range(rest, at + bins):
            mean += flat[f]
        mean /= np.float32(bins)
        sums, less = splat(np.float32(0)), splat(np.float32(-mean))
        for f in range(at, rest, COUNT):
            away = fma(load(flat, f), one, less)
            sums = fma(away, away, sums)
        square = total(sums)
        for f in range(rest, at + bins):
            square += (flat[f] - mean) ** 2
        means[c], squares[c] = mean, square


@numba.njit(nogil=True, inline="always")
def _product(
    x: Any, at: Any, row: Any, weight: Any, shape: Any, first: Any, out: Any, to: Any, step: Any
) -> None:
    """out[to + k * step + f] = sum over n of weight[n, first + k] * x[at + n * row + f], k < 8 and f < 32."""
    inputs, outputs = shape
    zero = splat(np.float32(0))
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = zero
    b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = zero
    for n in range(inputs):
        a, b = load(x, at + n * row), load(x, at + n * row + COUNT)
        w = spread(weight, n * outputs + first)
        a0, b0 = fma(a, w, a0), fma(b, w, b0)
        w = spread(weight, n * outputs + first + 1)
        a1, b1 = fma(a, w, a1), fma(b, w, b1)
        w = spread(weight, n * outputs + first + 2)
        a2, b2 = fma(a, w, a2), fma(b, w, b2)
        w = spread(weight, n * outputs + first + 3)
        a3, b3 = fma(a, w, a3), fma(b, w, b3)
        w = spread(weight, n * outputs + first + 4)
        a4, b4 = fma(a, w, a4), fma(b, w, b4)
        w = spread(weight, n * outputs + first + 5)
        a5, b5 = fma(a, w, a5), fma(b, w, b5)
        w = spread(weight, n * outputs + first + 6)
        a6, b6 = fma(a, w, a6), fma(b, w, b6)
        w = spread(weight, n * outputs + first + 7)
        a7, b7 = fma(a, w, a7), fma(b, w, b7)
    store(out, to, a0)
    store(out, to + COUNT, b0)
    store(out, to + 1 * step, a1)
    store(out, to + 1 * step + COUNT, b1)
    store(out, to + 2 * step, a2)
    store(out, to + 2 * step + COUNT, b2)
    store(out, to + 3 * step, a3)
    store(out, to + 3 * step + COUNT, b3)
    store(out, to + 4 * step, a4)
    store(out, to + 4 * step + COUNT, b4)
    store(out, to + 5 * step, a5)
    store(out, to + 5 * step + COUNT, b5)
    store(out, to + 6 * step, a6)
    store(out, to + 6 * step + COUNT, b6)
    store(out, to + 7 * step, a7)
    store(out, to + 7 * step + COUNT, b7)


@numba.njit(nogil=True, inline="always")
def _gelu(a: Any) -> Any:
    """positive(a) - |a| * erfc(|a| / sqrt(2)) / 2."""
    zero = splat(np.float32(0))
    size = magnitude(a, splat(_TOP))
    q = fma(fma(fma(splat(_Q[8]), size, splat(_Q[7])), size, splat(_Q[6])), size, splat(_Q[5]))
    q = fma(fma(fma(q, size, splat(_Q[4])), size, splat(_Q[3])), size, splat(_Q[2]))
    q = fma(fma(q, size, splat(_Q[1])), size, splat(_Q[0]))
    q = fma(q, q, zero)
    q = fma(q, q, zero)
    return fma(divide(size, fma(q, q, zero)), splat(np.float32(-1)), positive(a))


@numba.njit(nogil=True, boundscheck=False)
def _pointwise(
    y: np.ndarray,
    start: int,
    shape: tuple[int, int, int, int],
    widen: np.ndarray,
    factor: float,
    shift: np.ndarray,
    narrow: np.ndarray,
    hidden: np.ndarray,
    out: np.ndarray,
) -> None:
    """out[C * R] = narrow^T gelu(factor * widen^T y + shift) of one frame, 32 bins at a time.

    Args:
        y: the frame is [C, R] from `start`, of which the first F numbers of each row count; R at least F
            rounded up to 32. `shape` is (C, K, F, R).
        widen: [C, K]; narrow: [K, C]; shift: [K]; K and C multiples of 8.
        hidden: room for K * 32 numbers.
    """
    channels, inner, bins, stride = shape
    wide, factors = 2 * COUNT, splat(factor)
    for f in range(0, bins, wide):
        for k in range(0, inner, 8):
            _product(y, start + f, stride, widen, (channels, inner), k, hidden, k * wide, wide)
        for k in range(inner):
            add = splat(shift[k])
            store(hidden, k * wide, _gelu(fma(load(hidden, k * wide), factors, add)))
            at = k * wide + COUNT
            store(hidden, at, _gelu(fma(load(hidden, at), factors, add)))
        for c in range(0, channels, 8):
            _product(hidden, 0, wide, narrow, (inner, channels), c, out, c * stride + f, stride)


@numba.njit(nogil=True, boundscheck=False)
def _settle(
    flat: np.ndarray, start: int, width: int, columns: int, added: np.ndarray, bias: np.ndarray
) -> None:
    """Add [C * R] numbers and a bias per channel to one frame, then reflect it into the columns around it."""
    bins, stride, one = width - 2 * columns, len(added) // len(bias), splat(np.float32(1))
    for c in range(len(bias)):
        at, of, add = start + c * width + columns, c * stride, splat(bias[c])
        final = bins - COUNT
        last = fma(load(added, of + final), one, fma(load(flat, at + final), one, add))
        for f in range(0, final + 1, COUNT):
            store(flat, at + f, fma(load(added, of + f), one, fma(load(flat, at + f), one, add)))
        store(flat, at + final, last)
        for j in range(1, columns + 1):
            flat[at - j] = flat[at + j]
            flat[at + bins - 1 + j] = flat[at + bins - 1 - j]


@numba.njit(nogil=True, boundscheck=False)
def _fill(x: np.ndarray, frames: int, before: int, first: bool) -> None:
    """Reflect frames at the beginning or at the end."""
    for distance in range(1, before + 1):
        if first:
            x[before - distance] = x[before + distance]
        else:
            x[before + frames - 1 + distance] = x[before + frames - 1 - distance]


@numba.njit(nogil=True, boundscheck=False)
def _scale(flat: np.ndarray, start: int, count: int, factor: float) -> None:
    """Multiply `count` numbers, at least 16."""
    factors, zero, final = splat(factor), splat(np.float32(0)), start + count - COUNT
    last = fma(load(flat, final), factors, zero)
    for f in range(start, final + 1, COUNT):
        store(flat, f, fma(load(flat, f), factors, zero))
    store(flat, final, last)


@numba.njit(cache=True, nogil=True, boundscheck=False)
def begin(
    x: np.ndarray,
    before: int,
    columns: int,
    scale: np.ndarray,
    shift: np.ndarray,
    weight: np.ndarray,
    y: np.ndarray,
    means: np.ndarray,
    squares: np.ndarray,
) -> None:
    """x[t, c] * scale[t, c] + shift[t, c] in place, the room around it, and the first convolution."""
    frames, channels, width = len(scale), x.shape[1], x.shape[2]
    flat, line, bins, stride = x.reshape(-1), y.reshape(-1), x.shape[2] - 2 * columns, y.shape[2]
    taps = weight.reshape(-1)
    nothing = np.zeros(channels * stride, np.float32)
    for t in range(frames):
        start = (before + t) * channels * width
        for c in range(channels):
            _scale(flat, start + c * width, width, scale[t, c])
        _settle(flat, start, width, columns, nothing, shift[t])
    if before < TAPS - 1:
        _fill(x, frames, before, True)
        _fill(x, frames, before, False)
    for t in range(0, frames, STEP):
        _depthwise(flat, width, taps, weight.shape[1], line, (channels, stride), t)
        for done in range(t, min(t + STEP, frames)):
            _moments(line, done * channels * stride, stride, bins, means[done], squares[done])


@numba.njit(cache=True, nogil=True, boundscheck=False)
def advance(
    x: np.ndarray,
    before: int,
    widen: np.ndarray,
    scale: np.ndarray,
    shift: np.ndarray,
    narrow: np.ndarray,
    bias: np.ndarray,
    weight: np.ndarray,
    last: bool,
    y: np.ndarray,
    hidden: np.ndarray,
    added: np.ndarray,
    means: np.ndarray,
    squares: np.ndarray,
) -> None:
    """The rest of a block, from its convolved image y, and the next block's convolution, into y again.

    Args:
        x: image with room around it, [T' + 6, C, W]; `before` is 3, or 6 when causal (zeros, not reflected).
        widen, narrow, hidden: as for `_pointwise`; scale: its factors [T]; shift: [T, K]; bias: [C].
        weight: of the next convolution, [C, J, 7]; `last`: there is none.
        y: [T', C, R], T' the T frames rounded up to a multiple of 4; added: room for one frame of it.
        means, squares: moments of the rows of the new y, or of the image after the last block, [T, C].
    """
    frames, channels, width, stride = len(scale), x.shape[1], x.shape[2], y.shape[2]
    columns = weight.shape[1] // 2
    bins, inner = width - 2 * columns, len(narrow)
    flat, line, taps, ready = x.reshape(-1), y.reshape(-1), weight.reshape(-1), 0
    into, back = widen.reshape(-1), narrow.reshape(-1)
    shape = (channels, inner, bins, stride)
    for t in range(frames):
        _pointwise(line, t * channels * stride, shape, into, scale[t], shift[t], back, hidden, added)
        start = (before + t) * channels * width
        _settle(flat, start, width, columns, added, bias)
        if last:
            _moments(flat, start + columns, width, bins, means[t], squares[t])
            continue
        if before < TAPS - 1 and t == before:
            _fill(x, frames, before, True)
        if before < TAPS - 1 and t == frames - 1:
            _fill(x, frames, before, False)
        # A group of four needs the frames up to TAPS - 1 - before after its last.
        while ready < frames and (t == frames - 1 or ready + STEP + TAPS - 2 - before <= t):
            _depthwise(flat, width, taps, weight.shape[1], line, (channels, stride), ready)
            for done in range(ready, min(ready + STEP, frames)):
                _moments(line, done * channels * stride, stride, bins, means[done], squares[done])
            ready += STEP
