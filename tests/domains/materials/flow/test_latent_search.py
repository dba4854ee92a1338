"""Descent in the latent, against where the minimum lies."""

from types import SimpleNamespace

import pytest
import torch
from fourfold.domains.materials.flow.latent_prior import LatentPrior
from fourfold.domains.materials.flow.latent_search import NEAR, search_latents
from fourfold.domains.materials.property_scale import PropertyScale

CENTRE, SPREAD = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 2.0])


def model(told):
    """A prior centred as above, and a property of mean 10 and deviation 4."""
    prior = LatentPrior(2, hidden=4)
    prior.mean.copy_(CENTRE)
    prior.scale.copy_(SPREAD)
    return SimpleNamespace(prior=prior, property=PropertyScale("height", 10.0, 4.0), told=told)


def searched(told, target, steps=400, **options):
    start = torch.tensor([[3.0, 3.0], [-4.0, 0.5]])
    return search_latents(model(told), start, target, steps=steps, learning_rate=0.05, **options)  # type: ignore[arg-type]


def test_a_latent_that_tells_nothing_goes_to_the_training_crystals():
    found = searched(lambda latent: 0.0 * latent.sum(-1), "min")[0]
    assert torch.allclose(found, CENTRE.expand(2, 2), atol=0.02)


@pytest.mark.parametrize("target", [16.0, 6.0])
def test_a_value_in_the_propertys_unit_is_reached_but_for_the_pull(target):
    """(x - t)^2 + NEAR ((x - c) / s)^2 is least where its slope is nothing."""
    standard = (target - 10.0) / 4.0
    weight = NEAR / float(SPREAD[0]) ** 2
    wanted = (standard + weight * float(CENTRE[0])) / (1 + weight)
    found = searched(lambda latent: latent[:, 0], target)[0]
    assert torch.allclose(found[:, 0], torch.full((2,), wanted), atol=0.02)
    assert torch.allclose(found[:, 1], CENTRE[1].expand(2), atol=0.02)


@pytest.mark.parametrize(("target", "sign"), [("min", -1), ("max", 1)])
def test_the_lowest_and_the_highest_are_where_the_pull_holds_them(target, sign):
    """Of k x and NEAR ((x - c) / s)^2 the slopes cancel k s^2 / (2 NEAR) from the centre."""
    found = searched(lambda latent: 0.1 * latent[:, 0], target)[0]
    away = 0.1 * float(SPREAD[0]) ** 2 / (2 * NEAR)
    assert torch.allclose(found[:, 0], (CENTRE[0] + sign * away).expand(2), atol=0.02)


def test_stops_are_evenly_spaced_and_the_last_is_the_end():
    def told(latent):
        return latent[:, 0] + latent[:, 1].square()

    stops = searched(told, "min", steps=20, stops=4)
    assert len(stops) == 4
    for k, found in enumerate(stops, 1):
        assert torch.equal(found, searched(told, "min", steps=5 * k)[0])
