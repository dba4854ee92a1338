"""Where the latents of real crystals lie: a small flow from a normal distribution to them.

The KL term alone leaves gaps between the latents of training crystals and N(0, I), and draws from N(0, I)
then favour some elements. This flow is fitted after the autoencoder, to draws from the posteriors of the
training crystals, and maps N(0, I) onto them (flow matching, Lipman et al., 2023).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LatentPrior(nn.Module):
    """Velocity of a latent at a time, in units of each dimension's deviation."""

    mean: Tensor
    scale: Tensor

    def __init__(self, latent: int, hidden: int = 256) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(latent))
        self.register_buffer("scale", torch.ones(latent))
        self.network = nn.Sequential(
            nn.Linear(latent + 2 * TIME_WAVES + 1, hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, latent),
        )

    def velocity(self, latent_BL: Tensor, time_B: Tensor) -> Tensor:
        angle = torch.pi / 2 * time_B.unsqueeze(-1) * torch.arange(1, TIME_WAVES + 1).to(latent_BL)
        return self.network(torch.cat([latent_BL, time_B.unsqueeze(-1), angle.cos(), angle.sin()], dim=-1))

    @torch.no_grad()
    def carry(self, normal_BL: Tensor, steps: int = 50) -> Tensor:
        """Standard normal draws to latents (Heun's method)."""
        at, size = normal_BL, 1.0 / steps
        for step in range(steps):
            time = normal_BL.new_full((len(normal_BL),), step * size)
            first = self.velocity(at, time)
            second = self.velocity(at + size * first, time + size)
            at = at + 0.5 * size * (first + second)
        return at * self.scale + self.mean

    def standardised(self, latent_BL: Tensor) -> Tensor:
        """In units of the training latents: mean 0, deviation 1 in every dimension."""
        return (latent_BL - self.mean) / self.scale


TIME_WAVES = 8


def fit_prior(
    prior: LatentPrior,
    mean_ML: Tensor,
    log_variance_ML: Tensor,
    steps: int,
    seed: int,
    batch_size: int = 512,
    learning_rate: float = 1e-3,
) -> float:
    """Fit to posteriors in place; the mean loss of the last tenth of the steps."""
    deviation = (0.5 * log_variance_ML).exp()
    prior.mean.copy_(mean_ML.mean(0))
    prior.scale.copy_((mean_ML.var(0, unbiased=False) + deviation.square().mean(0)).sqrt())
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(prior.parameters(), lr=learning_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    prior.train()
    losses = []
    for _ in range(steps):
        rows = torch.randint(len(mean_ML), (batch_size,), generator=generator)
        noise, start = (torch.randn(batch_size, mean_ML.shape[1], generator=generator) for _ in range(2))
        end = prior.standardised(mean_ML[rows] + noise * deviation[rows])
        time = torch.rand(batch_size, generator=generator)
        at = time.unsqueeze(-1)
        loss = (prior.velocity((1 - at) * start + at * end, time) - (end - start)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    prior.eval()
    last = losses[-max(steps // 10, 1) :]
    return sum(last) / len(last)
