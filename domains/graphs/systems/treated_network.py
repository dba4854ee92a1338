"""A generated network whose nodes are treated, and whose treatment effect depends on their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ....shared.errors import InputError


@dataclass(frozen=True)
class TreatedNetwork:
    """N nodes with features, a treatment, its outcome, and the truth that only a generator knows."""

    features: np.ndarray
    """float32 [N, D]."""
    edge_index: np.ndarray
    """int64 [2, E], both directions of every edge."""
    treatment: np.ndarray
    """float32 [N], 0 or 1."""
    outcome: np.ndarray
    """float32 [N]."""
    effect: np.ndarray
    """float64 [N], tau: outcome if treated minus outcome if not, in expectation."""
    propensity: np.ndarray
    """float64 [N], probability of treatment."""
    baseline: np.ndarray
    """float64 [N], expected outcome if not treated."""


def treated_network(
    n_nodes: int = 1000,
    kind: Literal["barabasi-albert", "erdos-renyi"] = "barabasi-albert",
    *,
    degree: int = 6,
    features: int = 8,
    noise: float = 1.0,
    seed: int = 0,
) -> TreatedNetwork:
    """Nodes with standard normal features x, and z, the mean over a node and its neighbours of their means
    over themselves and theirs, at deviation 1 over the nodes. Effect, propensity and baseline depend on z:

        tau = 2 + 3 z_1,    p = sigmoid(0.8 z_2 + 0.4 x_2),    mu_0 = 2 z_2 + z_3 + x_3

    so z_2 confounds, and who sees x alone sees neither it nor most of the effect's variance, which is 9.

    Args:
        degree: mean number of neighbours. `noise`: deviation of the outcome.
    """
    if features < 3 or not 2 <= degree < n_nodes:
        raise InputError(
            "features, degree", f"are {features} and {degree}", expected="at least 3 and 2, below N"
        )
    rng = np.random.default_rng(seed)
    pairs = (_barabasi_albert if kind == "barabasi-albert" else _erdos_renyi)(n_nodes, degree, rng)
    edge_index = np.concatenate([pairs, pairs[::-1]], axis=1)
    x = rng.normal(size=(n_nodes, features))
    z = _neighbourhood_mean(_neighbourhood_mean(x, edge_index), edge_index)
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    effect = 2 + 3 * z[:, 0]
    propensity = 1 / (1 + np.exp(-(0.8 * z[:, 1] + 0.4 * x[:, 1])))
    baseline = 2 * z[:, 1] + z[:, 2] + x[:, 2]
    treatment = (rng.random(n_nodes) < propensity).astype(np.float32)
    outcome = baseline + treatment * effect + noise * rng.normal(size=n_nodes)
    return TreatedNetwork(
        features=x.astype(np.float32),
        edge_index=edge_index,
        treatment=treatment,
        outcome=outcome.astype(np.float32),
        effect=effect,
        propensity=propensity,
        baseline=baseline,
    )


def _neighbourhood_mean(x: np.ndarray, edge_index: np.ndarray) -> np.ndarray:
    """[N, D], over each node and its neighbours."""
    total, count = x.copy(), np.ones(len(x))
    np.add.at(total, edge_index[1], x[edge_index[0]])
    np.add.at(count, edge_index[1], 1)
    return total / count[:, None]


def _barabasi_albert(n_nodes: int, degree: int, rng: np.random.Generator) -> np.ndarray:
    """int64 [2, pairs]: each new node takes degree / 2 different neighbours, by their degree so far."""
    each = max(degree // 2, 1)
    ends = list(range(each + 1)) * each  # begins as a clique, where everyone has `each` neighbours
    pairs = [(a, b) for a in range(each + 1) for b in range(a)]
    for node in range(each + 1, n_nodes):
        chosen: set[int] = set()
        while len(chosen) < each:
            chosen.add(ends[int(rng.integers(len(ends)))])
        pairs += [(node, other) for other in sorted(chosen)]
        ends += [*sorted(chosen), *[node] * each]
    return np.array(pairs, dtype=np.int64).T


def _erdos_renyi(n_nodes: int, degree: int, rng: np.random.Generator) -> np.ndarray:
    """int64 [2, pairs], each pair of nodes with probability degree / (N - 1)."""
    first, second = np.triu_indices(n_nodes, 1)
    there = rng.random(len(first)) < degree / (n_nodes - 1)
    return np.stack([first[there], second[there]]).astype(np.int64)
