"""What the imputer was not given: rows outside training change no scale, hidden values no prediction."""

from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from fourfold.domains.graphs.imputation.grin import Directions, Grin
from fourfold.domains.graphs.imputation.imputer import Imputer
from fourfold.domains.graphs.imputation.objective import ImputationObjective
from fourfold.domains.graphs.imputation.settings import ImputerSettings, ImputerTraining
from fourfold.domains.graphs.models.batch import Edges
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.domains.graphs.signals.signals import Signals
from fourfold.shared.panels.panel import Panel

NODES = ("a", "b", "c")
PAIRS = np.array([[0, 1], [1, 2]])


def signals() -> Signals:
    values = np.random.default_rng(0).normal(5, 2, (120, 3)).astype(np.float32)
    time = pd.date_range("2024-01-01", periods=120, freq="h")
    return Signals(Panel(values, np.ones(values.shape, bool), time, NODES, "h", 24), NODES, ("x",))


def settings() -> ImputerSettings:
    training = ImputerTraining(steps=2, batch_size=4, validations=1)
    return ImputerSettings(window=8, hidden=4, feed_forward=4, embedding=2, stride=4, training=training)


def test_rows_outside_training_and_validation_change_nothing() -> None:
    given = signals()
    values = given.panel.values.copy()
    values[90:] += 500
    found = []
    for data in (given, replace(given, panel=replace(given.panel, values=values))):
        imputer = Imputer(settings())
        graph = SensorGraph(NODES, PAIRS, np.ones(2, np.float32))
        imputer.fit(data, graph, train=slice(0, 60), validation=slice(60, 90))
        found.append(imputer.state())
    assert any(name.startswith("scaler.") for name in found[0])
    for name, value in found[0].items():
        np.testing.assert_array_equal(found[1][name], value, err_msg=name)


def test_training_hides_a_share_of_what_was_observed() -> None:
    given = []

    class Zeros(torch.nn.Module):
        supports = 1

        def forward(self, x: torch.Tensor, seen: torch.Tensor, *others: object) -> tuple:
            given.append(seen)
            return torch.zeros_like(x), [torch.zeros_like(x)]

    edges = Edges(torch.from_numpy(PAIRS), torch.ones(2), 3)
    how = ImputerSettings(whiten=0.5, whiten_blocks=0.0)
    objective = ImputationObjective(Zeros(), edges, how, lambda parameters: torch.optim.Adam(parameters))
    torch.manual_seed(0)
    x, observed = torch.ones(4, 50, 3, 1), torch.rand(4, 50, 3, 1) < 0.9
    objective.loss({"x": x, "observed": observed, "covariates": torch.zeros(4, 50, 3, 0)})
    assert 0.4 < given[0][observed].float().mean() < 0.6
    assert not given[0][~observed].any()


def test_validation_judges_predictions_that_have_not_read_what_is_hidden() -> None:
    """Hidden values far from all others move their own errors alone, each by as much as they moved."""
    torch.manual_seed(0)
    sizes = {"hidden": 4, "feed_forward": 4, "embedding": 2, "powers": 1, "dropout": 0.0}
    grin = Grin(nodes=3, channels=1, covariates=0, supports=2, **sizes).eval()
    edges = Edges(torch.from_numpy(PAIRS), torch.ones(2), 3)
    objective = ImputationObjective(grin, edges, settings(), lambda parameters: torch.optim.Adam(parameters))
    x = torch.randn(4, 8, 3, 1)
    observed = torch.rand(x.shape) < 0.9
    hidden = observed & (torch.rand(x.shape) < 0.4)
    batch = {"observed": observed, "hidden": hidden, "judged": hidden, "covariates": torch.zeros(4, 8, 3, 0)}
    for far in (0.0, 100.0):
        moved = torch.where(hidden, x + far, x)
        with torch.no_grad():
            seen = observed & ~hidden
            answer, _ = grin(x, seen, batch["covariates"], Directions.of(edges, both=True), torch.arange(3))
        total, count = objective.validate({**batch, "x": moved})["mae"]
        assert count == int(hidden.sum()) > 10
        expected = (answer - moved).abs()[hidden].double().sum()
        torch.testing.assert_close(total, expected, rtol=1e-6, atol=0)
