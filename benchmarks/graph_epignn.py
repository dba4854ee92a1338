"""Relational reasoning beyond the length of the training paths: EpiGNN, and a relational GCN for contrast.

Both train on paths of 2 and 3 hops between regions (RCC-8), or with `--algebra allen` between intervals, and
answer paths of up to 10; answers are balanced.

`python -m benchmarks.graph_epignn [--algebra allen]` writes `results/graph_epignn.json`, or `..._allen.json`.
"""

from __future__ import annotations

import argparse

from benchmarks.measure import one_thread, spread, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
import torch  # noqa: E402
from fourfold.domains.graphs.systems.brief_training import OneLoss, train_briefly  # noqa: E402
from fourfold.domains.graphs.systems.epignn import EpiGNN, EpiGNNSettings  # noqa: E402
from fourfold.domains.graphs.systems.relation_algebra import RelationAlgebra, interval_algebra, region_algebra  # noqa: E402
from fourfold.domains.graphs.systems.relation_paths import MixedPaths, RelationGraphs, sample_paths  # noqa: E402
from fourfold.shared.training.settings import FitSettings, ScheduleSettings  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional  # noqa: E402

SEEDS = (0, 1)
STEPS = 250
TESTED = 700


class RelationalGCN(nn.Module):
    """One layer h' = relu(W_0 h + sum over edges of W_r h) (Schlichtkrull et al. 2018), applied once a hop;
    the answer is linear in the states of source and target."""

    def __init__(self, relations: int, hidden: int = 32) -> None:
        super().__init__()
        self.begin = nn.Embedding(3, hidden)
        self.own = nn.Linear(hidden, hidden)
        self.across = nn.Parameter(torch.randn(relations, hidden, hidden) / hidden**0.5)
        self.answer = nn.Linear(2 * hidden, relations)

    def forward(self, graphs: RelationGraphs) -> Tensor:
        role = torch.zeros_like(graphs.node_graph).index_fill(0, graphs.source, 1)
        h = self.begin(role.index_fill(0, graphs.target, 2))
        for _ in range(graphs.hops):
            sent = torch.einsum("eij,ej->ei", self.across[graphs.relation], h[graphs.edge_index[0]])
            h = torch.relu(self.own(h).index_add(0, graphs.edge_index[1], sent))
        return self.answer(torch.cat([h[graphs.source], h[graphs.target]], dim=1))

    def loss(self, graphs: RelationGraphs) -> Tensor:
        return functional.cross_entropy(self(graphs), graphs.answer)


def accuracies(model: nn.Module, rate: float, algebra: RelationAlgebra, seed: int) -> dict[int, float]:
    """Of a model after training, by hops."""
    rng = np.random.default_rng(seed)
    train = MixedPaths([sample_paths(algebra, hops, 2000, rng) for hops in (2, 3)])
    settings = FitSettings(
        steps=STEPS,
        batch_size=128,
        seed=seed,
        schedule=ScheduleSettings(kind="cosine", warm_up=20),
        clip_norm=1.0,
        device="cpu",
        progress="off",
    )
    train_briefly(OneLoss(model, model.loss, rate=rate), train, settings)  # type: ignore[arg-type]
    found = {}
    with torch.no_grad():
        for hops in range(2, 11):
            graphs = sample_paths(algebra, hops, TESTED, np.random.default_rng(1000 + hops)).batch(
                np.arange(TESTED)
            )
            found[hops] = float((model(graphs).argmax(-1) == graphs.answer).double().mean())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--algebra", choices=("rcc8", "allen"), default="rcc8")
    allen = parser.parse_args().algebra == "allen"
    torch.set_num_threads(1)
    algebra = interval_algebra() if allen else region_algebra()
    rows: dict[str, dict[int, list[float]]] = {"epignn": {}, "relational_gcn": {}}
    for seed in SEEDS:
        torch.manual_seed(seed)
        settings = EpiGNNSettings(relations=algebra.n_relations, facets=8, facet_size=4)
        for name, model, rate in (
            ("epignn", EpiGNN(settings), 0.05),
            ("relational_gcn", RelationalGCN(algebra.n_relations), 0.005),
        ):
            for hops, share in accuracies(model, rate, algebra, seed).items():
                rows[name].setdefault(hops, []).append(share)
            print(seed, name, {hops: round(shares[-1], 3) for hops, shares in rows[name].items()}, flush=True)
    payload = {
        "unit": "share of right answers by hops; trained on 2 and 3",
        "seeds": list(SEEDS),
        "steps": STEPS,
        "accuracy": {name: {k: spread(v) for k, v in by_hops.items()} for name, by_hops in rows.items()},
    }
    if allen:
        payload["command"] = "python -m benchmarks.graph_epignn --algebra allen"
    print(write_result("graph_epignn_allen" if allen else "graph_epignn", payload))


if __name__ == "__main__":
    main()
