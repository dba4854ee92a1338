"""The encoder: its published size, its peer in PyTorch Geometric, and what must not change its answer."""

import warnings

import pytest
import torch
from fourfold.domains.materials.crystal_graph import crystal_graph
from fourfold.domains.materials.dimenet.dimenet_plus_plus import DimeNetPlusPlus
from fourfold.domains.materials.dimenet.settings import DimeNetSettings
from hypothesis import given, settings
from hypothesis import strategies as st
from retold_crystals import (
    doubled,
    other_cell,
    other_images,
    permuted,
    perovskite,
    random_batch,
    translated,
)

SMALL = DimeNetSettings(
    width=12,
    blocks=2,
    inner=6,
    basis=4,
    out_width=10,
    out_layers=1,
    num_spherical=3,
    num_radial=4,
    max_neighbors=8,
)
SEEDS = st.integers(0, 2**31 - 1)


def network(settings=SMALL, outputs=5):
    """In float64, with last layers that are not 0."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        made = DimeNetPlusPlus(settings, outputs).double()
        for block in made.outputs:
            torch.nn.init.normal_(block.last.weight, std=0.5)
    return made.requires_grad_(False)


NETWORK = network()


def answer(batch, net=NETWORK):
    return net(batch, crystal_graph(batch, net.settings.cutoff, net.settings.max_neighbors))


def same(found, expected):
    torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-9)


def test_size_is_the_published_one():
    made = DimeNetPlusPlus(DimeNetSettings(), outputs=256)
    assert sum(p.numel() for p in made.parameters()) == 2_212_230


def test_starts_by_saying_nothing():
    batch = random_batch(0)
    made = DimeNetPlusPlus(SMALL, 5).double()
    assert not answer(batch, made).any()


@settings(max_examples=8)
@given(SEEDS)
def test_order_of_atoms_does_not_matter(seed):
    batch = random_batch(seed)
    same(answer(permuted(batch, seed)[0]), answer(batch))


@settings(max_examples=8)
@given(SEEDS)
def test_origin_and_images_do_not_matter(seed):
    batch = random_batch(seed)
    same(answer(translated(batch, seed)), answer(batch))
    same(answer(other_images(batch, seed)), answer(batch))


@settings(max_examples=8)
@given(SEEDS)
def test_rotation_and_choice_of_cell_do_not_matter(seed):
    batch = random_batch(seed)
    told, turn = other_cell(batch, seed)
    torch.testing.assert_close(turn @ turn.mT, torch.eye(3, dtype=torch.float64).expand(2, 3, 3))
    same(answer(told), answer(batch))


@settings(max_examples=4)
@given(SEEDS)
def test_a_doubled_cell_is_the_same_crystal(seed):
    batch = random_batch(seed)
    same(answer(doubled(batch)), answer(batch))


@pytest.mark.parametrize("limit", [7, 8, 12, 20])
def test_equal_distances_do_not_matter_in_a_perfect_crystal(limit):
    """A limit inside a shell of equal distances would otherwise depend on order and origin."""
    net = network(SMALL.model_copy(update={"max_neighbors": limit}))
    batch = perovskite()
    expected = answer(batch, net)
    for seed in range(3):
        same(answer(permuted(batch, seed)[0], net), expected)
        same(answer(translated(batch, seed), net), expected)


def test_crystals_of_a_batch_do_not_mix():
    one, two = random_batch(1, (3,)), random_batch(2, (4,))
    both = type(one)(*(torch.cat([getattr(b, f) for b in (one, two)]) for f in one.__dataclass_fields__))
    same(answer(both), torch.cat([answer(one), answer(two)]))


def test_elements_count_and_the_heaviest_share_a_row():
    batch = random_batch(5)
    answers = []
    for number in (1, 95, 96, 100):
        numbers = torch.full_like(batch.numbers, number)
        answers.append(answer(type(batch)(batch.frac, numbers, batch.lengths, batch.angles, batch.counts)))
    assert not torch.allclose(answers[0], answers[1])
    same(answers[2], answers[1])
    same(answers[3], answers[1])


def triplets(graph):
    """(edge k -> j, edge j -> i) for all pairs but an edge with its own way back, by looping."""
    edges = range(len(graph.sender))
    sender, receiver, image = graph.sender.tolist(), graph.receiver.tolist(), graph.image.tolist()
    return [
        (kj, ji)
        for ji in edges
        for kj in edges
        if receiver[kj] == sender[ji]
        and not (sender[kj] == receiver[ji] and image[kj] == [-x for x in image[ji]])
    ]


@pytest.mark.slow
def test_answers_are_those_of_pytorch_geometric():
    """Its blocks with our weights, on periodic edges and triplets listed by hand."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch_geometric.nn.models import DimeNetPlusPlus as Peer

    s = SMALL
    peer = Peer(
        s.width, 5, s.blocks, s.inner, s.basis, s.out_width, s.num_spherical, s.num_radial, s.cutoff,
        envelope_exponent=s.envelope_exponent, num_output_layers=s.out_layers,
    ).double()  # fmt: skip
    names = {
        "radial.frequency": "rbf.freq", "embedding.element": "emb.emb", "embedding.radial": "emb.lin_rbf",
        "embedding.mix": "emb.lin", "interactions": "interaction_blocks", "outputs": "output_blocks",
        "radial_down": "lin_rbf1", "radial_up": "lin_rbf2", "angular_down": "lin_sbf1",
        "angular_up": "lin_sbf2", "outer": "lin_kj", ".own.": ".lin_ji.",
        ".down": ".lin_down", ".up": ".lin_up",
        "before_skip": "layers_before_skip", "after_skip": "layers_after_skip", ".skip": ".lin",
        ".first": ".lin1", ".second": ".lin2", ".radial.": ".lin_rbf.", ".layers.": ".lins.", ".last": ".lin",
    }  # fmt: skip
    state = {}
    for name, value in NETWORK.state_dict().items():
        for ours, theirs in names.items():
            name = name.replace(ours, theirs)
        state[name] = value
    row = state["emb.emb.weight"]
    state["emb.emb.weight"] = torch.cat([row[:1], row[:-1]])  # theirs starts at element 0
    peer.load_state_dict(state)
    batch = random_batch(11)
    batch = type(batch)(batch.frac, batch.numbers.clamp_max(94), batch.lengths, batch.angles, batch.counts)
    graph = crystal_graph(batch, s.cutoff, s.max_neighbors)
    listed = torch.tensor(triplets(graph))
    kj, ji = listed.T
    vectors = graph.vectors(batch)
    distance = vectors.norm(dim=-1)
    across = torch.linalg.cross(vectors[ji], vectors[kj]).norm(dim=-1)
    angle = torch.atan2(across, (vectors[ji] * vectors[kj]).sum(-1))
    radial, spherical = peer.rbf(distance), peer.sbf(distance, angle, kj)
    x = peer.emb(batch.numbers, radial, graph.receiver, graph.sender)
    atoms = peer.output_blocks[0](x, radial, graph.receiver, num_nodes=5)
    for interaction, output in zip(peer.interaction_blocks, peer.output_blocks[1:], strict=True):
        x = interaction(x, radial, spherical, kj, ji)
        atoms = atoms + output(x, radial, graph.receiver, num_nodes=5)
    expected = torch.stack([atoms[:2].mean(0), atoms[2:].mean(0)])
    torch.testing.assert_close(NETWORK(batch, graph), expected, rtol=1e-5, atol=1e-7)
