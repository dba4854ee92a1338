"""Adversarial losses against numbers worked out by hand."""

import torch
from fourfold.domains.audio.adversarial_losses import deceit, feature_distance, hinge


def judged(*scores, features=((0.0,),)):
    return [(torch.tensor(s), [torch.tensor(f) for f in features]) for s in scores]


def test_hinge_sums_over_discriminators_and_stops_beyond_the_margin():
    real, made = judged([2.0, 0.5], [0.0]), judged([-3.0, -0.5], [0.25])
    # real: mean(0, 0.5) + 1; made: mean(0, 0.5) + 1.25
    assert float(hinge(made, real)) == 0.25 + 1 + 0.25 + 1.25


def test_deceit_is_minus_the_mean_scores():
    assert float(deceit(judged([1.0, 3.0], [-1.0]))) == -1.0


def test_feature_distance_sums_the_means_of_all_maps_and_leaves_the_real_ones_alone():
    made = judged([0.0], [0.0], features=((1.0, 3.0), (2.0,)))
    real = [(s, [torch.zeros(2, requires_grad=True), torch.zeros(1)]) for s, _ in made]
    made[0][1][0].requires_grad_()
    total = feature_distance(made, real)
    assert total.item() == 2 * (2.0 + 2.0)
    total.backward()
    assert real[0][1][0].grad is None
