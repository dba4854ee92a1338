"""Imputer: GRIN behind signals in their own unit; values that were observed stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ....shared.artifact.feature_spec import require_match
from ....shared.artifact.named_arrays import below, under
from ....shared.errors import InputError
from ....shared.training.fit import fit
from ....shared.training.fit_result import FitResult
from ....shared.training.module_arrays import load_arrays, module_arrays
from ....shared.training.settings import EarlyStopping, FitSettings, ScheduleSettings
from ..sensor_graph.sensor_graph import SensorGraph
from ..signals.node_matching import match_nodes
from ..signals.signals import Signals
from ..window_source import static_edges
from .grin import Directions, Grin
from .missing_patterns import hide_blocks
from .objective import ImputationObjective
from .settings import ImputerSettings
from .window_source import (
    JudgedWindows,
    Readings,
    ReadingScaler,
    TrainingWindows,
    covariate_names,
    covering_starts,
)

BATCH = 64
"""Windows of one pass while imputing at most; answers do not depend on it."""
BATCH_NODES = 20_000
"""Windows times nodes of one such pass at most: what memory large networks take."""


class Imputer:
    """Fills what was not observed from both sides in time and from the neighbours at the same step.

    Args:
        settings: sizes, switches and training.
    """

    def __init__(self, settings: ImputerSettings | None = None) -> None:
        self.settings = settings or ImputerSettings()
        self.network: Grin | None = None
        self.scaler: ReadingScaler | None = None
        self.graph: SensorGraph | None = None
        self._spec: dict[str, Any] = {}

    def fit(
        self,
        signals: Signals,
        graph: SensorGraph | None,
        *,
        train: slice | None = None,
        validation: slice | None = None,
        run: Path | None = None,
    ) -> FitResult:
        """Train on some rows of the signals; a second call starts anew; one that fails changes nothing.

        Args:
            signals: N nodes, with gaps or without; known values of the training rows teach.
            graph: who hears whom; its nodes in any order. None: every node by itself.
            train: rows to learn from; None: the first 80 %, and the rest to choose by.
            validation: rows on which the best weights are chosen, with blocks of known values hidden.
            run: folder of the run; a temporary one when None.

        Raises:
            InputError: nodes that do not match, or no window in the training rows.
        """
        if graph is not None:
            signals = match_nodes(signals, graph)
        train, validation = _rows(signals.n_steps, train, validation)
        how = self.settings
        fitted = Imputer(how)
        fitted.graph = graph or _no_edges(signals.nodes)
        fitted.scaler = ReadingScaler.fit(signals, train, covariates=how.covariates, calendar=how.calendar)
        fitted._spec = fitted._describe(signals)
        readings = fitted.scaler.read(signals)
        source = TrainingWindows(readings, train, how.window)
        held_out = _held_out(readings, validation, how)
        fitted.network = fitted._build(_supports(fitted.graph))
        result = fitted._train(source, held_out, run)
        vars(self).update(vars(fitted))
        return result

    def impute(self, signals: Signals, graph: SensorGraph | None = None) -> Signals:
        """The same signals without gaps, and `filled` saying where they were.

        Every value that was observed stays as signals hold it, in float32; all others are predicted.

        Gaps may be of any length, at the ends too, and a node may have no value at all.

        Args:
            signals: channels and covariates as in training. Without `graph`, the nodes of training.
            graph: other nodes, or other edges; nodes unknown to training count as average ones.

        Raises:
            InputError: not fitted, or signals and graph do not match.
        """
        panel = signals.panel
        predicted = self.predict(signals, graph).reshape(panel.values.shape)
        values = np.where(panel.observed, panel.values, predicted.astype(np.float32))
        known = replace(panel, values=values, observed=np.ones_like(panel.observed))
        return replace(signals, panel=known, filled=~panel.observed)

    @torch.no_grad()
    def predict(self, signals: Signals, graph: SensorGraph | None = None) -> np.ndarray:
        """What is predicted at every step from all others and from the other nodes, float64 [T, N, C].

        No prediction has read the value it predicts, so this also judges observed values. Arguments and
        errors as in `impute`.
        """
        if self.network is None or self.scaler is None or self.graph is None:
            raise InputError("imputer", "is not fitted", remedy="Call fit, or load a fitted one")
        on = graph or self.graph
        matched = match_nodes(signals, on)
        require_match(self._spec, self._describe(matched), "signals")
        readings = self.scaler.read(matched)
        scaled = _blend(self.network.eval(), readings, on, self._node_rows(on), self.settings)
        answer = self.scaler.values.inverse(scaled)
        if not np.isfinite(answer).all():
            raise InputError("signals", "are so far from those of training that predictions overflow")
        order = {name: place for place, name in enumerate(on.nodes)}
        return answer[:, [order[name] for name in signals.nodes]]

    def config(self) -> dict[str, Any]:
        """Settings and what the data decided, as JSON holds them."""
        if self.network is None or self.graph is None:
            return {"settings": self.settings.model_dump(mode="json")}
        return {
            "settings": self.settings.model_dump(mode="json"),
            "spec": self._spec,
            "nodes": list(self.graph.nodes),
            "supports": self.network.supports,
        }

    def state(self) -> dict[str, np.ndarray]:
        """Everything learnt and the graph, as plain arrays."""
        if self.network is None or self.scaler is None or self.graph is None:
            return {}
        return {
            **under("network", module_arrays(self.network)),
            **under("scaler", self.scaler.state()),
            "graph.edge_index": self.graph.edge_index,
            "graph.edge_weight": self.graph.edge_weight,
        }

    @classmethod
    def from_state(cls, config: dict[str, Any], state: dict[str, np.ndarray]) -> Imputer:
        """Rebuild from `config()` and `state()`."""
        imputer = cls(ImputerSettings.model_validate(config["settings"]))
        if not state:
            return imputer
        arrays = {name: np.array(value) for name, value in state.items()}
        imputer._spec = dict(config["spec"])
        imputer.scaler = ReadingScaler.from_state(below("scaler", arrays), imputer.settings.calendar)
        edges = arrays["graph.edge_index"], arrays["graph.edge_weight"]
        signed = bool((edges[1] < 0).any())
        imputer.graph = SensorGraph(tuple(config["nodes"]), *edges, signed=signed)
        imputer.network = imputer._build(config["supports"])
        load_arrays(imputer.network, below("network", arrays))
        return imputer

    def _describe(self, signals: Signals) -> dict[str, Any]:
        names = covariate_names(signals.panel) if self.settings.covariates else []
        return {"channels": list(signals.channels), "covariates": names, "freq": signals.panel.freq}

    def _build(self, supports: int) -> Grin:
        assert self.graph is not None
        assert self.scaler is not None
        how = self.settings
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(how.training.seed)
            return Grin(
                nodes=self.graph.n_nodes,
                channels=len(self.scaler.values.mean),
                covariates=self.scaler.width,
                supports=supports,
                hidden=how.hidden,
                feed_forward=how.feed_forward,
                embedding=how.embedding,
                powers=how.powers,
                dropout=how.dropout,
            )

    def _train(self, source: TrainingWindows, held_out: JudgedWindows | None, run: Path | None) -> FitResult:
        assert self.network is not None
        assert self.graph is not None
        how = self.settings.training
        objective = ImputationObjective(
            self.network,
            static_edges(self.graph, self.graph.n_nodes),
            self.settings,
            lambda parameters: torch.optim.Adam(parameters, lr=how.learning_rate),
        )
        settings = FitSettings(
            steps=how.steps,
            batch_size=how.batch_size,
            seed=how.seed,
            schedule=ScheduleSettings(kind="cosine", final=0.1),
            clip_norm=how.clip_norm,
            validate_every=max(how.steps // how.validations, 1),
            validation_batch_size=_batch(self.graph.n_nodes),
            metric="mae" if held_out is not None else None,
            early_stopping=EarlyStopping(patience=how.patience) if how.patience and held_out else None,
            max_seconds=how.max_seconds,
            progress="off" if run is None else "auto",
        )
        return fit(objective, source, settings, run, held_out)

    def _node_rows(self, graph: SensorGraph) -> torch.Tensor:
        """int64 [N], each node's row in the table of training; -1 for those that were not there."""
        assert self.graph is not None
        row = {name: number for number, name in enumerate(self.graph.nodes)}
        return torch.tensor([row.get(name, -1) for name in graph.nodes])


def _blend(
    network: Grin, readings: Readings, graph: SensorGraph, node_N: torch.Tensor, settings: ImputerSettings
) -> np.ndarray:
    """Mean of overlapping windows, float64 [T, N, C]: the nearer a window's middle, the more weight."""
    device = next(network.parameters()).device
    steps = len(readings.values)
    window = min(settings.window, steps)
    directions = Directions.of(static_edges(graph, graph.n_nodes, device), both=network.supports > 1)
    total = np.zeros(readings.values.shape)
    weight = np.zeros((steps, 1, 1))
    share = np.minimum(np.arange(1, window + 1), np.arange(window, 0, -1)).astype(float)[:, None, None]
    starts = covering_starts(slice(0, steps), window, min(settings.stride, window))
    size = _batch(graph.n_nodes)
    for first in range(0, len(starts), size):
        chosen = starts[first : first + size]
        batch = {name: part.to(device) for name, part in readings.window(chosen, window).items()}
        answer, _ = network(batch["x"], batch["observed"], batch["covariates"], directions, node_N.to(device))
        for start, part in zip(chosen, answer.cpu().double().numpy(), strict=True):
            total[start : start + window] += share * part
            weight[start : start + window] += share
    return total / weight


def _batch(nodes: int) -> int:
    return max(min(BATCH, BATCH_NODES // max(nodes, 1)), 1)


def _held_out(readings: Readings, rows: slice, settings: ImputerSettings) -> JudgedWindows | None:
    """Held-out rows with blocks of known values hidden; None where there is nothing to judge."""
    window = settings.window
    if rows.stop <= rows.start or len(readings.values) < window:
        return None
    judged = hide_blocks(readings.observed, seed=settings.training.seed).judged
    windows = JudgedWindows(readings, rows, window, judged)
    return windows if windows.judged.any() else None


def _rows(steps: int, train: slice | None, validation: slice | None) -> tuple[slice, slice]:
    """Rows to learn from and to choose by, with whole numbers at their ends."""
    if train is None:
        border = round(0.8 * steps) if validation is None else validation.indices(steps)[0]
        train = slice(0, border)
        validation = slice(border, steps) if validation is None else validation
    first, last = (slice(*part.indices(steps)[:2]) for part in (train, validation or slice(0, 0)))
    return first, last


def _supports(graph: SensorGraph) -> int:
    """1 for a symmetric graph, where both directions are the same; else 2."""
    matrix = graph.adjacency()
    return 1 if abs(matrix - matrix.T).max() == 0 else 2


def _no_edges(nodes: tuple[str, ...]) -> SensorGraph:
    return SensorGraph(nodes, np.zeros((2, 0), np.int64), np.zeros(0, np.float32))
