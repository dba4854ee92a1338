"""The path has the velocity that training asks for, and solvers have their orders."""

import math

import numpy as np
import pytest
import torch
from fourfold.domains.audio.periodwave.flow import EVALUATIONS, SIGMA, energy_scale, path, solve
from fourfold.shared.errors import InputError


def test_the_target_is_the_path_s_derivative():
    noise, sound = torch.randn(2, 3, 50, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    time = torch.tensor([0.0, 0.3, 1.0], dtype=torch.float64)
    point, velocity = path(noise, sound, time)
    derivative = (path(noise, sound, time + 0.25)[0] - point) / 0.25  # the path is straight
    torch.testing.assert_close(velocity, derivative, atol=1e-12, rtol=0)
    torch.testing.assert_close(point[0], noise[0])
    torch.testing.assert_close(point[2], sound[2] + SIGMA * noise[2])


def test_following_the_target_ends_at_the_sound():
    noise, sound = torch.randn(2, 1, 50, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    end = solve(lambda x, t: path(noise, sound, t)[1], noise, 3, "euler")
    torch.testing.assert_close(end, sound + SIGMA * noise, atol=1e-12, rtol=0)


@pytest.mark.parametrize(("solver", "order"), [("euler", 1), ("midpoint", 2), ("runge-kutta-4", 4)])
def test_orders(solver, order):
    # dx/dt = (2 t - 1.5) x has x(1) = x(0) exp(1 - 1.5).
    start = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
    truth = start * math.exp(-0.5)
    steps = [8, 16, 32, 64]
    errors = [
        float((solve(lambda x, t: (2 * t - 1.5)[:, None] * x, start, n, solver) - truth).abs().max())
        for n in steps
    ]
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope == pytest.approx(order, abs=0.2)


@pytest.mark.parametrize("solver", EVALUATIONS)
def test_evaluations(solver):
    seen = []
    solve(lambda x, t: seen.append(float(t)) or torch.zeros_like(x), torch.zeros(1, 4), 5, solver)
    assert len(seen) == 5 * EVALUATIONS[solver]
    assert max(seen) <= 1.0


def test_bad_solvers_are_refused():
    for steps in (0, -1, 1.5, True):
        with pytest.raises(InputError, match=r"steps: is .*a whole number, 1 or more"):
            solve(lambda x, t: x, torch.zeros(1, 4), steps)
    for solver in ("heun", ["euler"]):
        with pytest.raises(InputError, match=r"solver: is .*expected one of euler, midpoint"):
            solve(lambda x, t: x, torch.zeros(1, 4), 1, solver)


def test_noise_follows_the_energy():
    log_mel = torch.log(torch.tensor([1.0, 0.5, 1e-5]))[None, None].expand(1, 8, 3)
    found = energy_scale(log_mel, 2)
    torch.testing.assert_close(found, torch.tensor([[1.0, 1.0, 0.5, 0.5, 0.1, 0.1]]))
