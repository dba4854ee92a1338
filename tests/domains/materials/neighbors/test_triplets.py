"""Pairs of edges against loops over all of them."""

import numpy as np
import pytest
import torch
from fourfold.domains.materials.crystals.batch import CrystalBatch
from fourfold.domains.materials.neighbors.neighbor_list import neighbor_list
from fourfold.domains.materials.neighbors.torch_list import NeighborTensors
from fourfold.domains.materials.neighbors.torch_triplets import (
    receiver_pairs_torch,
    reverse_edges_torch,
    triplets_torch,
)
from fourfold.domains.materials.neighbors.triplets import receiver_pairs, reverse_edges, triplets
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from neighbor_examples import packed, random_cell


def lists(seed, limit, symmetric):
    rng = np.random.default_rng(seed)
    crystals = packed([random_cell(rng, atoms=n, skew=0.6) for n in (1, 2, 3)])
    found = neighbor_list(crystals, 3.2, max_neighbors=limit, symmetric=symmetric)
    return found, NeighborTensors.of(found, CrystalBatch.of(crystals))


@given(st.integers(0, 2**32 - 1), st.integers(1, 10), st.booleans())
@settings(max_examples=25)
def test_chains_and_pairs_are_those_of_a_loop(seed, limit, symmetric):
    found, tensors = lists(seed, limit, symmetric)
    chains, pairs = [], []
    for one in range(len(found)):
        for other in range(len(found)):
            back = found.sender[other] == found.receiver[one]
            back = back and (found.image[other] == -found.image[one]).all()
            if found.receiver[other] == found.sender[one] and not back:
                chains.append((one, other))
            if found.receiver[other] == found.receiver[one] and one != other:
                pairs.append((one, other))
    for ours, theirs in ((triplets, chains), (receiver_pairs, pairs)):
        assert list(zip(*(x.tolist() for x in ours(found)), strict=True)) == theirs
    for ours, theirs in ((triplets_torch, chains), (receiver_pairs_torch, pairs)):
        assert list(zip(*(x.tolist() for x in ours(tensors)), strict=True)) == theirs


@given(st.integers(0, 2**32 - 1), st.integers(1, 10))
@settings(max_examples=25)
def test_opposites(seed, limit):
    found, tensors = lists(seed, limit, True)
    mirror = reverse_edges(found)
    assert np.array_equal(found.sender[mirror], found.receiver)
    assert np.array_equal(found.image[mirror], -found.image)
    assert np.array_equal(mirror[mirror], np.arange(len(found)))
    assert np.array_equal(reverse_edges_torch(tensors).numpy(), mirror)
    assert torch.allclose(tensors.vector[mirror], -tensors.vector, atol=1e-5)


def test_a_directed_list_has_no_opposites():
    found = neighbor_list(packed([([[0, 0, 0], [0.3, 0, 0], [0.9, 0, 0]], (9, 9, 9), (90, 90, 90))]), 3.0)
    assert len(reverse_edges(found)) == len(found)
    crystals = packed([([[0, 0, 0], [0.3, 0, 0], [0.9, 0, 0]], (9, 9, 9), (90, 90, 90))])
    directed = neighbor_list(crystals, 3.0, max_neighbors=1)
    with pytest.raises(InputError, match="symmetric=True"):
        reverse_edges(directed)
    with pytest.raises(InputError, match="symmetric=True"):
        reverse_edges_torch(NeighborTensors.of(directed, CrystalBatch.of(crystals)))
