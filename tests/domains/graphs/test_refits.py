"""What is fitted answers the same after a second fit that fails, and refuses what it cannot use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fourfold import GraphForecaster
from fourfold.domains.graphs import fitting
from fourfold.domains.graphs.imputation.imputer import Imputer
from fourfold.domains.graphs.imputation.settings import ImputerSettings
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.domains.graphs.signals.reading import read_signals
from fourfold.shared.errors import InputError
from small_network import SMALL, ring, wide_frame


def fresh() -> GraphForecaster:
    return GraphForecaster("tts-imp", model_settings=SMALL).fit(wide_frame(), ring(), 4)


def pair() -> tuple[pd.DataFrame, SensorGraph]:
    """Two nodes of another network."""
    graph = SensorGraph(("p", "q"), np.array([[0], [1]]), np.ones(1, np.float32))
    return wide_frame()[["a", "b"]].set_axis(["p", "q"], axis=1), graph


def too_short(one: GraphForecaster) -> None:
    frame, graph = pair()
    one.fit(frame.iloc[:9], graph, 4, validation=0)


def nothing_observed(one: GraphForecaster) -> None:
    frame, graph = pair()
    frame.iloc[:100] = np.nan
    one.fit(frame, graph, 4, train=slice(0, 100))


def overlapping(one: GraphForecaster) -> None:
    one.finetune(wide_frame(), graph=ring(), train=slice(0, 150), validation=slice(140, 200))


@pytest.mark.filterwarnings("ignore:.*holds? no value", "ignore:.*begin")
@pytest.mark.parametrize("fail", [too_short, nothing_observed, overlapping])
def test_a_fit_that_fails_leaves_the_forecaster_as_it_was(fail: Callable, tmp_path: Path) -> None:
    one = fresh()
    before, known = one.predict(wide_frame(), levels=(80,)), dict(vars(one))
    with pytest.raises(InputError):
        fail(one)
    assert all(vars(one)[name] is value for name, value in known.items())
    after = one.predict(wide_frame(), levels=(80,))
    np.testing.assert_array_equal(after.values, before.values)
    np.testing.assert_array_equal(after.quantiles, before.quantiles)
    one.save(tmp_path / "model")
    loaded = GraphForecaster.load(tmp_path / "model").predict(wide_frame())
    np.testing.assert_array_equal(loaded.values, before.values)


@pytest.mark.parametrize("again", ["fit", "finetune"])
def test_a_fit_that_fails_after_training_changes_no_weight(
    again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any, **named: Any) -> None:
        raise RuntimeError("calibration")

    one = fresh()
    before = {name: value.copy() for name, value in one.model.state().items()}
    monkeypatch.setattr(fitting, "calibrated", broken)
    with pytest.raises(RuntimeError, match="calibration"):
        one.fit(wide_frame(), ring(), 3) if again == "fit" else one.finetune(wide_frame())
    assert one.horizon == 4
    for name, value in one.model.state().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.filterwarnings("ignore:.*holds? no value", "ignore:.*begin")
def test_after_a_first_fit_that_failed_the_next_starts_anew() -> None:
    one = GraphForecaster("tts-imp", model_settings=SMALL)
    with pytest.raises(InputError, match="no window of them holds a value"):
        nothing_observed(one)
    assert one.nodes == () and one.graph is None
    one.fit(wide_frame(), ring(), 4)
    np.testing.assert_array_equal(one.predict(wide_frame()).values, fresh().predict(wide_frame()).values)


def test_an_imputer_whose_second_fit_fails_answers_as_before() -> None:
    training = {"steps": 3, "batch_size": 4}
    settings = ImputerSettings.model_validate({"window": 6, "hidden": 4, "training": training})
    imputer, data = Imputer(settings), read_signals(wide_frame(2), ring())
    imputer.fit(data, ring())
    before = imputer.predict(data)
    frame, graph = pair()
    with pytest.raises(InputError):
        imputer.fit(read_signals(frame, graph), graph, train=slice(0, 3), validation=slice(3, 3))
    np.testing.assert_array_equal(imputer.predict(data), before)


@pytest.mark.parametrize("future", ["nonsense", pd.DataFrame({"ds": []})])
def test_future_values_of_columns_that_are_not_known_ahead_are_refused(
    fitted: GraphForecaster, frame: pd.DataFrame, future: object
) -> None:
    with pytest.raises(
        InputError, match="future: is given, but no column of the data is known ahead"
    ) as told:
        fitted.predict(frame, future=future)
    assert "Name such columns with future=" in str(told.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"colour": 3}, "GraphForecaster setting colour: there is no such setting; expected freq"),
        ({"batch_size": 0}, "GraphForecaster setting batch_size"),
        ({"batchsize": 2}, "Did you mean batch_size"),
        ({"model": "rnn"}, "GraphForecaster setting model: there is no such setting"),
        ({"model_settings": {"hidden": 3}}, "GraphForecaster setting model_settings: there is no such"),
    ],
)
def test_settings_that_a_saved_one_cannot_take_are_named(
    fitted: GraphForecaster, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    fitted.save(tmp_path / "model")
    with pytest.raises(InputError, match=said):
        GraphForecaster.load(tmp_path / "model", **changed)
