"""Decoder of ITU-T G.722 at 64 kbit/s: sub-band ADPCM, 16 kHz speech from one byte for two samples.

After the recommendation's computational description (sections 5 and 6 and its tables): 16-bit integers that
saturate, so that every decoder gives the same samples. Names are those of the recommendation.
"""

from __future__ import annotations

import numba
import numpy as np

from ....shared.errors import InputError

RATE = 16_000
QMF = np.array([3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11], np.int64)
"""Every other tap of the quadrature mirror filter; the rest are the same, reversed."""
_UPPER6 = (24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000)
_LOWER6 = (5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728)
_LEVELS6 = np.array(_UPPER6 + _LOWER6, np.int64)
QQ6 = np.concatenate([[-136] * 4, -_LEVELS6, _LEVELS6, [432, 136, -432, -136]])
"""Levels of the lower band's quantiser with 6 bits, which make the output."""
_LEVELS4 = np.array((20456, 12896, 8968, 6288, 4240, 2584, 1200), np.int64)
QQ4 = np.concatenate([[0], -_LEVELS4, _LEVELS4, [0]])
"""The same with the first 4 bits, which the predictor follows."""
QQ2 = np.array([-7408, -1616, 7408, 1616], np.int64)
"""Levels of the upper band."""
WL = np.array([-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60], np.int64)
"""Steps of the lower band's logarithmic scale, by the first 4 bits."""
WH = np.array([798, -214, 798, -214], np.int64)
ILB = np.round(2048 * 2.0 ** (np.arange(32) / 32)).astype(np.int64)
"""From logarithmic to linear scale."""


def decode_g722(data: bytes) -> np.ndarray:
    """Samples at 16 kHz, int16 [2 * bytes].

    Raises:
        InputError: no bytes.
    """
    if not data:
        raise InputError("g722", "holds no bytes", expected="one byte for every two samples")
    return _decode(np.frombuffer(data, np.uint8))


@numba.njit(cache=True, nogil=True)
def _limit(x: int) -> int:
    return min(max(x, -32768), 32767)


@numba.njit(cache=True, nogil=True)
def _scale(nb: int, shift: int) -> int:
    """SCALEL, SCALEH: quantiser scale from its logarithm."""
    right = shift - (nb >> 11)
    value = ILB[(nb >> 6) & 31]
    return (value >> right if right >= 0 else value << -right) << 2


@numba.njit(cache=True, nogil=True)
def _predict(d0: int, s: np.ndarray, a: np.ndarray, b: np.ndarray, d: np.ndarray, rp: np.ndarray) -> None:
    """Block 4: adapt the predictor of a band to the difference d0, and predict the next sample.

    Args:
        s: prediction and its part from zeros, [2]; a: pole coefficients [2]; b: zero coefficients [6].
        d: last differences [6]; rp: last two reconstructed (0, 1) and partly reconstructed (2, 3) samples.
    """
    r0, p0 = _limit(s[0] + d0), _limit(s[1] + d0)
    same1, same2 = (p0 < 0) == (rp[2] < 0), (p0 < 0) == (rp[3] < 0)
    turn = _limit(a[0] << 2)  # UPPOL2
    turn = min(-turn, 32767) if same1 else turn
    a2 = (128 if same2 else -128) + (turn >> 7) + ((a[1] * 32512) >> 15)
    a2 = min(max(a2, -12288), 12288)
    a1 = _limit((192 if same1 else -192) + ((a[0] * 32640) >> 15))  # UPPOL1
    top = _limit(15360 - a2)
    a[0], a[1] = min(max(a1, -top), top), a2
    step = 0 if d0 == 0 else 128  # UPZERO
    for i in range(6):
        b[i] = _limit((step if (d[i] < 0) == (d0 < 0) else -step) + ((b[i] * 32640) >> 15))
    for i in range(5, 0, -1):
        d[i] = d[i - 1]
    d[0] = d0
    rp[1], rp[0], rp[3], rp[2] = rp[0], r0, rp[2], p0
    poles = _limit(((a[0] * _limit(2 * rp[0])) >> 15) + ((a[1] * _limit(2 * rp[1])) >> 15))  # FILTEP
    zeros = 0  # FILTEZ
    for i in range(6):
        zeros += (b[i] * _limit(2 * d[i])) >> 15
    s[1] = _limit(zeros)
    s[0] = _limit(poles + s[1])


@numba.njit(cache=True, nogil=True)
def _decode(codes: np.ndarray) -> np.ndarray:
    out = np.empty(2 * len(codes), np.int16)
    s, a = np.zeros((2, 2), np.int64), np.zeros((2, 2), np.int64)
    b, d, rp = np.zeros((2, 6), np.int64), np.zeros((2, 6), np.int64), np.zeros((2, 4), np.int64)
    nbl = nbh = 0
    detl, deth = 32, 8
    sums, differences = np.zeros(12, np.int64), np.zeros(12, np.int64)
    for n in range(len(codes)):
        low, high = np.int64(codes[n]) & 63, np.int64(codes[n]) >> 6
        rl = min(max(s[0, 0] + ((detl * QQ6[low]) >> 15), -16384), 16383)
        dlt = (detl * QQ4[low >> 2]) >> 15
        nbl = min(max(((nbl * 127) >> 7) + WL[low >> 2], 0), 18432)
        detl = _scale(nbl, 8)
        _predict(dlt, s[0], a[0], b[0], d[0], rp[0])
        dh = (deth * QQ2[high]) >> 15
        rh = min(max(s[1, 0] + dh, -16384), 16383)
        nbh = min(max(((nbh * 127) >> 7) + WH[high], 0), 22528)
        deth = _scale(nbh, 10)
        _predict(dh, s[1], a[1], b[1], d[1], rp[1])
        sums[:-1], differences[:-1] = sums[1:].copy(), differences[1:].copy()
        sums[-1], differences[-1] = rl + rh, rl - rh
        first = second = 0
        for i in range(12):
            first += differences[i] * QMF[11 - i]
            second += sums[i] * QMF[i]
        out[2 * n], out[2 * n + 1] = _limit(first >> 11), _limit(second >> 11)
    return out
