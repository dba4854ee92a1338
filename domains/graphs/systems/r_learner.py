"""Graph R-Learner: heterogeneous treatment effects on a network (arXiv 2511.13018; Nie and Wager 2021).

The effect minimises the residual loss

    sum_i ((Y_i - m(X_i, G)) - (T_i - p(X_i, G)) tau(X_i, G))^2

where m (expected outcome) and p (propensity) are fitted first, cross-fitted: a node's own outcome and
treatment have no part in what is taken off them. Each of the two stages may see the graph or not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn import functional

from ....shared.errors import InputError
from ....shared.training.settings import FitSettings, ScheduleSettings
from .brief_training import OneLoss, WholeGraph, train_briefly
from .node_batch import spread, symmetric_edges

Kind = Literal["linear", "mlp", "gnn"]


class RLearnerSettings(BaseModel):
    """What the two stages are, and how they are trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nuisance: Literal["mlp", "gnn"] = "gnn"
    """Networks for m and p."""
    final: Kind = "gnn"
    """Network for tau."""
    hidden: int = Field(default=32, ge=1)
    folds: int = Field(default=5, ge=2)
    steps: int = Field(default=200, ge=1)
    rate: float = Field(default=1e-2, gt=0)
    weight_decay: float = Field(default=1e-2, ge=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    overlap: float = Field(default=0.02, gt=0, lt=0.5)
    """Propensities are held this far from 0 and 1."""
    seed: int = Field(default=0, ge=0)


class Network(NamedTuple):
    """What a stage reads: features [N, D] and the smoothing edges A^ = D^-1/2 (A + I) D^-1/2."""

    features: Tensor
    smoothed: Tensor
    """A^ X, once for all steps: the first layer of a GCN is linear in it."""
    edge_index: Tensor
    weight: Tensor


class StageNetwork(nn.Module):
    """One number per node, [N]: linear, a perceptron of one hidden layer, or the same as a 2-layer GCN."""

    def __init__(self, kind: Kind, features: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.kind: Kind = kind
        self.first = nn.Linear(features, 1 if kind == "linear" else hidden)
        self.second = nn.Linear(hidden, 1) if kind != "linear" else None
        self.dropout = nn.Dropout(dropout)

    def forward(self, network: Network) -> Tensor:
        sees_graph = self.kind == "gnn"
        h = self.first(network.smoothed if sees_graph else network.features)
        if self.second is not None:
            h = self.second(self.dropout(torch.relu(h)))
            h = spread(h, network.edge_index, network.weight) if sees_graph else h
        return h.squeeze(-1)


class GraphRLearner:
    """`fit`, then `effect`: how much each node's outcome changes when it is treated."""

    def __init__(self, settings: RLearnerSettings | None = None, **changes: object) -> None:
        given = settings or RLearnerSettings()
        self.settings = RLearnerSettings.model_validate({**given.model_dump(), **changes})
        self.expected_outcome: np.ndarray | None = None
        """m, float32 [N], of the nodes it was fitted on, each by networks that did not see its outcome."""
        self.propensity: np.ndarray | None = None
        """p, float32 [N], likewise."""
        self._final: StageNetwork | None = None
        self._network: Network | None = None

    def fit(
        self, features: np.ndarray, edge_index: np.ndarray, treatment: np.ndarray, outcome: np.ndarray
    ) -> GraphRLearner:
        """Fit both stages.

        Args:
            features: [N, D]. `edge_index`: int64 [2, E]. `treatment`: 0 or 1, [N]. `outcome`: [N].

        Raises:
            InputError: shapes that do not match, values not finite, treatments other than 0 and 1, or a group
                with fewer nodes than folds.
        """
        network = _network(features, edge_index)
        t, y = _column("treatment", treatment, network), _column("outcome", outcome, network)
        folds = self._folds(_require_binary(t, self.settings.folds))
        centre, spread_of = y.mean(), y.std().clamp(min=1e-12)
        scaled = (y - centre) / spread_of
        p, m = torch.empty_like(t), torch.empty_like(t)
        for fold in range(self.settings.folds):
            inside, outside = folds == fold, folds != fold
            p[inside] = self._nuisance(network, t, outside, binary=True)[inside]
            m[inside] = self._nuisance(network, scaled, outside, binary=False)[inside]
        p = p.clamp(self.settings.overlap, 1 - self.settings.overlap)
        self._final = self._fit_final(network, scaled - m, t - p)
        self._scale, self._network = float(spread_of), network
        self.propensity, self.expected_outcome = p.numpy(), (m * spread_of + centre).numpy()
        return self

    @torch.no_grad()
    def effect(self, features: np.ndarray | None = None, edge_index: np.ndarray | None = None) -> np.ndarray:
        """tau, float32 [N], in the outcome's unit: of the nodes it was fitted on, or of another network."""
        if self._final is None or self._network is None:
            raise InputError("effect", "is not known yet", remedy="Call fit first")
        network = self._network
        if features is not None:
            if edge_index is None:
                raise InputError("edge_index", "is missing for the new features", expected="int64 [2, E]")
            network = _network(features, edge_index)
            if network.features.shape[1] != self._network.features.shape[1]:
                wanted = self._network.features.shape[1]
                raise InputError(
                    "features", f"have {network.features.shape[1]} columns", expected=f"{wanted}"
                )
        return (self._final(network) * self._scale).numpy()

    def _folds(self, t: Tensor) -> Tensor:
        """int64 [N]: treated and untreated nodes are dealt out to the folds separately, so each has both."""
        rng = np.random.default_rng(self.settings.seed)
        fold = np.empty(len(t), dtype=np.int64)
        for group in (0.0, 1.0):
            members = rng.permutation(np.flatnonzero(t.numpy() == group))
            fold[members] = np.arange(len(members)) % self.settings.folds
        return torch.from_numpy(fold)

    def _nuisance(self, network: Network, target: Tensor, counted: Tensor, *, binary: bool) -> Tensor:
        model = self._stage(self.settings.nuisance, network)
        measure = functional.binary_cross_entropy_with_logits if binary else functional.mse_loss
        self._train(model, lambda graph: measure(model(graph)[counted], target[counted]), network)
        with torch.no_grad():
            return model(network).sigmoid() if binary else model(network)

    def _fit_final(self, network: Network, y_residual: Tensor, t_residual: Tensor) -> StageNetwork:
        model = self._stage(self.settings.final, network)
        self._train(model, lambda graph: (y_residual - t_residual * model(graph)).square().mean(), network)
        return model

    def _stage(self, kind: Kind, network: Network) -> StageNetwork:
        with torch.random.fork_rng():
            torch.manual_seed(self.settings.seed)
            return StageNetwork(kind, network.features.shape[1], self.settings.hidden, self.settings.dropout)

    def _train(self, model: StageNetwork, loss: Callable[[Network], Tensor], network: Network) -> None:
        settings = FitSettings(
            steps=self.settings.steps,
            batch_size=1,
            seed=self.settings.seed,
            schedule=ScheduleSettings(kind="cosine"),
            device="cpu",
            progress="off",
            checkpoint_seconds=None,
        )
        objective = OneLoss(model, loss, rate=self.settings.rate, weight_decay=self.settings.weight_decay)
        train_briefly(objective, WholeGraph(network), settings)


def _network(features: np.ndarray, edge_index: np.ndarray) -> Network:
    x = torch.as_tensor(np.asarray(features, dtype=np.float32))
    index = torch.as_tensor(np.asarray(edge_index))
    if x.dim() != 2 or not x.numel():
        raise InputError("features", f"have shape {tuple(x.shape)}", expected="[N, D], neither empty")
    _require_finite("features", x)
    if index.dim() != 2 or len(index) != 2 or index.is_floating_point():
        raise InputError(
            "edge_index", f"is {index.dtype} of shape {tuple(index.shape)}", expected="int64 [2, E]"
        )
    wrong = ((index < 0) | (index >= len(x))).any(dim=0)
    if bool(wrong.any()):
        edge = int(wrong.nonzero()[0])
        raise InputError(
            "edge_index", f"names a node outside 0 to {len(x) - 1}", where=f"edge {edge}", remedy="Check N"
        )
    index, weight = symmetric_edges(index.long(), torch.ones(index.shape[1]), len(x))
    return Network(x, spread(x, index, weight), index, weight)


def _column(field: str, values: np.ndarray, network: Network) -> Tensor:
    column = torch.as_tensor(np.asarray(values, dtype=np.float32))
    if column.shape != (len(network.features),):
        raise InputError(
            field, f"has shape {tuple(column.shape)}", expected=f"[{len(network.features)}], one per node"
        )
    _require_finite(field, column)
    return column


def _require_finite(field: str, values: Tensor) -> None:
    wrong = ~torch.isfinite(values)
    if bool(wrong.any()):
        raise InputError(
            field, "is not finite", where=f"node {int(wrong.nonzero()[0, 0])}", remedy="Fill or leave out"
        )


def _require_binary(t: Tensor, folds: int) -> Tensor:
    other = (t != 0) & (t != 1)
    if bool(other.any()):
        node = int(other.nonzero()[0, 0])
        raise InputError("treatment", f"is {float(t[node]):g}", where=f"node {node}", expected="0 or 1")
    treated = int(t.sum())
    if min(treated, len(t) - treated) < folds:
        raise InputError(
            "treatment",
            f"is 1 at {treated} of {len(t)} nodes",
            expected=f"at least {folds} (one a fold) treated and untreated",
        )
    return t
