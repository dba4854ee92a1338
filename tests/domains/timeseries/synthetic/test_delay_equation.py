"""The delay integrator: fourth-order convergence, the linear limit in closed form, the chaotic regime."""

import numpy as np
import pytest
from fourfold.domains.timeseries.synthetic.delay_equation import mackey_glass, mackey_glass_ensemble


def test_without_production_it_decays_exponentially():
    x = mackey_glass(0.0, 0.1, 10.0, np.ones(11), 0.1, 50, 1)
    np.testing.assert_allclose(x, np.exp(-0.1 * 0.1 * np.arange(1, 51)), rtol=1e-9)


def test_first_delay_interval_has_its_closed_form():
    # While the delayed value is the constant past c, x' = g - gamma x with g = beta c / (1 + c^n).
    c, step = 0.5, 0.25
    x = mackey_glass(0.2, 0.1, 10.0, np.full(4 * 17 + 1, c), step, 4 * 17, 1)
    g = 0.2 * c / (1 + c**10)
    time = step * np.arange(1, x.size + 1)
    np.testing.assert_allclose(x, g / 0.1 + (c - g / 0.1) * np.exp(-0.1 * time), rtol=1e-9)


def test_halving_the_step_divides_the_error_by_about_sixteen():
    def end(per_unit: int) -> float:
        past = np.full(17 * per_unit + 1, 0.5)
        return mackey_glass(0.2, 0.1, 10.0, past, 1 / per_unit, 1, 60 * per_unit)[-1]

    exact = end(64)
    assert abs(end(2) - exact) / abs(end(4) - exact) > 8
    assert end(8) == pytest.approx(exact, abs=1e-6)


def test_training_paths_oscillate():
    paths = mackey_glass_ensemble(np.random.default_rng(0), 4, 300)
    np.testing.assert_allclose(paths.std(axis=1), 1, rtol=1e-3)
    assert ((paths[:, 1:] > 0) != (paths[:, :-1] > 0)).sum(axis=1).min() >= 3
