"""Right-hand sides of chaotic systems in one function, told apart by number: one compilation for all."""

from __future__ import annotations

import math

import numba
import numpy as np


@numba.njit(cache=True)
def _double_pendulum(y: np.ndarray, p: np.ndarray, out: np.ndarray) -> None:
    """Hamilton's equations of two point masses on rods; y = angles and their conjugate momenta."""
    gravity, l1, l2, m1, m2 = p[0], p[1], p[2], p[3], p[4]
    cosine, sine = math.cos(y[0] - y[1]), math.sin(y[0] - y[1])
    inertia = m1 + m2 * sine * sine
    out[0] = (l2 * y[2] - l1 * y[3] * cosine) / (l1 * l1 * l2 * inertia)
    out[1] = ((m1 + m2) * l1 * y[3] - m2 * l2 * y[2] * cosine) / (m2 * l1 * l2 * l2 * inertia)
    first = y[2] * y[3] * sine / (l1 * l2 * inertia)
    square = m2 * (l2 * y[2]) ** 2 + (m1 + m2) * (l1 * y[3]) ** 2 - 2 * m2 * l1 * l2 * y[2] * y[3] * cosine
    second = square * sine * cosine / (l1 * l2 * inertia) ** 2
    out[2] = -(m1 + m2) * gravity * l1 * math.sin(y[0]) - first + second
    out[3] = -m2 * gravity * l2 * math.sin(y[1]) + first - second


@numba.njit(cache=True)
def _many(kind: int, y: np.ndarray, p: np.ndarray, out: np.ndarray) -> None:
    """Systems of other than three variables, and forced oscillators."""
    if kind == 14:  # forced Duffing oscillator
        out[0] = y[1]
        out[1] = -p[2] * y[1] - p[1] * y[0] - p[0] * y[0] ** 3 + p[3] * math.cos(y[2])
        out[2] = p[4]
    elif kind == 15:  # forced van der Pol oscillator
        out[0] = y[1]
        out[1] = p[1] * (1.0 - y[0] * y[0]) * y[1] - y[0] + p[0] * math.sin(y[2])
        out[2] = p[2]
    elif kind == 16:  # Lorenz-96
        n = y.size
        for i in range(n):
            out[i] = (y[(i + 1) % n] - y[i - 2]) * y[i - 1] - y[i] + p[0]
    elif kind == 17:
        _double_pendulum(y, p, out)
    else:  # Henon-Heiles
        out[0], out[1] = y[2], y[3]
        out[2] = -y[0] - 2.0 * p[0] * y[0] * y[1]
        out[3] = -y[1] - p[0] * (y[0] * y[0] - y[1] * y[1])


@numba.njit(cache=True)
def flow(kind: int, y: np.ndarray, p: np.ndarray, out: np.ndarray) -> None:
    """Write dy/dt of system `kind` at state y [d] with parameters p into out [d]."""
    if kind >= 14:
        _many(kind, y, p, out)
        return
    u, v, w = y[0], y[1], y[2]
    if kind == 0:  # Lorenz
        out[0], out[1], out[2] = p[0] * (v - u), u * (p[1] - w) - v, u * v - p[2] * w
    elif kind == 1:  # Roessler
        out[0], out[1], out[2] = -v - w, u + p[0] * v, p[1] + w * (u - p[2])
    elif kind == 2:  # Chen
        out[0], out[1], out[2] = p[0] * (v - u), (p[2] - p[0]) * u - u * w + p[2] * v, u * v - p[1] * w
    elif kind == 3:  # Halvorsen
        out[0] = -p[0] * u - p[1] * (v + w) - v * v
        out[1] = -p[0] * v - p[1] * (w + u) - w * w
        out[2] = -p[0] * w - p[1] * (u + v) - u * u
    elif kind == 4:  # Thomas
        out[0] = p[1] * math.sin(v) - p[0] * u
        out[1] = p[1] * math.sin(w) - p[0] * v
        out[2] = p[1] * math.sin(u) - p[0] * w
    elif kind == 5:  # Chua
        diode = p[3] * u + 0.5 * (p[2] - p[3]) * (abs(u + 1.0) - abs(u - 1.0))
        out[0], out[1], out[2] = p[0] * (v - u - diode), u - v + w, -p[1] * v
    elif kind == 6:  # Rucklidge
        out[0], out[1], out[2] = -p[0] * u + p[1] * v - v * w, u, v * v - w
    elif kind == 7:  # Nose-Hoover
        out[0], out[1], out[2] = v, v * w - u, p[0] - v * v
    elif kind == 8:  # Rabinovich-Fabrikant
        out[0] = v * (w - 1.0 + u * u) + p[1] * u
        out[1] = u * (3.0 * w + 1.0 - u * u) + p[1] * v
        out[2] = -2.0 * w * (p[0] + u * v)
    elif kind == 9:  # Aizawa
        out[0], out[1] = (w - p[1]) * u - p[3] * v, p[3] * u + (w - p[1]) * v
        out[2] = p[2] + p[0] * w - w**3 / 3 - (u * u + v * v) * (1.0 + p[4] * w) + p[5] * w * u**3
    elif kind == 10:  # Hadley
        out[0] = -v * v - w * w - p[0] * (u - p[2])
        out[1] = u * v - p[1] * u * w - v + p[3]
        out[2] = p[1] * u * v + u * w - w
    elif kind == 11:  # Arneodo
        out[0], out[1], out[2] = v, w, -p[0] * u - p[1] * v - p[2] * w + p[3] * u**3
    elif kind == 12:  # Lue-Chen
        out[0], out[1], out[2] = p[0] * (v - u), p[2] * v - u * w, u * v - p[1] * w
    else:  # Sprott B
        out[0], out[1], out[2] = v * w, u - v, 1.0 - u * v
