"""Chaotic systems with the parameters of their papers, and trajectories sampled by their own period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....shared.errors import InputError
from .delay_equation import mackey_glass_ensemble
from .integrator import extrapolate, runge_kutta_ensemble

SHARED = 4
"""Training series taken from one integrated path."""


@dataclass(frozen=True)
class ChaoticSystem:
    """One system of ordinary differential equations.

    Period and exponent are those tabulated by Gilpin (NeurIPS 2021, arXiv 2110.05266) for these parameters.
    """

    name: str
    kind: int
    """Its number in `chaotic_flow.flow`."""
    parameters: tuple[float, ...]
    initial: tuple[float, ...]
    period: float
    """Dominant period, in the system's time unit."""
    lyapunov: float
    """Largest Lyapunov exponent per time unit, estimated."""
    source: str
    substeps: int = 2
    """Runge-Kutta steps per 1/40 of a period that keep training trajectories on the attractor."""

    @property
    def dimension(self) -> int:
        return len(self.initial)


SYSTEMS: tuple[ChaoticSystem, ...] = (
    ChaoticSystem(
        "lorenz", 0, (10, 28, 8 / 3), (1, 1, 20), 1.5008, 0.8917, "Lorenz 1963, J. Atmos. Sci. 20:130"
    ),
    ChaoticSystem(
        "rossler", 1, (0.2, 0.2, 5.7), (6, 0.5, 0.3), 5.9086, 0.1506, "Roessler 1976, Phys. Lett. A 57:397"
    ),
    ChaoticSystem("chen", 2, (35, 3, 28), (3, 5, 19), 0.58689, 2.006, "Chen & Ueta 1999, IJBC 9:1465"),
    ChaoticSystem("halvorsen", 3, (1.4, 4), (-8.7, -2.5, 0), 1.4889, 0.6964, "Sprott 2010, Elegant Chaos"),
    ChaoticSystem("thomas", 4, (1.85, 10), (2.2, 2.4, 3.2), 4.969, 0.6324, "Thomas 1999, IJBC 9:1889"),
    ChaoticSystem("chua", 5, (15.6, 28, -1.142857, -0.71429), (1.1, -0.1, -0.8), 1.4235, 1.2301, "Chua 1969"),
    ChaoticSystem(
        "rucklidge", 6, (2, 6.7), (1.9, 3.2, 5.8), 6.0721, 0.1936, "Rucklidge 1992, J. Fluid Mech. 237:209"
    ),
    ChaoticSystem("nose_hoover", 7, (1.5,), (-2, 0.25, 0.8), 5.8673, 0.01046, "Hoover 1985, PRA 31:1695"),
    ChaoticSystem(
        "rabinovich_fabrikant",
        8,
        (1.1, 0.87),
        (-1.82, 0.83, 0.21),
        2.3356,
        0.2541,
        "Rabinovich & Fabrikant 1979, Sov. Phys. JETP 50:311",
    ),
    ChaoticSystem(
        "aizawa", 9, (0.95, 0.7, 0.6, 3.5, 0.25, 0.1), (-0.8, -0.6, -0.2), 2.5837, 0.1349, "Langford 1984"
    ),
    ChaoticSystem(
        "hadley", 10, (0.2, 4, 9, 1), (1.4, 0.9, 0.6), 1.4541, 0.2387, "Lorenz 1984, Tellus A 36:98"
    ),
    ChaoticSystem(
        "arneodo",
        11,
        (-5.5, 4.5, 1, -1),
        (-2.75, 0.19, 3.5),
        3.1641,
        0.2374,
        "Arneodo, Coullet & Tresser 1980, Phys. Lett. A 79:259",
    ),
    ChaoticSystem("lu_chen", 12, (36, 3, 18), (11, 10, 23), 2.3385, 0.3267, "Lue & Chen 2002, IJBC 12:659"),
    ChaoticSystem("sprott_b", 13, (), (1.7, 1.5, -0.5), 11.0501, 0.2067, "Sprott 1994, PRE 50:R647"),
    ChaoticSystem(
        "duffing", 14, (1, -1, 0.1, 0.35, 1.4), (-1.2, -0.5, 0), 7.4496, 0.1403, "Duffing 1918; Ueda 1979"
    ),
    ChaoticSystem(
        "forced_van_der_pol",
        15,
        (1.2, 8.53, 0.63),
        (-1.5, 0.2, 0),
        14.4769,
        0.00351,
        "van der Pol 1920, Radio Review 1",
        substeps=40,
    ),
    ChaoticSystem(
        "lorenz96", 16, (20,), (-2.5, 0.1, 1.6, 10.2), 2.1969, 1.3362, "Lorenz 1996, ECMWF Seminar"
    ),
    ChaoticSystem(
        "double_pendulum", 17, (9.81, 1, 1, 1, 1), (2.0, 2.5, 0, 0), 4.0234, 3.9853, "Marion & Thornton 2003"
    ),
    ChaoticSystem(
        "henon_heiles", 18, (1,), (-0.3, 0, 0.43, 0.07), 6.37, 0.03551, "Henon & Heiles 1964, AJ 69:73"
    ),
)


def chaotic_system(name: str) -> ChaoticSystem:
    """The system of that name.

    Raises:
        InputError: when there is none.
    """
    for system in SYSTEMS:
        if system.name == name:
            return system
    raise InputError(
        "name", f"no chaotic system {name!r}", expected=", ".join(system.name for system in SYSTEMS)
    )


def trajectory(
    system: ChaoticSystem,
    times: np.ndarray,
    initial: np.ndarray | None = None,
    tolerance: float = 1e-12,
) -> np.ndarray:
    """States of one system at `times` [T] (rising, the first is the start), float64 [T, d].

    Args:
        initial: state at times[0], [d]; the system's own when absent.
        tolerance: error per step against 1 + |state|, of the order-adaptive extrapolation method.

    Raises:
        InputError: on times that do not rise, a wrong state size, or a path that leaves all bounds.
    """
    times = np.asarray(times, dtype=np.float64)
    state = np.array(system.initial if initial is None else initial, dtype=np.float64)
    if times.ndim != 1 or times.size < 1 or not (np.diff(times) > 0).all():
        raise InputError("times", "do not rise", expected="a strictly rising 1-d array")
    if state.shape != (system.dimension,):
        raise InputError("initial", f"has shape {state.shape}", expected=f"({system.dimension},)")
    states = extrapolate(system.kind, np.array(system.parameters, dtype=np.float64), state, times, tolerance)
    if not np.isfinite(states).all():
        raise InputError("initial", f"the path of {system.name} leaves all bounds from here")
    return states


def ensemble(
    system: ChaoticSystem, rng: np.random.Generator, n: int, length: int, steps_per_period: np.ndarray
) -> np.ndarray:
    """Training trajectories: n independent paths on the attractor, float64 [n, length, d].

    Paths that leave all bounds are 0.

    Args:
        steps_per_period: [n], samples taken per dominant period.
    """
    start = np.array(system.initial) * (1.0 + 0.05 * rng.standard_normal((n, system.dimension)))
    start += 1e-3 * rng.standard_normal(start.shape)
    # Runge-Kutta steps between samples so that each is about period / 40 / substeps.
    inner = np.ceil(40.0 * system.substeps / steps_per_period).astype(np.int64)
    step = system.period / steps_per_period / inner
    burn_in = rng.integers(20, 150, n)
    parameters = np.array(system.parameters, dtype=np.float64)
    paths = runge_kutta_ensemble(system.kind, parameters, start, step, inner, burn_in, length)
    if system.name == "double_pendulum":
        paths[..., :2] = np.sin(paths[..., :2])
    if system.name in ("duffing", "forced_van_der_pol"):
        # The forcing phase is a clock, not an observable.
        paths = paths[..., :2]
    paths[~np.isfinite(paths).all(axis=(1, 2))] = 0.0
    return paths


def observed_series(
    system: ChaoticSystem, rng: np.random.Generator, steps_per_period: np.ndarray, length: int
) -> np.ndarray:
    """Several observables of one path per entry of steps_per_period [m], float32 [m * SHARED, length].

    Half of the observables are single coordinates, half random mixes of two; all have mean 0 and spread 1.
    """
    paths = ensemble(system, rng, steps_per_period.size, length, steps_per_period)
    paths -= paths.mean(axis=1, keepdims=True)
    paths /= np.maximum(paths.std(axis=1, keepdims=True), 1e-6)
    m, _, d = paths.shape
    mix = np.eye(d)[rng.integers(0, d, (m, SHARED))]
    mix += (
        np.eye(d)[rng.integers(0, d, (m, SHARED))]
        * rng.normal(0, 1, (m, SHARED, 1))
        * (rng.random((m, SHARED, 1)) < 0.5)
    )
    series = np.einsum("mtd,msd->mst", paths, mix).reshape(m * SHARED, length)
    return (series / np.maximum(series.std(axis=1, keepdims=True), 1e-6)).astype(np.float32)


def chaos_like(rng: np.random.Generator, n: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """n series from random systems, with and without observation noise: values [n, length], period [n]."""
    values = np.empty((n, length), dtype=np.float32)
    which = rng.integers(0, len(SYSTEMS) + 1, n)
    rate = np.exp(rng.uniform(np.log(6.0), np.log(80.0), n))
    for code in np.unique(which):
        rows = np.flatnonzero(which == code)
        if code == len(SYSTEMS):
            values[rows] = mackey_glass_ensemble(rng, rows.size, length)
            continue
        paths = -(-rows.size // SHARED)
        rate[rows] = np.repeat(rate[rows[:paths]], SHARED)[: rows.size]
        values[rows] = observed_series(SYSTEMS[code], rng, rate[rows[::SHARED]], length)[: rows.size]
    noisy = np.flatnonzero(rng.random(n) < 0.5)
    level = 10.0 ** rng.uniform(-2.5, -0.5, (noisy.size, 1))
    values[noisy] += (level * rng.standard_normal((noisy.size, length))).astype(np.float32)
    named = np.where(rng.random(n) < 0.5, np.round(rate), rng.choice([1, 7, 12, 24], n))
    return values, named.astype(np.int64)
