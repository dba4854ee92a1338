"""Imputation of Beijing's PM2.5: GRIN against lines, means and slot means, on the very same hidden values.

    FOURFOLD_DATA=... python -m benchmarks.graph_imputation [--quick] [--covariates]

Twelve stations, hourly; values are hidden by the block protocol over all rows (sensors that fail for 12 to 48
hours, and 5 % of single values), by which the network trains; the test set is the hidden values of the last
20 %. The same network then meets the point protocol there (25 % of single values). The graph joins stations
that correlate on what is left of the training rows. Target: MAE in the block protocol at least 20 % below a
straight line in time. `--covariates` adds other pollutants and the weather at the same station and hour.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.measure import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.graphs.datasets import load_network  # noqa: E402
from fourfold.domains.graphs.imputation.baselines import fill_line, fill_mean, fill_slot  # noqa: E402
from fourfold.domains.graphs.imputation.imputer import Imputer  # noqa: E402
from fourfold.domains.graphs.imputation.missing_patterns import (  # noqa: E402
    HiddenValues,
    hide_blocks,
    hide_points,
)
from fourfold.domains.graphs.imputation.settings import ImputerSettings, ImputerTraining  # noqa: E402
from fourfold.domains.graphs.sensor_graph.direction import to_undirected  # noqa: E402
from fourfold.domains.graphs.signals.signals import Signals  # noqa: E402
from fourfold.domains.graphs.signals.similarity_graph import from_signals  # noqa: E402
from fourfold.shared.datasets import read_dataset  # noqa: E402
from fourfold.shared.forecasting.splits import fraction_split  # noqa: E402

SEED = 9101112
NEIGHBOURS = 4
COVARIATES = ("PM10", "SO2", "NO2", "CO", "O3", "TEMP", "DEWP", "WSPM")
CONTEXT = 48
"""Rows before the test set that may be read to impute it."""


def hidden_from(signals: Signals, hidden: HiddenValues) -> Signals:
    """The signals without what is hidden."""
    given = hidden.given.reshape(signals.panel.observed.shape)
    values = np.where(given, signals.panel.values, np.float32(0))
    return replace(signals, panel=replace(signals.panel, values=values, observed=given))


def with_covariates(signals: Signals) -> Signals:
    """Other measurements of each station beside PM2.5; gaps keep the last value."""
    frame = read_dataset("beijing-air-quality").pivot(index="ds", columns="unique_id", values="y")
    frame = frame.reindex(signals.panel.time).ffill().bfill()
    past = {
        name: np.ascontiguousarray(frame[[f"{node} {name}" for node in signals.nodes]].to_numpy(np.float32))
        for name in COVARIATES
    }
    return replace(signals, panel=replace(signals.panel, past=past))


def error(filled: np.ndarray, signals: Signals, hidden: HiddenValues, test: slice) -> float:
    """MAE over the hidden values of the test rows."""
    judged = hidden.judged[test]
    return float(np.abs(filled.astype(np.float64) - signals.values_TNC[test])[judged].mean())


def baseline_errors(signals: Signals, hidden: HiddenValues, test: slice) -> dict[str, float]:
    """MAE of what needs no model; each reads everything that is left, also outside the test rows."""
    left = hidden_from(signals, hidden).panel
    hours = signals.panel.time.to_numpy().astype("M8[h]").astype(np.int64)
    fills: dict[str, Callable[[], np.ndarray]] = {
        "mean": lambda: fill_mean(left.values, left.observed),
        "linear interpolation": lambda: fill_line(left.values, left.observed),
        "same hour of the day": lambda: fill_slot(left.values, left.observed, hours % 24),
    }
    shape = signals.values_TNC.shape
    return {name: error(fill().reshape(shape)[test], signals, hidden, test) for name, fill in fills.items()}


def imputed_error(imputer: Imputer, signals: Signals, hidden: HiddenValues, test: slice) -> float:
    """MAE of a trained imputer that reads the test rows and a little before."""
    first = max(test.start - CONTEXT, 0)
    left = hidden_from(signals, hidden).select_rows(slice(first, test.stop))
    return error(imputer.impute(left).values_TNC[test.start - first :], signals, hidden, test)


def trained(signals: Signals, hidden: HiddenValues, steps: int) -> tuple[Imputer, dict[str, Any]]:
    """An imputer that never saw what is hidden, and what its training took."""
    split = fraction_split(signals.n_steps)
    left = hidden_from(signals, hidden)
    graph = to_undirected(from_signals(left, NEIGHBOURS, rows=split.train))
    imputer = Imputer(
        ImputerSettings(training=ImputerTraining(steps=steps, learning_rate=2e-3, validations=10))
    )
    start, processor = time.perf_counter(), time.process_time()
    imputer.fit(left, graph, train=split.train, validation=split.validation)
    return imputer, {
        "steps": steps,
        "edges": graph.n_edges,
        "training_seconds": round(time.perf_counter() - start),
        "training_processor_seconds": round(time.process_time() - processor),
    }


def main(arguments: list[str] | None = None) -> None:
    """Train once, judge by both protocols, print and write the errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20 steps, nothing written")
    parser.add_argument("--covariates", action="store_true", help="read other measurements too")
    options = parser.parse_args(arguments)
    signals, _ = load_network("beijing-air-quality")
    if options.covariates:
        signals = with_covariates(signals)
    test = fraction_split(signals.n_steps).test
    protocols = {
        "block": hide_blocks(signals.observed_TNC, seed=SEED),
        "point": hide_points(signals.observed_TNC, seed=SEED),
    }
    imputer, facts = trained(signals, protocols["block"], 20 if options.quick else 800)
    figures: dict[str, Any] = {}
    for name, hidden in protocols.items():
        errors = {"grin": imputed_error(imputer, signals, hidden, test)}
        errors |= baseline_errors(signals, hidden, test)
        figures[name] = {"mae": {key: round(value, 3) for key, value in errors.items()}}
        figures[name]["below_linear"] = round(1 - errors["grin"] / errors["linear interpolation"], 4)
        figures[name]["hidden_values"] = int(hidden.judged[test].sum())
        print(name, figures[name], flush=True)
    print(facts)
    if not options.quick:
        result = "graph_imputation_covariates" if options.covariates else "graph_imputation"
        target = {"target": "block protocol: MAE at least 20 % below linear interpolation", "unit": "µg/m³"}
        write_result(result, {**target, "protocols": figures, "training": facts})


if __name__ == "__main__":
    main()
