"""Small crystals, and the same crystals told in another way: what invariance is tested with."""

import numpy as np
import torch
from fourfold.domains.materials.crystals.batch import CrystalBatch, lattice_matrices


def random_batch(seed, counts=(2, 3)):
    """Skewed cells of some 20 cubic angstrom an atom, float64."""
    draw = np.random.default_rng(seed)
    size = np.cbrt(20 * np.array(counts))[:, None]
    fields = (
        draw.random((sum(counts), 3)),
        draw.integers(1, 101, sum(counts)),
        size * draw.uniform(0.8, 1.25, (len(counts), 3)),
        draw.uniform(70, 110, (len(counts), 3)),
        np.array(counts),
    )
    return CrystalBatch(*(torch.as_tensor(field) for field in fields))


def perovskite():
    """An ideal cubic perovskite, where most distances occur many times; float64."""
    frac = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    return CrystalBatch(
        torch.tensor(frac, dtype=torch.float64),
        torch.tensor([56, 22, 8, 8, 8]),
        torch.full((1, 3), 4.0, dtype=torch.float64),
        torch.full((1, 3), 90.0, dtype=torch.float64),
        torch.tensor([5]),
    )


def with_frac(batch, frac):
    return CrystalBatch(frac, batch.numbers, batch.lengths, batch.angles, batch.counts)


def permuted(batch, seed):
    """Atoms in another order within each crystal; and that order."""
    draw = np.random.default_rng(seed)
    starts = np.cumsum(batch.counts.numpy()) - batch.counts.numpy()
    pairs = zip(starts, batch.counts.tolist(), strict=True)
    order = torch.as_tensor(np.concatenate([first + draw.permutation(n) for first, n in pairs]))
    return CrystalBatch(
        batch.frac[order], batch.numbers[order], batch.lengths, batch.angles, batch.counts
    ), order


def translated(batch, seed):
    """Another origin for each crystal, atoms wrapped into the cell."""
    move = torch.as_tensor(np.random.default_rng(seed).random((len(batch), 3)))
    return with_frac(batch, (batch.frac + move[batch.crystal]) % 1)


def other_images(batch, seed):
    """Each atom in some other cell of the lattice."""
    cells = np.random.default_rng(seed).integers(-2, 3, tuple(batch.frac.shape))
    return with_frac(batch, batch.frac + torch.as_tensor(cells))


def other_cell(batch, seed):
    """Other lattice vectors of the same lattices: rows added to rows, and rows exchanged.

    The parameters bring the new cell into the standard orientation, so the crystal turns; returns it with the
    orthogonal matrices [B, 3, 3] which carry old Cartesian rows into new ones (`old @ matrix`).
    """
    draw = np.random.default_rng(seed)
    whole = np.eye(3)[draw.permutation(3)]
    one, two = draw.permutation(3)[:2]
    whole[one] += draw.choice([-1, 1]) * whole[two]
    change = torch.as_tensor(whole)
    old = batch.matrices()
    new = change @ old
    lengths = new.norm(dim=-1)
    cosines = torch.stack([(new[:, i] * new[:, j]).sum(-1) for i, j in ((1, 2), (0, 2), (0, 1))], dim=-1)
    products = torch.stack([lengths[:, i] * lengths[:, j] for i, j in ((1, 2), (0, 2), (0, 1))], dim=-1)
    angles = torch.rad2deg((cosines / products).arccos())
    frac = (batch.frac @ torch.linalg.inv(change)) % 1
    told = CrystalBatch(frac, batch.numbers, lengths, angles, batch.counts)
    return told, torch.linalg.solve(new, lattice_matrices(lengths, angles))


def doubled(batch):
    """Each crystal as a cell twice as long along a, with twice the atoms (old ones and copies in turns)."""
    half = batch.frac * torch.tensor([0.5, 1.0, 1.0], dtype=batch.frac.dtype)
    copies = half + torch.tensor([0.5, 0.0, 0.0], dtype=batch.frac.dtype)
    frac = torch.stack([half, copies], dim=1).flatten(0, 1)
    lengths = batch.lengths * torch.tensor([2.0, 1.0, 1.0], dtype=batch.lengths.dtype)
    return CrystalBatch(frac, batch.numbers.repeat_interleave(2), lengths, batch.angles, 2 * batch.counts)
