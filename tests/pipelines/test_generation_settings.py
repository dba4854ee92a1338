"""What settings of generation hand to a generator."""

from typing import Any

import pytest
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


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"steps": True}, {"sampler": "euler"}])
def test_other_steps_and_samplers_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GenerationSettings(**wrong)
