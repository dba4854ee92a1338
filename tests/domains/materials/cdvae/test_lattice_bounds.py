"""Whatever a network answers becomes a cell; a cell stays as it is."""

import torch
from fourfold.domains.materials.cdvae.lattice_bounds import ATOM_VOLUME, bounded_lattice, unit_volume_squared
from fourfold.domains.materials.crystals.batch import lattice_matrices
from fourfold.domains.materials.lattice_bounds import LatticeBounds
from hypothesis import assume, given
from hypothesis import strategies as st

NUMBERS = st.floats(-1e4, 1e4)
TRIPLE = st.tuples(NUMBERS, NUMBERS, NUMBERS)


def test_ordinary_cells_are_left_alone():
    lengths = torch.tensor([[3.0, 4, 5], [20, 3, 3]]).double()
    angles = torch.tensor([[90.0, 90, 90], [60, 60, 60]]).double()
    found = bounded_lattice(lengths, angles, torch.tensor([2, 8]))
    assert torch.equal(found[0], lengths)
    assert torch.equal(found[1], angles)


@given(TRIPLE, TRIPLE, st.integers(1, 60))
def test_any_numbers_become_a_cell_with_room(lengths, angles, count):
    counts = torch.tensor([count])
    found = bounded_lattice(torch.tensor([lengths]).double(), torch.tensor([angles]).double(), counts)
    volume = torch.linalg.det(lattice_matrices(*found)).abs()
    assert float(volume) >= ATOM_VOLUME * count * (1 - 1e-9)
    assert (found[0] >= 1.5).all() and found[1].min() >= 20 and found[1].max() <= 160


def test_unit_volume_is_that_of_the_lattice():
    angles = torch.tensor([[70.0, 85, 110], [40, 50, 60]]).double()
    volume = torch.linalg.det(lattice_matrices(torch.ones(2, 3).double(), angles)).abs()
    torch.testing.assert_close(unit_volume_squared(angles), volume.square())
    assert unit_volume_squared(torch.tensor([[30.0, 30, 170]])) < 0


def test_gradients_are_finite_outside_the_bounds_too():
    lengths = torch.tensor([[-3.0, 4, 500]], requires_grad=True)
    angles = torch.tensor([[30.0, 30, 170]], requires_grad=True)
    found = bounded_lattice(lengths, angles, torch.tensor([40]))
    (found[0].sum() + found[1].sum()).backward()
    assert lengths.grad is not None and lengths.grad.isfinite().all()
    assert angles.grad is not None and angles.grad.isfinite().all()


@given(
    TRIPLE,
    TRIPLE,
    st.integers(1, 60),
    st.tuples(st.floats(1.5, 30), st.floats(1.5, 30)),
    st.tuples(st.floats(20, 110), st.floats(20, 110)),
)
def test_any_numbers_become_a_cell_within_narrower_bounds(lengths, angles, count, edges, corners):
    low, high = sorted(corners)
    assume(high > 30)  # below nothing closes
    bounds = LatticeBounds((min(edges), max(edges)), (low, high))
    assume(bounds.most_atoms() >= count)
    found = bounded_lattice(
        torch.tensor([lengths]).double(), torch.tensor([angles]).double(), torch.tensor([count]), bounds
    )
    assert min(edges) <= found[0].min() and found[0].max() <= max(edges)
    assert low <= found[1].min() and found[1].max() <= high
    assert float(torch.linalg.det(lattice_matrices(*found)).abs()) >= ATOM_VOLUME * count * (1 - 1e-6)
