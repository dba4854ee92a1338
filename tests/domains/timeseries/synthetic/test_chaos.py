"""Chaotic systems: paths against scipy's, conserved energies, fixed points, a known Lyapunov exponent."""

import numpy as np
import pytest
from fourfold.domains.timeseries.synthetic import chaos
from fourfold.domains.timeseries.synthetic.chaotic_flow import flow
from fourfold.domains.timeseries.synthetic.lyapunov import largest_lyapunov
from fourfold.shared.errors import InputError
from scipy.integrate import solve_ivp


def slope(system: chaos.ChaoticSystem, y: np.ndarray) -> np.ndarray:
    out = np.empty(y.size)
    flow(system.kind, y, np.array(system.parameters, dtype=float), out)
    return out


def error_against_scipy(system: chaos.ChaoticSystem, method: str, duration: float) -> float:
    start = chaos.trajectory(system, np.array([0.0, 5 * system.period]))[-1]
    times = np.linspace(0, duration, 101)
    ours = chaos.trajectory(system, times, start)
    reference = solve_ivp(
        lambda _, y: slope(system, y),
        (0, duration),
        start,
        method=method,
        t_eval=times,
        rtol=1e-12,
        atol=1e-12,
    ).y.T
    return float(np.abs(ours - reference).max() / np.abs(reference).max())


@pytest.mark.parametrize("system", chaos.SYSTEMS, ids=lambda system: system.name)
def test_two_lyapunov_times_equal_scipy(system):
    # Three nearly regular systems have Lyapunov times of many periods: 20 periods are enough there.
    duration = min(2 / system.lyapunov, 20 * system.period)
    assert error_against_scipy(system, "DOP853", duration) < 1e-6


def test_lorenz_equals_the_implicit_radau_method_too():
    system = chaos.chaotic_system("lorenz")
    assert error_against_scipy(system, "Radau", 0.5 / system.lyapunov) < 1e-6


def test_lorenz_exponent_is_the_known_one():
    assert largest_lyapunov(chaos.chaotic_system("lorenz"), 5_000.0) == pytest.approx(0.906, abs=0.01)


def test_energies_are_conserved():
    times = np.linspace(0, 20, 200)
    x, y, px, py = chaos.trajectory(chaos.chaotic_system("henon_heiles"), times).T
    energy = 0.5 * (px**2 + py**2 + x**2 + y**2) + x**2 * y - y**3 / 3
    np.testing.assert_allclose(energy, energy[0], rtol=1e-9)
    a, b, pa, pb = chaos.trajectory(chaos.chaotic_system("double_pendulum"), np.linspace(0, 5, 100)).T
    kinetic = (pa**2 + 2 * pb**2 - 2 * pa * pb * np.cos(a - b)) / (2 * (1 + np.sin(a - b) ** 2))
    total = kinetic - 9.81 * (2 * np.cos(a) + np.cos(b))
    np.testing.assert_allclose(total, total[0], rtol=1e-9)


def test_lorenz_rests_at_its_fixed_points():
    system = chaos.chaotic_system("lorenz")
    edge = np.sqrt(8 / 3 * 27)
    for point in ([0.0, 0, 0], [edge, edge, 27], [-edge, -edge, 27]):
        np.testing.assert_allclose(slope(system, np.array(point)), 0, atol=1e-12)


def test_at_least_twelve_systems_with_named_sources():
    assert len({system.name for system in chaos.SYSTEMS}) >= 12
    assert all(system.source and system.period > 0 and system.lyapunov > 0 for system in chaos.SYSTEMS)
    assert sorted(system.kind for system in chaos.SYSTEMS) == list(range(len(chaos.SYSTEMS)))


@pytest.mark.parametrize("system", chaos.SYSTEMS, ids=lambda system: system.name)
def test_training_paths_stay_on_the_attractor(system):
    paths = chaos.ensemble(system, np.random.default_rng(0), 2, 120, np.array([10.0, 20.0]))
    assert np.isfinite(paths).all()
    assert np.abs(paths).max() < 1e4
    assert (paths.std(axis=1).max(axis=1) > 1e-3).any()


def test_bad_requests_are_refused():
    system = chaos.chaotic_system("rossler")
    with pytest.raises(InputError, match="no chaotic system"):
        chaos.chaotic_system("weather")
    with pytest.raises(InputError, match="do not rise"):
        chaos.trajectory(system, np.array([0.0, 0.0]))
    with pytest.raises(InputError, match="shape"):
        chaos.trajectory(system, np.array([0.0, 1.0]), np.zeros(2))
    with pytest.raises(InputError, match="leaves all bounds"):
        chaos.trajectory(system, np.array([0.0, 50.0]), np.array([1e8, 1e8, 1e8]))
