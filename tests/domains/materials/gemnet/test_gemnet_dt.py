"""The decoder's network: size, its triplets by hand, and how its answers turn with the crystal."""

import math

import pytest
import torch
from fourfold.domains.materials.crystal_graph import crystal_graph
from fourfold.domains.materials.dimenet.angular_basis import zonal_harmonics
from fourfold.domains.materials.gemnet.gemnet_dt import GemNetDT
from fourfold.domains.materials.gemnet.geometry import edge_geometry
from fourfold.domains.materials.gemnet.layers import HALF, GaussianBasis, polynomial_envelope, scaled_silu
from fourfold.domains.materials.gemnet.settings import GemNetSettings
from fourfold.domains.materials.message_graph import MessageGraph
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from retold_crystals import other_cell, other_images, permuted, perovskite, random_batch, translated

SMALL = GemNetSettings(
    width=10,
    blocks=2,
    triplet=6,
    radial=5,
    circular=4,
    bilinear=7,
    num_spherical=3,
    num_radial=8,
    atom_layers=1,
    max_neighbors=8,
)
LATENT = 3
SEEDS = st.integers(0, 2**31 - 1)


def network(settings=SMALL):
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return GemNetDT(settings, LATENT).double().requires_grad_(False)


NETWORK = network()


def graph_of(batch, settings=SMALL):
    return crystal_graph(batch, settings.cutoff, settings.max_neighbors, symmetric=True)


def latents(batch):
    draw = torch.Generator().manual_seed(len(batch))
    return torch.randn(len(batch), LATENT, generator=draw, dtype=torch.float64)[batch.crystal]


def answer(batch, **options):
    return NETWORK(batch.numbers, latents(batch), edge_geometry(batch, graph_of(batch)), **options)


def same(found, expected):
    torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-9)


def test_size_is_that_of_cdvaes_decoder():
    assert sum(p.numel() for p in GemNetDT(GemNetSettings(), 256).parameters()) == 2_332_288
    without = GemNetSettings(energies=False)
    assert sum(p.numel() for p in GemNetDT(without, 256).parameters()) == 2_332_288 - 467_456


@settings(max_examples=8)
@given(SEEDS)
def test_atoms_in_another_order_answer_in_that_order(seed):
    batch = random_batch(seed)
    told, order = permuted(batch, seed)
    expected, found = answer(batch), answer(told)
    same(found.hidden, expected.hidden[order])
    same(found.forces, expected.forces[order])


@settings(max_examples=8)
@given(SEEDS)
def test_origin_and_images_do_not_matter(seed):
    batch = random_batch(seed)
    expected = answer(batch)
    for told in (translated(batch, seed), other_images(batch, seed)):
        found = answer(told)
        same(found.hidden, expected.hidden)
        same(found.forces, expected.forces)


@settings(max_examples=8)
@given(SEEDS)
def test_forces_turn_with_the_crystal(seed):
    """Another choice of cell is another orientation: forces turn by the matrix that turns the lattice."""
    batch = random_batch(seed)
    told, turn = other_cell(batch, seed)
    expected, found = answer(batch), answer(told)
    assert expected.forces.abs().max() > 1e-3
    same(found.hidden, expected.hidden)
    same(found.forces, torch.einsum("ai,aij->aj", expected.forces, turn[batch.crystal]))


def test_forces_turn_by_any_rotation_and_mirror():
    batch = random_batch(3)
    geometry = edge_geometry(batch, graph_of(batch))
    expected = NETWORK(batch.numbers, latents(batch), geometry)
    for seed in range(3):
        turn = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(seed)).double())[0]
        found = NETWORK(batch.numbers, latents(batch), geometry._replace(unit=geometry.unit @ turn))
        same(found.hidden, expected.hidden)
        same(found.forces, expected.forces @ turn)


def test_a_perfect_crystal_pulls_nowhere():
    """Every atom of the ideal perovskite sits on a centre of inversion, whatever the weights are."""
    assert answer(perovskite()).forces.abs().max() < 1e-9


def test_triplet_interaction_is_the_sum_over_triplets():
    """The block once more with loops over edges c -> a and b -> a, as the paper writes it."""
    batch = random_batch(4, (2,))
    geometry = edge_geometry(batch, graph_of(batch))
    waves = NETWORK.basis(geometry.distance)
    bases = NETWORK._bases(waves, geometry)
    block = NETWORK.interactions[0].triplets
    edges = len(waves)
    messages = torch.randn(edges, SMALL.width, generator=torch.Generator().manual_seed(1)).double()
    other = block.other(messages)
    other = block.down(other * block.radial(bases.triplet))
    weight = block.bilinear.view(SMALL.circular, SMALL.triplet, SMALL.bilinear)
    mixed = torch.zeros(edges, SMALL.bilinear, dtype=torch.float64)
    for ca in range(edges):
        for ba in range(edges):
            if ba == ca or geometry.receiver[ba] != geometry.receiver[ca]:
                continue
            harmonics = zonal_harmonics(SMALL.num_spherical, geometry.unit[ca] @ geometry.unit[ba])
            circular = torch.einsum("r,src,s->c", waves[ca], NETWORK.circular, harmonics)
            mixed[ca] += torch.einsum("c,t,cto->o", circular, other[ba], weight)
    expected = (block.up_own(mixed) + block.up_opposite(mixed)[geometry.opposite]) * HALF
    same(block(messages, geometry, bases), expected)


def test_gradients_reach_coordinates_and_lattice():
    batch = random_batch(6, (2,))
    frac, lengths = batch.frac.requires_grad_(), batch.lengths.requires_grad_()
    graph = graph_of(batch)

    def total(frac, lengths):
        told = type(batch)(frac, batch.numbers, lengths, batch.angles, batch.counts)
        found = NETWORK(batch.numbers, latents(batch), edge_geometry(told, graph))
        return found.forces.square().sum() + found.hidden.sum()

    assert torch.autograd.gradcheck(total, (frac, lengths), eps=1e-6, atol=1e-5)


def test_energies_are_answered_where_they_are_kept():
    batch = random_batch(7)
    told, order = permuted(batch, 7)
    expected, found = answer(batch, energies=True).energies, answer(told, energies=True).energies
    assert expected is not None and found is not None and expected.shape == (5,)
    same(found, expected[order])
    assert answer(batch).energies is None
    without = network(SMALL.model_copy(update={"energies": False}))
    with pytest.raises(InputError, match="keeps no energy branch"):
        without(batch.numbers, latents(batch), edge_geometry(batch, graph_of(batch)), energies=True)


def test_a_graph_without_mirror_images_is_told():
    batch = random_batch(8)
    graph = graph_of(batch)
    cut = MessageGraph(graph.sender[1:], graph.receiver[1:], graph.image[1:])
    with pytest.raises(InputError, match="no mirror image"):
        edge_geometry(batch, cut)


def test_atoms_without_edges_feel_nothing():
    batch = random_batch(9)
    graph = MessageGraph(*(torch.zeros(0, *rest, dtype=torch.int64) for rest in ((), (), (3,))))
    found = NETWORK(batch.numbers, latents(batch), edge_geometry(batch, graph))
    assert not found.forces.any()
    assert found.hidden.isfinite().all()


def test_gaussian_basis_is_its_formula(float64):
    distance = torch.tensor([0.0, 1.3, 4.0, 6.999999, 7.0, 9.0])
    centers = torch.linspace(0, 1, 16)
    x = distance[:, None] / 7
    expected = polynomial_envelope(x) * torch.exp(-0.5 * ((x - centers) * 15) ** 2)
    torch.testing.assert_close(GaussianBasis(16, 7.0)(distance), expected)
    assert not expected[-2:].any()
    assert expected[-3].max() < 1e-12
    assert float(polynomial_envelope(torch.tensor(0.5))) == pytest.approx(1 - 21 / 32 + 35 / 64 - 15 / 128)


def test_scaled_silu_keeps_the_second_moment():
    x = torch.linspace(-9, 9, 20001, dtype=torch.float64)
    density = torch.exp(-x.square() / 2) / math.sqrt(2 * math.pi)
    moment = torch.trapezoid(density * scaled_silu(x).square(), x)
    assert float(moment) == pytest.approx(1, abs=0.02)
