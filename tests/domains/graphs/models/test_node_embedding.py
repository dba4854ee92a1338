"""Plain, variational and clustered vectors per node."""

import math

import pytest
import torch
from fourfold.domains.graphs.models.centroids import place_centroids
from fourfold.domains.graphs.models.node_embedding import (
    ClusteredEmbedding,
    NodeEmbedding,
    VariationalEmbedding,
    build_embedding,
)
from fourfold.domains.graphs.models.settings import EmbeddingSettings


def clustered(nodes: int = 12, **settings: object) -> ClusteredEmbedding:
    torch.manual_seed(0)
    return ClusteredEmbedding(
        nodes, EmbeddingSettings(kind="clustered", **{"size": 4, "clusters": 3, "weight": 2.0, **settings})
    )


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_plain_starts_uniform_in_one_over_root_d():
    torch.manual_seed(0)
    vectors = NodeEmbedding(2000, 16).vectors_ND.detach()
    assert vectors.abs().max() <= 0.25
    assert float(vectors.std()) == pytest.approx(0.25 / math.sqrt(3), rel=0.02)
    assert float(vectors.mean()) == pytest.approx(0, abs=0.005)


def test_rows_are_looked_up_in_any_order():
    embedding = NodeEmbedding(5, 3)
    assert torch.equal(embedding(torch.tensor([4, 0, 0])), embedding.vectors_ND[[4, 0, 0]])


def test_variational_start_draw_and_mean():
    torch.manual_seed(0)
    embedding = VariationalEmbedding(4000, 8, weight=1.0)
    assert embedding.vectors_ND.detach().abs().max() <= 0.01
    nodes = torch.arange(4000)
    first, second = embedding(nodes), embedding(nodes)
    assert not torch.equal(first, second)
    spread = first.detach() - embedding.vectors_ND.detach()
    assert float(spread.var()) == pytest.approx(0.2, rel=0.03)
    embedding.eval()
    assert torch.equal(embedding(nodes), embedding.vectors_ND)


def test_divergence_equals_torchs():
    embedding = VariationalEmbedding(5, 3, weight=0.7)
    with torch.no_grad():
        embedding.vectors_ND.normal_(generator=generator())
        embedding.log_variance_ND.normal_(generator=generator(1))
    mine = torch.distributions.Normal(embedding.vectors_ND, (embedding.log_variance_ND / 2).exp())
    prior = torch.distributions.Normal(torch.zeros(5, 3), torch.ones(5, 3))
    expected = 0.7 * torch.distributions.kl_divergence(mine, prior).mean()
    torch.testing.assert_close(embedding.regularisation(), expected)


def test_variational_gradient_reaches_mean_and_spread():
    embedding = VariationalEmbedding(5, 3, weight=0.7)
    embedding(torch.arange(5)).square().sum().backward()
    assert embedding.vectors_ND.grad is not None and embedding.vectors_ND.grad.abs().sum() > 0
    assert embedding.log_variance_ND.grad is not None and embedding.log_variance_ND.grad.abs().sum() > 0


def test_clusters_wait_then_are_placed_then_pull():
    embedding = clustered(warm_up=3)
    with torch.no_grad():
        embedding.vectors_ND.copy_(torch.eye(4)[torch.arange(12) % 3] * 5 + 0.01 * torch.randn(12, 4))
    assert [float(embedding.regularisation().detach()) for _ in range(2)] == [0, 0]
    assert not embedding.scores_NK.any()
    pull = embedding.regularisation()
    assert float(pull.detach()) > 0
    found = torch.cdist(embedding.vectors_ND.detach(), embedding.centroids_KD.detach()).min(1)
    assert float(found.values.max()) < 0.1
    assert torch.equal(embedding.scores_NK.argmax(1), found.indices)
    pull.backward()
    for parameter in embedding.parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all()


def test_distance_to_the_centroids_without_noise():
    embedding = clustered(warm_up=0).eval()
    with torch.no_grad():
        embedding.scores_NK.normal_(generator=generator())
    shares = embedding.scores_NK.softmax(1)
    gap = embedding.vectors_ND - shares @ embedding.centroids_KD
    torch.testing.assert_close(embedding.regularisation(), 2.0 * gap.norm(dim=1).mean())
    assert int(embedding.steps) == 0


def test_temperature_decays_by_epochs_of_steps_down_to_its_floor():
    embedding = clustered(epoch_steps=10, temperature_decay=0.5, warm_up=0)
    for _ in range(20):
        embedding.regularisation()
    assert embedding.temperature == pytest.approx(0.25)
    embedding.steps.fill_(100_000)
    assert embedding.temperature == 1e-4
    assert embedding.regularisation().isfinite()


def test_assignments_become_hard_as_they_cool():
    embedding = clustered(warm_up=0)
    with torch.no_grad():
        embedding.steps.fill_(100_000)
        embedding.centroids_KD.copy_(10 * torch.eye(4)[:3])
        embedding.vectors_ND.copy_(embedding.centroids_KD[torch.arange(12) % 3])
        embedding.scores_NK.copy_(100 * torch.eye(3)[torch.arange(12) % 3])
    assert float(embedding.regularisation().detach()) == pytest.approx(0, abs=1e-6)


def test_progress_is_part_of_the_state():
    assert "steps" in clustered().state_dict()


@pytest.mark.parametrize("kind", ["plain", "variational", "clustered"])
def test_fresh_rows_are_like_new_and_repeat(kind):
    settings = EmbeddingSettings(kind=kind, size=4)
    one, two = (build_embedding(6, settings) for _ in range(2))
    assert one is not None and two is not None
    for embedding in (one, two):
        embedding.vectors_ND.requires_grad_(False)
        embedding.resize(9, generator=generator())
    assert one.nodes == 9 and torch.equal(one.vectors_ND, two.vectors_ND)
    assert not one.vectors_ND.requires_grad
    bound = 0.01 if kind == "variational" else 0.5
    assert one.vectors_ND.abs().max() <= bound
    for name in one.local_parameters():
        assert getattr(one, name).shape[0] == 9


def test_cold_starts():
    plain, varied, grouped = NodeEmbedding(6, 4), VariationalEmbedding(6, 4, 1.0), clustered()
    mean, centre = plain.vectors_ND.detach().mean(0), grouped.centroids_KD.detach().mean(0)
    plain.resize(3, cold=True)
    torch.testing.assert_close(plain.vectors_ND.detach(), mean.expand(3, 4))
    varied.resize(3, cold=True)
    assert varied.vectors_ND.shape == (3, 4) and not varied.vectors_ND.any()
    grouped.resize(3, cold=True)
    torch.testing.assert_close(grouped.vectors_ND.detach(), centre.expand(3, 4))


@pytest.mark.parametrize("kind", ["plain", "variational", "clustered"])
def test_forgotten_nodes_stand_where_a_cold_one_would(kind):
    embedding = build_embedding(6, EmbeddingSettings(kind=kind, size=4, clusters=3))
    assert embedding is not None
    before = embedding.vectors_ND.detach().clone()
    unknown = torch.tensor([False, True, False, False, True, False])
    expected = {
        "plain": before[~unknown].mean(0),
        "variational": torch.zeros(4),
        "clustered": getattr(embedding, "centroids_KD", before).detach().mean(0),
    }[kind]
    embedding.forget(unknown)
    torch.testing.assert_close(embedding.vectors_ND.detach()[unknown], expected.expand(2, 4))
    assert torch.equal(embedding.vectors_ND.detach()[~unknown], before[~unknown])


def test_none_is_none():
    assert build_embedding(3, EmbeddingSettings(kind="none")) is None


def test_k_means_finds_what_is_apart():
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    points = centres.repeat_interleave(20, 0) + torch.randn(60, 2, generator=generator())
    found = place_centroids(points, 3)
    expected = points.view(3, 20, 2).mean(1)
    nearest = torch.cdist(expected, found).min(1)
    assert nearest.values.max() < 1e-5
    assert sorted(nearest.indices.tolist()) == [0, 1, 2]
    assert torch.equal(found, place_centroids(points, 3))


def test_k_means_with_fewer_points_than_clusters():
    found = place_centroids(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 5)
    assert found.shape == (5, 2) and found.isfinite().all()
