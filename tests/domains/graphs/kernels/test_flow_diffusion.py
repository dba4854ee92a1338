"""Flow diffusion solves its quadratic programme, near the seeds only."""

import numpy as np
import pytest
from fourfold.domains.graphs.kernels.compressed_rows import CompressedRows, compress_rows
from fourfold.domains.graphs.kernels.flow_diffusion import flow_diffusion
from fourfold.domains.graphs.kernels.sweep_cut import sweep_cut
from fourfold.shared.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse


def ring(n_nodes: int) -> CompressedRows:
    node = np.arange(n_nodes)
    one = sparse.csr_array((np.ones(n_nodes), (node, (node + 1) % n_nodes)), shape=(n_nodes, n_nodes))
    return compress_rows(one + one.T)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), share=st.floats(0.02, 0.7), labelled=st.booleans())
def test_the_answer_meets_the_conditions_of_the_optimum(seed, share, labelled):
    """x >= 0, mass = sources - L x <= degrees, with equality wherever x > 0 (Fountoulakis et al. 2020)."""
    rng = np.random.default_rng(seed)
    dense = (rng.random((25, 25)) < 0.25) * rng.uniform(0.2, 2, (25, 25))
    dense = np.maximum(dense, dense.T)
    np.fill_diagonal(dense, 0)
    chain = np.arange(24)
    dense[chain, chain + 1] = dense[chain + 1, chain] = 1  # connected
    degree = dense.sum(axis=1)
    labels = rng.integers(0, 2, 25) if labelled else None
    weights = dense * (1 if labels is None else np.where(labels[:, None] == labels, 1, 0.1))
    mass, tolerance = share * degree.sum(), 1e-9
    found = flow_diffusion(
        compress_rows(sparse.csr_array(dense)), [4, 9], mass, labels=labels, epsilon=0.1, tolerance=tolerance
    )
    potential, kept = np.zeros(25), np.zeros(25)
    potential[found.nodes], kept[found.nodes] = found.potential, found.mass
    sources = np.zeros(25)
    sources[[4, 9]] = mass / 2
    laplacian = np.diag(weights.sum(axis=1)) - weights
    np.testing.assert_allclose(kept, sources - laplacian @ potential, atol=1e-7 * mass)
    assert (potential >= 0).all() and (kept <= degree * (1 + 1e-8)).all()
    np.testing.assert_allclose(kept[potential > 0], degree[potential > 0], rtol=1e-6)
    assert kept.sum() == pytest.approx(mass)


def test_what_is_touched_is_bounded_by_the_mass_whatever_the_size():
    results = [flow_diffusion(ring(n_nodes), 7, 60.0) for n_nodes in (100, 1000, 100_000)]
    for found in results:
        pushed = found.potential > 0
        assert 2 * pushed.sum() <= 60 and len(found.nodes) <= 60 / 2 + 2
        assert found.pushes == results[0].pushes
        np.testing.assert_allclose(np.sort(found.potential), np.sort(results[0].potential))


def test_a_large_star_grows_the_tables():
    leaves = 5000
    ends = np.arange(1, leaves + 1), np.zeros(leaves, dtype=int)
    star = sparse.csr_array((np.ones(leaves), ends), shape=(leaves + 1, leaves + 1))
    found = flow_diffusion(compress_rows(star + star.T), 0, 7000.0)
    assert len(found.nodes) == leaves + 1
    np.testing.assert_allclose(found.mass[found.nodes == 0], leaves)
    np.testing.assert_allclose(found.mass[found.nodes > 0], 0.4)


def test_too_much_mass_is_refused():
    with pytest.raises(InputError, match="mass"):
        flow_diffusion(ring(20), 0, 41.0)
    with pytest.raises(InputError, match="mass"):
        flow_diffusion(compress_rows(sparse.csr_array((3, 3))), 0, 1.0)
    with pytest.raises(InputError, match="tolerance"):
        flow_diffusion(ring(50), 0, 99.0, tolerance=1e-12, most_pushes=10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mass": 0.0},
        {"mass": np.inf},
        {"epsilon": 0.0},
        {"epsilon": 2.0},
        {"tolerance": 0.0},
        {"labels": np.zeros(3, dtype=int)},
        {"labels": np.zeros(20)},
        {"seeds": [20]},
    ],
)
def test_bad_settings_are_refused(wrong):
    with pytest.raises(InputError) as caught:
        flow_diffusion(**{"rows": ring(20), "seeds": 0, "mass": 5.0, **wrong})
    assert caught.value.field == next(iter(wrong))


def test_the_sweep_finds_the_least_conductance(random_graph):
    graph = random_graph(30, 0.2)
    rows, dense = compress_rows(graph), graph.toarray()
    ranking = np.random.default_rng(1).permutation(30)[:20]
    conductances = []
    for length in range(1, 21):
        inside = np.isin(np.arange(30), ranking[:length])
        cut, volume = dense[inside][:, ~inside].sum(), dense[inside].sum()
        conductances.append(cut / min(volume, dense.sum() - volume))
    length, conductance = sweep_cut(rows, ranking)
    assert conductance == pytest.approx(min(conductances))
    assert length == int(np.argmin(conductances)) + 1
