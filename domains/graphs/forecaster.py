"""GraphForecaster: what a person holds. Signals and their graph in, forecasts of every node out."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...shared.errors import InputError
from ...shared.forecasting.backtest import Backtest
from ...shared.forecasting.conformal import ConformalIntervals
from ...shared.forecasting.evaluation import Terms
from ...shared.forecasting.fitted_data import require_spec
from ...shared.forecasting.forecast import Forecast
from ...shared.forecasting.horizon import finetune_horizon, require_horizon, warn_beyond
from ...shared.forecasting.metrics import Scores
from ...shared.forecasting.probabilities import central_probabilities
from ...shared.settings_check import as_mapping, checked
from .fit_record import FitRecord
from .fitting import learn
from .forecaster_settings import GraphForecasterSettings
from .given_graph import given_graph, matched, paired, require_begin
from .graph_model import Graph, GraphAnswers, GraphModel
from .node_order import require_channels, require_nodes
from .signals.signals import Signals

if TYPE_CHECKING:
    from ...shared.artifact.card import ModelCard
    from .imputation.imputer import Imputer
    from .residual_diagnosis import Diagnosis


class GraphForecaster:
    """A spatiotemporal network with data, graph, time, intervals and files around it.

    Args:
        model: a name (`models.presets.NAMES`).
        model_settings: fields of `GraphModelSettings` (lookback, quantiles, scaling, profile, lags,
            training), `preset` ("small" or "paper") and sizes of the network (hidden, embedding ...).
        settings: fields of `GraphForecasterSettings`: freq, period, missing, zero_is_missing (a 0 means that
            nothing was measured), dedupe, channels, past, future, id_col, time_col, target_col, timezone,
            batch_size.

    Raises:
        InputError: no model has this name, or a setting is unknown or wrong.
    """

    def __init__(
        self, model: str = "tts-imp", *, model_settings: dict[str, Any] | None = None, **settings: Any
    ) -> None:
        self.settings = checked(GraphForecasterSettings, settings, "GraphForecaster")
        self.model = GraphModel(model, **as_mapping("model_settings", model_settings))
        self.graph: Graph | None = None
        """With the nodes in the order of `nodes`."""
        self.nodes: tuple[str, ...] = ()
        self.channels: tuple[str, ...] = ()
        self.horizon: int | None = None
        self.spec: dict[str, Any] | None = None
        """Frequency, period and covariates of the data it was fitted on."""
        self.intervals: ConformalIntervals | None = None
        """None for a model with quantiles of its own."""
        self.seen_until: str | None = None
        """Time of the last row used in fitting."""
        self.began: str | None = None
        """Time of the row that the first graph of a changing one belongs to."""
        self.imputer: Imputer | None = None
        """Trained by the first `impute`."""
        self.record: FitRecord | None = None
        """What the last fit came to."""

    def fit(
        self,
        data: Any,
        graph: Any = None,
        horizon: int = 12,
        *,
        validation: float | int | slice = 0.2,
        train: slice | None = None,
        run: Path | None = None,
    ) -> GraphForecaster:
        """Learn from data, choosing the best weights (and calibrating intervals) on its last rows.

        A second `fit` starts anew; `finetune` goes on from what is learnt. One that fails changes nothing.

        Args:
            data: whatever `read_signals` reads.
            graph: whatever `read_graph` reads, on the same nodes; None for models that use no graph.
            horizon: steps ahead that will be asked for.
            validation: rows held out: a share or number of last rows, or a slice.
            train: rows to learn from; None: all before `validation`. Windows that straddle a border are left
                out.
            run: run folder; fitting again with the same one resumes.

        Raises:
            InputError: the data are unfit for the model, or data and graph have different nodes.
        """
        require_horizon(horizon)
        signals, known = paired(self.settings, data, graph, self.model)
        fitted = copy.copy(self)
        fitted.model = GraphModel(self.model.name, **self.model.config())
        fitted.nodes, fitted.channels, fitted.graph = signals.nodes, signals.channels, known
        fitted.began = str(signals.panel.time[0])
        learn(fitted, signals, horizon, validation=validation, train=train, run=run)
        return self._become(fitted)

    def finetune(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        graph: Any = None,
        validation: float | int | slice = 0.2,
        train: slice | None = None,
        run: Path | None = None,
    ) -> GraphForecaster:
        """Go on learning from other data of the same nodes, in place, at `training.finetune_rate`.

        Arguments as for `fit`; the horizon stays unless a shorter one is asked for, the graph unless one is
        given (one that changes in time belongs to its data). A call that fails changes nothing.
        """
        horizon = finetune_horizon(horizon, self._horizon(None), self.model.max_horizon)
        signals = self._read(data)
        tuned = copy.copy(self)
        tuned.model = copy.deepcopy(self.model)
        tuned.graph, tuned.began = self._graph_at(signals, graph), str(signals.panel.time[0])
        learn(tuned, self._ordered(signals), horizon, validation=validation, train=train, run=run)
        return self._become(tuned)

    def transfer(
        self,
        graph: Any = None,
        data: Any = None,
        *,
        validation: float | int | slice = 0.2,
        train: slice | None = None,
        run: Path | None = None,
    ) -> GraphForecaster:
        """A forecaster of other nodes with the same shared weights; this one stays as it is.

        Args:
            graph: of the new nodes; None for models that use no graph. A list of edges names no node without
                one: known nodes are added to it, new ones take `data` or a SensorGraph.
            data: some history of the new nodes, to which their embeddings (and means, where they are local)
                are fitted while all shared weights are frozen. None: a cold start, every node an average one.
            validation, train, run: as in `fit`.

        Raises:
            InputError: not fitted, the network is tied to its nodes, or the data are of another kind.
        """
        from .transfer import transferred

        self._horizon(None)
        return transferred(self, graph, data, validation=validation, train=train, run=run)

    def impute(
        self, data: Any, graph: Any = None, *, settings: dict[str, Any] | None = None, run: Path | None = None
    ) -> Signals:
        """Fill what was not observed from both sides in time and from the neighbours, by GRIN.

        The first call trains it on the data's own known values and keeps it; later ones use it again. The
        forecaster itself need not be fitted.

        Args:
            data: signals with gaps.
            graph: of their nodes; None: the forecaster's own.
            settings: fields of `ImputerSettings`, for the first call.
            run: run folder of the first call.

        Returns:
            The same signals without gaps: what was observed as it was, in float32, all else predicted.
            `filled` says which cells those are; `to_long()` and `to_wide()` make tables of both.

        Raises:
            InputError: as `fit`.
        """
        from .gap_filling import filled

        return filled(self, data, graph, settings or {}, run)

    def diagnose(
        self,
        data: Any = None,
        *,
        residuals: np.ndarray | None = None,
        observed: np.ndarray | None = None,
        graph: Any = None,
        test: float | int | slice = 0.2,
        periods: int | Sequence[int] | np.ndarray | None = None,
    ) -> Diagnosis:
        """Is there anything left to learn? The AZ-whiteness test of one-step residuals, and where it fails.

        Args:
            data: signals whose `test` rows are forecast one step ahead for their residuals.
            residuals: [T, N] or [T, N, C] instead of data, in the order of the nodes.
            observed: bool, as `residuals`; None: all.
            graph: None: the forecaster's own.
            test: as in `evaluate`.
            periods: parts of time for the maps: rows in each, or a label for each row; None: hours of the
                day, or eighths of the rows.

        Raises:
            InputError: neither or both of data and residuals, no graph, or as `evaluate`.
        """
        from .residual_diagnosis import diagnosed

        return diagnosed(self, data, residuals, observed, graph=graph, test=test, periods=periods)

    def predict(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        graph: Any = None,
        future: Any = None,
        levels: Sequence[float] = (),
        quantiles: Sequence[float] = (),
    ) -> Forecast:
        """Forecast the steps after the last row in which any node was observed, for every node.

        Args:
            data: the history, as for `fit`; nodes in any order.
            horizon: steps ahead; None: the fitted horizon. Beyond the longest the model was trained for,
                forecasts are fed back as history, with a warning.
            graph: of these data, where it changes in time; None: as in `fit`. The last one known stands in
                for those of the steps ahead.
            future: long frame with the covariates known ahead, for these steps.
            levels: central intervals in percent, such as (80, 95).
            quantiles: probabilities, instead of or besides `levels`.

        Raises:
            InputError: not fitted, too little history, covariates missing, or given where none are known
                ahead, or data of another kind.
            NonFinite: the model answered NaN or infinity.
        """
        from .prediction import predicted

        probabilities = central_probabilities(levels, quantiles)
        return predicted(self, self._read(data), self._horizon(horizon), graph, future, probabilities)

    def backtest(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        graph: Any = None,
        n_windows: int | None = None,
        step: int = 1,
        test: float | int | slice = 0.2,
        refit: bool | int = False,
        levels: Sequence[float] = (80,),
        standardise: bool | slice = False,
    ) -> Backtest:
        """Forecast from many past cutoffs, and score: `evaluate` with the forecasts kept.

        Every node is forecast from every cutoff, and scored where it was observed.

        Args:
            graph: as in `predict`.
            n_windows: cutoffs `step` rows apart, the last `horizon` rows before the end; None: all of `test`
            test: rows to forecast: a share or number of last rows, or a slice.
            refit: fit anew on the rows before each cutoff (or before every k-th), so that nothing
                forecast has been learnt from.
            levels: central intervals in percent.
            standardise: scores of z-scored data, by the deviations of the rows before the first forecast, or
                of the rows in a slice.

        Raises:
            InputError: as `predict`; or no window fits.
        """
        from .evaluation import run_backtest

        shares = central_probabilities(levels, ())
        terms = Terms(test, step, shares, standardise, n_windows, refit=int(refit), keep=True)
        return run_backtest(self, self._read(data), self._horizon(horizon), graph, terms)

    def evaluate(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        graph: Any = None,
        step: int = 1,
        test: float | int | slice = 0.2,
        levels: Sequence[float] = (80,),
        standardise: bool | slice = False,
    ) -> Scores:
        """Score all windows whose targets lie in `test`; arguments as for `backtest`.

        Returns:
            Scores, with `overall()`, `by_lead()` and `by_series()`.
        """
        from .evaluation import run_backtest

        terms = Terms(test, step, central_probabilities(levels, ()), standardise)
        return run_backtest(self, self._read(data), self._horizon(horizon), graph, terms).scores

    def save(self, folder: str | Path, card: ModelCard | None = None) -> Path:
        """Write settings, weights, graph and card to `folder`, whole or not at all."""
        from .forecaster_files import save_forecaster

        return save_forecaster(self, folder, card)

    @classmethod
    def load(cls, name_or_folder: str | Path, **settings: Any) -> GraphForecaster:
        """A saved or shipped forecaster; `settings` replace those it was saved with.

        Raises:
            InputError: there is none, it is damaged or of another kind, or a setting is unknown or wrong.
        """
        from .forecaster_files import load_forecaster

        return load_forecaster(cls, name_or_folder, settings)

    def answers(self, signals: Signals, ahead: int, graph: Any = None) -> GraphAnswers:
        """The fitted model as it answers for windows of these signals (nodes in any order)."""
        order = require_nodes(self.nodes, signals.nodes)
        return self.model.on(signals, self._graph_at(signals, graph), ahead, order)

    def _become(self, other: GraphForecaster) -> GraphForecaster:
        """Take over what another, a copy, has learnt: a failure before leaves this one whole."""
        vars(self).update(vars(other))
        return self

    def _read(self, data: Any) -> Signals:
        signals = self.of_kind(self.settings.read(data, self.nodes))
        if self.nodes:
            require_nodes(self.nodes, signals.nodes)
        return signals

    def of_kind(self, signals: Signals) -> Signals:
        """The signals, when frequency, covariates and channels are those the model was fitted on."""
        require_spec(self.spec, signals.panel)
        require_channels(self.channels, signals.channels)
        return signals

    def _ordered(self, signals: Signals) -> Signals:
        """The signals with their nodes in the order of the model."""
        require_nodes(self.nodes, signals.nodes)
        return signals.select_nodes(self.nodes)

    def _graph_at(self, signals: Signals, graph: Any) -> Graph | None:
        """The graph for these signals, with its nodes in the order of the model."""
        if graph is not None:
            return matched(given_graph(graph, signals.nodes), signals).select(self.nodes)
        if self.graph is not None:
            require_begin(self.graph, self.began, signals)
        return self.graph

    def _horizon(self, horizon: int | None) -> int:
        if self.horizon is None:
            raise InputError(
                "model", f"{self.model.name} is not fitted", remedy="Call fit, or load a fitted one"
            )
        wanted = require_horizon(horizon if horizon is not None else self.horizon)
        warn_beyond(wanted, self.model.max_horizon)
        return wanted
