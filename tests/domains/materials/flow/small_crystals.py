"""Crystals of one to six atoms, in skewed cells, drawn from a seed."""

import numpy as np
import torch
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.flow.settings import FlowSettings

TINY = FlowSettings(
    latent=5, hidden=12, layers=2, frequencies=3, encoder_hidden=8, encoder_layers=2, encoder_frequencies=2,
    radial=8, cutoff=4.0, max_atoms=8,
)  # fmt: skip


def small_crystals(seed, counts=(3, 1, 5, 2)):
    draw = np.random.default_rng(seed)
    counts, atoms = np.array(counts), sum(counts)
    return Crystals(
        draw.random((atoms, 3)),
        draw.integers(1, 101, atoms).astype(np.int32),
        np.cbrt(20 * counts)[:, None] * draw.uniform(0.8, 1.25, (len(counts), 3)),
        draw.uniform(70, 110, (len(counts), 3)),
        np.concatenate([[0], np.cumsum(counts)]),
        tuple(f"c{i}" for i in range(len(counts))),
        {"height": draw.standard_normal(len(counts))},
    )


def perovskites(cations=((38, 22), (56, 40), (20, 32), (19, 73)), copies=1):
    """Ideal cubic perovskites with oxygen, a little displaced, one after another."""
    sites = np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    pairs = [pair for pair in cations for _ in range(copies)]
    draw = np.random.default_rng(0)
    frac = np.concatenate([sites + draw.normal(0, 0.005, sites.shape) for _ in pairs]) % 1
    lengths = np.array([[3.6 + 0.005 * (a + b)] * 3 for a, b in pairs])
    return Crystals(
        frac,
        np.array([[a, b, 8, 8, 8] for a, b in pairs], np.int32).reshape(-1),
        lengths,
        np.full((len(pairs), 3), 90.0),
        np.arange(len(pairs) + 1) * 5,
        tuple(f"p{i}" for i in range(len(pairs))),
        {"height": np.array([a / 40 - b / 70 for a, b in pairs])},
    )


def shuffled(crystals, seed):
    """Atoms in another order within each crystal, and where each now stands was."""
    draw = np.random.default_rng(seed)
    order = np.concatenate(
        [
            draw.permutation(np.arange(a, b))
            for a, b in zip(crystals.offsets[:-1], crystals.offsets[1:], strict=True)
        ]
    )
    return _with(crystals, crystals.frac[order], crystals.numbers[order])


def shifted(crystals, seed):
    """Another origin for each crystal, and each atom in some other cell."""
    draw = np.random.default_rng(seed)
    move = np.repeat(draw.random((len(crystals), 3)), crystals.counts, axis=0)
    cells = draw.integers(-2, 3, crystals.frac.shape)
    return _with(crystals, crystals.frac + move + cells, crystals.numbers)


def _with(crystals, frac, numbers):
    return Crystals(
        frac, numbers, crystals.lengths, crystals.angles, crystals.offsets, crystals.ids, crystals.properties
    )


def doubles(batch):
    return {key: x.double() if x.is_floating_point() else x for key, x in batch.items()}


def seeded(module, seed=0):
    """Weights of a module drawn anew, in float64, in the same order everywhere."""
    random = torch.Generator().manual_seed(seed)
    module.double()
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape, generator=random, dtype=torch.float64) * 0.3)
    return module
