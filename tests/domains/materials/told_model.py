"""A crystal model whose word is known: a crystal's latent is (a, alpha) of its cell, its property the former.

Decoding answers with crystals made beforehand. A latent drawn is its own number, twice.
"""

from typing import Literal

import numpy as np
import torch
from fourfold.domains.materials.crystal_model import CrystalModel
from fourfold.domains.materials.crystals.crystal import joined
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.property_scale import PropertyScale


def salt_cell(length: float, name: str = "x", anion: int = 17, apart: float = 0.5) -> Crystals:
    """Sodium and another element in a cubic cell: valid with chlorine, no neutral formula with neon, no
    structure where `apart` is next to nothing."""
    return Crystals(
        np.array([[0.0, 0, 0], [apart] * 3]),
        np.array([11, anion], np.int32),
        np.full((1, 3), length),
        np.full((1, 3), 90.0),
        np.array([0, 2]),
        (name,),
    )


def cells(lengths, anions=None, apart=None) -> Crystals:
    """One `salt_cell` for each length."""
    anions = [17] * len(lengths) if anions is None else anions
    apart = [0.5] * len(lengths) if apart is None else apart
    rows = zip(lengths, anions, apart, strict=True)
    return joined([salt_cell(a, f"c{i}", z, d) for i, (a, z, d) in enumerate(rows)])


class ToldModel(CrystalModel):
    """A model with these answers.

    Args:
        answers: crystals for each call of `decode`, by turns.
        chances: of each latent drawn, log chances [M, 9] of atoms and, by atomic number, of elements.
        spread: deviations of the posterior in both dimensions.
    """

    batch_size = 256

    def __init__(self, answers=(), chances=None, sampler="flow", spread=None):
        self.answers, self.kind, self.spread = list(answers), sampler, spread
        self.chances = torch.zeros(1000, 9) if chances is None else chances
        self.property = PropertyScale("length", 0.0, 1.0)
        self.starts, self.seeds = [], []

    def sampler(self) -> Literal["flow", "langevin"]:
        return "langevin" if self.kind == "langevin" else "flow"

    def usual_steps(self):
        return 1

    def max_atoms(self):
        return 8

    def posterior(self, crystals):
        latents = torch.tensor(np.stack([crystals.lengths[:, 0], crystals.angles[:, 0]], 1))
        spread = [1.0, 1.0] if self.spread is None else self.spread
        return latents, 2 * torch.tensor(spread, dtype=latents.dtype).log().expand(latents.shape)

    def draw(self, size, seed):
        return torch.arange(float(size)).unsqueeze(-1).expand(size, 2).clone()

    def told(self, latents):
        return latents[:, 0]

    def count_chances(self, latents):
        return self.chances[latents[:, 0].long()]

    def formula_chances(self, latents, numbers):
        return self.chances[latents[:, 0].long()][:, numbers].mean(-1)

    def decode(self, start, sampling, seed, prefix, watch=None):
        self.starts.append(start)
        self.seeds.append(seed)
        return self.answers[len(self.starts) - 1]
