"""Graphs from signals against numpy's correlation and a dense correntropy, with and without gaps."""

import numpy as np
import pytest
from fourfold.domains.graphs.signals import from_signals, read_signals
from fourfold.shared.errors import InputError


def measured(nodes=7, steps=60, gaps=0.0, seed=0):
    generator = np.random.default_rng(seed)
    values = generator.standard_normal((steps, 2)) @ generator.standard_normal((2, nodes))
    values += 0.5 * generator.standard_normal(values.shape) + 30
    values[generator.uniform(size=values.shape) < gaps] = np.nan
    return read_signals(values[:, :, None], period=1, missing="mask"), values


def similarity(values, kind, width=1.0):
    nodes = values.shape[1]
    standard = (values - np.nanmean(values, 0)) / np.nanstd(values, 0)
    found = np.zeros((nodes, nodes))
    for i in range(nodes):
        for j in range(nodes):
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            x, y = standard[both, i], standard[both, j]
            if kind == "correlation":
                found[i, j] = abs(np.corrcoef(x, y)[0, 1])
            else:
                found[i, j] = np.exp(-((x - y) ** 2) / (2 * width**2)).mean()
    np.fill_diagonal(found, 0)
    return found


@pytest.mark.parametrize("kind", ["correlation", "correntropy"])
@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_nearest_by_similarity(kind, gaps):
    signals, values = measured(gaps=gaps)
    reference = similarity(values.astype(np.float32).astype(float), kind, 0.7)
    graph = from_signals(signals, 3, kind=kind, width=0.7)
    assert graph.in_degrees(weighted=False).tolist() == [3.0] * 7
    for node in range(7):
        into = graph.edge_index[1] == node
        best = np.argsort(reference[node])[::-1][:3]
        assert set(graph.edge_index[0, into]) == set(best)
        found = dict(zip(graph.edge_index[0, into], graph.edge_weight[into], strict=True))
        for sender in best:
            assert found[sender] == pytest.approx(reference[node, sender], abs=1e-5)


def test_only_the_training_rows_count():
    signals, _ = measured()
    changed = signals.panel.values.copy()
    changed[40:] = np.random.default_rng(1).standard_normal(changed[40:].shape)
    other = read_signals(changed[:, :, None], period=1)
    one, two = (from_signals(found, 2, rows=slice(0, 40)) for found in (signals, other))
    np.testing.assert_array_equal(one.edge_index, two.edge_index)
    np.testing.assert_array_equal(one.edge_weight, two.edge_weight)


def test_scale_and_sign_do_not_matter_to_correlation():
    signals, values = measured()
    turned = read_signals((values * [-1, 2, 3, -4, 5, 6, 7] + 100)[:, :, None], period=1)
    one, two = from_signals(signals, 2), from_signals(turned, 2)
    np.testing.assert_array_equal(one.edge_index, two.edge_index)
    np.testing.assert_allclose(one.edge_weight, two.edge_weight, atol=1e-4)


def test_a_constant_node_is_like_none():
    _, values = measured()
    values[:, 2] = 5
    graph = from_signals(read_signals(values[:, :, None], period=1), 2)
    assert graph.n_nodes == 7
    assert 2 not in graph.edge_index
    assert np.isfinite(graph.edge_weight).all()


def test_binary_and_bad_choices():
    signals, _ = measured()
    assert set(from_signals(signals, 2, binary=True).edge_weight) == {1}
    with pytest.raises(InputError, match="k: 7 neighbours of 7 nodes; expected 1 to 6"):
        from_signals(signals, 7)
    with pytest.raises(InputError, match="expected correlation or correntropy"):
        from_signals(signals, 2, kind="nearness")
    with pytest.raises(InputError, match="1 rows tell no similarity"):
        from_signals(signals, 2, rows=slice(0, 1))
    with pytest.raises(InputError, match="0 is not a width"):
        from_signals(signals, 2, width=0)
