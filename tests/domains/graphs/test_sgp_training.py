"""SGP is trained on pairs that were encoded once, in bounded memory, and forecasts like every model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from fourfold import GraphForecaster
from fourfold.domains.graphs.clock import Clock
from fourfold.domains.graphs.models.build import build_network
from fourfold.domains.graphs.models.sgp import SGP
from fourfold.domains.graphs.objectives import ForecastObjective
from fourfold.domains.graphs.pair_objective import PairObjective
from fourfold.domains.graphs.pair_source import encode_pairs
from fourfold.domains.graphs.signal_scaler import SignalScaler
from fourfold.domains.graphs.synthetic.large_network import large_network
from fourfold.domains.graphs.window_source import GraphWindowSource, WindowReader, static_edges

SMALL = {"reservoir": 8, "hops": 2, "group": 6, "hidden": 16, "dropout": 0.0, "embedding": {"size": 4}}


@pytest.fixture(scope="module")
def made():
    data = large_network(60, 600, 150, seed=0)
    return data.signals("h", 24), data.graph


@pytest.fixture
def windows(made):
    signals, graph = made
    scaler = SignalScaler.fit(signals, slice(0, 100), "node")
    reader = WindowReader(1, scaler, Clock.of(signals.panel, 3), graph)
    return GraphWindowSource(signals.panel, slice(0, 100), reader, 6, 3)


def network(**changes: object) -> SGP:
    torch.manual_seed(0)
    found = build_network("sgp", nodes=60, channels=1, horizon=3, lookback=6, **{**SMALL, **changes})
    assert isinstance(found, SGP)
    return found.eval()


def test_pairs_are_what_the_network_reads_of_whole_windows(made, windows):
    sgp, edges = network(), static_edges(made[1], 60)
    source = encode_pairs(sgp, windows, edges, 0)
    assert len(source) == len(windows) * 60
    picked = np.array([4, 2, 17]) * 60 + np.array([0, 59, 31])
    pairs = source.batch(picked)
    assert pairs["node"].tolist() == [0, 59, 31]
    whole = windows.batch(np.array([4, 2, 17]))
    scale = (torch.from_numpy(windows.reader.scaler.series.scale[:, None]), torch.ones(1))
    of_pairs = PairObjective(sgp, edges, *scale, (), torch.optim.Adam)
    of_windows = ForecastObjective(sgp, edges, *scale, (), torch.optim.Adam)
    answers = of_windows._answer(whole)[[0, 1, 2], pairs["node"]]
    torch.testing.assert_close(of_pairs._answer(pairs), answers, atol=2e-3, rtol=0)  # half precision
    for name in ("target", "target_observed"):
        torch.testing.assert_close(pairs[name], whole[name][[0, 1, 2], pairs["node"]])
    everything = of_pairs.validate(source.batch(np.arange(len(source))))
    windows_all = of_windows.validate(windows.batch(np.arange(len(windows))))
    for name in ("mae", "error"):
        assert everything[name][1] == windows_all[name][1]
        assert float(everything[name][0]) == pytest.approx(float(windows_all[name][0]), rel=1e-3)


def test_memory_is_bounded_and_the_draw_reproducible(made, windows):
    edges = static_edges(made[1], 60)
    few = encode_pairs(network(cutoffs=10), windows, edges, 0)
    assert len(few) == 10 * 60
    big = network(reservoir=64, hops=4)
    source = encode_pairs(big, windows, edges, 0)
    bounded = encode_pairs(network(reservoir=64, hops=4, megabytes=2), windows, edges, 0)
    held = sum(tensor.nbytes for tensor in vars(bounded).values())
    assert len(bounded) < len(source) and 1e6 < held <= 2e6
    per_cutoff = bounded.node_P.reshape(len(windows), -1)
    assert all(len(set(row.tolist())) == len(row) for row in per_cutoff)
    assert len(torch.unique(per_cutoff)) == 60
    again = encode_pairs(network(reservoir=64, hops=4, megabytes=2), windows, edges, 0)
    assert torch.equal(again.node_P, bounded.node_P) and torch.equal(again.target_PHC, bounded.target_PHC)
    other = encode_pairs(network(reservoir=64, hops=4, megabytes=2), windows, edges, 1)
    assert not torch.equal(other.node_P, bounded.node_P)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:rows up to")
def test_it_learns_is_kept_and_answers_the_same(made, tmp_path: Path):
    signals, graph = made
    training = {"epochs": 8, "learning_rate": 0.01}
    settings = {**SMALL, "lookback": 8, "pairs": 256, "training": training}
    forecaster = GraphForecaster("sgp", model_settings=settings)
    forecaster.fit(signals, graph, 3, train=slice(0, 100), validation=slice(100, 120), run=tmp_path / "run")
    scores = forecaster.evaluate(signals, test=slice(120, 150)).overall()
    values = signals.panel.values
    last = np.mean([np.abs(values[119 + k : 150 - 3 + k] - values[119 : 150 - 3]).mean() for k in (1, 2, 3)])
    assert scores["mae"] < 0.85 * last
    again = GraphForecaster.load(forecaster.save(tmp_path / "kept"))
    np.testing.assert_array_equal(again.predict(signals).values, forecaster.predict(signals).values)
    np.testing.assert_allclose(
        GraphForecaster.load(tmp_path / "kept", batch_size=1).predict(signals).values,
        forecaster.predict(signals).values,
        rtol=1e-5,
    )


@pytest.mark.filterwarnings("ignore:.*holds? no value at all")
def test_gaps_in_the_data_reach_no_answer(made):
    signals, graph = made
    rng = np.random.default_rng(0)
    observed = rng.random(signals.panel.observed.shape) > 0.3
    observed[:, 7] = False
    panel = replace(
        signals.panel,
        values=np.where(observed, signals.panel.values, 0).astype(np.float32),
        observed=observed,
    )
    settings = {**SMALL, "lookback": 6, "training": {"epochs": 0.5}}
    forecaster = GraphForecaster("sgp", model_settings=settings)
    forecaster.fit(replace(signals, panel=panel), graph, 2)
    assert np.isfinite(forecaster.predict(replace(signals, panel=panel)).values).all()
