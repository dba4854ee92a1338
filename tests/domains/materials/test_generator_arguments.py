"""Arguments from Python that make no sense get one sentence; one call leaves no trace in the next."""

import math
import warnings

import numpy as np
import pytest
from fourfold.shared.errors import InputError, InputWarning
from tiny_generator import CRYSTALS, trained


@pytest.mark.parametrize(
    ("verb", "arguments", "field"),
    [
        ("generate", {"n": 1, "elements": 22}, "elements"),
        ("generate", {"n": 1, "elements": [22, [8]]}, "elements"),
        ("generate", {"n": 1, "elements": ["Ti", None]}, "elements"),
        ("generate", {"n": 1, "seed": "a"}, "seed"),
        ("generate", {"n": 1, "seed": -1}, "seed"),
        ("generate", {"n": 1, "seed": 1.5}, "seed"),
        ("generate", {"n": 1, "seed": 2**70}, "seed"),
        ("reconstruct", {"structures": CRYSTALS, "seed": -1}, "seed"),
        ("optimize", {"property": "height", "start": 1, "seed": "a"}, "seed"),
        ("optimize", {"property": "height", "start": 1, "stops": 0}, "stops"),
        ("optimize", {"property": "height", "start": 1, "search_steps": 0}, "search_steps"),
        ("optimize", {"property": "height", "start": True}, "start"),
        ("optimize", {"property": "height", "start": 1, "target": ["min"]}, "target"),
        ("interpolate", {"a": CRYSTALS.take([0]), "b": CRYSTALS.take([1]), "seed": None}, "seed"),
        ("evaluate", {"structures": CRYSTALS, "n": 0}, "n"),
        ("evaluate", {"structures": CRYSTALS, "seed": -2}, "seed"),
        ("finetune", {"structures": CRYSTALS, "steps": 0}, "steps"),
        ("finetune", {"structures": CRYSTALS, "steps": 2.0}, "steps"),
        ("finetune", {"structures": CRYSTALS, "learning_rate": math.nan}, "learning_rate"),
        ("finetune", {"structures": CRYSTALS, "learning_rate": 0}, "learning_rate"),
        ("finetune", {"structures": CRYSTALS, "learning_rate": "fast"}, "learning_rate"),
    ],
)
def test_one_sentence(verb, arguments, field):
    with pytest.raises(InputError) as told:
        getattr(trained(), verb)(**arguments)
    assert told.value.field == field
    assert "\n" not in str(told.value)


def test_numbers_of_numpy_count_as_numbers():
    found = trained().optimize("height", "min", np.int64(2), steps=2, search_steps=np.int64(2), stops=1)
    assert len(found) == 2
    assert len(trained().generate(np.int64(1), steps=1, seed=np.uint8(3))) == 1


def test_the_batch_size_of_one_call_is_not_that_of_the_next():
    generator = trained()
    usual = generator.model.__dict__.copy()
    generator.generate(3, steps=1, batch_size=1)
    assert generator.model.__dict__ == usual


def test_a_value_far_from_those_trained_on_brings_a_note():
    generator = trained()
    scale = generator.model.property
    for verb in (
        lambda value: generator.generate(1, property=value, steps=1),
        lambda value: generator.optimize("height", value, 1, steps=1, search_steps=1, stops=1),
    ):
        with pytest.warns(InputWarning, match=rf"1e\+30 is far.*height is {scale.mean:.4g} on average"):
            verb(1e30)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            verb(scale.mean + 2 * scale.scale)
