"""Windows of whole graphs: gathered by index, inside their rows, the same as cut out by hand."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.graphs.clock import Clock
from fourfold.domains.graphs.sensor_graph.changing_graph import ChangingGraph
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.domains.graphs.signal_scaler import SignalScaler
from fourfold.domains.graphs.signals.reading import read_signals
from fourfold.domains.graphs.signals.signals import Signals
from fourfold.domains.graphs.window_source import GraphWindowSource, WindowReader
from small_network import wide_frame


def two_channels(days: int = 4) -> Signals:
    """Five nodes with two channels and some gaps."""
    cube = np.stack([wide_frame(days).to_numpy(), 7 * wide_frame(days, seed=1).to_numpy()], axis=-1)
    signals = read_signals(cube, start="2024-03-04", freq="h")
    observed = np.random.default_rng(0).random(signals.panel.values.shape) < 0.8
    values = np.where(observed, signals.panel.values, 0).astype(np.float32)
    return replace(signals, panel=replace(signals.panel, values=values, observed=observed))


def source_of(signals: Signals, rows: slice, lookback: int, horizon: int, profile: bool) -> GraphWindowSource:
    clock = Clock.of(signals.panel, horizon)
    scaler = SignalScaler.fit(signals, slice(0, 60), "node", clock if profile else None)
    reader = WindowReader(signals.n_channels, scaler, clock)
    return GraphWindowSource(signals.panel, rows, reader, lookback, horizon)


@pytest.mark.parametrize("profile", [False, True])
def test_batches_hold_what_was_measured(profile: bool) -> None:
    signals = two_channels()
    source = source_of(signals, slice(10, 60), 5, 3, profile)
    batch = source.batch(np.array([4, 0, 42]))
    panel, scaler = signals.panel, source.reader.scaler
    for place, cutoff in enumerate(source.cutoffs[[4, 0, 42]]):
        for name, rows in (("x", slice(cutoff - 4, cutoff + 1)), ("target", slice(cutoff + 1, cutoff + 4))):
            seen = signals.observed_TNC[rows].transpose(1, 0, 2)
            known = "observed" if name == "x" else "target_observed"
            np.testing.assert_array_equal(batch[known][place], seen)
            slot = np.arange(rows.start, rows.stop) % 24
            off = scaler.series.mean + (scaler.profile[slot] if profile else 0)
            dense = ((panel.values[rows] - off) / scaler.series.scale).reshape(-1, 5, 2).transpose(1, 0, 2)
            found = batch[name][place].numpy()
            np.testing.assert_allclose(found[seen], dense[seen], rtol=1e-5, atol=1e-5)
            assert np.isfinite(found).all()
        hours = np.arange(cutoff - 4, cutoff + 4) % 24
        np.testing.assert_allclose(batch["time_of_day"][place], hours / 24, rtol=1e-6)
    assert set(batch["weekday"].unique().tolist()) <= {0, 1, 2}
    back = source.reader.unscaled(batch["target"].numpy()[..., None], source.cutoffs[[4, 0, 42]])
    for place, cutoff in enumerate(source.cutoffs[[4, 0, 42]]):
        seen = panel.observed[cutoff + 1 : cutoff + 4].T
        part = back[10 * place : 10 * place + 10, :, 0]
        np.testing.assert_allclose(part[seen], panel.values[cutoff + 1 : cutoff + 4].T[seen], rtol=1e-4)


def test_lags_are_read_further_back_than_the_context() -> None:
    signals = two_channels()
    plain = source_of(signals, slice(10, 60), 5, 3, False)
    reader = replace(plain.reader, panel=signals.panel, lags=(24, 8))
    source = GraphWindowSource(signals.panel, slice(10, 60), reader, 5, 3)
    lagged = source.batch(np.array([0, 30]))["lagged"].numpy()
    assert lagged.shape == (2, 5, 8, 4)  # nodes, steps, channels of the first lag and then of the second
    scaler = reader.scaler.series
    scaled = np.where(signals.panel.observed, scaler.transform(signals.panel.values), 0).reshape(-1, 5, 2)
    for place, cutoff in enumerate(source.cutoffs[[0, 30]]):
        for step in range(8):
            for which, lag in enumerate((24, 8)):
                row = cutoff - 4 + step - lag
                dense = scaled[row] if row >= 0 else np.zeros((5, 2))
                found = lagged[place, :, step, 2 * which : 2 * which + 2]
                np.testing.assert_allclose(found, dense, rtol=1e-4, atol=1e-5)


def test_edges_of_a_step_are_those_of_its_row() -> None:
    """The graph of row t has one edge, of weight t + 1; windows stand side by side on five nodes each."""
    signals, pair = two_channels(), np.array([[0], [4]])
    graphs = [SensorGraph(signals.nodes, pair, np.full(1, row + 1.0, np.float32)) for row in range(96)]
    plain = source_of(signals, slice(10, 60), 5, 3, False)
    reader = replace(plain.reader, graph=ChangingGraph(tuple(graphs)))
    source = GraphWindowSource(signals.panel, slice(10, 60), reader, 5, 3)
    edges = source.batch(np.array([0, 30]))["edges"]
    assert len(edges) == 5
    for step, (index, weight) in enumerate(edges):
        assert index.tolist() == [[0, 5], [4, 9]]
        assert weight.tolist() == [float(cutoff - 4 + step + 1) for cutoff in source.cutoffs[[0, 30]]]


def test_windows_stay_inside_their_rows_and_empty_ones_are_left_out() -> None:
    signals = two_channels()
    source = source_of(signals, slice(10, 60), 5, 3, False)
    assert source.cutoffs[0] == 14 and source.cutoffs[-1] == 56 and len(source) == 43
    assert len(source_of(signals, slice(10, 17), 5, 3, False)) == 0
    observed = signals.panel.observed.copy()
    observed[20:23] = False  # three targets in a row, all unseen
    gap = replace(signals, panel=replace(signals.panel, observed=observed))
    assert sorted(set(source.cutoffs) - set(source_of(gap, slice(10, 60), 5, 3, False).cutoffs)) == [19]
    observed[20:26] = False  # a whole context
    assert 25 not in source_of(gap, slice(10, 60), 5, 3, False).cutoffs


def test_a_source_is_small_whatever_the_windows() -> None:
    steps, nodes = 20_000, 20
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(steps, nodes)))
    signals = read_signals(frame.to_numpy(), period=288)
    reader = WindowReader(
        1, SignalScaler.fit(signals, slice(0, steps), "global"), Clock.of(signals.panel, 12)
    )
    tracemalloc.start()
    source = GraphWindowSource(signals.panel, slice(0, steps), reader, 12, 12)
    source.batch(np.arange(32))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(source) == steps - 23
    assert peak < signals.panel.values.nbytes  # windows would be 24 times as much
