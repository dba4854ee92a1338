"""What every network keeps: shapes, symmetry of nodes, independence of windows, safety under gaps."""

from dataclasses import replace

import pytest
import torch
from fourfold.domains.graphs.models.batch import Edges, GraphBatch
from fourfold.domains.graphs.models.build import build_network
from fourfold.domains.graphs.models.network import SpatioTemporalNetwork
from fourfold.domains.graphs.models.presets import GRAPH_FREE, NAMES
from fourfold.shared.errors import InputError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SMALL: dict[str, dict] = {
    **{
        name: {"hidden": 8, "decoder": 8, "embedding": {"size": 4}}
        for name in NAMES
        if name.startswith(("rnn", "t"))
    },
    "fc-rnn": {"hidden": 8, "decoder": 8, "dropout": 0.0},
    "dcrnn": {"hidden": 6, "mask": True},
    "graph-wavenet": {"hidden": 6, "skip": 8, "end": 8, "layers": 3, "mask": True, "dropout": 0.0},
    "stid": {
        "series": 6,
        "embedding": {"size": 4},
        "time_of_day": 3,
        "weekday": 3,
        "layers": 2,
        "dropout": 0.0,
    },
    "sgp": {
        "reservoir": 8,
        "hops": 2,
        "group": 4,
        "hidden": 8,
        "dropout": 0.0,
        "embedding": {"size": 4},
    },
}
ISOTROPIC = ("tts-imp", "tas-imp")
WITH_GRAPH = tuple(name for name in NAMES if name not in GRAPH_FREE)
INDUCTIVE = tuple(name for name in NAMES if name != "fc-rnn")


def network_for(
    batch: GraphBatch, name: str, *, quantiles: int = 1, **sizes: object
) -> SpatioTemporalNetwork:
    widths = {
        "past": batch.past_BNLU,
        "future": batch.future_BNTU,
        "static": batch.static_NU,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build_network(
            name,
            nodes=batch.nodes,
            channels=batch.x_BNLC.shape[-1],
            horizon=batch.horizon,
            lookback=batch.lookback,
            quantiles=quantiles,
            steps_per_day=24,
            **{key: 0 if value is None else value.shape[-1] for key, value in widths.items()},
            **{**SMALL[name], **sizes},
        )


def permuted(batch: GraphBatch, order: torch.Tensor) -> GraphBatch:
    """The same windows with nodes in another order; node k becomes the one that was order[k]."""
    assert isinstance(batch.edges, Edges)
    place = order.argsort()
    return replace(
        batch,
        x_BNLC=batch.x_BNLC[:, order],
        observed_BNLC=batch.observed_BNLC[:, order],
        edges=Edges(place[batch.edges.index], batch.edges.weight, batch.edges.n_nodes),
        node_N=batch.node_N[order],
        past_BNLU=None if batch.past_BNLU is None else batch.past_BNLU[:, order],
        future_BNTU=None if batch.future_BNTU is None else batch.future_BNTU[:, order],
        static_NU=None if batch.static_NU is None else batch.static_NU[order],
    )


def windows_of(batch: GraphBatch, rows: slice) -> GraphBatch:
    return replace(
        batch,
        x_BNLC=batch.x_BNLC[rows],
        observed_BNLC=batch.observed_BNLC[rows],
        time_of_day_BT=batch.time_of_day_BT[rows],
        weekday_BT=batch.weekday_BT[rows],
        past_BNLU=None if batch.past_BNLU is None else batch.past_BNLU[rows],
        future_BNTU=None if batch.future_BNTU is None else batch.future_BNTU[rows],
    )


def per_step(edges: Edges, windows: int) -> Edges:
    """The same graph once per window, as graphs that change in time come."""
    index = torch.cat([edges.index + edges.n_nodes * window for window in range(windows)], dim=1)
    return Edges(index, edges.weight.repeat(windows), edges.n_nodes * windows)


@pytest.fixture
def full(make_batch, awkward) -> GraphBatch:
    """A batch with every input there is."""
    return make_batch(awkward, past=2, future=3, static=1)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_shape_and_ascending_quantiles(full, name, residual):
    answer = network_for(full, name, quantiles=5, residual=residual)(full)
    assert answer.shape == (3, 8, 4, 2, 5)
    assert answer.isfinite().all()
    assert (answer.diff(dim=-1) >= 0).all()
    assert answer.std(-1).min() > 0


@pytest.mark.parametrize("name", NAMES)
def test_gradient_reaches_every_parameter(full, name):
    latent = {"latent_graph": 3, "bidirectional": True} if name in ISOTROPIC else {}
    network = network_for(full, name, quantiles=3, **latent)
    weight = torch.randn(4, 2, 3)
    ((network(full) * weight).sum() + network.regularisation()).backward()
    for parameter_name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, parameter_name


@pytest.mark.parametrize("name", INDUCTIVE)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**31))
def test_nodes_may_come_in_any_order(make_batch, name, seed):
    batch = make_batch(seed=seed, past=1, future=1, static=1)
    network = network_for(batch, name, quantiles=3).eval()
    order = torch.randperm(batch.nodes, generator=torch.Generator().manual_seed(seed))
    torch.testing.assert_close(
        network(permuted(batch, order)), network(batch)[:, order], atol=1e-5, rtol=1e-5
    )


@pytest.mark.parametrize("name", NAMES)
def test_answers_do_not_depend_on_the_other_windows(full, name):
    network = network_for(full, name).eval()
    together = network(full)
    for row in range(3):
        alone = network(windows_of(full, slice(row, row + 1)))
        torch.testing.assert_close(alone[0], together[row], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_not_observed_is_not_read(full, name, residual):
    network = network_for(full, name, residual=residual).eval()
    poisoned = replace(full, x_BNLC=torch.where(full.observed_BNLC, full.x_BNLC, torch.nan))
    expected = network(full)
    assert torch.equal(network(poisoned), expected)
    answer = network.train()(poisoned)
    answer.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize("name", NAMES)
def test_windows_without_any_observation_are_finite(full, name):
    blind = replace(full, observed_BNLC=torch.zeros_like(full.observed_BNLC))
    assert network_for(full, name).eval()(blind).isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_the_mask_itself_is_read(full, name):
    """Where a fill equals the value, only the mask tells that it was not observed."""
    network = network_for(full, name).eval()
    x = torch.ones_like(full.x_BNLC)
    seen = replace(full, x_BNLC=x, observed_BNLC=torch.ones_like(full.observed_BNLC))
    unseen = replace(seen, observed_BNLC=seen.observed_BNLC.clone().index_fill_(2, torch.tensor([3]), False))
    torch.testing.assert_close(unseen.filled_context(), x)
    assert not torch.equal(network(seen), network(unseen))


@pytest.mark.parametrize("name", NAMES)
def test_a_graph_without_edges(make_batch, name):
    batch = make_batch(Edges(torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0), 3))
    answer = network_for(batch, name)(batch)
    answer.sum().backward()
    assert answer.isfinite().all()


@pytest.mark.parametrize("name", WITH_GRAPH)
def test_a_neighbour_matters_and_its_weight_too(full, name):
    """Node 2 hears 0 and 1 (weights 2 and 1.5): both its senders and their shares count."""
    network = network_for(full, name).eval()
    before = network(full)[:, 2]
    louder = replace(full, x_BNLC=full.x_BNLC.index_fill(1, torch.tensor([0]), 3.0))
    assert not torch.allclose(network(louder)[:, 2], before)
    weight = full.edges.weight.clone().index_fill_(0, torch.tensor([1]), 9.0)
    assert not torch.allclose(network(replace(full, edges=replace(full.edges, weight=weight)))[:, 2], before)


@pytest.mark.parametrize("name", GRAPH_FREE)
def test_graph_free_networks_never_read_edges(full, name):
    network = network_for(full, name).eval()
    none = Edges(torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0), full.nodes)
    assert torch.equal(network(full), network(replace(full, edges=none)))


@pytest.mark.parametrize("name", NAMES)
def test_a_graph_that_never_changes_is_a_static_one(full, name):
    sizes = {"latent_graph": 3} if name in ISOTROPIC else {}
    network = network_for(full, name, **sizes).eval()
    stacked = replace(full, edges=(per_step(full.edges, 3),) * full.lookback)
    torch.testing.assert_close(network(stacked), network(full), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", WITH_GRAPH)
def test_when_a_changing_graph_counts(full, name):
    """Recurrent spaces follow every step's graph; the others look at the last."""
    network = network_for(full, name).eval()
    usual, empty = per_step(full.edges, 3), Edges(torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0), 24)
    whole = network(replace(full, edges=(usual,) * 6))
    early = network(replace(full, edges=(empty,) * 3 + (usual,) * 3))
    late = network(replace(full, edges=(usual,) * 5 + (empty,)))
    follows = name.startswith("tas") or name == "dcrnn"
    assert torch.allclose(early, whole) != follows
    assert not torch.allclose(late, whole)


@pytest.mark.parametrize("name", NAMES)
def test_covariates_known_ahead_act_on_the_answer(full, name):
    network = network_for(full, name).eval()
    ahead = full.future_BNTU.clone()
    ahead[:, :, -1] += 1
    changed = network(replace(full, future_BNTU=ahead))
    assert not torch.allclose(changed[:, :, -1], network(full)[:, :, -1])


@pytest.mark.parametrize("name", ["rnn", "tts-imp", "tas-amp", "graph-wavenet", "dcrnn"])
def test_a_leads_covariates_do_not_act_on_leads_before_it(full, name):
    network = network_for(full, name).eval()
    ahead = full.future_BNTU.clone()
    ahead[:, :, -1] += 1
    changed = network(replace(full, future_BNTU=ahead))
    torch.testing.assert_close(changed[:, :, :-1], network(full)[:, :, :-1])


@pytest.mark.parametrize("name", NAMES)
def test_it_repeats_itself(full, name):
    first, second = network_for(full, name).eval(), network_for(full, name).eval()
    assert torch.equal(first(full), second(full))


@pytest.mark.parametrize("kind", ["plain", "variational", "clustered"])
@pytest.mark.parametrize("name", INDUCTIVE)
def test_other_nodes(make_batch, awkward, name, kind):
    here, there = make_batch(), make_batch(awkward, seed=1)
    sizes = {"latent_graph": 3} if name in ISOTROPIC else {}
    network = network_for(here, name, embedding={"kind": kind, "size": 4}, **sizes)
    shared = {key: value.clone() for key, value in network.state_dict().items()}
    local = network.local_parameters()
    network.freeze_shared()
    network.adapt_nodes(8, generator=torch.Generator().manual_seed(0))
    assert network.dimensions.nodes == 8
    trained = {key for key, parameter in network.named_parameters() if parameter.requires_grad}
    assert trained == local and trained
    assert network.eval()(there).shape[1] == 8
    for key, value in network.state_dict().items():
        if key in local:
            assert value.shape[0] == 8
        else:
            assert torch.equal(value, shared[key]), key
    (network.train()(there).sum() + network.regularisation()).backward()
    assert all(parameter.grad is None for key, parameter in network.named_parameters() if key not in local)


def test_a_network_tied_to_its_nodes_says_so(full):
    with pytest.raises(InputError, match="tied to its 8 nodes"):
        network_for(full, "fc-rnn").adapt_nodes(3)


@pytest.mark.parametrize("name", NAMES)
def test_small_presets(full, name):
    sizes = {
        "nodes": 8,
        "channels": 2,
        "horizon": 4,
        "lookback": 6,
        "past": 2,
        "future": 3,
        "static": 1,
        "steps_per_day": 24,
    }
    small = build_network(name, **sizes, preset="small")
    paper = build_network(name, **sizes)
    assert small(full).shape == paper(full).shape == (3, 8, 4, 2, 1)
    count = [sum(p.numel() for p in network.parameters()) for network in (small, paper)]
    assert count[0] < count[1] / 2
