"""Kernels of the generator's backbone for synthesis, on images [T, C, F]: frames, channels, bins.

Frequencies lie side by side, so sixteen of them are one register (`lanes`), and weights are scalars. The
image has room around it: [T', C, W] with `before` frames before the first and `columns` bins on both sides.
A block's inner layer never leaves the nearest cache, and the next block's convolution follows a few frames
behind.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import erfc

from .lanes import COUNT, fma, load, magnitude, positive, splat, spread, store

TAPS = 7
"""Frames of the depthwise kernel; the loop over them is written out."""
STEP = 4
"""Frames convolved together: each row that is read serves four sums."""
_TOP = np.float32(5.5)


def _tail_polynomial() -> tuple[np.float32, ...]:
    """Coefficients in s = 2 a / 5.5 - 1 of erfc(a / sqrt(2)) / 2 on 0 <= a <= 5.5, exact to 3e-8."""
    nodes = np.cos(np.pi * (np.arange(400) + 0.5) / 400)
    tail = 0.5 * erfc((nodes + 1) / 2 * float(_TOP) / np.sqrt(2))
    return tuple(np.float32(c) for c in chebyshev.cheb2poly(chebyshev.chebfit(nodes, tail, 18)))


_C = _tail_polynomial()
_SLOPE = np.float32(2) / _TOP


@numba.njit(nogil=True, boundscheck=False)
def _depthwise(flat: np.ndarray, width: int, weight: np.ndarray, y: np.ndarray, t: int) -> None:
    """y[t, c, f] = sum over i, j of x[t + i, c, f + j] * weight[c, j, i], for four frames from t.

    Args:
        flat: x [T + 6, C, W] made flat, W = `width` = F + J - 1, F at least 16; weight: [C, J, 7].
        y: [T, C, R], rows of R numbers of which the first F are written.
    """
    _, channels, stride = y.shape
    out, row, line = y.reshape(-1), channels * width, channels * stride
    taps, columns = weight.reshape(-1), weight.shape[1]
    bins = width - columns + 1
    for c in range(channels):
        done = 0
        while done < bins:
            f = min(done, bins - COUNT)  # the last sixteen overlap their neighbours
            done += COUNT
            a = b = d = e = splat(np.float32(0))
            for j in range(columns):
                at = (t * channels + c) * width + f + j
                x0, x1 = load(flat, at), load(flat, at + row)
                x2, x3 = load(flat, at + 2 * row), load(flat, at + 3 * row)
                for i in range(TAPS):
                    w = spread(taps, (c * columns + j) * TAPS + i)
                    a, b, d, e = fma(x0, w, a), fma(x1, w, b), fma(x2, w, d), fma(x3, w, e)
                    x0, x1, x2 = x1, x2, x3
                    if i < TAPS - 1:
                        x3 = load(flat, at + (i + 4) * row)
            to = (t * channels + c) * stride + f
            store(out, to, a)
            store(out, to + line, b)
            store(out, to + 2 * line, d)
            store(out, to + 3 * line, e)


@numba.njit(nogil=True, boundscheck=False)
def _moments(
    flat: np.ndarray, start: int, width: int, bins: int, means: np.ndarray, squares: np.ndarray
) -> None:
    """Mean, and sum of squares about it, of `bins` numbers in each row of one frame, into [C]."""
    part = np.empty(COUNT, np.float32)
    whole = bins - bins % COUNT
    one = splat(np.float32(1))
    for c in range(len(means)):
        at = start + c * width
        sums = splat(np.float32(0))
        for f in range(at, at + whole, COUNT):
            sums = fma(load(flat, f), one, sums)
        store(part, 0, sums)
        mean = (part.sum() + flat[at + whole : at + bins].sum()) / np.float32(bins)
        sums, less = splat(np.float32(0)), splat(np.float32(-mean))
        for f in range(at, at + whole, COUNT):
            away = fma(load(flat, f), one, less)
            sums = fma(away, away, sums)
        store(part, 0, sums)
        square = part.sum()
        for f in range(at + whole, at + bins):
            square += (flat[f] - mean) ** 2
        means[c], squares[c] = mean, square


@numba.njit(nogil=True, boundscheck=False)
def _product(
    x: np.ndarray, at: int, row: int, weight: np.ndarray, first: int, out: np.ndarray, to: int, step: int
) -> None:
    """out[to + k * step + f] = sum over n of weight[n, first + k] * x[at + n * row + f], k < 8 and f < 32."""
    flat, outputs, zero = weight.reshape(-1), weight.shape[1], splat(np.float32(0))
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = zero
    b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = zero
    for n in range(len(weight)):
        a, b = load(x, at + n * row), load(x, at + n * row + COUNT)
        w = spread(flat, n * outputs + first)
        a0, b0 = fma(a, w, a0), fma(b, w, b0)
        w = spread(flat, n * outputs + first + 1)
        a1, b1 = fma(a, w, a1), fma(b, w, b1)
        w = spread(flat, n * outputs + first + 2)
        a2, b2 = fma(a, w, a2), fma(b, w, b2)
        w = spread(flat, n * outputs + first + 3)
        a3, b3 = fma(a, w, a3), fma(b, w, b3)
        w = spread(flat, n * outputs + first + 4)
        a4, b4 = fma(a, w, a4), fma(b, w, b4)
        w = spread(flat, n * outputs + first + 5)
        a5, b5 = fma(a, w, a5), fma(b, w, b5)
        w = spread(flat, n * outputs + first + 6)
        a6, b6 = fma(a, w, a6), fma(b, w, b6)
        w = spread(flat, n * outputs + first + 7)
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
    size = magnitude(a, splat(_TOP))
    s = fma(size, splat(_SLOPE), splat(np.float32(-1)))
    u = fma(s, s, splat(np.float32(0)))
    # Even and odd powers by themselves: two chains of half the length, which the processor runs side by side.
    p = fma(splat(_C[18]), u, splat(_C[16]))
    q = fma(splat(_C[17]), u, splat(_C[15]))
    p = fma(fma(fma(p, u, splat(_C[14])), u, splat(_C[12])), u, splat(_C[10]))
    q = fma(fma(fma(q, u, splat(_C[13])), u, splat(_C[11])), u, splat(_C[9]))
    p = fma(fma(fma(p, u, splat(_C[8])), u, splat(_C[6])), u, splat(_C[4]))
    q = fma(fma(fma(q, u, splat(_C[7])), u, splat(_C[5])), u, splat(_C[3]))
    p = fma(fma(p, u, splat(_C[2])), u, splat(_C[0]))
    q = fma(q, u, splat(_C[1]))
    p = fma(q, s, p)
    return fma(fma(size, p, splat(np.float32(0))), splat(np.float32(-1)), positive(a))


@numba.njit(nogil=True, boundscheck=False)
def _pointwise(
    y: np.ndarray,
    bins: int,
    t: int,
    widen: np.ndarray,
    scale: np.ndarray,
    shift: np.ndarray,
    narrow: np.ndarray,
    hidden: np.ndarray,
    out: np.ndarray,
) -> None:
    """out[C * R] = narrow^T gelu(scale[t] * widen^T y[t] + shift[t]), 32 bins at a time.

    Args:
        y: [T, C, R], of which the first `bins` numbers of each row count; R at least `bins` rounded up to 32.
        widen: [C, K]; narrow: [K, C]; shift: [T, K]; K and C multiples of 8.
        hidden: room for K * 32 numbers.
    """
    _, channels, stride = y.shape
    flat, start, inner, wide = y.reshape(-1), t * channels * stride, widen.shape[1], 2 * COUNT
    factor = splat(scale[t])
    for f in range(0, bins, wide):
        for k in range(0, inner, 8):
            _product(flat, start + f, stride, widen, k, hidden, k * wide, wide)
        for k in range(inner):
            add = splat(shift[t, k])
            store(hidden, k * wide, _gelu(fma(load(hidden, k * wide), factor, add)))
            at = k * wide + COUNT
            store(hidden, at, _gelu(fma(load(hidden, at), factor, add)))
        for c in range(0, channels, 8):
            _product(hidden, 0, wide, narrow, c, out, c * stride + f, stride)


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
        _depthwise(flat, width, weight, y, t)
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
    means: np.ndarray,
    squares: np.ndarray,
) -> None:
    """The rest of a block, from its convolved image y, and the next block's convolution, into y again.

    Args:
        x: image with room around it, [T' + 6, C, W]; `before` is 3, or 6 when causal (zeros, not reflected).
        widen, scale, shift, narrow, hidden: as for `_pointwise`; bias: [C].
        weight: of the next convolution, [C, J, 7]; `last`: there is none.
        y: [T', C, R], T' the T frames rounded up to a multiple of 4.
        means, squares: moments of the rows of the new y, or of the image after the last block, [T, C].
    """
    frames, channels, width, stride = len(scale), x.shape[1], x.shape[2], y.shape[2]
    columns = weight.shape[1] // 2
    bins = width - 2 * columns
    added = np.empty(channels * stride, np.float32)
    flat, line, ready = x.reshape(-1), y.reshape(-1), 0
    for t in range(frames):
        _pointwise(y, bins, t, widen, scale, shift, narrow, hidden, added)
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
            _depthwise(flat, width, weight, y, ready)
            for done in range(ready, min(ready + STEP, frames)):
                _moments(line, done * channels * stride, stride, bins, means[done], squares[done])
            ready += STEP
