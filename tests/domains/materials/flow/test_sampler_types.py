"""Types along a flow: when they are drawn, in which order, how often; and when places are mended."""

import math

import pytest
import torch
from fourfold.domains.materials.flow.decoder import Velocities
from fourfold.domains.materials.flow.sampler import FlowNoise, FlowSampling, FlowStart, flow
from fourfold.domains.materials.flow.settings import TYPES_DONE

CHANCES = torch.tensor([0.6, 0.3, 0.1])
"""Of hydrogen, helium and lithium, says the decoder."""


class Saying:
    """A decoder at rest that always says the same of the types."""

    def eval(self):
        return self

    def __call__(self, time, lattice, frac, numbers, mask, latent, with_latent):
        types = torch.full((*numbers.shape, 100), -1e9)
        types[..., :3] = CHANCES.log()
        return Velocities(torch.zeros_like(frac), torch.zeros_like(lattice), types)


def gone(counts, sampling, noise=None, guide=None, **start):
    """Crystals at the end of a flow, and the types after each step."""
    seen = []
    size, widest = len(counts), max(counts)
    noise = FlowNoise.draw(size, widest, 0) if noise is None else noise
    watched = FlowSampling(*sampling, watch=lambda step, end: seen.append(end.numbers.clone()))
    begin = FlowStart(torch.zeros(size, 4), torch.tensor(counts), **start)
    return flow(Saying(), begin, noise, watched, guide), seen  # type: ignore[arg-type]


def test_types_are_drawn_evenly_over_the_first_half():
    steps, counts = 20, [4, 10, 1]
    _, seen = gone(counts, (steps,))
    for step, numbers in enumerate(seen, 1):
        share = min(step / steps / TYPES_DONE, 1)
        due = [math.ceil(count * share - 1e-9) for count in counts]
        assert (numbers > 0).sum(-1).tolist() == due
    assert TYPES_DONE == 0.5


def test_a_type_once_drawn_stays_and_low_numbers_of_turn_come_first():
    noise = FlowNoise.draw(8, 6, 3)
    _, seen = gone([6] * 8, (12,), noise)
    before = torch.zeros(8, 6, dtype=torch.int64)
    for step, numbers in enumerate(seen, 1):
        assert torch.equal(numbers[before > 0], before[before > 0])
        last = noise.turn.sort(-1).values[:, min(step, 6) - 1]
        assert torch.equal(numbers > 0, noise.turn <= last[:, None])
        before = numbers


@pytest.mark.parametrize("temperature", [1.0, 0.5, 0.0])
def test_types_come_as_often_as_the_decoder_says_at_that_temperature(temperature):
    """Chances to the power of 1 / temperature; at 0 the likeliest alone."""
    size = 4000
    end, _ = gone([1] * size, (2, temperature))
    found = torch.bincount(end.numbers.flatten(), minlength=4)[1:] / size
    sharp = CHANCES ** (1 / temperature) if temperature else torch.tensor([1.0, 0.0, 0.0])
    assert torch.allclose(found, sharp / sharp.sum(), atol=0.03)


def test_each_crystal_has_its_own_elements():
    allowed = torch.zeros(3, 100, dtype=torch.bool)
    allowed[0, 1], allowed[1, 2], allowed[2, :3] = True, True, True
    end, _ = gone([5, 5, 5], (6, 0.0), allowed=allowed)
    assert end.numbers.tolist() == [[2] * 5, [3] * 5, [1] * 5]


@pytest.mark.parametrize(("steps", "times"), [(10, 5), (7, 4), (1, 1)])
def test_places_are_mended_after_each_step_of_the_second_half(steps, times):
    mended = []

    def guide(end):
        mended.append(end.numbers)
        return end.frac + 1.0

    noise = FlowNoise.draw(2, 3, 0)
    end, seen = gone([3, 2], (steps,), noise, guide)
    assert len(mended) == times
    assert torch.allclose(end.frac, noise.frac + times)
    assert torch.equal(mended[0], seen[steps - times])
