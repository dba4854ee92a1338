"""Soft counts of neighbours against a plain sum over many images."""

import numpy as np
import pytest
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.flow.radial_density import radial_densities
from small_crystals import small_crystals


def _reference(crystals, m, cutoff, shells):
    lattice, atoms = crystals.matrices()[m], slice(crystals.offsets[m], crystals.offsets[m + 1])
    frac, grid, width = crystals.frac[atoms], np.linspace(0, cutoff, shells), cutoff / (shells - 1)
    images = np.stack(np.meshgrid(*[np.arange(-6, 7)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    out = []
    for i in range(len(frac)):
        for j in range(len(frac)):
            distance = np.linalg.norm((frac[j] - frac[i] + images) @ lattice, axis=1)
            near = distance[(distance < cutoff) & (distance > 1e-9)]
            weight = 2 * (1 + np.cos(np.pi * near / cutoff)) / np.maximum(near**2, 0.25)
            out.append((weight[:, None] * np.exp(-0.5 * ((grid - near[:, None]) / width) ** 2)).sum(0))
    return np.array(out)


@pytest.mark.parametrize("seed", range(4))
def test_as_a_plain_sum_over_images(seed):
    crystals = small_crystals(seed)
    densities, starts = radial_densities(crystals, 5.0, 12)
    for m in range(len(crystals)):
        wanted = _reference(crystals, m, 5.0, 12)
        # Half precision, and Gaussians cut at four widths or so.
        assert np.allclose(densities[starts[m] : starts[m + 1]], wanted, rtol=2e-3, atol=0.03)


def test_a_doubled_cell_has_the_same_surroundings():
    one = small_crystals(5, counts=(2,))
    half, step = one.frac * [0.5, 1, 1], np.array([0.5, 0, 0])
    two = Crystals(
        np.concatenate([half, half + step]),
        np.tile(one.numbers, 2),
        one.lengths * [2, 1, 1],
        one.angles,
        np.array([0, 4]),
        ("double",),
    )
    single, double = (radial_densities(x, 5.0, 10)[0].astype(float) for x in (one, two))
    # Of an atom, the sum over all others is the same in both cells.
    assert np.allclose(
        double.reshape(4, 4, 10).sum(1)[:2], single.reshape(2, 2, 10).sum(1), rtol=5e-3, atol=2e-2
    )
