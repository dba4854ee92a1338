"""Edges as the networks read them."""

import torch
from fourfold.domains.materials.crystal_graph import crystal_graph
from fourfold.domains.materials.message_graph import MessageGraph, Slots
from fourfold.domains.materials.neighbors.torch_list import neighbor_list_torch
from hypothesis import given, settings
from hypothesis import strategies as st
from retold_crystals import random_batch


def test_vectors_run_from_sender_to_receiver_at_the_lists_distance():
    batch = random_batch(1)
    found = neighbor_list_torch(batch, 6.0, 10, whole_shells=True)
    vectors = crystal_graph(batch, 6.0, 10).vectors(batch)
    torch.testing.assert_close(vectors, -found.vector)
    torch.testing.assert_close(vectors.norm(dim=-1), found.distance)


def test_opposite_is_the_same_way_back():
    batch = random_batch(2)
    graph = crystal_graph(batch, 6.0, 10, symmetric=True)
    back = graph.opposite(len(batch.numbers))
    assert torch.equal(graph.sender[back], graph.receiver)
    assert torch.equal(graph.receiver[back], graph.sender)
    assert torch.equal(graph.image[back], -graph.image)
    torch.testing.assert_close(graph.vectors(batch)[back], -graph.vectors(batch))


def test_opposite_tells_what_is_missing():
    batch = random_batch(2)
    graph = crystal_graph(batch, 6.0, 10, symmetric=True)
    back = graph.opposite(5)
    cut = MessageGraph(graph.sender[1:], graph.receiver[1:], graph.image[1:])
    missing = cut.opposite(5) == -1
    assert missing.nonzero().flatten().tolist() == [int(back[0]) - 1]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 5), max_size=30))
def test_slots_hold_each_edge_once_at_its_atom(atoms):
    owner = torch.tensor(atoms, dtype=torch.int64)
    slots = Slots.of(owner, 7)
    values = torch.arange(1.0, len(atoms) + 1)[:, None]
    table = slots.gather(values)
    for atom in range(7):
        held = table[atom].flatten()
        assert held[held > 0].tolist() == values[owner == atom].flatten().tolist()
    assert torch.equal(slots.scatter(table), values)


def test_vectors_differentiate_by_lattice_and_coordinates():
    batch = random_batch(3, (2,))
    graph = crystal_graph(batch, 5.0, 6)

    def vectors(frac, lengths, angles):
        return graph.vectors(type(batch)(frac, batch.numbers, lengths, angles, batch.counts))

    given_ = [x.requires_grad_() for x in (batch.frac, batch.lengths, batch.angles)]
    assert torch.autograd.gradcheck(vectors, given_)
