"""The prior of the latents: a normal distribution carried onto posteriors."""

import math

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


def test_units_are_those_of_draws_from_the_posteriors():
    """Variance of the means and mean of the variances make the variance of the draws."""
    mean = torch.tensor([[0.0, 4.0], [2.0, 4.0], [10.0, 4.0]])
    log_variance = torch.log(torch.tensor([[1.0, 9.0], [1.0, 0.25], [4.0, 2.0]]))
    prior = LatentPrior(2, hidden=4)
    fit_prior(prior, mean, log_variance, steps=1, seed=0, batch_size=4)
    draws = mean.repeat(40_000, 1) + torch.randn(120_000, 2, generator=torch.Generator().manual_seed(0)) * (
        0.5 * log_variance
    ).exp().repeat(40_000, 1)
    standard = prior.standardised(draws)
    assert torch.allclose(standard.mean(0), torch.zeros(2), atol=0.02)
    assert torch.allclose(standard.std(0), torch.ones(2), atol=0.02)


def test_draws_are_carried_by_the_velocity_to_second_order(monkeypatch):
    """dx/dt = x + t from x(0) = a ends at (a + 1) e - 2; Euler's steps would stop short of it."""
    prior = LatentPrior(3, hidden=4)
    prior.mean.copy_(torch.tensor([1.0, 2.0, 3.0]))
    prior.scale.copy_(torch.tensor([0.5, 1.0, 4.0]))
    monkeypatch.setattr(prior, "velocity", lambda latent, time: latent + time[:, None])
    begin = torch.tensor([[0.0, 1.0, -1.0], [2.0, 0.5, 0.1]])
    end = (begin + 1) * math.e - 2
    for steps, off in ((50, 2e-3), (10, 4e-2)):
        assert torch.allclose(prior.carry(begin, steps), end * prior.scale + prior.mean, rtol=0, atol=off)


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
