"""Conditional flow matching along straight paths, and the solvers that follow a velocity.

Lipman et al., "Flow matching for generative modeling" (2023), section 4.1, as PeriodWave (arXiv 2408.07547)
uses it: x_t = (1 - (1 - s) t) x_0 + t x_1 from noise x_0 to sound x_1, with the velocity x_1 - (1 - s) x_0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from ....shared.errors import InputError
from ..argument_checks import shown, whole_number

SIGMA = 1e-4
"""s, the deviation left at t = 1."""

Velocity = Callable[[Tensor, Tensor], Tensor]
"""(x [B, S], t [B]) to dx / dt [B, S]."""
Solver = Literal["euler", "midpoint", "runge-kutta-4"]
EVALUATIONS: dict[Solver, int] = {"euler": 1, "midpoint": 2, "runge-kutta-4": 4}


def path(noise_BS: Tensor, sound_BS: Tensor, time_B: Tensor) -> tuple[Tensor, Tensor]:
    """The point on the way at t, and the velocity there, [B, S] each."""
    t = time_B[:, None]
    return (1 - (1 - SIGMA) * t) * noise_BS + t * sound_BS, sound_BS - (1 - SIGMA) * noise_BS


def solve(velocity: Velocity, start_BS: Tensor, steps: int, solver: Solver = "midpoint") -> Tensor:
    """From t = 0 to 1 in equal steps; errors fall as steps^-1 (euler), ^-2 (midpoint), ^-4 (runge-kutta-4).

    Raises:
        InputError: `steps` is no whole number from 1, or the solver is not known.
    """
    steps = whole_number("steps", steps, 1)
    if not isinstance(solver, str) or solver not in EVALUATIONS:
        raise InputError("solver", f"is {shown(solver)}", expected=f"one of {', '.join(EVALUATIONS)}")
    x, h = start_BS, 1.0 / steps
    for n in range(steps):
        time = x.new_full((len(x),), n * h)
        if solver == "euler":
            x = x + h * velocity(x, time)
        elif solver == "midpoint":
            x = x + h * velocity(x + h / 2 * velocity(x, time), time + h / 2)
        else:
            first = velocity(x, time)
            second = velocity(x + h / 2 * first, time + h / 2)
            third = velocity(x + h / 2 * second, time + h / 2)
            fourth = velocity(x + h * third, time + h)
            x = x + h / 6 * (first + 2 * second + 2 * third + fourth)
    return x


def energy_scale(log_mel_BMT: Tensor, hop: int) -> Tensor:
    """Deviation of the start's noise for every sample [B, T * hop], from the frames' energy (PriorGrad).

    The root mean square of the mel magnitudes, over that of the loudest frame of each sound, not below 0.1.
    """
    energy = torch.exp(2 * log_mel_BMT).mean(1).sqrt()
    loudest = energy.amax(1, keepdim=True).clamp_min(1e-7)
    return (energy / loudest).clamp_min(0.1).repeat_interleave(hop, dim=1)
