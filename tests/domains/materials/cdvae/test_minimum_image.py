"""Shortest vectors against a wide search, in cells of every shape."""

import itertools

import numpy as np
import torch
from fourfold.domains.materials.cdvae.minimum_image import minimum_image
from fourfold.domains.materials.crystals.batch import lattice_matrices
from hypothesis import given, settings
from hypothesis import strategies as st


def wide_search(shift, lattice, reach=7):
    grid = torch.tensor(list(itertools.product(range(-reach, reach + 1), repeat=3))).double()
    vectors = (shift[:, None] - shift.round()[:, None] + grid) @ lattice
    best = vectors.norm(dim=-1).argmin(dim=1)
    return vectors[torch.arange(len(shift)), best]


@settings(max_examples=30)
@given(st.integers(0, 2**31 - 1))
def test_shortest_of_all_translations_in_skewed_cells(seed):
    draw = np.random.default_rng(seed)
    # Rows added to rows: as skewed as lattices are told, and 27 images would not do.
    change = np.eye(3)
    for _ in range(2):
        one, two = draw.permutation(3)[:2]
        change[one] += draw.choice([-1, 1]) * change[two]
    lattice = torch.as_tensor(
        change @ np.diag(draw.uniform(2, 6, 3)) @ np.linalg.qr(draw.normal(size=(3, 3)))[0]
    )
    shift = torch.as_tensor(draw.uniform(-3, 3, (6, 3)))
    found = minimum_image(shift, lattice.expand(6, 3, 3))
    torch.testing.assert_close(found.norm(dim=-1), wide_search(shift, lattice).norm(dim=-1))
    whole = (found @ torch.linalg.inv(lattice)) - shift
    torch.testing.assert_close(whole, whole.round(), atol=1e-9, rtol=0)


def test_27_images_are_not_enough_for_a_flat_cell():
    lattice = torch.tensor([[3.0, 0, 0], [14.8, 1.0, 0], [0, 0, 4.0]]).double()
    shift = torch.tensor([[0.0, 0.45, 0.0]]).double()
    found = minimum_image(shift, lattice[None])
    torch.testing.assert_close(found, wide_search(shift, lattice))
    near = torch.tensor(list(itertools.product((-1.0, 0.0, 1.0), repeat=3))).double()
    assert found.norm() < ((shift + near) @ lattice).norm(dim=-1).min() - 0.1


def test_lattices_of_a_batch_do_not_mix_and_gradients_flow():
    lengths = torch.tensor([[3.0, 4, 5], [6, 3, 4]], dtype=torch.float64, requires_grad=True)
    angles = torch.tensor([[80.0, 95, 100], [65, 100, 75]], dtype=torch.float64)
    shift = torch.tensor([[0.9, 0.2, -0.6], [1.4, 0.45, 0.1]], dtype=torch.float64, requires_grad=True)
    both = minimum_image(shift, lattice_matrices(lengths, angles))
    for row in range(2):
        alone = minimum_image(shift[row : row + 1], lattice_matrices(lengths, angles)[row : row + 1])
        torch.testing.assert_close(both[row : row + 1], alone)
    assert torch.autograd.gradcheck(
        lambda s, n: minimum_image(s, lattice_matrices(n, angles)), (shift, lengths)
    )


def test_no_atoms_give_no_vectors():
    assert minimum_image(torch.zeros(0, 3), torch.zeros(0, 3, 3)).shape == (0, 3)
