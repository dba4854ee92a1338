"""Local whiteness: parts of one statistic, each as the whole test on that part alone."""

import numpy as np
import pytest
from fourfold.domains.graphs.diagnosis.az_whiteness import az_whiteness_test
from fourfold.domains.graphs.diagnosis.whiteness_maps import whiteness_maps
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.domains.graphs.synthetic.gpvar import triangle_communities
from fourfold.shared.errors import InputError
from scipy.stats import kstest


def noise_with_gaps(steps, nodes, seed, features=1):
    rng = np.random.default_rng(seed)
    residuals = rng.normal(size=(steps, nodes, features))
    seen = rng.random(residuals.shape) < 0.8
    residuals[~seen] = np.nan
    return residuals, seen


def test_one_period_of_everything_is_the_whole_test():
    graph = triangle_communities(3)
    residuals, seen = noise_with_gaps(50, 18, 0, features=2)
    for how in ("inner", "per-feature"):
        maps = whiteness_maps(residuals, graph, seen, periods=50, multivariate=how)
        whole = az_whiteness_test(residuals, graph, seen, multivariate=how)
        assert maps.periods.statistic == pytest.approx([whole.statistic])
        assert maps.periods.p_value == pytest.approx([whole.p_value])
        assert maps.periods.count == [whole.spatial_edges + whole.temporal_edges]


def test_a_node_s_part_is_the_test_on_the_edges_at_it():
    graph = triangle_communities(2)
    residuals, seen = noise_with_gaps(60, 12, 1)
    maps = whiteness_maps(residuals, graph, seen, periods=20)
    weight = az_whiteness_test(residuals, graph, seen).temporal_weight
    for node in range(12):
        near = np.isin(graph.edge_index, node).any(axis=0)
        star = SensorGraph(graph.nodes, graph.edge_index[:, near], graph.edge_weight[near])
        space = az_whiteness_test(residuals, star, seen, mix=1.0)
        own = np.zeros_like(seen)
        own[:, node] = seen[:, node]
        time = az_whiteness_test(residuals, star, own, mix=0.0)
        squares = 4.0 * space.spatial_edges
        top = space.statistic * squares**0.5 + weight * time.statistic * time.temporal_edges**0.5
        want = top / (squares + weight**2 * time.temporal_edges) ** 0.5
        assert maps.nodes.statistic[node] == pytest.approx(want)
        assert maps.nodes.count[node] == space.spatial_edges + time.temporal_edges


def test_parts_share_out_every_edge():
    graph = triangle_communities(2)
    residuals, seen = noise_with_gaps(60, 12, 2)
    whole = az_whiteness_test(residuals, graph, seen)
    space = whiteness_maps(residuals, graph, seen, periods=np.arange(60) % 24, mix=1.0)
    time = whiteness_maps(residuals, graph, seen, periods=np.arange(60) % 24, mix=0.0)
    np.testing.assert_array_equal(space.labels, np.arange(24))
    assert space.periods.count.sum() == whole.spatial_edges
    assert space.nodes.count.sum() == space.patches.count.sum() == 2 * whole.spatial_edges
    for part in (time.nodes, time.periods, time.patches):
        assert part.count.sum() == whole.temporal_edges
    weighted = space.periods.statistic * np.sqrt(space.periods.count)
    assert weighted.sum() / np.sqrt(whole.spatial_edges) == pytest.approx(whole.spatial)


def test_what_is_wrong_is_found_where_and_when_it_is():
    graph = triangle_communities(3)
    rng = np.random.default_rng(3)
    residuals = rng.normal(size=(480, 18))
    evening = np.arange(480) % 24 >= 18
    residuals[np.ix_(evening, range(6))] += 3 * rng.normal(size=(480, 1))[evening]
    maps = whiteness_maps(residuals, graph, periods=np.arange(480) % 24, mix=0.7)
    assert maps.nodes.p_value[:5].max() < 1e-3
    assert maps.nodes.p_value[6:].min() > 1e-3
    assert maps.periods.p_value[18:].max() < 1e-2
    assert kstest(maps.periods.p_value[:18], "uniform").pvalue > 0.01
    assert maps.patches.statistic[18:, :5].mean() > 4
    assert abs(maps.patches.statistic[:18].mean()) < 0.2


def test_nodes_of_white_noise_have_uniform_p_values():
    graph = triangle_communities(40)
    residuals, seen = noise_with_gaps(200, 240, 4)
    maps = whiteness_maps(residuals, graph, seen, periods=40)
    assert kstest(maps.nodes.p_value, "uniform").pvalue > 0.01
    assert kstest(maps.patches.statistic.ravel(), "norm").pvalue > 0.01


def test_parts_without_anything_to_compare_say_so():
    graph = triangle_communities(1)
    residuals, seen = noise_with_gaps(20, 6, 5)
    seen[:10, :] = False
    seen[:, 2] = False
    maps = whiteness_maps(residuals, graph, seen, periods=10)
    for part, empty in ((maps.nodes, 2), (maps.periods, 0), (maps.patches, (1, 2))):
        assert (part.statistic[empty], part.p_value[empty], part.count[empty]) == (0, 1, 0)
        assert np.isfinite(part.statistic).all()
    np.testing.assert_array_equal(maps.labels, [0, 10])


@pytest.mark.parametrize("periods", [0, np.arange(7)])
def test_periods_that_do_not_fit_are_refused(periods):
    with pytest.raises(InputError) as caught:
        whiteness_maps(np.ones((8, 6)), triangle_communities(1), periods=periods)
    assert caught.value.field == "periods"
