"""The AZ test equals its equation, holds its level, finds correlation, and survives what breaks others."""

import math

import numpy as np
import pytest
from fourfold.domains.graphs.diagnosis.az_whiteness import az_whiteness_test
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.domains.graphs.synthetic.gpvar import gpvar, gpvar_az, triangle_communities
from fourfold.shared.errors import InputError
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm


def reference(residuals, edges, seen, mix=0.5, weight_of_time=None):
    """C, spatial pairs, temporal pairs, edge by edge; residuals [T][N][F], edges (u, v, w)."""
    together = {}
    for u, v, w in edges:
        if u != v:
            pair = (min(u, v), max(u, v))
            together[pair] = together.get(pair, 0.0) + w
    steps, nodes, features = len(residuals), len(residuals[0]), len(residuals[0][0])

    def sign(t, u, s, v):
        shared = [f for f in range(features) if seen[t][u][f] and seen[s][v][f]]
        inner = sum(float(residuals[t][u][f]) * float(residuals[s][v][f]) for f in shared)
        return None if not shared else (inner > 0) - (inner < 0)

    spatial = [(w, sign(t, u, t, v)) for t in range(steps) for (u, v), w in together.items()]
    spatial = [(w, s) for w, s in spatial if s is not None]
    temporal = [sign(t, v, t + 1, v) for t in range(steps - 1) for v in range(nodes)]
    temporal = [s for s in temporal if s is not None]
    squares = sum(w * w for w, _ in spatial)
    if weight_of_time is None:
        weight_of_time = math.sqrt(squares / len(temporal))
    top = mix * sum(w * s for w, s in spatial) + (1 - mix) * weight_of_time * sum(temporal)
    bottom = math.sqrt(mix**2 * squares + (1 - mix) ** 2 * weight_of_time**2 * len(temporal))
    return top / bottom, len(spatial), len(temporal)


def graph_of(edges, nodes):
    ends = np.array([(u, v) for u, v, _ in edges], dtype=np.int64).reshape(-1, 2).T
    weights = np.array([w for *_, w in edges], dtype=np.float32)
    names = tuple(f"n{i}" for i in range(nodes))
    return SensorGraph(names, np.ascontiguousarray(ends), weights, signed=True)


@st.composite
def cases(draw):
    """Random graph with loops, duplicates, one-way edges and isolated nodes; residuals; masks."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    steps, nodes = draw(st.integers(3, 9)), draw(st.integers(2, 7))
    features = draw(st.integers(1, 3))
    edges = [(0, 1, 0.5)]
    for _ in range(draw(st.integers(0, 15))):
        u, v = rng.integers(nodes, size=2)
        edges.append((int(u), int(v), float(rng.integers(1, 9)) / 4))
    residuals = rng.normal(size=(steps, nodes, features))
    seen = rng.random(residuals.shape) < draw(st.sampled_from([1.0, 0.7]))
    seen[:2, :2] = True
    return graph_of(edges, nodes), edges, residuals, seen


@given(cases(), st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.sampled_from([None, 0.7]))
def test_it_equals_the_equation(case, mix, weight_of_time):
    graph, edges, residuals, seen = case
    want, spatial, temporal = reference(residuals, edges, seen, mix, weight_of_time)
    found = az_whiteness_test(residuals, graph, seen, mix=mix, temporal_weight=weight_of_time)
    assert found.statistic == pytest.approx(want, abs=1e-12)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(want)), rel=1e-9)
    assert (found.spatial_edges, found.temporal_edges) == (spatial, temporal)
    assert found.spatial == pytest.approx(reference(residuals, edges, seen, 1.0)[0], abs=1e-12)
    assert found.temporal == pytest.approx(reference(residuals, edges, seen, 0.0)[0], abs=1e-12)


@given(cases())
def test_tests_of_each_feature_are_combined(case):
    graph, edges, residuals, seen = case
    parts = [
        reference(residuals[:, :, f : f + 1], edges, seen[:, :, f : f + 1])[0]
        for f in range(residuals.shape[2])
    ]
    found = az_whiteness_test(residuals, graph, seen, multivariate="per-feature")
    assert found.statistic == pytest.approx(sum(parts) / np.sqrt(len(parts)), abs=1e-12)


@given(cases(), st.integers(0, 99))
def test_the_order_of_nodes_and_edges_and_the_unit_do_not_matter(case, seed):
    graph, edges, residuals, seen = case
    rng = np.random.default_rng(seed)
    order = rng.permutation(graph.n_nodes)
    place = np.argsort(order)
    moved = [(int(place[u]), int(place[v]), w) for u, v, w in edges]
    rng.shuffle(moved)
    other = az_whiteness_test(1e-30 * residuals[:, order], graph_of(moved, graph.n_nodes), seen[:, order])
    assert other.statistic == pytest.approx(az_whiteness_test(residuals, graph, seen).statistic, abs=1e-9)


def test_white_noise_gives_uniform_p_values():
    """Whatever the noise's law; scaled, heavy-tailed and skewed (of median zero) alike."""
    graph = triangle_communities(5)
    spread = np.random.default_rng(0).uniform(0.1, 10, 30)
    found = []
    for seed in range(300):
        rng = np.random.default_rng([1, seed])
        noise = [
            rng.normal(size=(150, 30)),
            rng.standard_t(2, size=(150, 30)),
            rng.exponential(size=(150, 30)) - np.log(2),
        ][seed % 3]
        result = az_whiteness_test(spread * noise, graph)
        found.append((result.p_value, result.spatial_p_value, result.temporal_p_value))
    for p_values in np.array(found).T:
        assert kstest(p_values, "uniform").pvalue > 0.05


def test_white_noise_of_several_features_with_gaps_gives_uniform_p_values():
    """The part of time counts a pair of steps once a node, not once a feature."""
    graph = triangle_communities(5)
    for multivariate in ("inner", "per-feature"):
        p_values = []
        for seed in range(200):
            rng = np.random.default_rng([5, seed])
            noise, seen = rng.normal(size=(60, 30, 4)), rng.random((60, 30)) < 0.8
            result = az_whiteness_test(noise, graph, seen, multivariate=multivariate)
            p_values.append([result.p_value, result.temporal_p_value])
        for column in np.array(p_values).T:
            assert kstest(column, "uniform").pvalue > 0.01


@pytest.mark.parametrize("features", [1, 3])
def test_correlated_residuals_are_found_where_they_are(features):
    graph = triangle_communities(5)
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(400, 30, features))
    along_edges = noise + 0.3 * np.einsum("ij,tjf->tif", graph.adjacency().toarray(), noise)
    in_time = noise[1:] + 0.3 * noise[:-1]
    space, time = az_whiteness_test(along_edges, graph), az_whiteness_test(in_time, graph)
    assert space.p_value < 1e-10
    assert space.statistic > 0
    assert space.spatial_p_value < 1e-10 < space.temporal_p_value
    assert time.p_value < 1e-10
    assert time.temporal_p_value < 1e-10 < time.spatial_p_value
    opposed = az_whiteness_test(noise[1:] - 0.5 * noise[:-1], graph)
    assert opposed.temporal < -5


def test_it_accepts_the_noise_of_gpvar_and_rejects_what_a_node_s_past_leaves():
    for made in (gpvar(3000, 5), gpvar_az(3000)):
        assert az_whiteness_test(made.values - made.expected, made.graph).p_value > 0.01
        left = []
        for node in made.values.T:
            past = np.stack([node[5 - lag : -1 - lag] for lag in range(6)], axis=1)
            left.append(node[6:] - past @ np.linalg.lstsq(past, node[6:], rcond=None)[0])
        assert az_whiteness_test(np.stack(left, axis=1), made.graph).p_value < 1e-6


def test_masked_nan_is_as_if_it_were_not_there_and_input_stays_as_it_is():
    graph = triangle_communities(2)
    rng = np.random.default_rng(4)
    residuals = rng.normal(size=(30, 12))
    seen = rng.random(residuals.shape) < 0.6
    other = residuals.copy()
    residuals[~seen], other[~seen] = np.nan, 1e300
    before = residuals.copy(), seen.copy()
    for median in (False, True):
        found = az_whiteness_test(residuals, graph, seen, remove_median=median)
        assert np.isfinite(found.statistic)
        assert found == az_whiteness_test(other, graph, seen, remove_median=median)
    np.testing.assert_array_equal(residuals, before[0])
    np.testing.assert_array_equal(seen, before[1])


def test_steps_and_nodes_that_are_masked_equal_ones_that_are_removed():
    graph = triangle_communities(2)
    residuals = np.random.default_rng(5).normal(size=(40, 12))
    seen = np.ones(residuals.shape, dtype=bool)
    seen[25:] = False
    seen[:, 6:] = False
    found = az_whiteness_test(residuals, graph, seen)
    assert found == az_whiteness_test(residuals[:25, :6], triangle_communities(1))


def test_an_isolated_last_node_belongs_to_the_graph():
    edges = [(0, 1, 1.0), (1, 0, 1.0)]
    residuals = np.random.default_rng(6).normal(size=(50, 4))
    found = az_whiteness_test(residuals, graph_of(edges, 4))
    assert (found.spatial_edges, found.temporal_edges) == (50, 4 * 49)
    want = reference(residuals[:, :, None], edges, np.ones((50, 4, 1), bool))
    assert found.statistic == pytest.approx(want[0], abs=1e-12)


def test_only_time_or_only_space_is_enough():
    residuals = np.random.default_rng(7).normal(size=(50, 3))
    lonely = az_whiteness_test(residuals, graph_of([], 3))
    assert lonely.spatial_edges == 0
    assert lonely.statistic == lonely.temporal
    assert lonely.spatial_p_value == 1.0
    one_step = az_whiteness_test(residuals[:1], graph_of([(0, 1, 1.0)], 3))
    assert (one_step.temporal_edges, one_step.statistic) == (0, one_step.spatial)


def test_the_median_is_removed_feature_by_feature_and_node_by_node():
    graph = triangle_communities(1)
    noise = np.random.default_rng(8).normal(size=(301, 6, 2))
    noise -= np.median(noise, axis=0)
    shifted = noise + np.arange(12.0).reshape(6, 2)
    assert az_whiteness_test(shifted, graph).p_value < 1e-6
    corrected = az_whiteness_test(shifted, graph, remove_median=True)
    assert corrected.statistic == pytest.approx(az_whiteness_test(noise, graph).statistic, abs=0.2)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("residuals", {"residuals": np.zeros((4, 3))}),
        ("residuals", {"residuals": np.zeros((0, 2))}),
        ("residuals", {"residuals": np.array([[1.0, np.nan], [1, 1]])}),
        ("residuals", {"observed": np.zeros((4, 2), bool)}),
        ("residuals", {"graph": graph_of([], 2), "mix": 1.0}),
        ("observed", {"observed": np.ones((4, 3), bool)}),
        ("edge weight", {"graph": graph_of([(0, 1, -1.0)], 2)}),
        ("mix", {"mix": 1.5}),
        ("mix", {"mix": float("nan")}),
        ("temporal_weight", {"temporal_weight": 0.0}),
        ("multivariate", {"multivariate": "all"}),
    ],
)
def test_bad_input_is_named(field, change):
    given = {"residuals": np.ones((4, 2)), "graph": graph_of([(0, 1, 1.0)], 2), **change}
    with pytest.raises(InputError) as caught:
        az_whiteness_test(**given)
    assert caught.value.field == field


def test_a_residual_that_is_not_finite_is_told_by_place():
    residuals = np.ones((4, 2))
    residuals[2, 1] = np.inf
    with pytest.raises(InputError, match=r"step 2, node 'n1'.*observed="):
        az_whiteness_test(residuals, graph_of([(0, 1, 1.0)], 2))
