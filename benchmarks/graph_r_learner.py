"""Treatment effects on networks: mean squared error of tau for each choice of what sees the graph.

Generated networks of 1,000 nodes (tau = 2 + 3 z, z a mean over two hops of neighbours, so its variance is 9);
the grid of nuisances {perceptron, GNN} x final stage {linear, perceptron, GNN}.

`python -m benchmarks.graph_r_learner` writes `results/graph_r_learner.json`.
"""

from __future__ import annotations

from benchmarks.measure import one_thread, spread, write_result

SEEDS = (0,)
KINDS = ("barabasi-albert", "erdos-renyi")
GRID = tuple((n, f) for n in ("mlp", "gnn") for f in ("linear", "mlp", "gnn"))


def main() -> None:
    one_thread()
    import numpy as np
    import torch
    from fourfold.domains.graphs.systems.r_learner import GraphRLearner
    from fourfold.domains.graphs.systems.treated_network import treated_network

    torch.set_num_threads(1)
    errors = {kind: {f"{n}+{f}": [] for n, f in GRID} for kind in KINDS}
    for kind in KINDS:
        for seed in SEEDS:
            world = treated_network(1000, kind, seed=seed)
            for nuisance, final in GRID:
                learner = GraphRLearner(nuisance=nuisance, final=final, folds=3, steps=120, seed=seed)
                learner.fit(world.features, world.edge_index, world.treatment, world.outcome)
                error = float(np.square(learner.effect() - world.effect).mean())
                errors[kind][f"{nuisance}+{final}"].append(error)
                print(f"{kind} seed {seed} {nuisance}+{final}: {error:.3f}", flush=True)
    payload = {
        "unit": "mean squared error of tau, whose variance is 9; nuisance+final",
        "seeds": list(SEEDS),
        "errors": {
            kind: {name: spread(found) for name, found in grid.items()} for kind, grid in errors.items()
        },
    }
    print(write_result("graph_r_learner", payload))


if __name__ == "__main__":
    main()
