"""Success rates by their definition: starts whose best crystal is valid and at or below a limit."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fourfold.domains.materials.generator_scores import success_rates
from told_model import cells


class Optimizing:
    """A generator whose best crystals are known."""

    def __init__(self, best, values):
        self.best = replace(best, properties={"height": np.array(values)})

    def fitted(self):
        return SimpleNamespace(property=SimpleNamespace(name="height"))

    def optimize(self, name, target, start, *, seed):
        assert (name, target, seed) == ("height", "min", 5)
        return SimpleNamespace(crystals=self.best)


def rates(best, values, limits=(-2.0, 0.0, 2.0)):
    found = success_rates(Optimizing(best, values), best, limits, seed=5)  # type: ignore[arg-type]
    return [score.name for score in found], [score.value for score in found]


def test_limits_are_met_from_below_and_at_them():
    names, values = rates(cells([5.0] * 4), [-3.0, -2.0, 0.0, 2.5])
    assert names == ["SR5", "SR10", "SR15"]
    assert values == [pytest.approx(x) for x in (0.5, 0.75, 0.75)]


@pytest.mark.parametrize("fault", ["structure", "composition"])
def test_a_best_crystal_that_is_not_valid_does_not_count(fault):
    anions = [10, 17, 17, 17] if fault == "composition" else None
    apart = [0.01, 0.5, 0.5, 0.5] if fault == "structure" else None
    best = cells([5.0] * 4, anions, apart)
    assert rates(best, [-3.0, -2.0, 0.0, 2.5])[1] == [0.25, 0.5, 0.5]
