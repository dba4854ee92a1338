"""One set of windows for all, whether a model answers series one by one or a graph as a whole."""

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.forecaster import GraphForecaster
from fourfold.domains.graphs.signals.reading import read_signals
from fourfold.domains.graphs.signals.signals import Signals
from fourfold.domains.timeseries.forecaster import Forecaster
from fourfold.pipelines.comparison.contestants import graph_entrant, series_entrant
from fourfold.pipelines.comparison.judging import Terms, judge_all

SPLITS = {"train": (0, 140), "validation": (140, 170), "test": (170, 200)}
TRAIN, VALIDATION = slice(0, 140), slice(140, 170)
BRIEF = {"preset": "small", "lookback": 6, "training": {"epochs": 0.2}}


@pytest.fixture(scope="module")
def signals() -> Signals:
    """Three nodes in an order of their own; the last is silent but for a few steps of the test part."""
    rng, hours = np.random.default_rng(0), np.arange(200)
    values = 20 + 5 * np.sin(2 * np.pi * hours[:, None] / 24 + [0, 1, 2]) + rng.normal(0, 0.3, (200, 3))
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    frame.index = pd.date_range("2026-01-01", periods=200, freq="h", name="ds")
    frame.loc[frame.index[120:190], "c"] = None
    return read_signals(frame, missing="mask")


def test_a_comparison_scores_as_the_forecasters_themselves_do(signals: Signals) -> None:
    """Over all origins the errors are those of `evaluate`; beside a naive method the silent node is out."""
    graph = GraphForecaster("rnn", model_settings=BRIEF)
    graph.fit(signals.select_nodes(["c", "a", "b"]), horizon=3, train=TRAIN, validation=VALIDATION)
    naive = Forecaster("last-value", missing="mask").fit(signals.panel, 3, train=TRAIN, validation=VALIDATION)
    entrants = {
        "rnn": graph_entrant(graph, signals, 3, 0.0),
        "last-value": series_entrant(naive, signals.panel, 3, 0.0),
    }
    told: list[np.ndarray] = []
    for name, forecaster, data in (("rnn", graph, signals), ("last-value", naive, signals.panel)):
        terms = Terms(SPLITS, 3, 10_000, (80.0,), naive=(name,), judged_by="mae")
        alone = {name: entrants[name]}
        found = judge_all(
            alone, signals.panel, terms, watches={name: lambda *told_of: told.append(told_of[2])}
        )
        expected = forecaster.evaluate(data, 3, test=slice(*SPLITS["test"])).overall()
        metrics = found.evaluation.scores[name].metrics
        assert metrics["mae"] == pytest.approx(expected["mae"], rel=1e-5)
        assert metrics["coverage"] == pytest.approx(expected["coverage_80"], abs=1e-9)
    both = judge_all(entrants, signals.panel, terms).evaluation
    assert both.scores["last-value"].metrics["mae"] == pytest.approx(metrics["mae"], rel=1e-5)
    errors = np.concatenate(told)
    assert np.isnan(errors).any(), "what was not observed is no error"


def test_the_best_naive_method_of_the_validation_part_is_the_measure(signals: Signals) -> None:
    names = ("last-value", "slot-mean")
    entrants = {
        name: series_entrant(
            Forecaster(name, missing="mask").fit(signals.panel, 3, train=TRAIN, validation=VALIDATION),
            signals.panel, 3, 0.0,
        )
        for name in names
    }  # fmt: skip
    evaluation = judge_all(
        entrants, signals.panel, Terms(SPLITS, 3, 50, (80.0,), naive=names, judged_by="mae")
    ).evaluation
    assert evaluation.naive == min(names, key=lambda name: evaluation.validation_error[name])
    assert evaluation.change(evaluation.naive) == 0
    assert evaluation.ranked() == sorted(names, key=lambda name: evaluation.scores[name].metrics["mae"] or 0)
