"""Learning-rate factor as a pure function of the step, so that nothing of it needs saving."""

from __future__ import annotations

import math

from .settings import ScheduleSettings


def rate_factor(schedule: ScheduleSettings, step: int, total: int) -> float:
    """Factor on the learning rate of global step `step` (from 1 to `total`).

    Warm-up rises linearly to 1 at step `warm_up`. The cosine (Loshchilov and Hutter 2017, eq. 5, one cycle)
    falls from 1 at the end of the warm-up to `final` at step `total`; the exponential from there by `gamma`
    each step.
    """
    if step <= schedule.warm_up:
        return step / schedule.warm_up
    if schedule.kind == "cosine":
        progress = (step - schedule.warm_up) / max(total - schedule.warm_up, 1)
        return schedule.final + (1.0 - schedule.final) * 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
    if schedule.kind == "multistep":
        return schedule.gamma ** sum(step > milestone for milestone in schedule.milestones)
    if schedule.kind == "exponential":
        return schedule.gamma ** (step - schedule.warm_up)
    return 1.0
