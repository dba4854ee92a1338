"""EpiGNN: states that stay on the simplex, what is a unit, and reasoning over longer paths than it saw."""

from itertools import product

import numpy as np
import pytest
import torch
from fourfold.domains.graphs.systems.brief_training import OneLoss, train_briefly
from fourfold.domains.graphs.systems.epignn import Composition, EpiGNN, EpiGNNSettings
from fourfold.domains.graphs.systems.relation_algebra import interval_algebra, region_algebra
from fourfold.domains.graphs.systems.relation_paths import (
    MixedPaths,
    RelationGraphs,
    graphs_side_by_side,
    sample_paths,
)
from fourfold.shared.errors import InputError
from fourfold.shared.training.settings import FitSettings, ScheduleSettings

REGIONS = region_algebra()


def net(aggregation="min", seed=0, size=4):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        settings = EpiGNNSettings(relations=8, facets=3, facet_size=size, aggregation=aggregation)
        return EpiGNN(settings).double()


def states(count, size, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed)).double().softmax(-1)


def test_composition_equals_its_sum_and_stays_on_the_simplex():
    phi = Composition(5).double()
    table = phi.table()
    torch.testing.assert_close(table.sum(0), torch.ones(5, 5).double())
    assert torch.equal(table[:, 0, :], torch.eye(5).double()) and torch.equal(
        table[:, :, 0], torch.eye(5).double()
    )
    h, r = states(6, 5), states(6, 5, seed=1)
    found = phi(h, r)
    wanted = torch.zeros(6, 5).double()
    for p, i, j in product(range(5), repeat=3):
        wanted[:, p] += table[p, i, j] * h[:, i] * r[:, j]
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(found.sum(-1), torch.ones(6).double())
    unit = torch.eye(5).double()[:1].expand(6, 5)
    torch.testing.assert_close(phi(unit, r), r)
    torch.testing.assert_close(phi(h, unit), h)


@pytest.mark.parametrize("aggregation", ["min", "product"])
def test_one_hop_is_the_relation_itself(aggregation):
    model = net(aggregation)
    paths = sample_paths(REGIONS, 1, 7, np.random.default_rng(0))
    assert sorted(paths.answers) == list(range(1, 8)) and (paths.relations[:, 0] == paths.answers).all()
    state = model.answer_state(paths.batch(np.arange(7)))
    itself = model.prototypes()[torch.from_numpy(paths.answers)]
    if aggregation == "product":  # source and target both say it
        itself = itself**2 / (itself**2).sum(-1, keepdim=True)
    torch.testing.assert_close(state, itself)


def test_states_along_a_path_equal_a_fold():
    model = net()
    graph = sample_paths(REGIONS, 4, 1, np.random.default_rng(2)).batch(np.arange(1))
    steps, phi = model.prototypes()[graph.relation], model.composition
    ahead, behind = [None] * 5, [None] * 5
    ahead[0] = behind[4] = torch.eye(4).double()[:1].expand(3, 4)
    for hop in range(4):
        ahead[hop + 1] = phi(ahead[hop], steps[hop])
        behind[3 - hop] = phi(steps[3 - hop], behind[4 - hop])
    whole = torch.stack([phi(a, b) for a, b in zip(ahead, behind, strict=True)]).amin(0)
    torch.testing.assert_close(model.answer_state(graph)[0], whole / whole.sum(-1, keepdim=True))
    torch.testing.assert_close(model.answer_state(graph, layers=9), model.answer_state(graph))


@pytest.mark.parametrize("aggregation", ["min", "product"])
def test_order_of_edges_and_dead_ends_change_nothing(aggregation):
    model = net(aggregation)
    one, two = (sample_paths(REGIONS, k, 3, np.random.default_rng(k)).batch(np.arange(3)) for k in (2, 4))
    both = graphs_side_by_side([one, two])
    torch.testing.assert_close(model(both), torch.cat([model(one), model(two)]))
    order = torch.randperm(len(both.relation), generator=torch.Generator().manual_seed(0))
    shuffled = both._replace(edge_index=both.edge_index[:, order], relation=both.relation[order])
    torch.testing.assert_close(model(shuffled), model(both))
    # A node that hangs on the path and leads nowhere, and one that nobody reaches but that points into it.
    count = len(both.node_graph)
    ends = torch.tensor([[1, count + 1], [count, 1]])
    more = both._replace(
        edge_index=torch.cat([both.edge_index, ends], dim=1),
        relation=torch.cat([both.relation, torch.tensor([3, 5])]),
        node_graph=torch.cat([both.node_graph, torch.tensor([0, 0])]),
    )
    torch.testing.assert_close(model(more), model(both))


def test_several_paths_are_joined_by_the_minimum():
    model = net()
    graph = RelationGraphs(
        edge_index=torch.tensor([[0, 0], [1, 1]]),
        relation=torch.tensor([2, 5]),
        source=torch.tensor([0]),
        target=torch.tensor([1]),
        answer=torch.tensor([2]),
        node_graph=torch.tensor([0, 0]),
        hops=1,
    )
    least = torch.minimum(model.prototypes()[2], model.prototypes()[5])
    torch.testing.assert_close(model.answer_state(graph)[0], least / least.sum(-1, keepdim=True))


@pytest.mark.parametrize("algebra", [REGIONS, interval_algebra()], ids=["regions", "intervals"])
@pytest.mark.parametrize("hops", [2, 5, 10])
def test_paths_entail_their_answer_alone_and_answers_are_balanced(algebra, hops):
    paths = sample_paths(algebra, hops, 60, np.random.default_rng(hops))
    for path, answer in zip(paths.relations, paths.answers, strict=True):
        assert np.flatnonzero(algebra.entailed(path)).tolist() == [answer]
    counts = np.bincount(paths.answers, minlength=algebra.n_relations)
    assert counts[algebra.identity] == 0
    assert counts[counts > 0].max() - counts[counts > 0].min() <= 1
    assert (paths.relations != algebra.identity).all()


def test_all_paths_of_two_hops_are_drawn_alike():
    paths = sample_paths(REGIONS, 2, 7 * 700, np.random.default_rng(0))
    alone = [
        (r, s)
        for r, s in product(range(1, 8), repeat=2)
        if REGIONS.composition[r, s].sum() == 1 and REGIONS.composition[r, s, 1]
    ]
    drawn = [tuple(p) for p, a in zip(paths.relations.tolist(), paths.answers, strict=True) if a == 1]
    shares = [drawn.count(path) / len(drawn) for path in alone]
    assert sum(shares) == pytest.approx(1)
    assert max(abs(share - 1 / len(alone)) for share in shares) < 0.06


def test_bad_input():
    with pytest.raises(InputError, match="hops: 0 is too few"):
        sample_paths(REGIONS, 0, 3, np.random.default_rng(0))


@pytest.mark.slow
def test_trained_on_two_and_three_hops_it_is_right_above_nine_times_in_ten_up_to_ten():
    rng = np.random.default_rng(0)
    train = MixedPaths([sample_paths(REGIONS, hops, 2000, rng) for hops in (2, 3)])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = EpiGNN(EpiGNNSettings(relations=8, facets=8, facet_size=4))
    settings = FitSettings(
        steps=250,
        batch_size=128,
        schedule=ScheduleSettings(kind="cosine", warm_up=20),
        clip_norm=1.0,
        device="cpu",
        progress="off",
    )
    train_briefly(OneLoss(model, model.loss, rate=0.05), train, settings)
    for hops in range(4, 11):
        paths = sample_paths(REGIONS, hops, 350, np.random.default_rng(100 + hops))
        assert model.accuracy(paths.batch(np.arange(350))) > 0.9, hops
