"""Discriminators have the published sizes and see every sample."""

import pytest
import torch
from fourfold.domains.audio.discriminators.ensemble import PRESETS, Discriminators


@pytest.mark.slow
def test_the_full_recipe_has_the_published_size():
    network = Discriminators(PRESETS["full"])
    assert sum(p.numel() for p in network.parameters()) == 41_389_936
    periods = sum(p.numel() for member in network.members[:5] for p in member.parameters())
    assert periods == 41_105_770


def test_scores_and_feature_maps():
    network = Discriminators(PRESETS["small"])
    answers = network(torch.randn(2, 2_501))
    assert [len(features) for _, features in answers] == [5, 5, 5, 6, 6, 6]
    assert all(score.shape[:2] == (2, 1) for score, _ in answers)


def test_every_sample_is_heard():
    torch.manual_seed(0)
    network = Discriminators(PRESETS["small"])
    x = torch.randn(1, 2_500, requires_grad=True)
    sum(score.square().sum() for score, _ in network(x)).backward()
    assert (x.grad.abs() > 0).float().mean() > 0.999
