"""What settings of generation hand to a generator."""

from typing import Any

import pytest
from fourfold.domains.materials.lattice_bounds import LatticeBounds
from fourfold.pipelines.generation_settings import GenerationSettings
from pydantic import ValidationError


class _Recorder:
    """Remembers how it was asked."""

    asked: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})

    def generate(self, *wish: Any, **how: Any) -> None:
        self.asked = (wish, how)


def test_the_sampler_and_its_steps_are_the_generators_own_unless_told() -> None:
    generator = _Recorder()
    GenerationSettings(n=3).generate(generator)  # type: ignore[arg-type] # stands for a generator
    wish, how = generator.asked
    assert wish[0] == 3
    assert how["steps"] is None
    assert how["sampler"] is None
    GenerationSettings(steps=7, sampler="langevin").generate(generator)  # type: ignore[arg-type]
    assert generator.asked[1]["steps"] == 7
    assert generator.asked[1]["sampler"] == "langevin"


def test_bounds_of_the_cell_are_handed_on_together() -> None:
    generator = _Recorder()
    for given in ({"lengths": "3,12", "angles": " 60 120 "}, {"lengths": (3, 12.0), "angles": [60, 120]}):
        GenerationSettings(**given).generate(generator)  # type: ignore[arg-type]
        assert generator.asked[1]["lattice"] == LatticeBounds((3.0, 12.0), (60.0, 120.0))
    GenerationSettings(angles="60,120").generate(generator)  # type: ignore[arg-type]
    assert generator.asked[1]["lattice"] == LatticeBounds(angles=(60.0, 120.0))
    GenerationSettings().generate(generator)  # type: ignore[arg-type]
    assert generator.asked[1]["lattice"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"steps": True},
        {"sampler": "euler"},
        {"lengths": "3"},
        {"lengths": "3,4,5"},
        {"lengths": "3,x"},
        {"lengths": 3},
        {"angles": (60, True)},
        {"angles": (60, float("nan"))},
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GenerationSettings(**wrong)
