import math

import pytest
from fourfold.shared.training.schedule import rate_factor
from fourfold.shared.training.settings import ScheduleSettings


def test_constant_after_linear_warm_up():
    schedule = ScheduleSettings(warm_up=4)
    assert [rate_factor(schedule, step, 10) for step in range(1, 7)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_cosine_values():
    schedule = ScheduleSettings(kind="cosine", warm_up=2, final=0.1)
    assert rate_factor(schedule, 2, 10) == 1.0
    assert rate_factor(schedule, 6, 10) == pytest.approx(0.55, abs=1e-15)
    assert rate_factor(schedule, 4, 10) == pytest.approx(
        0.1 + 0.9 * (1 + math.cos(math.pi / 4)) / 2, abs=1e-15
    )
    assert rate_factor(schedule, 10, 10) == pytest.approx(0.1, abs=1e-15)


def test_multistep_changes_after_each_milestone():
    schedule = ScheduleSettings(kind="multistep", milestones=(2, 4), gamma=0.5)
    assert [rate_factor(schedule, step, 6) for step in range(1, 7)] == [1, 1, 0.5, 0.5, 0.25, 0.25]


def test_exponential_falls_by_the_same_share_each_step():
    schedule = ScheduleSettings(kind="exponential", gamma=0.5, warm_up=2)
    assert [rate_factor(schedule, step, 5) for step in range(1, 6)] == [0.5, 1, 0.5, 0.25, 0.125]
