"""The prior of the latents: a normal distribution carried onto posteriors."""

import torch
from fourfold.domains.materials.flow.latent_prior import LatentPrior, fit_prior


def test_it_learns_two_clusters():
    random = torch.Generator().manual_seed(0)
    side = (torch.randint(0, 2, (400, 1), generator=random) * 2 - 1) * 3.0
    mean = torch.cat([side, torch.zeros(400, 1) + 5.0], dim=1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        prior = LatentPrior(2, hidden=32)
    fit_prior(prior, mean, torch.full((400, 2), -4.0), steps=600, seed=0, batch_size=128, learning_rate=1e-2)
    drawn = prior.carry(torch.randn(500, 2, generator=random), steps=20)
    assert (drawn[:, 0].abs() - 3.0).abs().median() < 0.4
    assert 0.35 < (drawn[:, 0] > 0).float().mean() < 0.65
    assert (drawn[:, 1] - 5.0).abs().median() < 0.3


def test_the_same_seed_fits_the_same():
    mean = torch.randn(50, 3, generator=torch.Generator().manual_seed(1))
    fitted = []
    for _ in range(2):
        with torch.random.fork_rng():
            torch.manual_seed(3)
            prior = LatentPrior(3, hidden=8)
        fit_prior(prior, mean, torch.zeros(50, 3), steps=5, seed=2, batch_size=16)
        fitted.append(prior.carry(torch.ones(1, 3)))
    assert torch.equal(*fitted)
