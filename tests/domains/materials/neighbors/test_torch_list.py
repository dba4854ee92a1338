"""The list as tensors against the list of arrays, and its derivatives."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from fourfold.domains.materials.crystals.batch import CrystalBatch
from fourfold.domains.materials.neighbors.neighbor_list import neighbor_list
from fourfold.domains.materials.neighbors.torch_list import NeighborTensors, edge_vectors, neighbor_list_torch
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from neighbor_examples import packed, random_cell

SEEDS = st.integers(0, 2**32 - 1)
SYMMETRICAL = [
    ([[0, 0, 0], [0.5, 0.5, 0.5]], (2.9, 2.9, 2.9), (90, 90, 90)),
    ([[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]], (3.2, 3.2, 5.2), (90, 90, 120)),
    ([[0, 0, 0]], (9.0, 9.5, 9.0), (90, 90, 90)),
]


def assert_same(arrays, tensors):
    for name in ("sender", "receiver", "image", "receiver_offsets", "edge_offsets", "enlarged"):
        assert np.array_equal(getattr(arrays, name), getattr(tensors, name).numpy()), name
    # In skewed cells float32 loses a digit or two: an edge is a difference of far longer vectors.
    tolerance = 1e-4 if tensors.distance.dtype == torch.float32 else 1e-5
    assert np.allclose(arrays.distance, tensors.distance.detach().numpy(), rtol=0, atol=tolerance)


@given(
    SEEDS,
    st.floats(0, 1),
    st.floats(1.5, 6),
    st.none() | st.integers(1, 25),
    st.booleans(),
    st.booleans(),
    st.sampled_from([torch.float32, torch.float64]),
)
@settings(max_examples=60)
def test_edges_are_those_of_the_arrays(seed, skew, cutoff, limit, symmetric, whole_shells, dtype):
    rng = np.random.default_rng(seed)
    crystals = packed([*(random_cell(rng, skew=skew) for _ in range(3)), *SYMMETRICAL])
    # The arrays know what the tensors know: rounding moves a distance across a cutoff that equals it.
    kept = (np.dtype(str(dtype).removeprefix("torch.")), np.float64)
    rounded = {
        name: getattr(crystals, name).astype(kept[0]).astype(kept[1])
        for name in ("frac", "lengths", "angles")
    }
    crystals = replace(crystals, **rounded)
    options = {"max_neighbors": limit, "symmetric": symmetric, "whole_shells": whole_shells}
    tensors = neighbor_list_torch(CrystalBatch.of(crystals, dtype=dtype), cutoff, **options)
    assert tensors.vector.dtype == tensors.distance.dtype == dtype
    assert_same(neighbor_list(crystals, cutoff, **options), tensors)


def test_a_list_found_before_gives_the_same_tensors():
    rng = np.random.default_rng(0)
    crystals = packed([random_cell(rng, skew=0.5) for _ in range(5)])
    rows = np.array([4, 1, 2])
    batch = CrystalBatch.of(crystals, rows)
    before = NeighborTensors.of(neighbor_list(crystals, 5.0, max_neighbors=12).take(rows), batch)
    now = neighbor_list_torch(batch, 5.0, max_neighbors=12)
    assert torch.equal(before.vector, now.vector)
    assert torch.equal(before.edge_offsets, now.edge_offsets)


def test_vectors_lead_from_the_receiver_to_the_image_of_the_sender():
    rng = np.random.default_rng(1)
    crystals = packed([random_cell(rng, skew=0.8) for _ in range(4)])
    batch = CrystalBatch.of(crystals, dtype=torch.float64)
    found = neighbor_list_torch(batch, 5.0)
    positions = batch.positions()
    shift = torch.einsum("ei,eij->ej", found.image.double(), batch.matrices()[batch.crystal[found.receiver]])
    assert torch.allclose(found.vector, positions[found.sender] + shift - positions[found.receiver])


def test_distances_differentiate_in_coordinates_and_lattice():
    rng = np.random.default_rng(2)
    batch = CrystalBatch.of(
        packed([random_cell(rng, atoms=2, skew=0.4) for _ in range(2)]), dtype=torch.float64
    )
    found = neighbor_list_torch(batch, 3.5)
    inputs = [x.clone().requires_grad_() for x in (batch.frac, batch.lengths, batch.angles)]

    def distances(frac, lengths, angles):
        moved = CrystalBatch(frac, batch.numbers, lengths, angles, batch.counts)
        return edge_vectors(moved, found.sender, found.receiver, found.image).norm(dim=-1)

    assert torch.autograd.gradcheck(distances, inputs)
    moved = CrystalBatch(inputs[0], batch.numbers, inputs[1], inputs[2], batch.counts)
    neighbor_list_torch(moved, 3.5).distance.sum().backward()
    assert all(torch.isfinite(x.grad).all() and x.grad.abs().sum() > 0 for x in inputs[1:])


def test_atoms_on_top_of_each_other_have_finite_derivatives():
    crystals = packed([([[0.1, 0.1, 0.1], [0.1, 0.1, 0.1]], (4, 4, 4), (90, 90, 90))])
    batch = CrystalBatch.of(crystals)
    batch.frac.requires_grad_()
    found = neighbor_list_torch(batch, 3.0)
    assert len(found) == 2
    found.distance.sum().backward()
    assert torch.isfinite(batch.frac.grad).all()


@given(SEEDS)
@settings(max_examples=15)
def test_coordinates_may_wander_out_of_the_cell(seed):
    rng = np.random.default_rng(seed)
    frac, lengths, angles = random_cell(rng, atoms=4, skew=0.5)
    jump = rng.integers(-3, 4, (4, 3))
    here = neighbor_list_torch(CrystalBatch.of(packed([(frac, lengths, angles)]), dtype=torch.float64), 4.5)
    there = neighbor_list_torch(
        CrystalBatch.of(packed([(frac + jump, lengths, angles)]), dtype=torch.float64), 4.5
    )
    assert torch.equal(here.receiver_offsets, there.receiver_offsets)
    assert torch.allclose(here.vector, there.vector)


@pytest.mark.parametrize(
    ("frac", "lengths", "said"),
    [
        ([[0, np.nan, 0]], (3, 3, 3), "crystal 1, atom 0: a coordinate is not finite"),
        ([[0, 0, 0]], (3, 3, 0), "crystal 1: the cell has a volume of 0"),
        ([[0, 0, 0]], (3, 3, np.nan), "volume of nan"),
        ([[0, 0, 0]] * 300, (0.5, 0.5, 0.5), "neighbours within 5 angstrom"),
        ([[0, 9000, 0]], (3, 3, 3), "Niggli"),
    ],
)
def test_what_is_refused(frac, lengths, said):
    crystals = packed([([[0, 0, 0]], (3, 3, 3), (90, 90, 90)), (frac, lengths, (90, 90, 90))])
    with pytest.raises(InputError) as refusal:
        neighbor_list_torch(CrystalBatch.of(crystals), 5.0)
    assert said in str(refusal.value)


def test_no_crystals_no_edges():
    empty = packed([([[0, 0, 0]], (3, 3, 3), (90, 90, 90))]).take([])
    found = neighbor_list_torch(
        CrystalBatch.of(empty), 5.0, max_neighbors=3, symmetric=True, whole_shells=True
    )
    assert len(found) == 0 and found.edge_offsets.tolist() == [0]
