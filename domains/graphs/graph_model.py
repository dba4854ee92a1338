"""GraphModel: a network with its scaling, as a forecasting method on whole graphs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...shared.artifact.named_arrays import below, under
from ...shared.errors import InputError
from ...shared.forecasting.prediction import Prediction
from ...shared.forecasting.windows import Windows
from ...shared.training.fit import fit
from ...shared.training.fit_result import FitResult
from ...shared.training.module_arrays import load_arrays, module_arrays
from ...shared.training.parallel import to_device
from .clock import Clock, steps_per_day, weekday_stand_ins
from .graph_training import GraphModelSettings
from .models.batch import Edges
from .models.build import build_network
from .models.network import SpatioTemporalNetwork
from .models.presets import GRAPH_FREE, network_settings
from .models.sgp import SGP
from .node_order import series_order
from .objectives import ForecastObjective
from .pair_objective import PairObjective
from .pair_source import encode_pairs
from .sensor_graph.changing_graph import ChangingGraph
from .sensor_graph.sensor_graph import SensorGraph
from .signal_scaler import SignalScaler
from .signals.signals import Signals
from .window_source import GraphWindowSource, Tensors, WindowReader, graph_batch, static_edges

Graph = SensorGraph | ChangingGraph


class GraphModel:
    """A spatiotemporal network behind data in their own unit.

    Args:
        name: a network of `models.presets.NAMES`.
        settings: fields of `GraphModelSettings`; all others are sizes of the network.

    Raises:
        InputError: no network has this name, or a setting is unknown or wrong.
    """

    calibration_windows = 50_000
    """On about how many (cutoff, series) pairs intervals are calibrated."""

    def __init__(self, name: str = "tts-imp", **settings: Any) -> None:
        self.settings, self.sizes = GraphModelSettings.apart(name, settings)
        network_settings(name, **self.sizes)
        self.name = name
        self.network: SpatioTemporalNetwork | None = None
        self.scaler: SignalScaler | None = None
        self.dimensions: dict[str, int] = {}
        """What the data decided: sizes of `build_network`."""
        self.weekdays = np.arange(7)
        """What each weekday is read as, int64 [7]."""

    @property
    def needs_graph(self) -> bool:
        """Whether the network passes messages along given edges."""
        return self.name not in (*GRAPH_FREE, "graph-wavenet")

    @property
    def max_horizon(self) -> int | None:
        """Longest horizon of one answer; None before the first fit."""
        return self.dimensions.get("horizon")

    @property
    def lookback(self) -> int:
        """Steps of context."""
        return self.settings.lookback

    def fit(
        self,
        signals: Signals,
        graph: Graph | None,
        *,
        horizon: int,
        train: slice,
        validation: slice,
        run: Path | None = None,
        local_only: bool = False,
    ) -> FitResult:
        """Train by gradient in the training core; a network that is already there is trained on.

        Args:
            signals, graph: with the same nodes in the same order.
            train, validation: rows to learn from and to choose by; `validation` may be empty.
            run: folder of the run; a temporary one when None.
            local_only: train only what belongs to single nodes.

        Raises:
            InputError: the rows hold no window.
        """
        anew = self.network is None
        self._require_window(train, horizon if anew else self.dimensions["horizon"])
        clock = Clock.of(signals.panel, horizon)
        if self.network is None:
            found = SignalScaler.fit(
                signals, train, self.settings.scaling, clock if self.settings.profile else None
            )
            self.scaler = found
            self.dimensions = self._dimensions(signals, horizon)
            self.weekdays = weekday_stand_ins(clock.weekday[train])
            self.network = self._build()
        assert self.scaler is not None
        reader = self._reader(signals, graph, clock)
        steps = (self.lookback, self.dimensions["horizon"])
        source = GraphWindowSource(signals.panel, train, reader, *steps)
        if not len(source):
            raise InputError(
                "training rows",
                "no window of them holds a value to forecast",
                where=f"rows {train.start}..{train.stop}",
                expected="observed values",
                remedy="Choose other rows, or leave fewer values out",
            )
        held_out = GraphWindowSource(signals.panel, validation, reader, *steps)
        training, edges = self.settings.training, static_edges(graph, signals.n_nodes)
        rate = training.learning_rate if anew or local_only else training.finetune_rate
        objective = self._objective(signals.n_channels, edges, rate)
        if isinstance(self.network, SGP):
            seed, pairs = training.seed, self.network.settings.pairs
            source, held_out = (encode_pairs(self.network, part, edges, seed) for part in (source, held_out))
            training = training.model_copy(update={"batch_size": pairs})
        settings = training.fit_settings(len(source), validated=len(held_out) > 0, quiet=run is None)
        result = fit(objective, source, settings, run, held_out if len(held_out) else None)
        if anew:
            self._forget_silent(signals.observed_TNC[train])
        return result

    def on(
        self, signals: Signals, graph: Graph | None, ahead: int, order: np.ndarray | None = None
    ) -> GraphAnswers:
        """The model as it answers for windows of these signals, up to `ahead` steps after their end.

        Args:
            graph: with the nodes in the order of the model.
            order: int64 [N], where each of the model's nodes stands in the signals; None: at its own place.
        """
        if self.network is None or self.scaler is None:
            raise InputError("model", f"{self.name} is not fitted", remedy="Call fit, or load a fitted one")
        reader = self._reader(signals, graph, Clock.of(signals.panel, ahead))
        order = np.arange(signals.n_nodes) if order is None else order
        return GraphAnswers(self, reader, series_order(order, signals.n_channels))

    def require_history(self, steps: int) -> None:
        """Raise InputError when so many steps are no whole context."""
        if steps < self.lookback:
            raise InputError(
                "data",
                f"{steps} steps of history are too short for {self.name}",
                expected=f"at least {self.lookback} steps, some of them observed",
                remedy="Give more history, or fit with a shorter lookback",
            )

    def _require_window(self, rows: slice, horizon: int) -> None:
        """Raise InputError when these rows are too few for one window."""
        count, needed = max(rows.stop - rows.start, 0), self.lookback + horizon
        if count < needed:
            most = count - self.lookback
            shorter = f"a horizon of {most} at most" if most > 0 else "a shorter horizon"
            raise InputError(
                "horizon" if most > 0 else "lookback",
                f"{self.lookback} steps of context and {horizon} ahead do not fit into the {count} rows to "
                "learn from",
                expected=f"at least {needed} rows",
                remedy=f"Give more history, {shorter} or a shorter lookback",
            )

    def config(self) -> dict[str, Any]:
        """Keyword arguments, as JSON holds them, with which `GraphModel(name, **config)` remakes it."""
        return {**self.settings.model_dump(mode="json"), **self.sizes}

    def state(self) -> dict[str, np.ndarray]:
        """Everything learnt, as plain arrays."""
        if self.network is None or self.scaler is None:
            return {}
        parts = under("network", module_arrays(self.network)) | under("scaler", self.scaler.state())
        return {**parts, "weekdays": self.weekdays}

    def load_state(self, state: dict[str, np.ndarray], dimensions: dict[str, int]) -> None:
        """Put back what `state` gave; `dimensions` as they were."""
        self.dimensions, self.weekdays = dict(dimensions), state["weekdays"]
        self.scaler = SignalScaler.from_state(below("scaler", state))
        network = self._build()
        load_arrays(network, below("network", state))
        self.network = network.eval()

    def _objective(self, channels: int, edges: Edges, rate: float) -> ForecastObjective:
        assert self.network is not None and self.scaler is not None
        decay = self.settings.training.weight_decay
        return (PairObjective if isinstance(self.network, SGP) else ForecastObjective)(
            self.network,
            edges,
            torch.from_numpy(self.scaler.series.scale.reshape(-1, channels)),
            torch.from_numpy(self.scaler.unit(channels)),
            self.settings.quantiles,
            lambda parameters: torch.optim.Adam(parameters, lr=rate, weight_decay=decay),
        )

    def _forget_silent(self, observed_TNC: np.ndarray) -> None:
        """Nodes without a value in the training rows have embeddings as drawn: make them average ones."""
        assert self.network is not None
        silent = ~observed_TNC.any(axis=(0, 2))
        if silent.any() and not silent.all():
            self.network.forget_nodes(torch.from_numpy(silent))

    def _reader(self, signals: Signals, graph: Graph | None, clock: Clock) -> WindowReader:
        assert self.scaler is not None
        clock = clock.with_weekdays(self.weekdays)
        return WindowReader(signals.n_channels, self.scaler, clock, graph, signals.panel, self.settings.lags)

    def _dimensions(self, signals: Signals, horizon: int) -> dict[str, int]:
        panel = signals.panel
        if any(lag < horizon for lag in self.settings.lags):
            raise InputError(
                "lags",
                f"{min(self.settings.lags)} steps back are not yet known {horizon} steps ahead",
                expected=f"at least {horizon}, the horizon",
                remedy="Leave them to the context (lookback), or choose longer ones",
            )
        derived = signals.n_channels * (self.settings.profile + len(self.settings.lags))
        return {
            "nodes": signals.n_nodes,
            "channels": signals.n_channels,
            "horizon": horizon,
            "lookback": self.lookback,
            "past": len(panel.past),
            "future": len(panel.future) + derived,
            "static": len(panel.static),
            "quantiles": max(len(self.settings.quantiles), 1),
            "steps_per_day": steps_per_day(panel),
        }

    def _build(self) -> SpatioTemporalNetwork:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.settings.training.seed)
            return build_network(self.name, **self.dimensions, **self.sizes)


@dataclass(frozen=True)
class GraphAnswers:
    """A fitted model bound to the clock and the graph of some signals; answers whole graphs only."""

    model: GraphModel
    reader: WindowReader
    order: np.ndarray
    """int64 [S], where each series of the model stands in the signals."""

    @property
    def max_horizon(self) -> int | None:
        """Longest horizon of one answer."""
        return self.model.max_horizon

    def scale(self, windows: Windows) -> np.ndarray:
        """Each series' deviation: the unit of its errors, float64 [B]."""
        return self.reader.scaler.spread[np.argsort(self.order)][windows.series]

    def predict(self, windows: Windows) -> Prediction:
        """Forecast windows of all S series, cutoff by cutoff; one cutoff never depends on another."""
        count = len(self.order)
        firsts = np.arange(0, len(windows), count)[:, None]
        theirs, back = (firsts + self.order).ravel(), (firsts + np.argsort(self.order)).ravel()
        answer = self._answer(_picked(windows, theirs))
        values = self.reader.unscaled(answer, windows.cutoff[::count])[back]
        levels = self.model.settings.quantiles
        if not levels:
            return Prediction(values[..., 0])
        return Prediction(np.ascontiguousarray(values[..., levels.index(0.5)]), values, levels)

    @torch.no_grad()
    def _answer(self, windows: Windows) -> np.ndarray:
        """What the network answers, [B, N, H, C, Q], for windows in its own order of nodes."""
        network = self.model.network
        assert network is not None
        device = next(iter(network.parameters())).device
        longest = self.model.dimensions["horizon"]
        tensors = _lengthened(self.reader.tensors(windows), longest - windows.horizon)
        edges = static_edges(self.reader.graph, self.reader.nodes, device)
        batch = graph_batch(to_device(tensors, device), edges, longest)
        return network.eval()(batch)[:, :, : windows.horizon].cpu().numpy()


def _picked(windows: Windows, rows: np.ndarray) -> Windows:
    """The windows at these places, in this order."""

    def chosen(array: np.ndarray | None) -> np.ndarray | None:
        return None if array is None else array[rows]

    return replace(
        windows,
        context=windows.context[rows],
        observed=windows.observed[rows],
        series=windows.series[rows],
        cutoff=windows.cutoff[rows],
        past=chosen(windows.past),
        future=chosen(windows.future),
        static=chosen(windows.static),
    )


def _lengthened(tensors: Tensors, steps: int) -> Tensors:
    """Tensors that reach `steps` further ahead, their last step repeated: a network answers all its leads."""
    if steps <= 0:
        return tensors
    ahead = {"time_of_day": 1, "weekday": 1, "future": 2, "profile": 2, "lagged": 2}

    def longer(name: str, value: torch.Tensor) -> torch.Tensor:
        if name not in ahead:
            return value
        last = value.narrow(ahead[name], value.shape[ahead[name]] - 1, 1)
        return torch.cat([value, *([last] * steps)], dim=ahead[name])

    return {name: longer(name, value) for name, value in tensors.items()}
