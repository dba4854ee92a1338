"""Operations on sixteen numbers, and the activation made of them, against numpy's and scipy's."""

import numpy as np
from fourfold.domains.audio.wavehax.frame_kernels import _gelu
from fourfold.domains.audio.wavehax.lanes import (
    COUNT,
    divide,
    fma,
    load,
    magnitude,
    positive,
    splat,
    spread,
    store,
    total,
)
from numba import njit
from scipy import special


@njit
def operated(x, y, out):
    a, b = load(x, 1), load(y, 0)
    store(out, 0, a)
    store(out, 16, splat(np.float32(2.5)))
    store(out, 32, spread(x, 3))
    store(out, 48, fma(a, b, splat(np.float32(0.5))))
    store(out, 64, divide(a, b))
    store(out, 80, magnitude(a, splat(np.float32(0.75))))
    store(out, 96, positive(a))
    return total(a)


def test_every_operation():
    draws = np.random.default_rng(0)
    x, y = draws.normal(size=(2, COUNT + 1)).astype(np.float32)
    x[5], x[7] = np.nan, 0.0
    out = np.zeros(7 * COUNT, np.float32)
    a, b = x[1:], y[:COUNT]
    assert COUNT == 16
    assert np.isnan(operated(x, y, out))
    wanted = [a, np.full(16, 2.5), np.full(16, x[3]), a * b + 0.5, a / b]
    wanted += [np.minimum(np.abs(a), 0.75), np.maximum(a, 0)]
    np.testing.assert_allclose(out.reshape(7, 16), np.stack(wanted), rtol=1e-6, atol=1e-7)
    x[5] = 1.0
    np.testing.assert_allclose(operated(x, y, out), a.sum(dtype=np.float64), rtol=1e-5)


@njit
def activated(x):
    for at in range(0, len(x), COUNT):
        store(x, at, _gelu(load(x, at)))


def test_the_activation_is_x_times_the_normal_distribution():
    x = np.linspace(-9, 9, 100 * COUNT).astype(np.float32)
    wanted = x * special.ndtr(x.astype(np.float64))
    activated(x)
    np.testing.assert_allclose(x, wanted, atol=3e-7, rtol=3e-7)
