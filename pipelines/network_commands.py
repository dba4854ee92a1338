"""What forecast and finetune do where MODEL is a network on a graph."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..shared.errors import note
from .graph_contestant import is_graph_method, ready_graph_forecaster, require_graph
from .network_files import named, read_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..domains.graphs.forecaster import GraphForecaster
    from ..domains.graphs.graph_model import Graph
    from ..domains.graphs.signals.signals import Signals
    from ..shared.forecasting.forecast import Forecast

USUAL_HORIZON = 12


@dataclass(frozen=True)
class NetworkRequest:
    """A network and the files it is asked about."""

    model: str
    signals: Any
    """A file, or a table."""
    graph: Any = None
    directed: bool = True
    """False: every edge of the file goes both ways."""
    signed: bool = False
    """Negative weights are meant."""
    reading: dict[str, Any] = field(default_factory=dict)
    """Fields of `GraphForecasterSettings` that were given."""
    model_settings: dict[str, Any] = field(default_factory=dict)
    """Of a network that is fitted."""

    @property
    def fitted_here(self) -> bool:
        """Whether the model is a name, and so fitted on these signals."""
        return is_graph_method(self.model)

    def command(self, horizon: int | None, output: Path) -> str:
        """What finetunes it in the shell."""
        training = {**self.model_settings}
        training |= training.pop("training", {})
        training["size"] = training.pop("preset", None)
        given = {
            "graph": self.graph,
            "horizon": horizon,
            **(training if self.fitted_here else {}),
            **self.reading,
        }
        switches = {"undirected": not self.directed, "signed": self.signed}
        flags: dict[str, Any] = {**given, **switches, "output": output}
        words = ["fourfold", "finetune", self.model, str(self.signals)]
        for name, value in flags.items():
            if value in (None, False, ()):
                continue
            flag = {"past": "past_cols", "future": "future_cols"}.get(name, name)
            values = [] if value is True else value if isinstance(value, tuple) else [value]
            words += [f"--{flag.replace('_', '-')}", *map(str, values)]
        return shlex.join(words)

    def read(self, known: GraphForecaster | None = None) -> tuple[Signals, Graph | None]:
        """Signals, and the graph where one is given; a kept network's own settings hold where no flag does.

        Raises:
            InputError: the network needs a graph and has none, or a file cannot be read.
        """
        from ..domains.graphs.forecaster_settings import GraphForecasterSettings

        require_graph(self.model, self.graph)
        own = known.settings.model_dump(exclude_unset=True) if known is not None else {}
        settings = GraphForecasterSettings(**{**own, **self.reading})
        if self.graph is None:
            return settings.read(named(self.signals), known.nodes if known is not None else ()), None
        reading = settings.model_dump(exclude={"batch_size"})
        return read_network(self.signals, self.graph, directed=self.directed, signed=self.signed, **reading)

    def ready(
        self, horizon: int | None, kept: GraphForecaster | None = None
    ) -> tuple[GraphForecaster, Signals, Graph | None]:
        """The network, fitted where it is a name, with the signals and graph it is to be asked about.

        Args:
            kept: the model where it is loaded already.
        """
        if not self.fitted_here:
            from ..domains.graphs.forecaster import GraphForecaster

            loaded = kept or GraphForecaster.load(self.model)
            return loaded, *self.read(loaded)
        signals, graph = self.read()
        fitted = ready_graph_forecaster(
            self.model,
            signals,
            graph,
            horizon or USUAL_HORIZON,
            model_settings=self.model_settings,
            **self.reading,
        )
        return fitted, signals, graph


def forecast_network(
    request: NetworkRequest,
    horizon: int | None,
    *,
    levels: Sequence[float],
    quantiles: Sequence[float],
    future: Any = None,
    kept: GraphForecaster | None = None,
) -> Forecast:
    """Forecasts of every node; `future` holds covariates known ahead, `kept` the model if it is loaded.

    Args:
        horizon: None: the network's own, 12 for one by name.

    Raises:
        InputError: model, signals and graph do not go together.
    """
    forecaster, signals, graph = request.ready(horizon, kept)
    given = None if request.fitted_here else graph
    return forecaster.predict(
        signals, horizon, graph=given, future=future, levels=levels, quantiles=quantiles
    )


def finetune_network(request: NetworkRequest, horizon: int | None, output: Path) -> GraphForecaster:
    """Fit a network by name, train a kept one further, or take it to the other nodes of a new graph.

    Raises:
        InputError: model, signals and graph do not go together.
    """
    from ..domains.graphs.forecaster import GraphForecaster
    from ..domains.graphs.forecaster_files import fitted_card

    run = output.with_name(f".{output.name}.run")
    if request.fitted_here:
        signals, graph = request.read()
        tuned = ready_graph_forecaster(
            request.model, signals, graph, horizon or USUAL_HORIZON,
            run=run, model_settings=request.model_settings, **request.reading,
        )  # fmt: skip
    else:
        tuned = GraphForecaster.load(request.model)
        signals, graph = request.read(tuned)
        if graph is not None and set(graph.nodes) != set(tuned.nodes):
            note(
                f"{request.model} knows other nodes: its shared weights are kept as they are, and only what "
                "belongs to single nodes is fitted"
            )
            tuned = tuned.transfer(graph, signals, run=run)
        else:
            tuned = tuned.finetune(signals, horizon, run=run)
    data = request.signals.name if isinstance(request.signals, Path) else "signals"
    tuned.save(output, fitted_card(tuned, data, request.command(tuned.horizon, output)))
    shutil.rmtree(run, ignore_errors=True)
    return tuned
